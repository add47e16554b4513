"""Promise of speed: who asks is one statement, the page is one more, on both surfaces."""

from collections.abc import Callable

import pytest

from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.polls.conftest import later
from tests.support.clients import Client, counting

pytestmark = pytest.mark.anyio

# The reader's statement is BY_SESSION, BY_TOKEN or FOR_NOBODY of forum/directory.py; then comes what is named here.
JSON = {
    "/api/v1/threads/{thread}": 2,  # threads: THREAD_PAGE
    "/api/v1/threads/{thread}/posts": 2,  # threads: POSTS
    "/api/v1/posts/{post}": 2,  # threads: OPEN_POST
    "/api/v1/groups/public-group": 2,  # groups: PAGE
    "/api/v1/groups/public-group/decisions": 2,  # polls: DECISIONS
    "/api/v1/groups/public-group/log": 3,  # groups: STATE_BY_SLUG; moderation: LOG
    "/api/v1/groups/public-group/threads": 2,  # threads: GROUP_THREADS
    "/api/v1/groups": 2,  # groups: LIST
    "/api/v1/threads": 2,  # threads: LATEST_THREADS
    "/api/v1/transparency": 2,  # moderation: REPORT
    "/api/v1/front": 2,  # site: FRONT
    "/api/v1/search?q=post": 2,  # searching: READ
    "/api/v1/search?q=post&facets=true": 2,  # searching: READ_WITH_AROUND
    "/api/v1/search?q=post&group=public-group": 3,  # groups: STATE_BY_SLUG; searching: READ
    "/api/v1/initiatives": 2,  # initiatives: LIST
    "/api/v1/best": 2,  # curation: BEST
    "/api/v1/tags/ipv6/threads": 2,  # curation: TAGGED
    "/api/v1/groups/public-group/best": 3,  # groups: STATE_BY_SLUG; curation: BEST
    "/api/v1/groups/public-group/answers": 3,  # groups: STATE_BY_SLUG; curation: ANSWERS
    "/api/v1/groups/public-group/collections": 3,  # groups: STATE_BY_SLUG; curation: OF_GROUP
    "/api/v1/groups/public-group/tags": 3,  # groups: STATE_BY_SLUG; curation: TAGS
    "/api/v1/suggestions?q=thr": 2,  # searching: SUGGEST
}
JSON_OF_MEMBERS = {
    "/api/v1/home": 2,  # site: HOME
    "/api/v1/notices": 2,  # notifications: LIST
    "/api/v1/members/ben": 3,  # members: STATUS, PROFILE
    "/api/v1/members": 2,  # members: DIRECTORY
    "/api/v1/bookmarks": 2,  # threads: BOOKMARKS
    "/api/v1/me/sanctions": 2,  # moderation: OF_MEMBER
    "/api/v1/drafts": 2,  # threads: DRAFTS
    "/api/v1/searches": 2,  # searching: MINE; what they find is one more, whatever their number
    "/api/v1/threads/{thread}/similar": 4,  # the door, searching: OPENING, similar.READ
}
HTML = {
    "/t/{thread}/thread": 2,  # threads: THREAD_PAGE
    "/g/public-group": 2,  # initiatives: GROUP_WITH_ALL
    "/groups": 2,  # groups: LIST
    "/latest": 2,  # threads: LATEST_THREADS
    "/initiatives?sort=supported": 2,  # initiatives: LIST_AND_PLACES
    "/": 2,  # site: FRONT for visitors, HOME for members
    "/search?q=post": 2,  # searching: READ_WITH_AROUND
}
HTML_OF_MEMBERS = {
    "/notices": 2,  # notifications: LIST
    "/me/standing": 2,  # moderation: OF_MEMBER
    "/m/ben": 3,  # members: STATUS, PROFILE
    "/members": 2,  # members: DIRECTORY
}


async def _statements(client: Client, path: str, cast: Cast) -> list[str]:
    if any(part in path for part in ("/search", "/suggestions", "/similar")):
        await rebuild()  # without an index, titles are asked instead
    found: list[str] = []
    with counting(found):
        answer = await client.get(path.format(thread=cast.threads["public"], post=cast.first["public"]))
    assert answer.status_code == 200, answer.text
    return found


def _rows(of_all: dict[str, int], of_members: dict[str, int]) -> list[tuple[str, str, int]]:
    for_all = [(name, path, count) for path, count in of_all.items() for name in (STRANGER, "ben")]
    return [*for_all, *(("ben", path, count) for path, count in of_members.items())]


@pytest.mark.parametrize(("name", "path", "count"), _rows(JSON, JSON_OF_MEMBERS))
async def test_json(client: Callable[..., Client], cast: Cast, name: str, path: str, count: int) -> None:
    found = await _statements(client(name), path, cast)
    assert len(found) == count, found


@pytest.mark.parametrize(("name", "path", "count"), _rows(HTML, HTML_OF_MEMBERS))
async def test_html(client: Callable[..., Client], cast: Cast, name: str, path: str, count: int) -> None:
    found = await _statements(client(name, browser=True), path, cast)
    assert len(found) == count, found


async def test_a_reply(client: Callable[..., Client], cast: Cast) -> None:
    """Who asks; the door with the thread's lock; the post; the fact with its jobs; the reading mark; the answer."""
    found: list[str] = []
    with counting(found):
        answer = await client("ben").post(
            f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": "A reply."}
        )
    assert answer.status_code == 201, answer.text
    assert len([each for each in found if "SAVEPOINT" not in each]) == 6, found


async def test_a_poll_and_a_vote_in_it(client: Callable[..., Client], cast: Cast) -> None:
    """Reading: who asks, polls: POLL. A vote: who asks, polls: STATE, CAST_NAMED with the poll's lock, POLL."""
    ask = {"question": "Shall we?", "kind": "proposal", "closes_at": later(days=7)}
    poll = (await client("ben").post(f"/api/v1/threads/{cast.threads['public']}/polls", json=ask)).json()
    path = f"/api/v1/polls/{poll['id']}"
    read, voted = list[str](), list[str]()
    with counting(read):
        assert (await client("ben").get(path)).status_code == 200
    with counting(voted):
        marks = {str(poll["options"][0]["id"]): 1}
        assert (await client("ben").put(path + "/ballot", json={"marks": marks})).status_code == 200
    assert (len(read), len([each for each in voted if "SAVEPOINT" not in each])) == (2, 4), voted
