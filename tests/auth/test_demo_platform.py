"""The demo's course platform, met by a tool that checks what it says and tries what it must refuse."""
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.demo.courses import INSTRUCTOR, LEARNER
from auth.demo.lti import DEEP_LINK, DEEP_LINKING, LTI, RESOURCE_LINK, Manner
from auth.demo.pages import CoursePages, Standing
from auth.demo.platform import Message, Platform
from auth.demo.provider import DemoProvider
from auth.demo.rosters import ROSTER_CLAIM, ROSTER_SCOPE
from auth.oidc.reserved import DEMO_ISSUER
from tests.auth.campus import REGISTRATION, TOOL, TinyTool, campus, new_key, posted_on, query_of
from tests.auth.faces import FACES
from tests.auth.site import page

pytestmark = pytest.mark.anyio

WANTED = {
    "scope": "openid",
    "response_type": "id_token",
    "response_mode": "form_post",
    "prompt": "none",
    "redirect_uri": TOOL + "/lti/launch",
    "state": "st-1",
    "nonce": "n-1",
}


class SilentForum:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.rosters: list[tuple[str, bool]] = []

    async def standing(self, course_id: str, subject: str | None) -> Standing:
        return Standing()

    async def roster(self, course_id: str, *, force: bool) -> str:
        self.rosters.append((course_id, force))
        return "roster_read"


class Bench:
    def __init__(self, client: httpx2.AsyncClient, tool: TinyTool, manner: Manner | None = None) -> None:
        self.tool, self.forum = tool, SilentForum()
        self.platform: Platform = campus(client, manner=manner)
        tool.tool = self.registered = self.platform.register(REGISTRATION, client_id="forum")
        faces = tuple(face.subject for face in FACES[:2])
        self.pages = CoursePages(self.platform, faces=faces, forum=self.forum, render=page)
        self.demo = DemoProvider(FACES, base_url=TOOL, render=page, courses=self.pages)
        self.app = Starlette(routes=[self.demo.route()])

    def browser(self, **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=("127.0.0.1", 5000))
        return httpx2.AsyncClient(transport=transport, base_url=TOOL, headers=headers)

    def server(self) -> httpx2.AsyncClient:
        """As the forum reaches the platform: in process."""
        return httpx2.AsyncClient(mounts=dict(self.demo.mounts()), trust_env=False)

    def begun(self, kind: str = RESOURCE_LINK, subject: str = "alumna") -> dict[str, str]:
        """What the tool's login is sent, and what the tool then asks."""
        course = self.platform.courses["ixp"]
        link = course.links[0] if kind == RESOURCE_LINK else None
        message = Message(kind=kind, course=course, subject=subject, link=link)
        sent = query_of(self.platform.launch(self.registered, message))
        hints = {name: sent[name] for name in ("login_hint", "lti_message_hint", "client_id")}
        return {**WANTED, **hints}

    async def launched(self, kind: str = RESOURCE_LINK, subject: str = "alumna", **changed: str) -> dict[str, str]:
        """The fields that reach the tool."""
        async with self.browser() as browser:
            asked = {name: value for name, value in (self.begun(kind, subject) | changed).items() if value}
            answer = await browser.get("/_demo/courses/authorize", params=asked)
        assert answer.status_code == 200, answer.text
        action, fields = posted_on(answer.text)
        assert action == TOOL + "/lti/launch"
        return fields

    async def claims(self, kind: str = RESOURCE_LINK, subject: str = "alumna") -> dict[str, Any]:
        fields = await self.launched(kind, subject)
        async with self.server() as server:
            keys = KeySet.import_key_set((await server.get(DEMO_ISSUER + "/lti/keys")).json())
        return jwt.decode(fields["id_token"], keys, algorithms=["RS256"]).claims


@pytest.fixture
def tool() -> TinyTool:
    return TinyTool()


@pytest.fixture
async def client(tool: TinyTool) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=tool.app)) as opened:
        yield opened


@pytest.fixture
def bench(client: httpx2.AsyncClient, tool: TinyTool) -> Bench:
    return Bench(client, tool)


# --- launches


