"""Who may come in, what of theirs they see, and what a bad request is answered."""

import json
from typing import Any

import httpx2
import pytest

from auth.scim.described import LARGEST_BODY
from auth.scim.shape import PREFIX
from forum.app import Site
from tests.cast import Cast, api_token
from tests.scim.speaking import GROUP, USER, audited, client_of, group, patch, post, sql, user, with_token
from tests.support.clients import counting

pytestmark = pytest.mark.anyio

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
READS = ("/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/", "/Me", "/nowhere")


@pytest.fixture
async def hr(site: Site) -> httpx2.AsyncClient:
    return await client_of(site)


@pytest.mark.parametrize(
    "token", [None, "", "x", PREFIX, PREFIX + "0" * 64, PREFIX + "G" * 64, api_token("adi"), PREFIX + "0" * 10_000]
)
async def test_without_a_token_of_a_client_nothing_is_said(site: Site, token: str | None) -> None:
    stranger = with_token(site, token)
    for path in READS:
        answer = await stranger.get(path)
        assert answer.status_code == 401, path
        assert answer.json()["schemas"] == [ERROR]
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await stranger.post("/Users", json=user("nia"))).status_code == 401
    assert await sql("SELECT count(*) FROM scim_resources") == 0
    assert len(await audited("scim.refused")) == 1, "not once for each"


async def test_strangers_do_not_make_us_load_the_server(site: Site) -> None:
    await with_token(site, PREFIX + "0" * 64).get("/Users")
    assert site.scim._application is None
    await (await client_of(site)).get("/Users")
    assert site.scim._application is not None


async def test_a_session_is_no_token(client: Any) -> None:
    assert (await client("adi", browser=True).get("/scim/v2/Users")).status_code == 401
    assert (await client("adi").get("/scim/v2/Users")).status_code == 401


async def test_a_clients_token_opens_nothing_else(site: Site, hr: httpx2.AsyncClient) -> None:
    headers = {"Authorization": hr.headers["authorization"]}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=site.app), base_url="https://x.test") as other:
        for path in ("/api/v1/me", "/api/v1/threads", "/admin"):
            assert (await other.get(path, headers=headers)).status_code == 401


async def test_a_removed_client_is_a_stranger(hr: httpx2.AsyncClient) -> None:
    assert (await hr.get("/Users")).status_code == 200
    await sql("DELETE FROM scim_clients")
    assert (await hr.get("/Users")).status_code == 401


async def test_a_client_sees_and_touches_its_own_only(site: Site, hr: httpx2.AsyncClient) -> None:
    other = await client_of(site, "other", issuer="https://elsewhere.example.test")
    theirs = {"Users": await post(other, "Users", user("eva")), "Groups": await post(other, "Groups", group("g"))}
    for kind, number in theirs.items():
        at = f"/{kind}/{number}"
        body = user("eva") if kind == "Users" else group("g")
        assert (await hr.get(at)).status_code == 404
        assert (await hr.put(at, json=body)).status_code == 404
        assert (await hr.patch(at, json=patch("replace", "externalId", "x"))).status_code == 404
        assert (await hr.delete(at)).status_code == 404
        assert (await hr.get(f'/{kind}?filter=id eq "{number}"')).json()["totalResults"] == 0
    assert (await hr.get("/")).json()["totalResults"] == 0
    assert (await hr.get('/Users?filter=userName sw "eva"')).json()["totalResults"] == 0
    assert (await hr.post("/.search", json={"filter": "id pr"})).json()["totalResults"] == 0
    assert (await hr.post("/Users", json=user("eva"))).status_code == 201, "its name is its own"
    assert (await other.get("/")).json()["totalResults"] == 2


async def test_addresses_are_the_sites_whatever_the_host_header_says(hr: httpx2.AsyncClient) -> None:
    answer = await hr.post("/Users", json=user("nia"), headers={"Host": "evil.example"})
    assert answer.headers["location"].startswith("https://forum.example.test/scim/v2/Users/")
    assert answer.json()["meta"]["location"] == answer.headers["location"]


async def test_a_use_is_marked(hr: httpx2.AsyncClient) -> None:
    await hr.get("/Users")
    assert await sql("SELECT last_used_at FROM scim_clients") is not None


