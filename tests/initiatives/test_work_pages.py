"""The forms of those who carry an initiative out, to its closing report."""
import re
from collections.abc import Callable

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import make
from tests.initiatives.test_pages import look, send
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

As = Callable[..., Client]


@pytest.fixture
async def path(cast: Cast) -> str:
    """Ben's, accepted by Fay, supported by Cem; its discussion is the cast's thread."""
    people = cast.members
    return "/i/" + str(
        await make(
            cast.groups["public"],
            people["ben"],
            "active",
            thread_id=cast.threads["public"],
            cosponsors=[people["cem"]],
            answer=("accepted", people["fay"]),
        )
    )


async def test_steps_are_added_changed_done_and_deleted(client: As, path: str, cast: Cast) -> None:
    ben, fay = client("ben", browser=True), client("fay", browser=True)
    first = {"title": "A first feed", "due_on": "2030-02-03", "owner": "@fay"}
    assert (await send(ben, path + "/steps", **first)).status_code == 303
    assert (await send(ben, path + "/steps", title="Ask Fay", post="2")).status_code == 303
    page = await look(ben, path)
    assert "A first feed" in page and f'href="/p/{cast.second["public"]}">From this post' in page
    async with connection() as sql:
        step = await sql.fetchval("SELECT min(id) FROM initiative_steps")
    assert "Done<bdi" in await look(fay, path)  # she took it on
    assert (await send(fay, f"{path}/steps/{step}/done", do="done")).status_code == 303
    assert "Not done after all" in await look(ben, path)
    changed = await send(ben, f"{path}/steps/{step}", title="x", owner="nobody", version="2")
    assert changed.status_code == 422 and 'id="title-fault"' in changed.text and 'value="nobody"' in changed.text
    changed = await send(ben, f"{path}/steps/{step}", title="A second feed", version="1")
    assert changed.status_code == 409 and 'value="A second feed"' in changed.text
    assert (await send(ben, f"{path}/steps/{step}", title="A second feed", version="2")).status_code == 303
    assert (await send(ben, f"{path}/steps/{step}/delete")).status_code == 303
    assert "A second feed" not in await look(ben, path)
    refused = await send(ben, path + "/steps", title="From nowhere", post="99")
    assert refused.status_code == 422 and 'id="post-fault"' in refused.text and 'value="From nowhere"' in refused.text
    assert (await ben.get(f"{path}/steps/999999")).status_code == 404


async def test_an_update_stands_on_both_pages(client: As, path: str, cast: Cast) -> None:
    ben = client("ben", browser=True)
    assert (await send(ben, path + "/updates", body="")).status_code == 422
    assert (await send(ben, path + "/updates", body="Half *way*.")).status_code == 303
    stranger = await look(client("stranger", browser=True), path)
    assert "Half <em>way</em>." in stranger and "Write an update" not in stranger
    assert "Write an update" in await look(ben, path)
    assert "Half <em>way</em>." in (await ben.get(f"/t/{cast.threads['public']}/thread")).text


async def test_a_working_group_opens(client: As, path: str) -> None:
    ben = client("ben", browser=True)
    assert "An initiative" in (await ben.get(path + "/space")).text
    refused = await send(ben, path + "/space", title="")
    assert refused.status_code == 422 and " checked" not in refused.text
    opened = await send(ben, path + "/space", title="The workshop", closed="1")
    assert (await ben.get(opened.headers["location"])).status_code == 200
    assert "The workshop" in await look(ben, path)
    assert "The workshop" in await look(client("cem", browser=True), path)  # listed; its content is not theirs to see


async def test_the_report_ends_it_and_facilitators_take_it_up_again(client: As, path: str) -> None:
    ben, fay = client("ben", browser=True), client("fay", browser=True)
    given = {"body": "It *runs*.", "numbers.2.what": "Feeds", "numbers.2.value": "12", "links.0.title": "Here"}
    refused = await send(ben, path + "/report", **given, **{"links.0.url": "javascript:alert(1)"})
    assert refused.status_code == 422 and 'id="links.0.url-fault"' in refused.text and 'value="Feeds"' in refused.text
    sent = await send(ben, path + "/report", **given, **{"links.0.url": "https://example.org/"})
    assert sent.status_code == 303
    page = await look(client("stranger", browser=True), path)
    assert "Completed" in page and "It <em>runs</em>." in page and 'href="https://example.org/"' in page
    assert (await send(fay, path + "/reopen", reason="")).status_code == 422
    assert (await send(fay, path + "/reopen", reason="One more step.")).status_code == 303
    assert "One more step." in await look(ben, path)
    assert (await send(ben, path + "/withdraw", reason="Enough.")).status_code == 303
    assert "Withdrawn" in await look(ben, path)


async def test_a_post_of_the_discussion_becomes_a_task(client: As, path: str, cast: Cast) -> None:
    ben, fay = client("ben", browser=True), client("fay", browser=True)
    thread = f"/t/{cast.threads['public']}/thread"
    form = f"{path}/steps?post=2"
    assert f'<a href="{form}">Make this a task</a>' in (await ben.get(thread)).text
    assert "Make this a task" not in (await fay.get(thread)).text
    assert re.search(r'name="post"[^>]*value="2"', (await ben.get(form)).text)
    assert (await ben.get(f"{path}/steps?post=two")).status_code == 422
