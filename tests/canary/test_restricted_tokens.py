"""A token for one group finds, in any byte of any route, nothing that lies in another group of its owner's."""
import re
from typing import Any

import pytest

from forum.app import Site
from forum.kit.transaction import connection
from tests.canary.addresses import addresses, templates
from tests.canary.planting import Plot, plant
from tests.canary.test_crawl import STREAM, WORD
from tests.cast import KINDS, Cast

pytestmark = pytest.mark.anyio

RESTRICT = "UPDATE api_tokens SET group_ids = $2 WHERE member_id = $1"
ANEW = r'name="form_id" value="[^"]*"|<time[^>]*>[^<]*</time>|.x-request-id[^)]*'


@pytest.fixture
async def plot(site: Site, cast: Cast) -> Plot:
    return await plant(cast)


async def answers(client: Any, who: str, kind: str, plot: Plot, site: Site) -> dict[str, str]:
    """What every GET route answers the token, headers included, without what is drawn anew each time."""
    async with connection() as raw:
        await raw.execute(RESTRICT, plot.cast.members[who], [plot.cast.groups[kind]])
    found = {}
    for template in templates(site):
        if template == "/metrics":
            continue
        for address in addresses(template, plot):
            if template == STREAM:
                other = next(each for each in KINDS if each != kind)
                answer = await client(who).head(f"{address}?thread={plot.cast.threads[other]}")
                assert answer.status_code == 404
                continue
            answer = await client(who).get(address, headers={"Accept-Encoding": "identity"})
            assert answer.status_code < 500, address
            text = str(sorted(answer.headers.items())) + answer.text
            found[address] = re.sub(ANEW, "", text)
    return found


@pytest.mark.parametrize("who", ("ben", "fay"))
@pytest.mark.parametrize("kind", KINDS)
async def test_no_route_tells_of_other_groups(who: str, kind: str, client: Any, site: Site, plot: Plot) -> None:
    seen = await answers(client, who, kind, plot, site)
    met = {word: address for address, text in seen.items() for word in WORD.findall(text)}
    leaks = [f"{plot.places[word]} at {at}" for word, at in met.items() if plot.kinds[word] not in (kind, "")]
    assert not leaks, "\n".join(leaks)
    slugs = {f"{each}-group" for each in KINDS if each != kind} | {"elsewhere"}
    named = [at for at, text in seen.items() if any(f"/{slug}" in text and f"/{slug}" not in at for slug in slugs)]
    assert not named
    assert any(plot.kinds[word] == kind for word in met), "what lies in its own group is found"


async def test_what_happens_elsewhere_moves_no_byte(client: Any, site: Site, plot: Plot) -> None:
    """Counts, tags, unread marks and notices stay as they are."""
    before = await answers(client, "ben", "members", plot, site)
    async with connection() as raw:
        for kind in ("public", "closed", "hidden"):
            group, thread = plot.cast.groups[kind], plot.cast.threads[kind]
            post = await raw.fetchval(
                "INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)"
                " VALUES ($1, $2, 9, 'x', 'x', 'x', 1) RETURNING id",
                thread,
                plot.cast.members["fay"],
            )
            await raw.execute(
                "UPDATE threads SET last_number = 9, post_count = 7, last_post_id = $2, last_post_at = now()"
                " WHERE id = $1",
                thread,
                post,
            )
            await raw.execute(
                "UPDATE groups SET post_count = 99, member_count = 9, last_post_id = $2 WHERE id = $1", group, post
            )
            await raw.execute(
                "INSERT INTO notices (member_id, cause, kind, group_id, thread_id, post_id)"
                " VALUES ($1, 'canary:' || ($2::bigint)::text, 'reply', $2, $3, $4)",
                plot.cast.members["ben"],
                group,
                thread,
                post,
            )
    after = await answers(client, "ben", "members", plot, site)
    assert [address for address in before if before[address] != after[address]] == []
