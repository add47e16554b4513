"""Every page of the site with something on it, by the path of its route; and which reader looks at it."""
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tests.browser.cases import Flagged, flag_some
from tests.browser.kept import Kept, keep_all
from tests.browser.polls import Polled, ask_all
from tests.browser.stage import Stage
from tests.browser.undertakings import Undertaken, undertake

GROUP: Final = "internet-exchange-points"
CURATING: Final = ("pin", "lock", "move", "merge", "split", "list", "duplicate")
CLOSED: Final = "incident-response"
TODAY: Final = datetime.now(UTC).date().isoformat()
ARABIC: Final = (
    "هل لدى أحدكم خبرة في تشغيل نقطة تبادل إنترنت صغيرة؟ نستخدم **RFC 7948** و `bird` حتى الآن.\n\n"
    "- الكلفة السنوية\n- عدد الأعضاء\n\n> سؤال من زميل في IXP مجاور: هل يكفي محوّل واحد؟"
)
EVERYTHING: Final = (
    "### A heading\n\nSome **bold**, some *slanted*, `code`, a [link](https://example.org/) and a footnote[^1].\n\n"
    "| Port | Members | Traffic at the peak | Traffic at night | Remark |\n|---|--:|--:|--:|---|\n"
    "| 10G | 14 | 3.2 | 0.4 | full since the spring of last year |\n\n"
    "```\nfor member in members: announce(member.prefixes, to=route_server, with_communities=True, and_so=on)\n```\n\n"
    "https://example.org/" + "a-very-long-address-without-any-break" * 4 + "\n\n1. one\n2. two\n\n[^1]: Like this.\n"
)


@dataclass(frozen=True, slots=True)
class Look:
    """``path`` as the route says it, the address itself, and who looks ("" is a visitor)."""

    path: str
    address: str
    face: str
    status: int = 200


def scene(stage: Stage) -> tuple[Look, ...]:
    """Made once for a stage."""
    if not hasattr(stage, "looks"):
        stage.looks = _make(stage)  # type: ignore[attr-defined]
    return stage.looks  # type: ignore[attr-defined,no-any-return]


def _make(stage: Stage) -> tuple[Look, ...]:
    visits = stage.visit("alumna"), stage.visit("facilitator"), stage.visit("moderator")
    with visits[0] as alumna, visits[1] as facilitator, visits[2] as moderator:

        def ask(method: str, path: str, data: Any = None, version: int | None = None) -> Any:
            return stage.api(facilitator, method, "/api/v1" + path, data, version)

        plain = ask(
            "POST",
            f"/groups/{GROUP}/threads",
            {"title": "What a post can hold", "body": EVERYTHING, "kind": "question"},
        )["id"]
        arabic = ask(
            "POST", f"/groups/{GROUP}/threads", {"title": "تشغيل نقطة تبادل صغيرة", "body": ARABIC, "language": "ar"}
        )["id"]

        def as_alumna(method: str, path: str, data: Any = None) -> Any:
            return stage.api(alumna, method, "/api/v1" + path, data)

        def as_moderator(method: str, path: str, data: Any = None) -> Any:
            return stage.api(moderator, method, "/api/v1" + path, data)

        polled = ask_all(ask, as_alumna, GROUP)
        undertaken = undertake(ask, as_alumna, as_moderator, stage.sql, GROUP, CLOSED)
        theirs = stage.api(alumna, "POST", f"/api/v1/threads/{plain}/posts", {"body": "@facilitator thank you."})["id"]
        answered = {"body": "> thank you\n\nWith pleasure.", "in_reply_to": theirs}
        mine = ask("POST", f"/threads/{plain}/posts", answered)["id"]
        cases = flag_some(ask, as_alumna, as_moderator, stage.sql, plain, theirs)
        facilitator.goto(f"/p/{mine}/edit")
        facilitator.locator("#body").fill("> thank you\n\nWith *great* pleasure.")
        facilitator.get_by_role("button", name="Save").click()
        facilitator.locator(f"article form, button[formaction^='/p/{theirs}/react']").first.click()
        ask("PUT", f"/posts/{theirs}/bookmark")
        ask("POST", "/searches", {"q": "exchange -draft lang:en", "name": "What is said about exchanges"})
        ask("POST", "/searches", {"q": '"route server" نقطة تبادل group:' + GROUP})
        draft = ask("POST", "/drafts", {"body": "Not sent yet", "title": "A thought", "group": GROUP})["id"]
        kept = keep_all(ask, stage.sql, plain, theirs, arabic, GROUP)
        facilitator.goto(f"/g/{GROUP}/invite")
        facilitator.get_by_role("button", name="Make a link").click()
        link = facilitator.locator("code.long").inner_text()
        as_moderator("POST", "/members/alumna/sanctions", {"kind": "warning", "reason": "Not so loud, please."})
    own = _own(plain, theirs, mine, draft, link)
    seen = (*_open(plain, arabic), *own, *_polls(polled), *_undertaken(undertaken), *_kept(kept))
    return (*seen, *_cases(cases, plain, undertaken.active), *_looked_after(stage, theirs), *_refusals())


