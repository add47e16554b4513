"""The closing report, which completes an initiative."""
import json
from urllib.parse import urlsplit

from auth.actor import Actor
from forum.initiatives.commands.advance import advance
from forum.initiatives.commands.written import markdown
from forum.initiatives.policies import can_complete
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.schemas import Link, NewReport, What
from forum.initiatives.stages import Move
from forum.kit.errors import Invalid
from forum.kit.fields import body_field, line_field
from forum.kit.markdown import RENDERER_VERSION
from forum.kit.transaction import command, connection
from forum.kit.verdict import require

MOST = 16_000

# One that was completed before and opened again keeps the report that it has: the newest holds.
STORE = """
    INSERT INTO closing_reports (initiative_id, body, html, renderer, numbers, links, written_by_id)
    VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7)
"""


async def complete(actor: Actor, initiative_id: int, wish: NewReport) -> None:
    """Say what was achieved. Raises Invalid by field, a figure's and a link's by their place in the list."""
    require(can_complete(actor, await initiative_door(actor, initiative_id)))
    body = body_field(wish.body, "body", most=MOST)
    numbers = [_number(at, wish.numbers[at]) for at in range(len(wish.numbers))]
    links = [_link(at, wish.links[at]) for at in range(len(wish.links))]
    await _complete(actor, initiative_id, body, await markdown(body), json.dumps(numbers), json.dumps(links))


@command
async def _complete(actor: Actor, initiative_id: int, body: str, html: str, numbers: str, links: str) -> None:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_complete(actor, state))
    async with connection() as sql:
        await sql.execute(STORE, initiative_id, body, html, RENDERER_VERSION, numbers, links, actor.member_id)
    await advance(state, Move.COMPLETE, actor.member_id)


def _number(at: int, wish: What) -> dict[str, str]:
    return {
        "what": line_field(wish.what, f"numbers.{at}.what", least=1, most=200),
        "value": line_field(wish.value, f"numbers.{at}.value", least=1, most=100),
    }


def _link(at: int, wish: Link) -> dict[str, str]:
    """Without a title, the address stands for it."""
    url = line_field(wish.url, f"links.{at}.url", least=1, most=2000)
    if not is_address(url):
        raise Invalid({f"links.{at}.url": "not_a_link"})
    return {"title": line_field(wish.title, f"links.{at}.title", most=200) or url[:200], "url": url}


def is_address(url: str) -> bool:
    """Whether it is the address of a page: http or https, with a host, without a name and a password in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and " " not in url
    except ValueError:
        return False
