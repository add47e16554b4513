"""Results that may not be shown move no byte, no count, no tag and no order of anything, for anybody."""
import re
from typing import Any

import pytest

from forum.app import Site
from forum.kit.transaction import connection
from tests.canary.addresses import addresses, templates
from tests.canary.planting import Plot
from tests.cast import NAMES, STRANGER, Cast
from tests.permissions.stage import read_only
from tests.polls.conftest import Ask, sql

pytestmark = pytest.mark.anyio

# The logs tell of the crawl itself.
SKIPPED = ("/live", "/metrics", "/api/v1/audit", "/me/activity", "/admin/audit")
ANEW = r'name="form_id" value="[^"]*"|<time[^>]*>[^<]*</time>'
# Everybody who voted (not Ben, who has not) turns round.
TURN = """
    UPDATE ballots b SET marks = jsonb_build_object(x.id, 1), reason = 'Turned round.'
    FROM poll_options x WHERE x.poll_id = b.poll_id AND x.position = 3
"""


@pytest.fixture
async def plot(site: Site, cast: Cast, ask: Ask, vote: Any) -> Plot:
    """Polls of every hidden sort in the public group, in which Fay and somebody who has left have voted."""
    plot = Plot(cast)
    await read_only(cast.members["rae"], cast.groups["public"])
    await sql("INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, 'member')",
              cast.groups["public"], cast.members["cem"])  # fmt: skip
    for anonymous in (False, True):
        for results in ("after_voting", "after_closing"):
            for kind in ("single", "ranked", "score"):
                poll = await ask(kind=kind, anonymous=anonymous, results=results)
                assert (await vote("cem", poll, 0)).status_code == 200
                plot.note("poll", poll["id"])
                plot.note("post", poll["post_id"])
    await sql("DELETE FROM memberships WHERE member_id = $1 AND group_id = $2",
              cast.members["cem"], cast.groups["public"])  # fmt: skip
    plot.note("thread", cast.threads["public"])
    return plot


async def taken(client: Any, who: str, site: Site, plot: Plot) -> dict[str, tuple[int, str | None, str]]:
    """Status, tag and text of everything there is to get, without what is drawn anew for each answer."""
    found = {}
    readers = {browser: client(who, browser=browser) for browser in (False, True)}
    for template in templates(site):
        if template in SKIPPED:
            continue
        for address in _addresses(template, plot):
            answer = await readers[not template.startswith("/api/")].get(address)
            assert answer.status_code < 500, address
            found[address] = (answer.status_code, answer.headers.get("etag"), re.sub(ANEW, "", answer.text))
    return found


def _addresses(template: str, plot: Plot) -> list[str]:
    try:
        return list(addresses(template, plot))
    except KeyError:  # something that is not planted here
        return []


@pytest.mark.parametrize("who", (STRANGER, *(name for name in NAMES if name != "cem")))
async def test_votes_that_turn_round_change_nothing_to_be_seen(
    who: str, client: Any, site: Site, plot: Plot
) -> None:
    before = await taken(client, who, site, plot)
    polls = [text for address, (status, _, text) in before.items() if re.search(r"^/api/v1/polls/\d+$", address)]
    assert len(polls) == 12
    async with connection() as raw:
        assert await raw.execute(TURN) == "UPDATE 12"
    after = await taken(client, who, site, plot)
    assert not [address for address in before if before[address] != after[address]]


async def test_who_has_voted_sees_what_is_shown_after_voting(client: Any, plot: Plot) -> None:
    """The crawl would notice: after closing, or for one who voted, there is something to be seen."""
    seen = [(await client("cem").get(f"/api/v1/polls/{poll}")).json() for poll in plot.ids["poll"]]
    assert [poll["result"] is not None for poll in seen] == [poll["results"] == "after_voting" for poll in seen]
    refused = [(await client("cem").get(f"/api/v1/polls/{poll['id']}/ballots")).status_code for poll in seen]
    assert refused == [403 if poll["result"] is None or poll["anonymous"] else 200 for poll in seen]


async def test_an_administrator_who_sees_the_site_as_a_voter_sees_no_vote(client: Any, plot: Plot, cast: Cast) -> None:
    await sql("UPDATE sessions SET viewing_id = $2, viewing_until = now() + interval '1 hour' WHERE member_id = $1",
              cast.members["adi"], cast.members["cem"])  # fmt: skip
    for poll in plot.ids["poll"]:
        seen = (await client("adi", browser=True).get(f"/api/v1/polls/{poll}")).json()
        assert (seen["voted"], seen["ballot"], seen["result"]) == (False, None, None)
