"""Clients made and removed by administrators, on the page and at the command line; Groups led to groups."""

import re
from typing import Any

import httpx2
import pytest

from forum.app import Site
from forum.cli.main import app as command_line
from forum.provisioning.commands import make_client, remove_client
from tests.cast import Cast
from tests.scim.speaking import audited, client_of, group, member_of, post, sql, status_of, user, with_token

pytestmark = pytest.mark.anyio

HERE = "/admin/provisioning"
FORM = {"name": "HR", "issuer": "https://idp.example.test", "subject_from": "externalId", "groups": "closed-group"}
PLACES = "SELECT count(*) FROM grants WHERE source = 'scim:HR' AND leaves_at IS NULL"


@pytest.fixture
async def adi(client: Any) -> httpx2.AsyncClient:
    return client("adi", browser=True)


async def test_a_client_is_made_and_its_token_is_shown_once(site: Site, adi: httpx2.AsyncClient, cast: Cast) -> None:
    form_id = re.search(r'name="form_id" value="([^"]+)"', (await adi.get(HERE)).text)
    assert form_id is not None
    sent = FORM | {"form_id": form_id.group(1)}
    answer = await adi.post(HERE, data=sent)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = re.search(r"plenary_scim_[0-9a-f]{64}", answer.text)
    assert token is not None
    assert (await with_token(site, token.group()).get("/Users")).status_code == 200
    assert await sql("SELECT group_ids FROM scim_clients") == [cast.groups["closed"]]
    again = await adi.post(HERE, data=sent)
    assert (again.status_code, again.headers["location"]) == (303, HERE + "?said=client_made")
    assert token.group() not in (await adi.get(HERE)).text
    assert len(await audited("scim.client_created")) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 61), ("issuer", ""), ("issuer", "two words"), ("groups", "hidden-group"),
        ("issuer", "https://demo.plenary.invalid"), ("subject_from", "email"), ("groups", "nowhere"),
    ],
)  # fmt: skip
async def test_a_mistake_is_told_and_nothing_is_lost(adi: httpx2.AsyncClient, field: str, value: str) -> None:
    answer = await adi.post(HERE, data=FORM | {field: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and f'id="{field}-fault"' in answer.text
    assert 'value="https://idp.example.test"' in answer.text or field == "issuer"
    assert await sql("SELECT count(*) FROM scim_clients") == 0


async def test_a_name_is_given_once(adi: httpx2.AsyncClient) -> None:
    await adi.post(HERE, data=FORM)
    assert (await adi.post(HERE, data=FORM | {"name": "hr"})).status_code == 422


async def test_the_page_tells_what_fills_nothing_and_leads_it_somewhere(
    site: Site, adi: httpx2.AsyncClient, cast: Cast
) -> None:
    hr = await client_of(site, "HR")
    nia = await post(hr, "Users", user("nia"))
    await post(hr, "Users", user("oda", externalId=None))
    number = await post(hr, "Groups", group("SG-Climate-0042", nia))
    page = (await adi.get(HERE)).text
    assert "SG-Climate-0042" in page and "fills no group" in page and "1 person has no account" in page
    assert (await adi.post(f"{HERE}/groups/{number}", data={"group": "closed-group"})).status_code == 303
    assert await sql(PLACES) == 1
    page = (await adi.get(HERE)).text
    assert "fills no group" not in page and 'href="/g/closed-group"' in page
    (noted,) = await audited("scim.group_bound")
    assert (noted["subject_id"], noted["resource"]) == (cast.groups["closed"], number)
    await adi.post(f"{HERE}/groups/{number}", data={"group": ""})
    assert await sql(PLACES) == 0


@pytest.mark.parametrize("slug", ["nowhere", "hidden-group", "taken"])
async def test_a_group_that_cannot_be_chosen_is_told(
    site: Site, adi: httpx2.AsyncClient, cast: Cast, slug: str
) -> None:
    hr = await client_of(site, "HR", groups=(cast.groups["closed"],))
    await post(hr, "Groups", group("closed-group"))
    number = await post(hr, "Groups", group("another"))
    answer = await adi.post(f"{HERE}/groups/{number}", data={"group": "closed-group" if slug == "taken" else slug})
    assert answer.status_code == 422
    assert 'id="group-fault"' in answer.text
    assert (await adi.post(f"{HERE}/groups/x", data={"group": "closed-group"})).status_code == 404


async def test_removing_ends_places_and_token_and_keeps_suspensions(
    site: Site, adi: httpx2.AsyncClient, cast: Cast
) -> None:
    await sql("UPDATE groups SET grace_days = 0 WHERE id = $1", cast.groups["closed"])
    hr = await client_of(site, "HR", groups=(cast.groups["closed"],))
    ids = [await post(hr, "Users", user(name)) for name in ("nia", "oda")]
    await post(hr, "Groups", group("closed-group", *ids))
    await hr.delete(f"/Users/{ids[1]}")
    client_id = await sql("SELECT id FROM scim_clients")
    assert (await adi.post(f"{HERE}/{client_id}/remove")).status_code == 303
    assert (await hr.get("/Users")).status_code == 401
    assert await sql(PLACES) == 0
    assert await status_of(await member_of("nia")) == "active"
    assert await status_of(await member_of("oda")) == "suspended"
    again = await client_of(site, "HR")
    await post(again, "Users", user("oda"))
    assert await status_of(await member_of("oda")) == "active", "the name is what holds go by"
    assert (await adi.post(f"{HERE}/{client_id}/remove")).status_code == 404


async def test_the_operator_may_name_any_group(site: Site, cast: Cast) -> None:
    made = await make_client(None, "HR", "https://idp.example.test", "userName", ["hidden-group"])
    assert (await with_token(site, made.token).get("/Users")).status_code == 200
    await remove_client(None, "hr")
    assert await sql("SELECT count(*) FROM scim_clients") == 0


def test_the_command_line_has_them() -> None:
    from typer.testing import CliRunner

    shown = CliRunner().invoke(command_line, ["scim", "client", "--help"]).output
    assert all(word in shown for word in ("create", "list", "remove"))
