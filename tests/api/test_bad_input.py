"""Whatever is sent to the API, the answer is a problem that names the field, and the process still serves."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from forum.page_routes import PAGES
from forum.routes import API, PREFIX
from tests.api.checks import Faults
from tests.api.routes import LONG_FIELDS, operations, pages, writes
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


@pytest.fixture
async def ben(as_: As) -> AsyncIterator[Client]:
    async with as_("ben") as ben:
        yield ben


async def serves(client: Client) -> None:
    assert (await client.get("/readyz")).text == "ready\n"
    assert (await client.get("/api/v1/groups/public-group")).status_code == 200


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
    async with as_("fay") as fay, as_("ben") as ben:
        for target in writes(cast):
            client = ben if target.name == "patch_post" else fay
            for name in target.takes_text:
                for what, (text, codes) in SPOILED_TEXTS.items():
                    if target.name == "put_membership":
                        client, what = as_("cem"), what + " from a stranger"
                        path = "/api/v1/groups/closed-group/membership"
                    else:
                        path = target.path
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


def with_each_parameter(template: str, path: str, values: list[str]) -> list[str]:
    """``path`` with each of its parameters in turn replaced by each value."""
    names, parts = template.split("/"), path.split("/")
    return [
        "/".join([*parts[:at], value, *parts[at + 1 :]])
        for at, name in enumerate(names)
        if name.startswith("{")
        for value in values
    ]


RUBBISH = [
    "0", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 100, "9" * 5000, "-1", "00", "1.5", "%00", "a%00b",
    "%FF", "%ED%A0%80", "%C0%AE", "%2e%2e", "..%2f..%2fetc", "%2F", "%25", "%", "%zz", "%0d%0aX-Evil:1", "%E2%80%AE",
    "%F0%9F%92%A9", "'--", "x" * 2000, "%E0%A5%90%D9%A3", "%F0%9D%9F%97", "public-group%00", "*", "1%20", "%09",
]  # fmt: skip


def some(n: int) -> list[str]:
    """A quarter of them, another one for each route: together the routes see all, several times."""
    return RUBBISH[n % 4 :: 4]


async def test_paths_that_lead_nowhere(as_: As, cast: Cast) -> None:
    faults = Faults()
    async with as_("ben") as ben, as_("ben", browser=True) as browser, as_("fay") as fay:
        for n, target in enumerate(operations(cast)):
            # Names are looked up only for those who may do something to their bearers.
            client = fay if "{username}" in target.template else ben
            for path in with_each_parameter(target.template, target.path, some(n)):
                json_body = {"json": target.body} if target.body is not None else {}
                answer = await client.request(target.method, path, headers=target.headers, **json_body)
                faults.check(f"{target.method} {path[:90]}", answer, 401, 403, 404, 405, 422, 204, 200)
        for n, target in enumerate(pages(cast)):
            for path in with_each_parameter(target.template, target.path, some(n)):
                form = {"data": target.body} if target.body is not None else {}
                answer = await browser.request(target.method, path, **form)
                faults.check(f"{target.method} {path[:90]}", answer, 401, 403, 404, 405, 422, 303, 200)
        await serves(ben)
    faults.none()


QUERIES = [
    "limit=0", "limit=-1", "limit=101", "limit=9999999999999999999999", "limit=", "limit=x", "limit=1.5", "limit=1e1",
    "limit=true", "limit=1&limit=2", "limit=%00", "limit=%FF", "limit=+5", "limit=%2B5", "limit=%D9%A3", "limit=null",
    "before=0", "before=-1", f"before={2**63 - 1}", f"before={2**63}", f"before={'9' * 5000}", "before=x", "before=",
    "after=0", "after=-1", f"after={2**31 - 1}", f"after={2**31}", f"after={2**63 - 1}", f"after={2**63}", "after=x",
    f"after={2**31 - 1}&limit=100", "page=0", "page=-1", f"page={2**63}", f"page={'9' * 5000}", "page=x", "page=%00",
    "q=%00", "q=%FF", "q=%ED%A0%80", "q=" + "x" * 5000, "q=%22", "q=%22%22%22", "q=((((", "q=AND+OR+NOT", "q=-", "q=*",
    "q=%5C", "q=a%25b_c", "q=%F0%9F%92%A9", "q=%E2%80%AE", "q=" + "%22a%20" * 500, "q=" + "(" * 2000, "q=body:x",
    "q=security^9999999", "q=security~9", "q=[a TO z]", "q=" + "a+" * 2000, "country=DE%0A", "country=de", "country=",
    "country=DEU", "sector=x", "sector=media%0A", "language=en%0A", "language=EN", "language=x", "theme=%00",
    "theme=" + "x" * 100, "mine=x", "mine=true", "mine=2", "group=%00", "group=", "group=no-such-group", "said=%00",
    "said=joined", "said=<b>", "next=//evil.example", "next=%00", "a=1&a=2", "=", "&&&", "%", "%00=1", "%FF=1",
    "a=" * 999, "é", "thread=0", f"thread={2**63}", "quote=%00",
    "hint=%00", "code=%00&state=%00", "state=%FF", "error=x%0d%0ay", "?",
]  # fmt: skip


async def test_odd_queries(as_: As, cast: Cast) -> None:
    """On every GET of both surfaces: all of them where the query is read, one in ten elsewhere."""
    faults = Faults()
    async with as_("ben") as ben, as_("ben", browser=True) as browser:
        for n, target in enumerate(operations(cast)):
            if target.method != "GET":
                continue
            names = set(API[n].operation.query.__struct_fields__)
            for m, query in enumerate(QUERIES):
                if query.partition("=")[0] in names or (n + m) % 10 == 0:
                    answer = await ben.get(f"{target.path}?{query}")
                    faults.check(f"{target.path}?{query[:60]}", answer)
                    if answer.status_code == 422 and not answer.json()["errors"]:
                        faults.found.append(f"{target.path}?{query[:60]}: no field is named")
        for n, path in enumerate([one.path for one in pages(cast) if one.method == "GET"] + ["/sign-in"]):
            for m, query in enumerate(QUERIES):
                if path in READ_QUERIES or (n + m) % 10 == 0:
                    faults.check(f"{path}?{query[:60]}", await browser.get(f"{path}?{query}"))
        for query in QUERIES:
            faults.check(f"/auth/callback/nobody?{query[:60]}", await ben.get(f"/auth/callback/nobody?{query}"))
        await serves(ben)
    faults.none()


READ_QUERIES = ["/latest", "/search", "/groups", "/g/public-group", "/members", "/notices", "/t/1/thread", "/sign-in"]


HEADERS: list[dict[str, bytes]] = [
    {"Accept": b"text/html"}, {"Accept": b""}, {"Accept": b"*/*;q=x"}, {"Accept": b"\xff\xfe"},
    {"Accept": b"a," * 5000}, {"Accept-Encoding": b"\xff"}, {"Accept-Encoding": b"zstd;q=9, br;q=-1"},
    {"Accept-Encoding": b"identity;q=0"}, {"Accept-Language": b"\xff"}, {"Accept-Language": b"xx-" * 2000},
    {"Accept-Language": b"en;q=abc,;;,"}, {"If-None-Match": b"*"}, {"If-None-Match": b'"' * 999},
    {"If-None-Match": b"\xff"}, {"If-Modified-Since": b"yesterday"}, {"Range": b"bytes=0-0"}, {"Cookie": b"\xff=\x01"},
    {"Cookie": b"__Host-plenary=" + b"x" * 5000}, {"Cookie": b"__Host-plenary=\xff"}, {"Cookie": b"theme=<b>; keys=1"},
    {"Authorization": b"Bearer"}, {"Authorization": b"Bearer \xff"}, {"Authorization": b"Basic Zm9v"},
    {"Authorization": b"Bearer " + b"x" * 5000}, {"X-Request-ID": b"a b\xff"}, {"X-Forwarded-For": b"\xff, 1.1.1"},
    {"Host": b"evil.example"}, {"Origin": b"null"}, {"Sec-Fetch-Site": b"\xff"}, {"Content-Type": b"\xff"},
    {"Expect": b"200-ok"}, {"X-HTTP-Method-Override": b"DELETE"}, {"Last-Event-ID": b"1-1"},
]  # fmt: skip


@pytest.mark.parametrize("name", ["ben", "stranger"])
async def test_odd_headers(as_: As, cast: Cast, name: str) -> None:
    faults = Faults()
    paths = [one.path for one in (*operations(cast), *pages(cast)) if one.method == "GET"]
    async with as_(name) as client:
        for n, path in enumerate(paths):
            for odd in HEADERS[n % 4 :: 4]:
                faults.check(f"{path} with {odd!r:.90}", await client.get(path, headers=odd))
        await serves(client) if name == "ben" else None
    faults.none()


TAGS = ["x", '"', "1.5", "-1", '"1', '1"', "9" * 30, '"1","2"', "*", '"a-b"', '"0"', "\xb2", ""]


async def test_bad_versions(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for target, tag in ((one, tag) for one in writes(cast) if one.headers for tag in TAGS):
        headers = {"If-Match": tag.encode("latin-1")}
        answer = await ben.request(target.method, target.path, json=target.body, headers=headers)
        what = f"{target.name} If-Match: {tag}"
        faults.check(what, answer, *((404,) if target.name == "put_draft" else ()), 409, 422)
        if answer.status_code == 422:
            faults.names(what, answer, "If-Match")
    faults.none()


async def test_a_missing_version_and_a_stale_one(as_: As, cast: Cast) -> None:
    async with as_("ben") as ben:
        path = f"/api/v1/posts/{cast.first['public']}"
        missing = await ben.patch(path, json={"body": "Mine."})
        assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
        tag = (await ben.get(path)).headers["etag"]
        first = await ben.patch(path, json={"body": "First."}, headers={"If-Match": tag})
        assert first.status_code == 200
        stale = await ben.patch(path, json={"body": "Mine."}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        assert stale.json()["details"] == {"yours": "Mine.", "theirs": "First.", "version": first.json()["version"]}
        again = await ben.patch(path, json={"body": "Mine."}, headers={"If-Match": first.headers["etag"]})
        assert again.status_code == 200
        assert again.json()["body"] == "Mine."


async def test_bad_keys(ben: Client, cast: Cast) -> None:
    faults, keys = Faults(), ["", "x" * 191, "x" * 201, "ä", "a\x7f", "\xff"]
    for n, target in enumerate(operations(cast)):
        key = keys[n % len(keys)]
        if target.method == "GET":
            continue
        headers = target.headers | {"Idempotency-Key": key.encode("latin-1")}
        json_body = {"json": target.body} if target.body is not None else {}
        answer = await ben.request(target.method, target.path, headers=headers, **json_body)
        faults.check(f"{target.name}: key {key!r:.20}", answer, 403 if target.name == "put_approval" else 422, 422)
        faults.names(target.name, answer, "Idempotency-Key") if answer.status_code == 422 else None
    faults.none()


async def test_the_same_key_gives_the_same_answer(ben: Client, cast: Cast) -> None:
    for name, path, body, other in (
        ("a", f"/api/v1/threads/{cast.threads['public']}/posts", {"body": "Once."}, {"body": "Twice."}),
        ("b", "/api/v1/groups/public-group/threads", {"title": "Once", "body": "Once."}, {"title": "x", "body": "y"}),
        ("c" * 186, "/api/v1/drafts", {"group": "public-group", "body": "Once."}, {"group": "public-group"}),
    ):
        key = {"Idempotency-Key": f"key-{name}"}
        first = await ben.post(path, json=body, headers=key)
        assert first.status_code == 201, first.text
        assert "idempotency-replayed" not in first.headers
        again = await ben.post(path, json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        for header in ("location", "content-type", "etag", "cache-control", "vary"):
            assert again.headers.get(header) == first.headers.get(header)
        reused = await ben.post(path, json=other, headers=key)
        assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
        assert reused.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_refusal_uses_up_no_key(ben: Client, cast: Cast) -> None:
    path, key = f"/api/v1/threads/{cast.threads['public']}/posts", {"Idempotency-Key": "once"}
    assert (await ben.post(path, json={"body": ""}, headers=key)).status_code == 422
    assert (await ben.post(path, json={"body": "Now."}, headers=key)).status_code == 201


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
    async with as_("fay") as fay, as_("ben") as ben:
        for target in writes(cast):
            for name in target.takes_text:
                client = ben if target.name in ("patch_post", "patch_me") else fay
                for extra in (1, 100_000):
                    body = (target.body or {}) | {name: "x" * (LONG_FIELDS[name] + extra)}
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
