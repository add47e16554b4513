"""API tokens: shape, scopes, ends."""

from datetime import timedelta

import pytest

from auth.actor import Scope
from auth.sessions.cookies import digest
from auth.tokens import commands, queries
from auth.tokens.shape import is_token
from tests.auth.op import LyingProvider, sign_in
from tests.auth.site import Site
from tests.auth.test_sign_in import account

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
BOTH = (Scope.READ, Scope.POST)


async def made(site: Site, *scopes: Scope) -> tuple[int, commands.Created]:
    member_id = await account(site, "ben")
    return member_id, await commands.create(member_id, "script", scopes or BOTH, DAY)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_acts_as_its_owner_and_is_kept_as_a_hash(site: Site) -> None:
    member_id, token = await made(site)
    assert is_token(token.token.encode()) and token.token.startswith(token.prefix + "_")
    async with site.browser(headers=bearer(token.token)) as script:
        me = (await script.get("/me")).json()
        assert (me["member"], me["session"]) == (member_id, None)
        assert (await script.post("/write")).status_code == 200
    row = await site.raw.fetchrow("SELECT * FROM api_tokens")
    assert row is not None and row["token_hash"] == digest(token.token) and row["last_used_at"] is not None
    assert token.token.rpartition("_")[2] not in repr(dict(row))


@pytest.mark.parametrize(
    "sent", ["", "x", "plenary_pat_", "plenary_pat_00000000_" + "0" * 64, "plenary_pat_é", "a" * 10_000]
)
async def test_a_bad_bearer_is_401_even_beside_a_good_cookie(site: Site, op: LyingProvider, sent: str) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        answer = await browser.get("/me", headers=[(b"Authorization", b"Bearer " + sent.encode())])
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="plenary", error="invalid_token"'
    assert answer.json()["code"] == "invalid_token"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE api_tokens SET expires_at = now()",
        "UPDATE members SET status = 'suspended'",
        "UPDATE members SET status = 'deactivated'",
        "DELETE FROM api_tokens",
    ],
)
async def test_a_token_that_is_over_is_401(site: Site, change: str) -> None:
    _, token = await made(site)
    await site.raw.execute(change)
    async with site.browser(headers=bearer(token.token)) as script:
        assert (await script.get("/me")).status_code == 401


async def test_a_token_does_only_what_its_scopes_say(site: Site) -> None:
    member_id, reader = await made(site, Scope.READ)
    writer = await commands.create(member_id, "writer", [Scope.POST], DAY)
    async with site.browser(headers=bearer(reader.token)) as script:
        assert (await script.get("/me")).status_code == 200
        answer = await script.post("/write")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    async with site.browser(headers=bearer(writer.token)) as script:
        assert (await script.get("/me")).status_code == 403
        assert (await script.post("/write")).status_code == 200


async def test_other_schemes_are_not_ours(site: Site) -> None:
    async with site.browser(headers={"Authorization": "Basic eDp5"}) as browser:
        assert (await browser.get("/me")).status_code == 200


async def test_bearer_wins_over_the_cookie(site: Site, op: LyingProvider) -> None:
    member_id, token = await made(site)
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert (await browser.get("/me", headers=bearer(token.token))).json()["member"] == member_id


async def test_last_use_is_written_at_most_once_a_minute(site: Site) -> None:
    _, token = await made(site)
    async with site.browser(headers=bearer(token.token)) as script:
        for seconds, moved in ((30, False), (61, True)):
            await site.raw.execute("UPDATE api_tokens SET last_used_at = now() - make_interval(secs => $1)", seconds)
            await script.get("/me")
            assert await site.raw.fetchval("SELECT last_used_at = now() FROM api_tokens") is moved


async def test_a_member_lists_and_ends_their_own(site: Site) -> None:
    member_id, token = await made(site)
    stranger = await account(site, "cem")
    assert [view.prefix for view in await queries.of_member(member_id)] == [token.prefix]
    assert await queries.of_member(stranger) == []
    assert not await commands.end_mine(stranger, token.id)
    assert await commands.end_mine(member_id, token.id)
    assert not await commands.end_mine(member_id, token.id)


@pytest.mark.parametrize(
    ("name", "scopes", "lasting", "field"),
    [
        ("", BOTH, DAY, "name"),
        ("x" * 81, BOTH, DAY, "name"),
        ("a\x00b", BOTH, DAY, "name"),
        ("x", (), DAY, "scopes"),
        ("x", BOTH, timedelta(days=367), "expires_at"),
        ("x", BOTH, timedelta(), "expires_at"),
    ],
)
async def test_a_token_that_may_not_be_is_refused(
    site: Site, name: str, scopes: tuple[Scope, ...], lasting: timedelta, field: str
) -> None:
    with pytest.raises(commands.TokenError) as refused:
        await commands.create(await account(site, "ben"), name, scopes, lasting)
    assert refused.value.field == field