def _open(plain: int, arabic: int) -> list[Look]:
    """What visitors see, and members as well."""
    addresses = [
        ("/", "/"),
        ("/latest", "/latest"),
        ("/groups", "/groups"),
        ("/g/{slug}", f"/g/{GROUP}"),
        ("/t/{id:int}", f"/t/{plain}"),
        ("/t/{id:int}/{slug}", f"/t/{arabic}"),
        ("/search", "/search?q=thank"),
        ("/similar/{id:int}", f"/similar/{plain}"),
        ("/similar", "/similar?title=an+internet+exchange"),
        ("/about", "/about"),
        ("/transparency", "/transparency"),
    ]
    seen = [Look(path, address, face) for path, address in addresses for face in ("", "facilitator")]
    framed = [Look("/embed/", "/embed/", ""), Look("/embed/g/{slug}", f"/embed/g/{GROUP}", "")]
    plain_ones = [Look("/keys", "/keys", ""), Look("/appearance", "/appearance", ""), Look("", "/sign-in", "")]
    return [*seen, *framed, *plain_ones]


def _own(plain: int, theirs: int, mine: int, draft: int, link: str) -> list[Look]:
    facilitator = [
        ("/t/{id:int}/edit", f"/t/{plain}/edit"),
        ("/p/{id:int}", f"/p/{mine}"),
        ("/p/{id:int}/reply", f"/p/{theirs}/reply?quote=1"),
        ("/p/{id:int}/edit", f"/p/{mine}/edit"),
        ("/p/{id:int}/history", f"/p/{mine}/history"),
        ("/p/{id:int}/withdraw", f"/p/{mine}/withdraw"),
        ("/p/{id:int}/flag", f"/p/{theirs}/flag"),
        ("/p/{id:int}/report", f"/p/{theirs}/report"),
        ("/m/{username}/flag", "/m/alumna/flag"),
        ("/g/{slug}/new", f"/g/{GROUP}/new"),
        ("/g/{slug}/members", f"/g/{CLOSED}/members"),
        ("/g/{slug}/requests", f"/g/{CLOSED}/requests"),
        ("/g/{slug}/invite", f"/g/{GROUP}/invite"),
        ("/g/{slug}/edit", f"/g/{GROUP}/edit"),
        ("/g/{slug}/log", f"/g/{GROUP}/log"),
        ("/g/{slug}/moderation", f"/g/{GROUP}/moderation"),
        ("/members", "/members"),
        ("/m/{username}", "/m/alumna"),
        ("/me", "/me"),
        ("/me/drafts", "/me/drafts"),
        ("/me/drafts/{id:int}", f"/me/drafts/{draft}"),
        ("/me/bookmarks", "/me/bookmarks"),
        ("/me/searches", "/me/searches"),
        ("/me/sessions", "/me/sessions"),
        ("/me/sign-in", "/me/sign-in"),
        ("/me/tokens", "/me/tokens"),
        ("/me/activity", "/me/activity"),
        ("/g/{slug}/activity", f"/g/{CLOSED}/activity"),
        ("", "/sign-in/again?next=/admin"),
        ("/notices", "/notices"),
        ("/search", "/search"),
        ("/search", f"/search?q=thank&group={GROUP}"),
        ("/search", "/search?q=internet+exchange+after:2024+-xyzzy"),
        ("/search", "/search?q=internet+exchnage+sort:new"),
        ("/search", "/search?q=xyzzy+lang:fr+has:link"),
        ("/search", "/search?q=%D8%AA%D8%A8%D8%A7%D8%AF%D9%84"),
        ("/search", f"/search?q=thank&thread={plain}"),
    ]
    own = [Look(path, address, "facilitator") for path, address in facilitator]
    others = [("/invitations/{token}", "/invitations/" + link.rpartition("/")[2], "moderator")]
    others += [("/members/pending", "/members/pending", "admin"), ("/", "/", "pending")]
    for_admins = ("", "/platforms", "/claims", "/provisioning", "/audit", "/searches")
    others += [("/admin" + path, "/admin" + path, "admin") for path in for_admins]
    courses = [("/_demo/courses", ""), ("/_demo/courses/running-an-exchange", "facilitator")]
    courses += [("/_demo/courses/running-an-exchange", "alumna")]
    return own + [Look(*other) for other in others] + [Look("", address, face) for address, face in courses]