async def test_a_launch_says_who_where_and_as_what(bench: Bench) -> None:
    said = await bench.claims()
    assert (said["iss"], said["aud"], said["sub"], said["nonce"]) == (DEMO_ISSUER, "forum", "alumna", "n-1")
    assert said[LTI + "message_type"] == RESOURCE_LINK and said[LTI + "version"] == "1.3.0"
    assert said[LTI + "deployment_id"] == "1" and said[LTI + "roles"] == [LEARNER]
    assert said[LTI + "context"]["id"] == "ixp" and said[LTI + "resource_link"]["id"] == "l1"
    assert said[ROSTER_CLAIM]["context_memberships_url"] == DEMO_ISSUER + "/lti/courses/ixp/members"
    assert said["exp"] - said["iat"] <= 300


@pytest.mark.parametrize(("subject", "role"), [("facilitator", INSTRUCTOR), ("tess", INSTRUCTOR), ("s-1", LEARNER)])
async def test_roles_at_launch(bench: Bench, subject: str, role: str) -> None:
    assert (await bench.claims(subject=subject))[LTI + "roles"] == [role]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"prompt": ""}, "invalid_request"),
        ({"lti_message_hint": "guessed"}, "invalid_request"),
        ({"login_hint": "facilitator"}, "login_required"),
    ],
    ids=str,
)
async def test_an_authorization_request_is_checked(bench: Bench, changed: dict[str, str], error: str) -> None:
    assert await bench.launched(**changed) == {"error": error, "state": "st-1"}


@pytest.mark.parametrize("changed", [{"client_id": "x"}, {"redirect_uri": "https://evil.example/launch"}], ids=str)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(bench: Bench, changed: dict[str, str]) -> None:
    async with bench.browser() as browser:
        answer = await browser.get("/_demo/courses/authorize", params=bench.begun() | changed)
    assert answer.status_code == 400 and "form" not in answer.text


async def test_the_form_runs_its_own_script_only_and_is_framed_by_the_platform_only(bench: Bench) -> None:
    async with bench.browser() as browser:
        answer = await browser.post("/_demo/courses/authorize", data=bench.begun() | {"state": '"><script>x</script>'})
    policy = answer.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy and f"frame-ancestors 'self' {TOOL}" in policy
    assert f"form-action {TOOL};" in policy and "<script>x" not in answer.text
    assert posted_on(answer.text)[1]["state"] == '"><script>x</script>'


async def test_who_has_no_place_any_more_is_not_launched(bench: Bench) -> None:
    bench.platform.courses["ixp"].ended = True
    assert (await bench.launched())["error"] == "access_denied"
    assert "id_token" in await bench.launched(subject="facilitator")


async def test_a_manner_may_lie(client: httpx2.AsyncClient, tool: TinyTool) -> None:
    other = RSAKey.generate_key(2048, auto_kid=True)

    class Liar(Manner):
        def claims(self, claims: dict[str, Any]) -> dict[str, Any]:
            return claims | {"sub": "somebody else"}

        def sign(self, claims: Any, key: RSAKey) -> str:
            return super().sign(claims, other)

        async def answer(self, to: str, request: Request, response: Response) -> Response:
            return JSONResponse({}, 500) if to == "members" else response

    bench = Bench(client, tool, Liar())
    fields = await bench.launched()
    assert jwt.decode(fields["id_token"], other).claims["sub"] == "somebody else"
    assert (await roster_page(bench, await roster_token(bench))).status_code == 500


# --- deep linking


async def answered(bench: Bench, token: str) -> httpx2.Response:
    async with bench.browser() as browser:
        return await browser.post("/_demo/courses/links", data={"JWT": token})


ITEM = {"type": "ltiResourceLink", "title": "Peering", "url": TOOL + "/lti/launch", "custom": {"group": "ixp"}}


async def asked_to_link(bench: Bench) -> str:
    said = (await bench.claims(DEEP_LINK, "facilitator"))[DEEP_LINKING + "deep_linking_settings"]
    assert said["deep_link_return_url"] == TOOL + "/_demo/courses/links"
    assert said["accept_types"] == ["ltiResourceLink"]
    return str(said["data"])


async def test_a_linked_discussion_is_kept_in_its_course(bench: Bench) -> None:
    answer = await answered(bench, bench.tool.links(await asked_to_link(bench), ITEM))
    assert (answer.status_code, answer.headers["location"]) == (303, TOOL + "/_demo/courses/ixp")
    link = bench.platform.courses["ixp"].links[-1]
    assert (link.title, link.custom) == ("Peering", {"group": "ixp"})


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"exp": 1},
        {"nonce": None},
        {LTI + "deployment_id": "2"},
        {LTI + "version": "1.1"},
        {LTI + "message_type": RESOURCE_LINK},
        {DEEP_LINKING + "data": "guessed"},
    ],
    ids=str,
)
async def test_an_answer_that_cannot_be_trusted_links_nothing(bench: Bench, changed: dict[str, Any]) -> None:
    answer = await answered(bench, bench.tool.links(await asked_to_link(bench), ITEM, **changed))
    assert answer.status_code == 400 and len(bench.platform.courses["ixp"].links) == 1


