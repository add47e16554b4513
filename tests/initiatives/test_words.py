"""The pages of initiatives are well built, and every word of theirs is there for translators."""
from itertools import pairwise

import httpx2
import pytest

from forum.app import Site
from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import make
from tests.initiatives.test_record import REPORT
from tests.permissions.undertakings import STEP
from tests.support.clients import BASE, Client, client_of
from tests.web.pages import Page, Speaking, unmarked

pytestmark = pytest.mark.anyio


@pytest.fixture
async def paths(cast: Cast) -> dict[str, list[str]]:
    """By reader: what is Ben's (a draft, an accepted one, a withdrawn one) and what Fay answers and takes up again."""
    group, people = cast.groups["public"], cast.members
    ben, accepted = people["ben"], ("accepted", people["fay"])
    draft = await make(group, ben, "draft", asked=[people["sol"]])
    active = await make(group, ben, "active", co_leads=[people["ada"]], cosponsors=[people["cem"]], answer=accepted)
    owed = await make(group, ben, "active")
    ended = await make(group, ben, "withdrawn", answer=("needs_work", people["fay"]))
    async with connection() as sql:
        step = await sql.fetchval(STEP, active)
        await sql.execute(STEP, draft)
        await sql.execute(REPORT, ended, ben)
    seen = [f"/i/{number}/an-initiative" for number in (active, owed, ended)] + ["/initiatives"]
    seen += [f"/i/{active}/record", f"/i/{ended}/record", f"/i/{active}/card"]
    forms = [f"/i/{draft}/{name}" for name in ("an-initiative", "edit", "leads", "steps")]
    forms += [f"/i/{active}/{name}" for name in (f"steps/{step}", "updates", "space", "report", "withdraw")]
    return {"stranger": seen, "ben": [*seen, *forms], "fay": [*seen, f"/i/{owed}/answer", f"/i/{ended}/reopen"]}


async def test_well_built_and_marked(site: Site, paths: dict[str, list[str]]) -> None:
    for name, addresses in paths.items():
        transport = httpx2.ASGITransport(app=Speaking(site.app, "en-XA"), client=("127.0.0.1", 4000))
        headers = client_of(site, name, browser=True).headers
        async with Client(transport=transport, base_url=BASE, headers=headers) as reader:
            for path in addresses:
                shown = await reader.get(path + ("?lang=en-XA" if path.endswith("/card") else ""))
                assert shown.status_code == 200, (name, path)
                page = Page(shown.text)
                levels = page.headings()
                assert levels[0] == 1 and levels.count(1) == 1, path
                assert all(b <= a + 1 for a, b in pairwise(levels)), (path, levels)
                assert len(page.ids()) == len(set(page.ids())), (path, page.ids())
                assert unmarked(page) == [], (name, path)