def _looked_after(stage: Stage, post: int) -> list[Look]:
    """What those who look after the place see of people, and people of themselves; an administrator opened a group."""
    with stage.visit("admin") as admin:
        stage.api(admin, "PUT", f"/api/v1/groups/{GROUP}/glass", {"reason": "Somebody gave a private address away."})
    seen = [("/m/{username}/sanctions", "/m/alumna/sanctions", face) for face in ("moderator", "facilitator")]
    seen += [("/m/{username}/posts/remove-day", "/m/alumna/posts/remove-day", "moderator")]
    seen += [("/m/{username}/posts/remove-day", f"/m/alumna/posts/remove-day?day={TODAY}&where=-", "moderator")]
    seen += [("/moderation/confirmations", "/moderation/confirmations", "admin")]
    seen += [("/me/standing", "/me/standing", face) for face in ("alumna", "facilitator")]
    seen += [("/p/{id:int}/purge", f"/p/{post}/purge", "admin")]
    seen += [("/g/{slug}/glass", f"/g/{CLOSED}/glass", "moderator")]
    return [Look(*one) for one in seen]


def _cases(of: Flagged, thread: int, initiative: int) -> list[Look]:
    seen = [("/moderation", "/moderation", face) for face in ("facilitator", "moderator")]
    seen += [("/moderation", "/moderation?state=decided", "facilitator")]
    cases = (of.opened, "facilitator"), (of.decided, "facilitator"), (of.decided, "admin")
    seen += [("/moderation/cases/{id:int}", f"/moderation/cases/{case}", face) for case, face in cases]
    seen += [("/appeals/{id:int}", f"/appeals/{of.decided}", "alumna")]
    seen += [("/t/{id:int}/flag", f"/t/{thread}/flag", "alumna")]
    seen += [("/i/{id:int}/flag", f"/i/{initiative}/flag", "moderator")]
    return [Look(*one) for one in seen]


