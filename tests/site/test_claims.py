"""What would come of somebody's claims, on the administration's page; nothing is written."""
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from config.settings import AuthSettings, PlaceRule, ProviderSettings, Secret, Settings
from forum.app import Site
from forum.groups.models import Grant
from tests.support.clients import Client, client_of

pytestmark = pytest.mark.anyio
RULES = (
    PlaceRule(exact="staff", group="public-group", role="facilitator"),
    PlaceRule(pattern=r"course-(\d+)", group="course-{1}", on_leave="remove"),
)


@pytest.fixture
async def adi(site: Site, settings: Settings) -> Client:
    provider = ProviderSettings(
        name="academy",
        label="The academy",
        issuer="https://id.example.test",
        client_id="forum",
        client_secret=Secret("a secret"),
        groups_claim="groups",
        places=RULES,
    )
    ruled = Site(replace(settings, auth=AuthSettings(providers=(provider,))))
    return client_of(ruled, "adi", browser=True)


async def preview(adi: Client, claims: str, provider: str = "academy") -> Any:
    return await adi.post("/admin/claims", data={"provider": provider, "claims": claims})


async def test_the_page_shows_what_would_come_of_each_value(adi: Client) -> None:
    assert "The academy" in (await adi.get("/admin/claims")).text
    before = await Grant.all().count()
    answer = await preview(adi, '{"groups": ["staff", "course-7", "<b>other</b>"]}')
    assert answer.status_code == 200
    assert '<a href="/g/public-group">public-group</a>' in answer.text
    assert "<b>course-7</b> · there is no such group" in answer.text
    assert "No rule fits." in answer.text and "&lt;b&gt;other&lt;/b&gt;" in answer.text
    assert "ends as soon as it is said no more" in answer.text
    assert await Grant.all().count() == before


async def test_a_token_is_read_and_the_page_says_that_nobody_checked_it(adi: Client) -> None:
    payload = urlsafe_b64encode(b'{"groups": "staff"}').rstrip(b"=").decode()
    answer = await preview(adi, f"e30.{payload}.c2ln")
    assert "signature was not checked" in answer.text and "public-group" in answer.text


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ("{}", "do not hold the claim with the groups"),
        ('{"groups": {"a": 1}}', "holds no list of texts"),
        ('{"groups": []}', "every place that this provider gave would be let go"),
        ('{"groups": ["' + '","'.join(map(str, range(201))) + '"]}', "more than 200 values"),
    ],
)
async def test_claims_that_say_nothing_or_less(adi: Client, claims: str, says: str) -> None:
    answer = await preview(adi, claims)
    assert answer.status_code == 200 and says in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("claims", ["no JSON", "[1]", "a.b.c", "[" * 50_000, '{"a": 1' + " " * 70_000])
async def test_what_is_no_claims_comes_back_with_a_word_of_advice(adi: Client, claims: str) -> None:
    answer = await preview(adi, claims)
    assert answer.status_code == 422 and "Please give" in answer.text
    assert "<textarea" in answer.text


async def test_an_unknown_provider_is_refused(adi: Client) -> None:
    assert (await preview(adi, "{}", "other")).status_code == 422
