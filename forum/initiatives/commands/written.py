"""The text of an initiative as it will be stored: cleaned and rendered, before any transaction."""
import secrets
from dataclasses import dataclass
from typing import Any

from forum.initiatives.models import Initiative
from forum.initiatives.schemas import InitiativeText
from forum.kit.fields import body_field, line_field
from forum.kit.markdown import RENDERER_VERSION, render_async
from forum.kit.text import slugify

MOST = 8000
# What stands below an initiative's address is not its name.
TAKEN = frozenset(
    {"edit", "launch", "leads", "answer", "record", "card", "steps", "updates", "withdraw", "reopen", "space", "report"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The columns of an initiative that its leads write."""

    title: str
    slug: str
    aim: str
    aim_html: str
    why: str
    why_html: str
    ask: str
    ask_html: str
    languages: list[str]
    renderer: int = RENDERER_VERSION

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def whole(text: Written | Initiative) -> str:
    """All that its leads wrote, one part after the other."""
    return "\n\n".join(part for part in (text.title, text.aim, text.why, text.ask) if part)


async def write_text(wish: InitiativeText, language: str) -> Written:
    """Clean and render; ``language`` stands where none is named. Raises Invalid by field."""
    title = line_field(wish.title, "title", least=2, most=200)
    slug = slugify(title)
    aim, why, ask = (body_field(getattr(wish, name), name, least=0, most=MOST) for name in ("aim", "why", "ask"))
    return Written(
        title=title,
        slug=f"{slug}-" if slug in TAKEN else slug,
        aim=aim,
        aim_html=await markdown(aim),
        why=why,
        why_html=await markdown(why),
        ask=ask,
        ask_html=await markdown(ask),
        languages=list(dict.fromkeys(wish.languages)) or [language],
    )


async def markdown(body: str) -> str:
    """The HTML of a text; the anchors of its footnotes are its own, for several texts share a page."""
    return (await render_async(body, anchor="i" + secrets.token_hex(4))).html if body else ""