def _polls(polled: Polled) -> list[Look]:
    thread, form = f"/t/{polled.thread}", f"/t/{polled.thread}/poll"
    seen = [("/t/{id:int}", thread, face) for face in ("", "alumna", "facilitator")]
    seen += [("/g/{slug}/decisions", f"/g/{GROUP}/decisions", ""), ("/t/{id:int}/poll", form, "alumna")]
    seen += [("/polls/{id:int}", f"/polls/{polled.open}", "facilitator")]
    seen += [("/t/{id:int}/poll", f"{form}?kind={kind}", "alumna") for kind in ("proposal", "multiple", "score")]
    seen += [("/t/{id:int}/poll", f"{form}?kind={kind}", "alumna") for kind in ("single", "ranked", "time")]
    for poll in (polled.open, polled.closed, polled.said):
        seen.append(("/polls/{id:int}/ballots", f"/polls/{poll}/ballots", "alumna"))
    seen.append(("/polls/{id:int}/outcome", f"/polls/{polled.said}/outcome", "facilitator"))
    return [Look(*one) for one in seen]


def _undertaken(of: Undertaken) -> list[Look]:
    pages = [("/initiatives", "/initiatives", face) for face in ("", "alumna", "facilitator")]
    pages += [("/initiatives", "/initiatives?sort=closing&stage=gathering&language=en", "alumna")]
    pages += [("/g/{slug}/initiatives/new", f"/g/{GROUP}/initiatives/new", "facilitator")]
    names = (of.draft, "alumna"), (of.draft, "facilitator"), (of.completed, ""), (of.arabic, ""), (of.owed, "alumna")
    names = (*names, *((of.active, face) for face in ("", "alumna", "facilitator")))
    pages += [("/i/{id:int}/{slug}", f"/i/{number}", face) for number, face in names]
    pages += [("/i/{id:int}", f"/i/{of.owed}", "facilitator"), ("/i/{id:int}", f"/i/{of.lapsed}", "facilitator")]
    forms = [(of.draft, "edit"), (of.draft, "leads"), (of.draft, "steps"), (of.owed, "answer"), (of.lapsed, "reopen")]
    forms += [(of.active, name) for name in ("updates", "space", "report", "withdraw")]
    pages += [("/i/{id:int}/" + name, f"/i/{number}/{name}", "facilitator") for number, name in forms]
    pages += [("/i/{id:int}/steps/{step_id:int}", f"/i/{of.draft}/steps/{of.step}", "facilitator")]
    pages += [("/i/{id:int}/record", f"/i/{of.completed}/record", face) for face in ("", "alumna")]
    pages += [("/i/{id:int}/card", f"/i/{number}/card", "") for number in (of.active, of.arabic)]
    return [Look(*each) for each in pages]


def _kept(kept: Kept) -> list[Look]:
    thread, collection = f"/t/{kept.thread}", f"/c/{kept.collection}"
    seen = [
        ("/tags/{tag}", "/tags/ipv6"),
        ("/g/{slug}", f"/g/{GROUP}?tag=ipv6"),
        ("/g/{slug}/answers", f"/g/{GROUP}/answers"),
        ("/g/{slug}/best", f"/g/{GROUP}/best"),
        ("/best", "/best"),
        ("/g/{slug}/collections", f"/g/{GROUP}/collections"),
        ("/c/{id:int}/{slug}", collection),
        ("/c/{id:int}", collection),
    ]
    written = [
        *((f"/t/{{id:int}}/{verb}", f"{thread}/{verb}") for verb in CURATING),
        ("/t/{id:int}/summary", thread + "/summary"),
        ("/t/{id:int}/summary/history", thread + "/summary/history"),
        ("/t/{id:int}/summary/remove", thread + "/summary/remove"),
        ("/p/{id:int}/wiki", f"/p/{kept.post}/wiki"),
        ("/g/{slug}/collections/new", f"/g/{GROUP}/collections/new"),
        ("/c/{id:int}/edit", collection + "/edit"),
        ("/c/{id:int}/delete", collection + "/delete"),
        ("/collect", f"/collect?post={kept.post}"),
    ]
    looks = [Look(*each, face) for each in seen for face in ("", "facilitator")]
    return [*looks, *(Look(*each, "facilitator") for each in written)]


def _refusals() -> list[Look]:
    return [
        Look("", "/t/999999999", "", 404),
        Look("", "/t/999999999", "alumna", 404),
        Look("", "/members/pending", "alumna", 403),
    ]
