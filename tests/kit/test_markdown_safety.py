"""Nothing runs, nothing holds the server up: attack lists and render bombs."""

import json
import re
import tarfile
import time
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from forum.kit.markdown import Rendered, render
from forum.kit.markdown.sanitise import ATTRIBUTES, TAGS, sanitise

DATA = Path(__file__).parents[3] / "shared/data/safety.tar.gz"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the safety collection is not here")
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](\tjava\nscript:alert(1))",
    "[a](&#x6A;avascript:alert(1))",
    "[a](&#106avascript:alert(1))",
    "<javascript:alert(1)>",
    "![a](data:image/svg+xml;base64,PHN2Zy8+)",
    "[a](vbscript:x)",
    "[a](https://x.example 'onmouseover=\"x\"')",
    '[a](https://x.example/"onmouseover=alert(1)//)',
    '```"onload=x\nx\n```',
    "[a]: javascript:x\n\n[a]",
    '<a href="javascript:x">',
    '@a"onclick=x',
    "[^x]\n\n[^x]: <script>",
    "|<img src=x onerror=x>|\n|-|",
    "<!--><script>-->",
    "[a](feed:javascript:x)",
    "[a](https&colon;//x)",
    'http://"><script>x</script>',
    '<https://x.example/"onload=x>',
    "[<img src=x onerror=x>](https://x.example)",
    "<math><mtext></p><style><img src onerror=x></style>",
    "&lt;script&gt;",
]


class Inspector(HTMLParser):
    """Fails at the first tag, attribute or scheme that is not on the list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else set()), (tag, name)
            if name == "href":
                assert re.match(r"https?://|mailto:|/m/|#fn(ref)?-n-\d+", value or "", re.IGNORECASE), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def inspect(body: str) -> Rendered:
    rendered = render(body, mention_href={"ab": "/m/ab"})
    inspector = Inspector()
    inspector.feed(rendered.html)
    inspector.close()
    assert sanitise(rendered.html) == rendered.html
    return rendered


@cache
def collection() -> dict[str, str]:
    with tarfile.open(DATA) as archive:
        files = (member for member in archive if member.isfile() and member.size < 2_000_000)
        return {
            member.name.removeprefix("./safety/"): archive.extractfile(member)
            .read()
            .decode("utf-8", "replace")  # type: ignore[union-attr]
            for member in files
        }


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks(attack: str) -> None:
    for body in (
        attack,
        f"> {attack}",
        f"- {attack}",
        f"[{attack}](https://x.example)",
        f"**{attack}**",
        f"# {attack}",
    ):
        inspect(body)


@needs_data
def test_attack_lists() -> None:
    files = collection()
    bodies = [*json.loads(files["blns/blns.json"])]
    owasp = files["owasp/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.md"]
    bodies += [*owasp.split("\n"), *re.findall(r"```\w*\n(.*?)```", owasp, re.DOTALL)]
    for name in ("xss", "linkify", "tables", "proto", "normalize", "fatal"):
        bodies += re.split(
            r"^\.$", files[f"markdown-it/test/fixtures/markdown-it/{name}.txt"], flags=re.MULTILINE
        )
    bodies += re.split(r"^\.$", files["markdown-it/test/fixtures/commonmark/good.txt"], flags=re.MULTILINE)
    for body in bodies:
        assert not inspect(body).degraded


@needs_data
def test_html5_tokenizer_inputs() -> None:
    files = collection()
    for number in ("1", "2", "3", "4"):
        for case in json.loads(files[f"html5lib-tests/tokenizer/test{number}.test"])["tests"]:
            inspect(case["input"])


@needs_data
def test_commonmark_and_gfm_examples() -> None:
    examples = [case["markdown"] for case in json.loads(collection()["commonmark-0.31.json"])]
    assert len(examples) > 600
    examples += re.findall(
        r"^`{32} example.*?\n(.*?)^\.$", collection()["cmark-gfm/test/spec.txt"], re.DOTALL | re.MULTILINE
    )
    examples += re.findall(
        r"^`{32} example.*?\n(.*?)^\.$",
        collection()["cmark-gfm/test/regression.txt"],
        re.DOTALL | re.MULTILINE,
    )
    for example in examples:
        assert not inspect(example.replace("→", "\t")).degraded


def bombs() -> Iterator[str]:
    units = [
        ">",
        "> ",
        "[",
        "![",
        "[a](",
        "![a](b ",
        "[^",
        "[^1]: ",
        "*",
        "**a ",
        "_a_",
        "*a_",
        "*_",
        "`",
        "``a`",
        "<",
        "<a",
        "<http://",
        "http://",
        "http://a.b?c=",
        "http://a.b/(",
        "https://a.b/ ",
        "a ://",
        "www.a.b ",
        "a@b.c ",
        "@",
        "@ab ",
        "@_",
        "&",
        "|",
        "|a",
        "a|b\n-|-\n",
        "-\n",
        "- ",
        "1. ",
        "- a\n",
        "# a\n",
        "a\n",
        "a\n\n",
        "a\n=\n",
        "```\n",
        "[a]: b\n",
        "[a]: b\n\n",
        "> a\n",
        "> - ",
        "> - a\n",
        "[a](<b",
        "![](",
        "*[a](",
        "[![",
        "a**b**c",
        "\\",
        "~~a",
        "(",
        "\u202e",
        "[a\n",
        "> [a\n",
    ]
    yield from (unit * (50_000 // len(unit)) for unit in units)
    yield "[^1]: x\n\n" + "[^1]" * 5_000
    yield "[^1]: x\n\n" + "[^" * 10_000
    yield "|a" * 50 + "\n" + "|-" * 50 + "\n" + "|\n" * 10_000
    yield "![" * 5_000 + "a" + "](http://b)" * 5_000
    yield ("![" * 18 + "a" + "](http://b)" * 18) * 100
    yield "".join("  " * (line % 19) + "- a\n" for line in range(3_000))
    yield "".join(">" * (line % 25) + "a\n" for line in range(3_000))
    yield ">" * 20 + "a\n" * 10_000
    yield " ".join(f"@member{n}" for n in range(10_000))


@pytest.mark.parametrize("bomb", list(bombs()), ids=lambda bomb: repr(bomb[:12]))
def test_bombs_take_a_bounded_time(bomb: str) -> None:
    """As a ratio in one run: a tenth of a second is promised, where an honest text of that length takes a fiftieth."""
    honest = "A *plain* paragraph of [ordinary](https://a.example) words.\n\n" * 340
    for body in (bomb[:20_000], bomb[:32_000]):
        assert seconds(body) < 20 * seconds(honest)
        assert len(render(body).html) < 20 * len(body)


def seconds(body: str, tries: int = 3) -> float:
    """Of processor time, the best of some tries."""
    taken = []
    for _ in range(tries):
        began = time.process_time()
        render(body)
        taken.append(time.process_time() - began)
    return min(taken)


@needs_data
def test_known_pathological_texts() -> None:
    honest = seconds("A *plain* paragraph of [ordinary](https://a.example) words.\n\n" * 1000)
    for body in json.loads(collection()["pathological_60k.json"]).values():
        inspect(body)
        assert seconds(body, tries=1) < 20 * honest


def test_long_plain_texts_are_not_given_up() -> None:
    paragraph = (
        "A *plain* paragraph of [ordinary](https://a.example) words, with `code` and @names in it.\n\n"
    )
    assert not inspect(paragraph * 320).degraded
    assert not inspect("- an item of a list, one of very many\n" * 800).degraded
    assert not inspect("2026-11-22 04:30:01 [info] worker-3: job=17 state=done took=0.123s\n" * 450).degraded
