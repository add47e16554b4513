"""A sign-in settles one's places by the rules of its provider, and lets in whoever proved who they are all the same."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from auth.claims import ClaimedPlaces
from auth.places import Wanted
from config.settings import PlaceRule, Settings
from tests.auth.op import ISSUER, LyingProvider, sign_in
from tests.auth.site import Site

pytestmark = pytest.mark.anyio
GROUP = """
    INSERT INTO groups (slug, title, theme, purpose, visibility, policy)
    VALUES ($1, $1, 'legal', 'x', 'closed', 'request')
"""
GRANTS = """
    SELECT gr.slug, g.role, g.leaves_at IS NOT NULL AS leaving, g.source FROM grants g
    JOIN memberships ms ON ms.id = g.membership_id JOIN groups gr ON gr.id = ms.group_id ORDER BY gr.slug, g.source
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    op, *others = settings.auth.providers
    rules = (
        PlaceRule(pattern=r"course-(\w+)", group="course-{1}"),
        PlaceRule(exact="ministry", group="officials", role="facilitator", on_leave="remove"),
    )
    ruled = replace(op, groups_claim="realm_access.roles", places=rules)
    return replace(settings, auth=replace(settings.auth, providers=(ruled, *others)))


@pytest.fixture
async def browser(site: Site) -> httpx2.AsyncClient:
    for slug in ("course-law", "course-dns", "officials"):
        await site.raw.execute(GROUP, slug)
    return site.browser()


async def came_in(site: Site, browser: httpx2.AsyncClient, op: LyingProvider, *roles: str | None) -> None:
    op.claims["realm_access"] = None if roles == (None,) else {"roles": roles}
    answer = await sign_in(browser, op)
    assert answer.status_code == 303 and (await browser.get("/me")).json()["username"] == "nia"


async def held(site: Site) -> list[tuple[str, str, bool]]:
    return [(row["slug"], row["role"], row["leaving"]) for row in await site.raw.fetch(GRANTS)]


async def noted(site: Site, action: str) -> list[dict[str, Any]]:
    rows = await site.raw.fetch("SELECT after FROM audit_entries WHERE action = $1 ORDER BY id", action)
    return [json.loads(row["after"]) for row in rows]


async def test_each_sign_in_gives_and_lets_go(site: Site, op: LyingProvider, browser: httpx2.AsyncClient) -> None:
    await came_in(site, browser, op, "course-law", "ministry", "offline_access")
    assert await held(site) == [("course-law", "member", False), ("officials", "facilitator", False)]
    assert {row["source"] for row in await site.raw.fetch(GRANTS)} == {"oidc:op"}
    await came_in(site, browser, op, "course-dns", "course-unfounded")
    assert await held(site) == [("course-dns", "member", False), ("course-law", "member", True)]
    assert await noted(site, "grant.passed_over") == [{"source": "oidc:op", "reason": "unknown_group", "count": 1}]


@pytest.mark.parametrize(("roles", "reason"), [(None, "claim_missing"), ("many", "too_many_values")])
async def test_a_claim_that_does_not_say_all_takes_nothing(
    site: Site, op: LyingProvider, browser: httpx2.AsyncClient, roles: str | None, reason: str
) -> None:
    await came_in(site, browser, op, "ministry")
    await came_in(site, browser, op, *([f"r{n}" for n in range(201)] if roles else [None]))
    assert await held(site) == [("officials", "facilitator", False)]
    assert await noted(site, "grant.not_settled") == [{"reason": reason, "source": "oidc:op"}]


async def test_what_the_token_leaves_out_the_userinfo_says(
    site: Site, op: LyingProvider, browser: httpx2.AsyncClient
) -> None:
    op.metadata["userinfo_endpoint"] = ISSUER + "/userinfo"
    op.userinfo = {"sub": "s-1", "realm_access": {"roles": ["course-law"]}}
    await came_in(site, browser, op, None)
    assert await held(site) == [("course-law", "member", False)]


async def test_a_provider_without_rules_has_no_say(
    site: Site, second: LyingProvider, browser: httpx2.AsyncClient
) -> None:
    second.claims["realm_access"] = {"roles": ["ministry"]}
    assert (await sign_in(browser, second)).status_code == 303
    assert await held(site) == []


class Broken:
    async def settle_member(self, member_id: int, source: str, wanted: Sequence[Wanted]) -> None:
        raise RuntimeError("no places today")


async def test_nobody_is_kept_out_because_places_fail(
    site: Site, op: LyingProvider, browser: httpx2.AsyncClient, settings: Settings
) -> None:
    broken = ClaimedPlaces(settings.auth.providers, directory=site.directory, places=Broken())  # type: ignore[arg-type]
    site.doors.entrance.followers[:] = [broken.settle]
    await came_in(site, browser, op, "ministry")
    assert await noted(site, "grant.not_settled") == [{"reason": "failed", "source": "oidc:op"}]
