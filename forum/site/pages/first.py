"""The first page, and what the site says about itself."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from auth.oidc.target import safe_target
from forum.groups.pages.groups import may_join
from forum.initiatives.pages import words
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.members.policies import can_administer
from forum.moderation.pages.acts import reason_words
from forum.notifications.pages import sentence, target
from forum.site import queries
from forum.site.claims import Preview, previewed
from forum.site.schemas import Front, Home
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page
from forum.web.rendering import page as shown

YEAR: Final = 365 * 24 * 3600
THEMES: Final = ("auto", "light", "dark")


@page("none")
async def home(view: View) -> Response:
    """Signed in: what is new for me. Signed out: what this is."""
    if view.actor.is_anonymous:
        front = decoded(await queries.front(view.actor), Front)
        return shown(view, "site/front.html", title=_("Welcome"), section="home", front=front, may_join=may_join)
    mine = decoded(await queries.home(view.actor), Home)
    return shown(
        view,
        "site/home.html",
        title=_("Home"),
        section="home",
        home=mine,
        words=words,
        sentence=sentence,
        reason_words=reason_words,
        target=target,
    )


@page("none")
async def about(view: View) -> Response:
    return shown(view, "site/about.html", title=_("About and rules"), section="about")


@page("administer_site", signed_in=True)
async def admin(view: View) -> Response:
    """What administrators look after, a line each."""
    require(can_administer(view.actor))
    return shown(view, "site/admin.html", title=_("Administration"), section="admin")


@page("administer_site", signed_in=True)
async def claims(view: View) -> Response:
    """Paste what a provider says of somebody; see which places it would give."""
    return await _claims_page(view, None)


async def _claims_page(view: View, refusal: Refusal | None, preview: Preview | None = None) -> Response:
    require(can_administer(view.actor))
    return shown(
        view,
        "site/claims.html",
        title=_("Places from claims"),
        section="admin",
        providers=view.web.claim_rules,
        values={"provider": view.text("provider"), "claims": view.text("claims")},
        preview=preview,
        errors=errors_of(refusal),
    )


@form("administer_site", refill=_claims_page, keyless=True)
async def preview_claims(view: View) -> Response:
    """Nothing is written, and what was pasted is kept nowhere."""
    require(can_administer(view.actor))
    rules = next((one for one in view.web.claim_rules if one.name == view.text("provider")), None)
    if rules is None:
        if view.web.claim_rules:
            raise Invalid({"provider": "unknown_choice"})
        return await _claims_page(view, None)
    return await _claims_page(view, None, await previewed(rules, view.text("claims")))


@page("none")
async def keys(view: View) -> Response:
    """The keyboard's shortcuts, and how much is on the page without them: everything."""
    return shown(view, "site/keys.html", title=_("Keys"), section="about")


@page("none")
async def appearance(view: View) -> Response:
    cookies = view.request.cookies
    return shown(
        view,
        "site/appearance.html",
        title=_("Appearance"),
        section="about",
        theme=cookies.get("theme", "auto"),
        keys=cookies.get("keys", "on"),
        next=safe_target(view.query.get("next")),
    )


@form("none", signed_in=False, keyless=True)
async def save_appearance(view: View) -> Response:
    """Choices of this browser, kept in two cookies: the page arrives in its colours, without a flash."""
    theme, keys = view.text("theme") or "auto", view.text("keys") or "off"
    if theme not in THEMES or keys not in ("on", "off"):
        raise Invalid({"theme": "unknown_choice"})
    response = RedirectResponse(safe_target(view.text("next")), 303)
    for name, value in (("theme", theme), ("keys", keys)):
        response.set_cookie(name, value, max_age=YEAR, path="/", secure=view.web.secure, httponly=True, samesite="lax")
    return response
