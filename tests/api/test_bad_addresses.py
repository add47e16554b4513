"""Whatever stands in a path, a query or a header, the answer is one that is described."""

from collections.abc import Callable

import pytest

from forum.routes import API
from tests.api.checks import Faults, serves
from tests.api.routes import operations, pages
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]


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
