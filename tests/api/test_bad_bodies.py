"""Whatever body is sent to the API, the answer is a problem that names the field, and the process still serves."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from forum.page_routes import PAGES
from forum.routes import API, PREFIX
from tests.api.checks import Faults, serves
from tests.api.routes import operations, pages, writes
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]
JSON = {"Content-Type": "application/json"}

# Bodies that are nobody's, whatever the operation: (what, bytes, statuses).
UNREADABLE: list[tuple[str, bytes, tuple[int, ...]]] = [
    ("empty", b"", (400,)),
    ("blank", b" \n", (400,)),
    ("half", b'{"body": "a', (400,)),
    ("two", b"{} {}", (400,)),
    ("comma", b'{"a": 1,}', (400,)),
    ("single quotes", b"{'body': 'a'}", (400,)),
    ("bytes", b"\xff\xfe\x00\x80", (400,)),
    ("invalid UTF-8", b'{"body": "\xc3\x28"}', (400,)),
    ("UTF-16", '{"body": "a"}'.encode("utf-16"), (400,)),
    ("a byte order mark", b'\xef\xbb\xbf{"no_such_field": "a"}', (422,)),
    ("NaN", b'{"body": NaN}', (400,)),
    ("Infinity", b'{"number": Infinity}', (400,)),
    ("minus Infinity", b'{"number": -Infinity}', (400,)),
    ("10,000 lists deep", b"[" * 10_000 + b"]" * 10_000, (400,)),
    ("10,000 objects deep", b'{"body":' * 10_000 + b"1" + b"}" * 10_000, (400,)),
    ("100,000 deep, open", b"[" * 100_000, (400,)),
    ("30 deep", b'{"body":' + b"[" * 30 + b"]" * 30 + b"}", (400,)),
    ("100,000 fields", json.dumps({f"f{n}": 1 for n in range(100_000)})[:-1].encode()[:999_000].rpartition(b",")[0]
     + b"}", (413, 422)),
    ("100,000 items", b"[" + b"0," * 99_999 + b"0]", (422,)),
    ("a number", b"7", (422,)),
    ("null", b"null", (422,)),
    ("a text", b'"body"', (422,)),
    ("a list", b"[]", (422,)),
    ("5,000 digits", b'{"number": ' + b"9" * 5000 + b"}", (400, 422)),
    ("1e999", b'{"number": 1e999}', (400, 422)),
    ("an empty name", b'{"": 1}', (422,)),
    ("a NUL in a name", b'{"a\\u0000b": 1}', (422,)),
    ("a lone surrogate in a name", b'{"\\ud800": 1}', (422,)),
    ("a name twice", b'{"body": "a", "body": "b"}', (400,)),
    ("an odd name twice", b'{"\\ud800": 1, "\\ud800": 2}', (400,)),
    ("a backtick in a name", b'{"a`b`c": 1}', (422,)),
]  # fmt: skip
TYPES: list[Any] = [None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**400, "", "x", [], [[]], {}, {"a": 1}, ["\x00"]]
SPOILED_TEXTS = {
    "NUL": ("a\x00b", {"unprintable", "nul_byte"}),
    "a lone surrogate": ("a\ud800b", {"unprintable", "lone_surrogate"}),
    "a low surrogate": ("\udfff", {"unprintable", "lone_surrogate"}),
    "a control character": ("a\x07b", {"control_character"}),
    "an escape": ("\x1b[2J", {"control_character"}),
    "C1": ("a\x85b", {"control_character"}),
    "a noncharacter": ("a\uffffb", {"control_character"}),
}


async def test_unreadable_bodies(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for n, target in enumerate(writes(cast)):
        for what, raw, statuses in UNREADABLE:
            if len(raw) > 10_000 and n % 6:
                continue  # the parser is one for all of them
            optional = target.name == "put_membership" and not raw.strip()
            answer = await ben.request(target.method, target.path, content=raw, headers=JSON | target.headers)
            faults.check(f"{target.name}: {what}", answer, *((200,) if optional else statuses))
    faults.none()
    await serves(ben)


async def test_operations_without_a_body_mind_none(as_: As, cast: Cast) -> None:
    faults, ben = Faults(), as_("cem")
    for target in operations(cast):
        if target.body is None and target.method != "GET":
            for what, raw, _ in UNREADABLE[:12]:
                answer = await ben.request(target.method, target.path, content=raw, headers=JSON)
                faults.check(f"{target.method} {target.path}: {what}", answer)
    faults.none()
    await serves(ben)


OTHER_TYPES = [
    "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "json",
    "application/json-seq", "\xff", ";;;",
]  # fmt: skip


async def test_other_content_types(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for target in writes(cast):
        if target.name == "put_membership":
            continue  # its body may be left out
        for kind in OTHER_TYPES:
            headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
            answer = await ben.request(target.method, target.path, content=b"{}", headers=headers)
            faults.check(f"{target.name}: {kind}", answer, 415)
    faults.none()


async def test_too_large_is_refused_early(ben: Client, cast: Cast) -> None:
    """By its Content-Length before a byte of it is read; in chunks as soon as it is too much."""
    faults = Faults()
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1024):
            taken += 1
            yield b"x" * 2**20

    async def claimed() -> AsyncIterator[bytes]:
        nonlocal taken
        taken += 1
        yield b"x" * 1000

    for target in operations(cast):
        if target.method == "GET":
            continue
        big = b'{"body": "' + b"x" * 1_100_000 + b'"}'
        answer = await ben.request(target.method, target.path, content=big, headers=JSON | target.headers)
        faults.check(target.name, answer, 413)
        taken = 0
        answer = await ben.request(target.method, target.path, content=endless(), headers=JSON)
        faults.check(target.name + ", chunked", answer, 413)
        assert taken <= 3, target.name
        taken = 0
        length = {"Content-Length": str(2**40)}
        answer = await ben.request(target.method, target.path, content=claimed(), headers=JSON | length)
        faults.check(target.name + ", claimed", answer, 413)
        assert taken <= 1, target.name
    faults.none()
    await serves(ben)


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "", "\xb2", "9" * 5000, "+5", "1_000"])
async def test_content_lengths_that_are_none(ben: Client, length: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"body": "a"}'

    faults = Faults()
    headers = JSON | {"Content-Length": length.encode("latin-1")}
    faults.check(length, await ben.post("/api/v1/preview", content=body(), headers=headers), 400, 413)
    faults.none()


async def test_every_field_of_the_wrong_type(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for target in writes(cast):
        assert target.body is not None
        for name in target.body:
            for value in TYPES:
                raw = json.dumps(target.body | {name: value}).encode()
                what = f"{target.name}.{name} = {raw[:200]!r}"
                answer = await ben.request(target.method, target.path, content=raw, headers=JSON | target.headers)
                faults.check(what, answer)
                if answer.status_code == 422:
                    told = [error["field"] for error in answer.json()["errors"]]
                    known = {*target.body, "group", "thread"}
                    if not told or not all(one.partition(".")[0] in known for one in told):
                        faults.found.append(f"{what}: names {told}")
    faults.none()
    await serves(ben)


async def test_spoiled_texts_name_their_field(as_: As, cast: Cast) -> None:
    faults = Faults()
    for target in writes(cast):
        who, by_session = target.asker
        async with as_(who, browser=by_session) as client:
            for name in target.takes_text:
                for what, (text, codes) in SPOILED_TEXTS.items():
                    if target.name == "put_membership":
                        client, what = as_("cem"), what + " from a stranger"
                        path = "/api/v1/groups/closed-group/membership"
                    else:
                        path = target.path
                    if target.name == "put_purge":
                        continue  # behind the glass; tests/moderation/test_posts_of_people.py
                    if target.name in ("put_decision", "put_draft") and not what.startswith(("NUL", "a l")):
                        continue  # there is none to be decided or changed
                    raw = json.dumps((target.body or {}) | {name: text}).encode()
                    answer = await client.request(target.method, path, content=raw, headers=JSON | target.headers)
                    faults.check(f"{target.name}.{name}: {what}", answer, 422)
                    if answer.status_code == 422:
                        faults.names(f"{target.name}.{name}: {what}", answer, name)
                        got = {error["code"] for error in answer.json()["errors"]}
                        if not got & codes:
                            faults.found.append(f"{target.name}.{name}: {what} is {got}")
    faults.none()


async def test_raw_lone_surrogates(ben: Client) -> None:
    for raw in (b'{"body": "\xed\xa0\x80"}', b'{"body": "\xed\xbf\xbf"}'):
        answer = await ben.post("/api/v1/preview", content=raw, headers=JSON)
        assert answer.status_code in (400, 422)
        assert answer.json()["errors"]


async def test_unknown_fields_are_named(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for target in writes(cast):
        for name in ("no_such_field", "author_id", "__class__", "id", "a.b", "ünknown", "x" * 1000):
            body = (target.body or {}) | {name: 1}
            answer = await ben.request(target.method, target.path, json=body, headers=target.headers)
            faults.check(f"{target.name} with {name[:20]}", answer, 422)
            if answer.status_code == 422:
                faults.names(f"{target.name} with {name[:20]}", answer, name)
    faults.none()


LENGTHS = {
    "ascii": "a",
    "emoji": "\U0001f4a9",
    "composed by NFC": "e\u0301",
    "taken apart by NFC": "\u0958",
    "family": "\U0001f468",
}


@pytest.mark.parametrize("kind", LENGTHS)
async def test_lengths_are_code_points_after_nfc(as_: As, cast: Cast, kind: str) -> None:
    """A character of two code points that NFC makes one counts as one, and the other way round."""
    unit = LENGTHS[kind]
    each = 2 if kind == "taken apart by NFC" else 1
    async with as_("fay") as fay:
        for title, body, status in (
            (unit * (200 // each), unit * (32_000 // each), 201),
            ("  " + unit * (200 // each) + " \t ", "\n\n" + unit * (32_000 // each) + "\r\n \n", 201),
            (unit * (200 // each + 1), "Text.", 422),
            ("Title", unit * (32_000 // each + 1), 422),
            (unit * 10_000, "Text.", 422),
            ("Title", unit * 150_000, 422),
        ):
            answer = await fay.post("/api/v1/groups/public-group/threads", json={"title": title, "body": body})
            assert answer.status_code == status, (len(title), len(body), answer.text[:200])


async def test_every_text_has_a_limit_of_its_own(as_: As, cast: Cast) -> None:
    faults = Faults()
    for target in writes(cast):
        who, by_session = target.asker
        async with as_(who, browser=by_session) as client:
            for name in target.takes_text:
                for extra in (1, 100_000):
                    body = (target.body or {}) | {name: "x" * (target.longest(name) + extra)}
                    path = target.path
                    if target.name == "put_membership":
                        client, path = as_("cem"), "/api/v1/groups/closed-group/membership"
                    answer = await client.request(target.method, path, json=body, headers=target.headers)
                    what = f"{target.name}.{name} + {extra}"
                    faults.check(what, answer, 422, *((404,) if target.name in ("put_draft", "put_decision") else ()))
                    faults.names(what, answer, name) if answer.status_code == 422 else None
    faults.none()


def test_every_operation_and_form_is_in_the_corpus(cast: Cast) -> None:
    assert {one.name for one in operations(cast)} == {route.operation.name for route in API}
    assert {one.name for one in pages(cast)} == {route.page.name for route in PAGES}
    assert all(one.path.startswith(PREFIX) for one in operations(cast))