BODIES: dict[str, Any] = {
    "nothing": b"",
    "no json": b"{",
    "a text": b'"x"',
    "a list": b"[]",
    "null": b"null",
    "wrong types": {"schemas": [USER], "userName": 7, "active": [], "name": "x", "emails": {"a": 1}},
    "an object for a name": {"schemas": [USER], "userName": {"a": 1}},
    "foreign schemas": {"schemas": ["urn:x"], "userName": "x"},
    "no name": {"schemas": [USER]},
    "an empty name": {"schemas": [USER], "userName": ""},
    "a name that is too long": {"schemas": [USER], "userName": "x" * 501},
    "an externalId that is too long": {"schemas": [USER], "userName": "x", "externalId": "x" * 256},
    "NUL in the name": {"schemas": [USER], "userName": "a\0b"},
    "NUL deep inside": {"schemas": [USER], "userName": "x", "emails": [{"value": "a\0@b.example"}]},
    "half a surrogate": b'{"schemas":["' + USER.encode() + b'"],"userName":"\\ud800"}',
    "no utf-8": b'{"schemas":["' + USER.encode() + b'"],"userName":"\xff\xfe"}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"schemas":[],"userName":"x","name":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    "a number too large": b'{"schemas":["' + USER.encode() + b'"],"userName":1e999}',
    "huge": b'{"userName":"' + b"x" * LARGEST_BODY + b'"}',
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_a_clear_refusal(hr: httpx2.AsyncClient, name: str) -> None:
    body = BODIES[name]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    number = await post(hr, "Users", user("nia"))
    headers = {"Content-Type": "application/scim+json"}
    for method, path in (("POST", "/Users"), ("PUT", f"/Users/{number}"), ("PATCH", f"/Users/{number}"),
                         ("POST", "/Groups"), ("POST", "/Bulk"), ("POST", "/.search")):  # fmt: skip
        answer = await hr.request(method, path, content=content, headers=headers)
        if path == "/.search" and answer.status_code == 200:
            continue
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.json()["schemas"] == [ERROR]
        assert answer.json()["status"] == str(answer.status_code)
    assert (await hr.get("/Users")).json()["totalResults"] == 1


QUERIES = [
    'filter=userName eq "a\\u0000"', 'filter=userName eq "\\ud800"', "filter=(((", 'filter=nowhere eq "x"',
    "filter=" + "(" * 3000 + "id pr" + ")" * 3000, "filter=" + " and ".join(["id pr"] * 2000),
    "filter=" + "not (" * 500 + "id pr" + ")" * 500, 'filter=userName eq "' + "x" * 5000 + '"',
    "startIndex=99999999999999999999", "startIndex=-1", "startIndex=x", "count=-1", "count=99999999999999999999",
    "sortBy=nowhere", "sortBy=password", "sortBy=userName&sortOrder=sideways", "cursor=abc", "attributes=%00",
    "filter=%ff%fe", "%ff=%ff", 'filter=password eq "x"', 'filter=userName co "\\u0000"',
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(QUERIES)))
async def test_a_bad_question_is_never_a_failure(hr: httpx2.AsyncClient, number: int) -> None:
    await post(hr, "Users", user("nia"))
    for path in ("/Users", "/"):
        answer = await hr.get(f"{path}?{QUERIES[number]}")
        assert answer.status_code < 500 or answer.status_code == 501, answer.text


@pytest.mark.parametrize(
    "tail", ["/Users/%00", "/Users/x", "/Users/" + "9" * 2000, "/Users/a/b/c", "/Users/%ff", "/Bulk"]
)
async def test_a_bad_address_is_never_a_failure(hr: httpx2.AsyncClient, tail: str) -> None:
    assert (await hr.get(tail)).status_code in (404, 405)


@pytest.mark.parametrize(
    "operations",
    [
        None, [], [{}], [{"op": "x"}], [{"op": "add"}], [{"op": "replace", "path": "id", "value": "x"}],
        [{"op": "replace", "path": "userName", "value": None}], [{"op": "remove", "path": "userName"}],
        [{"op": "add", "path": "emails[", "value": 1}], [{"op": "add", "path": "members", "value": "x"}],
        [{"op": "replace", "path": "userName", "value": "a\0"}], [{"op": "add", "path": "x" * 5000, "value": 1}],
        [{"op": "replace", "path": 'emails[type eq "\\u0000"].value', "value": "x"}],
        [{"op": "replace", "value": {"userName": {"a": [1]}}}],
    ],
)  # fmt: skip
async def test_a_bad_patch_changes_nothing(hr: httpx2.AsyncClient, operations: Any) -> None:
    number = await post(hr, "Users", user("nia"))
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    answer = await hr.patch(f"/Users/{number}", json=body)
    assert answer.status_code < 500, answer.text
    assert (await hr.get(f"/Users/{number}")).json()["userName"] == "nia@org.example"


async def test_a_group_has_so_many_members_and_no_more(hr: httpx2.AsyncClient) -> None:
    body = {"schemas": [GROUP], "displayName": "g", "members": [{"value": str(n)} for n in range(20_001)]}
    assert (await hr.post("/Groups", json=body)).status_code == 400


async def test_common_questions_are_answered_by_an_index(hr: httpx2.AsyncClient) -> None:
    for name in ("nia", "oda"):
        await post(hr, "Users", user(name))
    statements: list[str] = []
    with counting(statements):
        for question in ('userName eq "NIA@org.example"', 'externalId eq "nia"', 'id pr and externalId eq "nia"'):
            assert (await hr.get("/Users", params={"filter": question})).json()["totalResults"] == 1
    assert not any("id > $3" in one for one in statements), "none reads them all"


async def test_pages_follow_each_other(hr: httpx2.AsyncClient, cast: Cast) -> None:
    for number in range(7):
        await post(hr, "Users", user(f"u{number}"))
    for query in ("", "&sortBy=userName", "&sortBy=externalId&sortOrder=descending", '&filter=externalId sw "u"'):
        seen = []
        for start in (1, 4, 7):
            page = (await hr.get(f"/Users?startIndex={start}&count=3{query}")).json()
            assert page["totalResults"] == 7
            seen += [one["externalId"] for one in page["Resources"]]
        assert sorted(seen) == [f"u{n}" for n in range(7)], query
