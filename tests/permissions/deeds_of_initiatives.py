"""The deeds of initiatives."""
from datetime import UTC, datetime, timedelta

from tests.permissions import undertakings
from tests.permissions.asking import GROUP, REASON, Deed, api, deed, form, page

INITIATIVE = "/initiatives/{initiative}"
STEP = INITIATIVE + "/steps/{step}"
NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
SEE_INITIATIVE = (
    api("GET", INITIATIVE),
    api("GET", INITIATIVE + "/cosponsors"),
    page("/i/{initiative}"),
    page("/i/{initiative}/an-initiative"),
)

INITIATIVES: dict[str, Deed] = {
    "see_initiative": deed(
        *SEE_INITIATIVE,
        api("GET", INITIATIVE + "/record"),
        page("/i/{initiative}/record"),
        prepare=undertakings.gathering,
    ),
    "see_initiative_draft": deed(*SEE_INITIATIVE, prepare=undertakings.draft),
    "see_initiative_draft_of_another": deed(*SEE_INITIATIVE, prepare=undertakings.draft),
    "launch_initiative": deed(
        api("POST", GROUP + "/initiatives", {"title": "A new initiative"}),
        page("/g/{slug}/initiatives/new"),
        form("/g/{slug}/initiatives/new", title="A new initiative"),
        form("/g/{slug}/initiatives/preview", title="A new initiative"),
    ),
    "make_initiative_draft": deed(
        api("PATCH", INITIATIVE, {"title": "A better title"}, version=True),
        api("PUT", INITIATIVE + "/leads/fay"),
        api("DELETE", INITIATIVE + "/leads/fay"),
        api("PUT", INITIATIVE + "/launch"),
        page("/i/{initiative}/edit"),
        form("/i/{initiative}/edit", title="A better title", version="1"),
        page("/i/{initiative}/leads"),
        form("/i/{initiative}/leads", username="fay"),
        form("/i/{initiative}/leads/take-back", username="fay"),
        form("/i/{initiative}/launch"),
        form("/i/{initiative}/thread/leave"),
        form("/i/{initiative}/discard"),
        api("DELETE", INITIATIVE + "/thread"),
        api("DELETE", INITIATIVE),
        prepare=undertakings.draft,
    ),
    "consent_to_initiative": deed(
        api("PUT", INITIATIVE + "/consent", {"agree": True}),
        api("PUT", INITIATIVE + "/consent", {"agree": False}),
        form("/i/{initiative}/consent", do="agree"),
        prepare=undertakings.draft_from_thread,
    ),
    "be_asked_to_lead": deed(
        api("PUT", INITIATIVE + "/leadership", {"agree": True}),
        api("PUT", INITIATIVE + "/leadership", {"agree": False}),
        form("/i/{initiative}/leads/answer", do="agree"),
        prepare=undertakings.asked_along,
    ),
    "lead_initiative": deed(
        api("DELETE", INITIATIVE + "/leadership"),
        api("POST", INITIATIVE + "/steps", {"title": "A first feed", "due_on": NEXT_WEEK, "owner": "fay"}),
        api("PATCH", STEP, {"title": "A second feed"}, version=True),
        api("DELETE", STEP),
        api("PUT", STEP + "/completion"),
        api("DELETE", STEP + "/completion"),
        api("POST", INITIATIVE + "/updates", {"body": "We are **half** way."}),
        api("PUT", INITIATIVE + "/space", {"title": "The looking glass workshop", "closed": True}),
        api("PUT", INITIATIVE + "/report", {"body": "It is done.", "numbers": [{"what": "Feeds", "value": "12"}]}),
        api("PUT", INITIATIVE + "/withdrawal", REASON),
        form("/i/{initiative}/leads/leave"),
        page("/i/{initiative}/steps"),
        form("/i/{initiative}/steps", title="A first feed", owner="fay"),
        page("/i/{initiative}/steps/{step}"),
        form("/i/{initiative}/steps/{step}", title="A second feed", version="1"),
        form("/i/{initiative}/steps/{step}/done", do="done"),
        form("/i/{initiative}/steps/{step}/delete"),
        page("/i/{initiative}/updates"),
        form("/i/{initiative}/updates", body="We are **half** way."),
        page("/i/{initiative}/space"),
        form("/i/{initiative}/space", title="The looking glass workshop", closed="1"),
        page("/i/{initiative}/report"),
        form("/i/{initiative}/report", body="It is done."),
        page("/i/{initiative}/withdraw"),
        form("/i/{initiative}/withdraw", **REASON),
        prepare=undertakings.accepted,
    ),
    "reopen_initiative": deed(
        api("PUT", INITIATIVE + "/reopening", REASON),
        page("/i/{initiative}/reopen"),
        form("/i/{initiative}/reopen", **REASON),
        prepare=undertakings.withdrawn,
    ),
    "cosponsor_initiative": deed(
        api("PUT", INITIATIVE + "/cosponsorship"),
        form("/i/{initiative}/cosponsor"),
        prepare=undertakings.gathering_of_anyone,
    ),
    "withdraw_cosponsorship": deed(
        api("DELETE", INITIATIVE + "/cosponsorship"),
        form("/i/{initiative}/cosponsor/end"),
        prepare=undertakings.supported,
    ),
    "answer_initiative": deed(
        api("POST", INITIATIVE + "/answers", {"kind": "accepted", "body": "Good."}),
        page("/i/{initiative}/answer"),
        form("/i/{initiative}/answer", kind="accepted", body="Good."),
        prepare=undertakings.active,
    ),
}