async def test_a_forged_or_used_answer_links_nothing(bench: Bench) -> None:
    data = await asked_to_link(bench)
    forger = TinyTool(new_key())
    forger.tool = bench.tool.tool
    assert (await answered(bench, forger.links(data, ITEM))).status_code == 400
    assert (await answered(bench, "no token")).status_code == 400
    token = bench.tool.links(data, ITEM)
    assert [(await answered(bench, token)).status_code for _ in range(2)] == [303, 400]
    assert len(bench.platform.courses["ixp"].links) == 2


async def test_links_that_lead_elsewhere_are_passed_over(bench: Bench) -> None:
    elsewhere = ITEM | {"url": "https://evil.example/"}
    await answered(bench, bench.tool.links(await asked_to_link(bench), elsewhere, {"type": "html"}))
    assert len(bench.platform.courses["ixp"].links) == 1


# --- rosters


async def roster_token(bench: Bench, **changed: Any) -> str:
    async with bench.server() as server:
        answer = await server.post(DEMO_ISSUER + "/lti/token", data=bench.tool.assertion(**changed))
    return str(answer.json().get("access_token", ""))


async def roster_page(bench: Bench, token: str, url: str = "") -> httpx2.Response:
    async with bench.server() as server:
        address = url or DEMO_ISSUER + "/lti/courses/ixp/members"
        return await server.get(address, headers={"Authorization": f"Bearer {token}"})


async def whole_roster(bench: Bench, url: str = "") -> tuple[int, dict[str, list[str]]]:
    """How many pages it took, and the roles by person."""
    token, pages, found = await roster_token(bench), 0, {}
    while pages == 0 or url:
        answer = await roster_page(bench, token, url)
        pages += 1
        found |= {one["user_id"]: one["roles"] for one in answer.json()["members"]}
        url = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    return pages, found


async def test_a_roster_comes_in_pages(bench: Bench) -> None:
    pages, found = await whole_roster(bench)
    assert (pages, len(found)) == (3, 8)
    assert found["facilitator"] == [INSTRUCTOR] and found["tess"] == [LEARNER]
    pages, _ = await whole_roster(bench, DEMO_ISSUER + "/lti/courses/ixp/members?limit=1")
    assert pages == 8


async def test_the_roster_of_a_course_that_has_ended_names_who_taught(bench: Bench) -> None:
    bench.platform.courses["ixp"].ended = True
    assert set((await whole_roster(bench))[1]) == {"facilitator", "tess"}


@pytest.mark.parametrize(
    "changed",
    [{"iss": "other"}, {"sub": "other"}, {"aud": "https://other.example/token"}, {"exp": 1}, {"jti": None}],
    ids=str,
)
async def test_no_token_for_an_assertion_that_is_not_in_order(bench: Bench, changed: dict[str, Any]) -> None:
    assert not await roster_token(bench, **changed)


async def test_no_token_for_a_used_assertion_or_another_scope(bench: Bench) -> None:
    form = bench.tool.assertion()
    async with bench.server() as server:
        answers = [await server.post(DEMO_ISSUER + "/lti/token", data=form) for _ in range(2)]
        wider = bench.tool.assertion() | {"scope": ROSTER_SCOPE + " openid"}
        answers.append(await server.post(DEMO_ISSUER + "/lti/token", data=wider))
        plain = {"grant_type": "password"}
        answers.append(await server.post(DEMO_ISSUER + "/lti/token", data=plain))
    assert [answer.status_code for answer in answers] == [200, 401, 400, 400]


async def test_a_new_key_of_the_tool_is_found_once(bench: Bench) -> None:
    assert await roster_token(bench)
    bench.tool.key = new_key()
    assert await roster_token(bench)
    assert bench.tool.asked == 2


