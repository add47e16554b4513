"""People come in by another site's word, and by nothing less."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from auth.dconnect.wire import pack, sign, unpack
from config.settings import Secret
from forum.groups.commands.grants import give_place
from tests.auth.dconnect.conftest import SECRET
from tests.auth.op import LyingProvider
from tests.auth.op import sign_in as by_provider
from tests.auth.site import BASE_URL, Site, account, last_refusal

pytestmark = pytest.mark.anyio

PERSON = {
    "external_id": "7",
    "username": "nia",
    "name": "Nia Mensah",
    "email": "nia@example.test",
    "require_activation": False,
}
BACK = "/auth/dconnect/school"


async def asked(
    browser: httpx2.AsyncClient, name: str = "school", at: str = "/sign-in/dconnect/", **form: str
) -> dict[str, str]:
    """Press the button; what the other site is asked."""
    answer = await browser.post(at + name, data=form)
    assert answer.status_code == 303, answer.text
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == "https://learn.example.test/sso"
    query = {key: values[0] for key, values in parse_qs(place.query).items()}
    secret = SECRET if name == "school" else Secret("the secret of a college")
    return unpack(query["sso"], query["sig"], secret)


async def sign_in(browser: httpx2.AsyncClient, wish: str = "/", **said: Any) -> httpx2.Response:
    sent = await asked(browser, next=wish)
    return await browser.get(BACK, params=pack({"nonce": sent["nonce"], **PERSON, **said}, SECRET))


async def refused(
    site: Site, answer: httpx2.Response, reason: str, status: int = 400, provider: str | None = "dconnect:school"
) -> None:
    assert (answer.status_code, answer.json()["template"]) == (status, "sign_in_refused.html"), answer.text
    assert answer.json()["reason"] == reason
    assert answer.headers["cache-control"] == "no-store"
    assert "plenary=" not in answer.headers.get("set-cookie", "")
    assert await last_refusal(site.raw) == {"reason": reason, "provider": provider}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_the_button_is_on_the_page_and_begins(site: Site) -> None:
    async with site.browser() as browser:
        shown = (await browser.get("/sign-in")).json()["providers"]
        assert {"name": "dconnect/school", "label": "School account"} in shown
        sent = await asked(browser)
    assert sent["return_sso_url"] == BASE_URL + BACK and len(sent["nonce"]) == 43
    assert "https://learn.example.test" in site.doors.form_targets()


async def test_somebody_new_comes_in(site: Site) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, "/groups")
        assert (answer.status_code, answer.headers["location"]) == (303, "/groups")
        me = (await browser.get("/me")).json()
    assert (me["username"], me["status"], me["staff"]) == ("nia", "active", None)
    row = await site.raw.fetchrow(
        "SELECT i.issuer, i.subject, m.email, m.email_verified, s.kind, s.auth_time FROM members m"
        " JOIN identities i ON i.member_id = m.id JOIN sessions s ON s.member_id = m.id"
    )
    assert tuple(row or ()) == ("dconnect:school", "7", "nia@example.test", True, "dconnect", None)
    began = await site.raw.fetchval("SELECT after FROM audit_entries WHERE action = 'session.began'")
    assert json.loads(began) == {"provider": "dconnect:school", "kind": "dconnect"}


async def test_the_external_id_is_who_they_are_whatever_else_has_changed(site: Site) -> None:
    async with site.browser() as browser:
        await sign_in(browser)
        first = (await browser.get("/me")).json()["member"]
        await sign_in(browser, username="nia-m", email="new@example.test", name="N. M.")
        assert (await browser.get("/me")).json()["member"] == first
        await sign_in(browser, external_id="8", email=None)
        assert (await browser.get("/me")).json()["member"] != first


async def test_an_equal_address_is_never_a_key(site: Site) -> None:
    alumni = await group(site, "alumni")
    theirs = await account(site, "nia-old", email="nia@example.test", email_verified=True)
    async with site.browser() as browser:
        answer = await sign_in(browser, add_groups="alumni")
        assert answer.headers["location"] == "/sign-in/join"
        assert (await browser.get("/me")).json()["member"] is None
        assert await site.raw.fetchval("SELECT count(*) FROM identities") == 0
        await browser.post("/sign-in/join/new")
        assert (await browser.get("/me")).json()["member"] not in (None, theirs)
        assert list(await roles(browser)) == [str(alumni)]
    assert await site.raw.fetchval("SELECT count(*) FROM members WHERE email IS NOT NULL") == 1


async def test_a_member_connects_the_site_to_their_account(site: Site, op: LyingProvider) -> None:
    alumni = await group(site, "alumni")
    async with site.browser() as browser:
        await by_provider(browser, op)
        await site.raw.execute("UPDATE sessions SET auth_time = extract(epoch FROM now())")
        member = (await browser.get("/me")).json()["member"]
        sent = await asked(browser, at="/sign-in/connect/dconnect/")
        said = {"nonce": sent["nonce"], **PERSON, "groups": "alumni"}
        answer = await browser.get(BACK, params=pack(said, SECRET))
        assert answer.headers["location"].startswith("/me/sign-in")
        assert list(await roles(browser)) == [str(alumni)]
    found = await site.raw.fetchval("SELECT member_id FROM identities WHERE issuer = 'dconnect:school'")
    assert found == member and await site.raw.fetchval("SELECT count(*) FROM members") == 1


async def test_one_id_of_two_sites_is_two_people(site: Site) -> None:
    async with site.browser() as browser:
        await sign_in(browser)
        sent = await asked(browser, "college")
        answer = pack({"nonce": sent["nonce"], "external_id": "7"}, Secret("the secret of a college"))
        assert (await browser.get("/auth/dconnect/college", params=answer)).status_code == 303
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 2


@pytest.mark.parametrize("word", ["true", "True", "", "no"])
async def test_an_address_that_waits_for_activation_is_not_kept(site: Site, word: str) -> None:
    async with site.browser() as browser:
        await sign_in(browser, require_activation=word)
    assert await site.raw.fetchval("SELECT email FROM members") is None


async def test_what_it_says_of_staff_is_nothing_to_us(site: Site) -> None:
    async with site.browser() as browser:
        await sign_in(browser, admin=True, moderator=True)
        assert (await browser.get("/me")).json()["staff"] is None


async def test_two_tabs_both_work(site: Site) -> None:
    async with site.browser() as browser:
        one, two = await asked(browser, next="/one"), await asked(browser, next="/two")
        for sent, target in ((two, "/two"), (one, "/one")):
            answer = await browser.get(BACK, params=pack({"nonce": sent["nonce"], **PERSON}, SECRET))
            assert answer.headers["location"] == target


async def group(site: Site, slug: str) -> int:
    found: int = await site.raw.fetchval(
        "INSERT INTO groups (slug, title, theme, purpose, visibility, policy, on_leave, grace_days)"
        " VALUES ($1, $1, 'x', 'x', 'closed', 'request', 'remove', 0) RETURNING id",
        slug,
    )
    return found


async def roles(browser: httpx2.AsyncClient) -> dict[str, str]:
    said: dict[str, str] = (await browser.get("/me")).json()["roles"]
    return said


async def test_it_lets_people_into_the_groups_that_the_settings_name(site: Site) -> None:
    alumni, secret = await group(site, "alumni"), await group(site, "secret")
    async with site.browser() as browser:
        await sign_in(browser, add_groups="alumni,secret,nowhere")
        assert await roles(browser) == {str(alumni): "member"}
        assert await site.raw.fetchval("SELECT source FROM grants") == "dconnect:school"
        # By hand as well, and in a group that the site knows nothing of.
        member = (await browser.get("/me")).json()["member"]
        await give_place(secret, member, "manual")
        await sign_in(browser)
        assert await roles(browser) == {str(alumni): "member", str(secret): "member"}
        await sign_in(browser, remove_groups="alumni,secret")
        assert await roles(browser) == {str(secret): "member"}
        await sign_in(browser, groups="alumni")
        assert await roles(browser) == {str(alumni): "member", str(secret): "member"}
        await sign_in(browser, groups="")
        assert await roles(browser) == {str(secret): "member"}


@pytest.mark.parametrize("wish", ["https://evil.example.test", "//evil.example.test", "/\\evil.example.test"])
async def test_the_way_on_stays_here(site: Site, wish: str) -> None:
    async with site.browser() as browser:
        assert (await sign_in(browser, wish)).headers["location"] == "/"


async def test_a_suspended_member_stays_out(site: Site) -> None:
    async with site.browser() as browser:
        await sign_in(browser)
        await site.raw.execute("UPDATE members SET status = 'suspended', suspension_reason = 'Spam'")
        await site.raw.execute("DELETE FROM sessions")
        answer = await sign_in(browser)
    await refused(site, answer, "suspended", 403)
    assert answer.json()["note"] == "Spam"


@pytest.mark.parametrize("status", ["suspended", "deactivated"])
async def test_whoever_is_shut_out_stays_out(site: Site, status: str) -> None:
    async with site.browser() as browser:
        await sign_in(browser)
        await site.raw.execute("UPDATE members SET status = $1", status)
        await site.raw.execute("DELETE FROM sessions")
        await refused(site, await sign_in(browser), status, 403)


async def test_a_forged_answer(site: Site) -> None:
    async with site.browser() as browser:
        sent = await asked(browser)
        good = pack({"nonce": sent["nonce"], **PERSON}, SECRET)
        other = pack({"nonce": sent["nonce"], **PERSON, "external_id": "1"}, Secret("a secret that nobody gave us"))
        for forged in ({**good, "sig": "0" * 64}, {**good, "sso": other["sso"]}, other, {"sso": good["sso"]}, {}):
            await refused(site, await browser.get(BACK, params=forged), "bad_signature")
        # None of them used the sign-in up.
        assert (await browser.get(BACK, params=good)).status_code == 303


async def test_a_replayed_answer(site: Site) -> None:
    async with site.browser() as browser:
        sent = await asked(browser)
        good = pack({"nonce": sent["nonce"], **PERSON}, SECRET)
        assert (await browser.get(BACK, params=good)).status_code == 303
        await site.raw.execute("DELETE FROM sessions")
        await refused(site, await browser.get(BACK, params=good), "replayed")


async def test_an_answer_that_came_too_late(site: Site) -> None:
    async with site.browser() as browser:
        sent = await asked(browser)
        await site.raw.execute("UPDATE login_transactions SET expires_at = now() - interval '1 second'")
        answer = await browser.get(BACK, params=pack({"nonce": sent["nonce"], **PERSON}, SECRET))
    await refused(site, answer, "expired")


async def test_an_answer_that_nobody_asked_for(site: Site) -> None:
    async with site.browser() as browser:
        await asked(browser)
        await refused(site, await browser.get(BACK, params=pack({"nonce": "n", **PERSON}, SECRET)), "expired")


async def test_an_answer_in_another_browser(site: Site) -> None:
    async with site.browser() as mine, site.browser() as theirs:
        sent = await asked(mine)
        await asked(theirs)
        good = pack({"nonce": sent["nonce"], **PERSON}, SECRET)
        await refused(site, await theirs.get(BACK, params=good), "wrong_browser")
        async with site.browser() as bare:
            await refused(site, await bare.get(BACK, params=good), "wrong_browser")
        assert (await mine.get(BACK, params=good)).status_code == 303


async def test_an_answer_to_what_another_site_was_asked(site: Site) -> None:
    async with site.browser() as browser:
        sent = await asked(browser, "college")
        answer = await browser.get(BACK, params=pack({"nonce": sent["nonce"], **PERSON}, SECRET))
        await refused(site, answer, "wrong_provider")
        begun = await browser.post("/sign-in/op")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        answer = await browser.get(BACK, params=pack({"nonce": state, **PERSON}, SECRET))
        await refused(site, answer, "wrong_provider")


@pytest.mark.parametrize("external_id", [None, "", "x" * 256, "a\nb"])
async def test_an_answer_about_nobody(site: Site, external_id: str | None) -> None:
    async with site.browser() as browser:
        await refused(site, await sign_in(browser, external_id=external_id), "no_external_id")


async def test_the_other_site_may_say_no(site: Site) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, external_id=None, failed=True)
    await refused(site, answer, "refused_by_provider")


@pytest.mark.parametrize(
    ("text", "reason", "status"),
    [
        ("bm9uY2U9*", "bad_base64", 400),
        ("bm9uY2U9JUZG", "bad_text", 400),
        ("bm9uY2U9YSZub25jZT1i", "duplicate_field", 400),
        ("YT1i", "no_nonce", 400),
        ("A" * 9000, "oversize", 413),
    ],
)
async def test_signed_and_wrong(site: Site, text: str, reason: str, status: int) -> None:
    async with site.browser() as browser:
        await asked(browser)
        answer = await browser.get(BACK, params={"sso": text, "sig": sign(text, SECRET)})
    await refused(site, answer, reason, status)


async def test_a_parameter_given_twice(site: Site) -> None:
    async with site.browser() as browser:
        sent = await asked(browser)
        good = urlencode(pack({"nonce": sent["nonce"], **PERSON}, SECRET))
        await refused(site, await browser.get(f"{BACK}?{good}&sig=1"), "malformed")


async def test_an_unknown_site(site: Site) -> None:
    async with site.browser() as browser:
        for answer in (await browser.post("/sign-in/dconnect/nobody"), await browser.get("/auth/dconnect/nobody")):
            await refused(site, answer, "unknown_provider", 404, None)


async def test_a_long_form_and_a_get_begin_nothing(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/sign-in/dconnect/school", data={"next": "/" + "a" * 9000})
        await refused(site, answer, "oversize", 413)
        assert (await browser.get("/sign-in/dconnect/school")).status_code == 405
    assert await site.raw.fetchval("SELECT count(*) FROM login_transactions") == 0
