"""Filler: threads put together from sentences, so that a demonstration has the size of the real community.

It names no people, figures or states, and every thread made of it is stored as generated. ``topics.toml``
holds what is talked about, ``en.toml`` and its neighbours the sentences.
"""
import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from forum.kit.markdown import Rendered, render
from forum.threads.models import ThreadKind

LANGUAGES: Final = ("en", "es", "fr", "pt")
# A post is blocks set apart by empty lines; a block is one sentence from the tables, or two in one paragraph.
Block = tuple[str, ...]
Blocks = tuple[Block, ...]
_OPEN: Final = '<p dir="auto">'
_CLOSE: Final = "</p>\n"


@cache
def _table(stem: str) -> dict[str, Any]:
    path = Path(__file__).parent / f"{stem}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _sentences(language: str) -> dict[str, list[str]]:
    return _table(language)


def topics(language: str, slug: str, theme: str) -> list[str]:
    """What a group talks about in a language: its own topics where it has them, else its theme's."""
    by_name: dict[str, list[str]] = _table("topics")[language]
    return by_name.get(slug) or by_name[theme]


def title(rng: random.Random, language: str, kind: ThreadKind, topic: str) -> str:
    return _said(rng.choice(_sentences(language)[kind.value]), topic)


def opening(rng: random.Random, language: str, topic: str) -> Blocks:
    """The first post of a thread, two or three blocks."""
    table = _sentences(language)
    blocks = [rng.choice(table["intro"])]
    if rng.random() < 0.7:
        blocks.append(rng.choice(table["detail"]))
    blocks.append(rng.choice(table["ask"]))
    return tuple((_said(block, topic),) for block in blocks)


def reply(rng: random.Random, language: str, topic: str) -> Blocks:
    """A later post, one to three blocks."""
    table, luck = _sentences(language), rng.random()
    if luck < 0.22:
        return ((_said(rng.choice(table["short"]), topic),),)
    said = [rng.choice(table["start"])] if luck < 0.85 else []
    named = any("{t}" in sentence for sentence in said)
    middle = [sentence for sentence in table["middle"] if not (named and "{t}" in sentence)]
    said += rng.sample(middle, 2 if luck > 0.7 else 1)
    if rng.random() < 0.35 and len(said) < 3:
        said.append(rng.choice(table["end"]))
    said = [_said(sentence, topic) for sentence in said]
    if len(said) > 1 and "\n" not in said[0] + said[1] and rng.random() < 0.5:
        return ((said[0], said[1]), *((sentence,) for sentence in said[2:]))
    return tuple((sentence,) for sentence in said)


def written(blocks: Blocks) -> tuple[str, str, str]:
    """Return a post's body, HTML and text, put together from what was rendered before."""
    body = "\n\n".join(" ".join(block) for block in blocks)
    parts = [_rendered(block) for block in blocks]
    return body, "".join(html for html, _ in parts), "\n".join(text for _, text in parts)


def _rendered(block: Block) -> tuple[str, str]:
    """Render each sentence once; two in a paragraph are joined where the first's ends."""
    done = [_render(sentence) for sentence in block]
    html = done[0].html
    for part in done[1:]:
        if not html.endswith(_CLOSE) or not part.html.startswith(_OPEN):
            whole = render(" ".join(block))
            return whole.html, whole.text
        html = f"{html[: -len(_CLOSE)]} {part.html[len(_OPEN) :]}"
    return html, " ".join(part.text for part in done)


@cache
def _render(sentence: str) -> Rendered:
    return render(sentence)


def _said(sentence: str, topic: str) -> str:
    return sentence.replace("{t}", topic).replace("{T}", topic[:1].upper() + topic[1:])