async def test_no_roster_without_a_token_nor_of_a_course_that_is_not_there(bench: Bench) -> None:
    assert (await roster_page(bench, "guessed")).status_code == 401
    token = await roster_token(bench)
    assert (await roster_page(bench, token, DEMO_ISSUER + "/lti/courses/none/members")).status_code == 404
    for wrong in ("limit=0", "limit=x", "from=-1"):
        assert (await roster_page(bench, token, DEMO_ISSUER + f"/lti/courses/ixp/members?{wrong}")).status_code == 404


# --- registration


async def test_a_tool_registers_itself_once_with_a_ticket(bench: Bench) -> None:
    invited = bench.platform.invite()
    ticket = {"Authorization": "Bearer " + invited["registration_token"]}
    async with bench.server() as server:
        said = (await server.get(invited["openid_configuration"])).json()
        assert said["issuer"] == DEMO_ISSUER
        wrong = await server.post(said["registration_endpoint"], headers=ticket, json=REGISTRATION | {"jwks_uri": 3})
        right = await server.post(said["registration_endpoint"], headers=ticket, json=REGISTRATION)
        again = await server.post(said["registration_endpoint"], headers=ticket, json=REGISTRATION)
    assert [wrong.status_code, right.status_code, again.status_code] == [400, 200, 401]
    assert bench.platform.tools.named(right.json()["client_id"]) is not None


@pytest.mark.parametrize("name", ["initiate_login_uri", "jwks_uri", "redirect_uris"])
async def test_no_tool_registers_an_address_elsewhere(bench: Bench, name: str) -> None:
    elsewhere: Any = "https://evil.example/x"
    with pytest.raises(ValueError, match="address"):
        bench.platform.register(REGISTRATION | {name: [elsewhere] if name.endswith("s") else elsewhere})


# --- the pages


async def test_the_courses_are_clicked_through(bench: Bench) -> None:
    async with bench.browser() as browser:
        shown = (await browser.get("/_demo/courses")).json()
        assert shown["template"] == "demo_courses.html" and len(shown["courses"]) == 2 and shown["person"] is None
        assert (await browser.get("/_demo/courses/ixp/open/l1")).status_code == 404
        await browser.post("/_demo/courses/be", data={"subject": "alumna", "next": "/_demo/courses/ixp"})
        assert (await browser.get("/_demo/courses/ixp")).json()["role"] == "learner"
        answer = await browser.get("/_demo/courses/ixp/open/l1")
        assert answer.headers["location"].startswith(TOOL + "/lti/login?")
        assert query_of(answer.headers["location"])["login_hint"] == "alumna"
        framed = await browser.get("/_demo/courses/ixp/embedded/l1")
        assert f"frame-src 'self' {TOOL}" in framed.headers["content-security-policy"]


async def test_teachers_only_link_send_and_end(bench: Bench) -> None:
    async with bench.browser() as browser:
        for subject, status in (("alumna", 404), ("facilitator", 303)):
            await browser.post("/_demo/courses/be", data={"subject": subject})
            assert (await browser.get("/_demo/courses/ixp/pick")).status_code == (404 if status == 404 else 302)
            assert (await browser.post("/_demo/courses/ixp/roster")).status_code == status
            assert (await browser.post("/_demo/courses/ixp/end")).status_code == status
            assert (await browser.post("/_demo/courses/law/end")).status_code == 404
    assert bench.forum.rosters == [("ixp", False), ("ixp", True)]
    assert bench.platform.courses["ixp"].ended and not bench.platform.courses["law"].ended


async def test_being_somebody_leads_back_to_the_courses_only(bench: Bench) -> None:
    async with bench.browser() as browser:
        data = {"subject": "s-1", "next": "https://evil.example/"}
        answer = await browser.post("/_demo/courses/be", data=data)
    assert answer.headers["location"] == "/_demo/courses" and "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["", "/ixp", "/authorize", "/ixp/open/l1", "/ixp/embedded/l1", "/ixp/pick"])
@pytest.mark.parametrize("headers", [{"Host": "demo.evil.example"}, {"X-Forwarded-For": "127.0.0.1"}], ids=str)
async def test_the_courses_answer_this_machine_only(bench: Bench, path: str, headers: dict[str, str]) -> None:
    async with bench.browser(**headers) as browser:
        assert (await browser.get("/_demo/courses" + path)).text == "Not found"
    for post in ("/be", "/links", "/ixp/roster", "/ixp/end"):
        async with bench.browser(**headers) as browser:
            assert (await browser.post("/_demo/courses" + post)).text == "Not found"
