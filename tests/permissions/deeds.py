"""Every action of the table as requests on both surfaces; ``{names}`` are filled from the stage."""
from datetime import UTC, datetime, timedelta

from tests.courses.lms import CAMPUS
from tests.permissions import keeping as kept
from tests.permissions import stage as on
from tests.permissions.asking import GROUP, JSON, REASON, Ask, Deed, api, by_session, deed, form, page
from tests.permissions.deeds_of_cases import CASES
from tests.permissions.deeds_of_curation import KEEPING, NAME_EDITOR, READ_KEPT, READ_KEPT_HISTORY
from tests.permissions.deeds_of_initiatives import INITIATIVES
from tests.permissions.deeds_of_moderation import MODERATION
from tests.permissions.looking_after import CURATING

THREAD, POST, POLL = "/threads/{thread}", "/posts/{post}", "/polls/{poll}"
TERMS = {"cosponsor_goal": 12, "gathering_days": 90, "anyone_may_cosponsor": True}
READ_POST = (api("GET", POST), page("/p/{post}"))
JOIN = (api("PUT", GROUP + "/membership", REASON), form("/g/{slug}/join", reason="I work on this."))
LEAVE = (api("DELETE", GROUP + "/membership"), form("/g/{slug}/leave"))
START = {"title": "A new thread", "body": "Its first post."}
REPLY = (
    api("POST", THREAD + "/posts", {"body": "A reply."}),
    page("/p/{post}/reply"),
    form("/t/{thread}/reply", body="A reply."),
)
EDIT = (
    api("PATCH", POST, {"body": "Changed."}, version=True),
    page("/p/{post}/edit"),
    form("/p/{post}/edit", body="Changed.", version="1"),
    form("/p/{post}/edit/preview", body="Changed.", version="1"),
)
WITHDRAW = (api("DELETE", POST), page("/p/{post}/withdraw"), form("/p/{post}/withdraw"))
ACCEPT = (
    api("PUT", "/invitations/{invitation}/acceptance"),
    api("PUT", "/invitation-links/{token}/acceptance"),
    form("/invitations/{invitation}/accept"),
    form("/invitations/{token}"),
)
OWN_THINGS = (
    api("GET", "/drafts/{draft}"),
    api("PUT", "/drafts/{draft}", {"group": "public-group", "body": "Changed."}, version=True),
    api("DELETE", "/drafts/{draft}"),
    api("PUT", "/notices/{notice}/seen"),
    form("/me/drafts/{draft}/delete"),
    form("/notices/{notice}/read"),
    form("/me/sessions/{session}/end"),
    by_session("DELETE", "/me/identities/{identity}"),
    form("/me/sign-in/disconnect", identity="{identity}"),
    api("DELETE", "/me/sessions/{session}"),
    page("/me/drafts/{draft}"),
    api("GET", "/searches/{search}"),
    api("PUT", "/searches/{search}/name", {"name": "Otherwise"}),
    api("PUT", "/searches/{search}/seen", {"through": 7}),
    by_session("POST", "/searches/{search}/feed-renewals"),
    api("DELETE", "/searches/{search}"),
    form("/me/searches/{search}/name", name="Otherwise"),
    form("/me/searches/{search}/open", through="7"),
    form("/me/searches/{search}/feed"),
    form("/me/searches/{search}/delete"),
    by_session("DELETE", "/me/tokens/{api_token}"),
    form("/me/tokens/{api_token}/end"),
)
ASK = {"question": "Shall we?", "kind": "proposal", "closes_at": (datetime.now(UTC) + timedelta(days=7)).isoformat()}
TOKEN = {"name": "A script", "days": 30}

DEEDS: dict[str, Deed] = {
    **CASES,
    **INITIATIVES,
    **MODERATION,
    **KEEPING,
    **CURATING,
    "set_slow_mode": deed(
        api("PUT", GROUP + "/slow-mode", {"seconds": 300}),
        api("DELETE", GROUP + "/slow-mode"),
        form("/g/{slug}/moderation/slow", seconds="300", reason=""),
    ),
    "see_group_card": deed(api("GET", GROUP), page("/g/{slug}")),
    "read_content": deed(
        api("GET", THREAD),
        api("GET", THREAD + "/posts"),
        api("GET", GROUP + "/threads"),
        *READ_POST,
        page("/t/{thread}"),
        page("/t/{thread}/thread"),
        api("GET", THREAD + "/similar"),
        page("/similar/{thread}"),
        api("GET", POLL),
        api("GET", GROUP + "/decisions"),
        page(POLL),
        page("/g/{slug}/decisions"),
        *READ_KEPT,
        prepare=kept.polled,
    ),
    "read_pending_post": deed(*READ_POST, prepare=on.post_in("pending")),
    "read_hidden_post": deed(*READ_POST, prepare=on.post_in("hidden")),
    "read_deleted_post": deed(*READ_POST, prepare=on.post_in("withdrawn")),
    "read_edit_history": deed(
        api("GET", POST + "/revisions"), page("/p/{post}/history"), *READ_KEPT_HISTORY, prepare=kept.summary
    ),
    "list_group_members": deed(api("GET", GROUP + "/members"), page("/g/{slug}/members")),
    "join_open": deed(*JOIN, prepare=on.group_with("open")),
    "request_to_join": deed(*JOIN, prepare=on.group_with("request")),
    "join_by_invitation_only": deed(*JOIN, prepare=on.group_with("invitation")),
    "join": deed(*JOIN),
    "accept_invitation": deed(*ACCEPT, prepare=on.invitation),
    "accept_invitation_of_another": deed(ACCEPT[0], ACCEPT[2], prepare=on.invitation),
    "leave": deed(*LEAVE),
    "start_thread": deed(
        api("POST", GROUP + "/threads", START), page("/g/{slug}/new"), form("/g/{slug}/new", **START)
    ),
    "start_announcement": deed(
        api("POST", GROUP + "/threads", START | {"kind": "announcement"}),
        form("/g/{slug}/new", **START, kind="announcement"),
    ),
    "reply": deed(*REPLY),
    "reply_in_locked_thread": deed(*REPLY, prepare=on.locked_thread),
    "start_poll": deed(
        api("POST", THREAD + "/polls", ASK),
        page("/t/{thread}/poll"),
        form("/t/{thread}/poll", question="Shall we?", kind="proposal", closes_on=ASK["closes_at"][:10]),
    ),
    "vote_in_poll": deed(
        api("PUT", POLL + "/ballot", {"marks": "{marks}"}),
        form(POLL + "/vote", choice="{agree}"),
        prepare=on.poll,
    ),
    "close_poll": deed(api("PUT", POLL + "/closing"), form(POLL + "/close"), prepare=on.poll),
    "write_outcome": deed(
        api("PUT", POLL + "/outcome", {"text": "We do it."}),
        page(POLL + "/outcome"),
        form(POLL + "/outcome", text="We do it."),
        prepare=on.closed_poll,
    ),
    "read_ballots": deed(api("GET", POLL + "/ballots"), page(POLL + "/ballots"), prepare=on.poll),
    "react": deed(
        api("PUT", POST + "/reactions/thanks"),
        api("DELETE", POST + "/reactions/thanks"),
        form("/p/{post}/react", give="thanks"),
        form("/p/{post}/react", take="thanks"),
    ),
    "accept_answer": deed(
        Ask(JSON, "PUT", THREAD + "/answer", {"post_id": "{answer}"}),
        api("DELETE", THREAD + "/answer"),
        form("/t/{thread}/answer", post="{answer}"),
        prepare=on.own_thread,
    ),
    "follow_or_bookmark": deed(
        api("PUT", GROUP + "/follow", {"level": "all"}),
        api("DELETE", GROUP + "/follow"),
        api("PUT", THREAD + "/follow", {"level": "mute"}),
        api("DELETE", THREAD + "/follow"),
        api("PUT", POST + "/bookmark"),
        api("DELETE", POST + "/bookmark"),
        form("/g/{slug}/follow", level="all"),
        form("/t/{thread}/follow", level="mute"),
        form("/p/{post}/bookmark", do="keep"),
        form("/p/{post}/bookmark", do="drop"),
    ),
    "mark_read": deed(
        api("PUT", THREAD + "/reading", {"number": 2}),
        api("PUT", GROUP + "/reading"),
        form("/t/{thread}/read", number="2"),
        form("/g/{slug}/read"),
    ),
    "keep_drafts_and_preview": deed(
        *OWN_THINGS,
        *(api("GET", path) for path in ("/me", "/home", "/drafts", "/bookmarks", "/notices", "/searches")),
        *(api("GET", path) for path in ("/me/identities", "/me/sessions", "/me/sanctions")),
        page("/me/standing"),
        api("DELETE", "/me/sessions"),
        api("PATCH", "/me", {"bio": "New."}, version=True),
        api("POST", "/preview", {"body": "Some *text*."}),
        api("PUT", "/notices/seen"),
        *(
            page("/me" + path)
            for path in ("", "/drafts", "/bookmarks", "/searches", "/sign-in", "/sessions", "/tokens")
        ),
        page("/notices"),
        by_session("GET", "/me/tokens"),
        form("/preview", body="Some *text*.", group="public-group"),
        api("POST", "/searches", {"q": "some words"}),
        form("/me/searches", q="some words"),
        form("/me", name="A name", version="1"),
        form("/me/sessions/others/end"),
        form("/notices/read"),
        prepare=on.own_things,
    ),
    "draft_for_group": deed(
        api("POST", "/drafts", {"group": "{slug}", "title": "Not yet"}),
        api("POST", "/drafts", {"thread": "{thread}", "body": "Not yet"}),
        form("/drafts", group="{slug}", title="Not yet", body="Not yet"),
        form("/drafts", thread="{thread}", body="Not yet"),
    ),
    "things_of_another": deed(*OWN_THINGS, prepare=on.own_things),
    "see_member_profile_and_directory": deed(
        api("GET", "/members"), api("GET", "/members/{username}"), page("/members"), page("/m/{username}")
    ),
    "search_and_live": deed(
        api("GET", "/search?q=post&group={slug}"),
        api("GET", "/search?q=post&thread={thread}&facets=true"),
        api("GET", "/suggestions?q=thr&group={slug}"),
        page("/search?q=post&group={slug}"),
        page("/search?q=post&thread={thread}"),
        api("GET", "/threads/similar?title=post&group={slug}"),
        page("/similar?title=post&group={slug}"),
    ),
    "edit_own_post": deed(*EDIT, prepare=on.own_post),
    "edit_post_of_another": deed(*EDIT, prepare=on.own_post),
    "edit_thread_title_and_tags": deed(
        api("PATCH", THREAD, {"title": "Another title"}, version=True),
        page("/t/{thread}/edit"),
        form("/t/{thread}/edit", title="Another title", version="1"),
        prepare=on.own_thread,
    ),
    "delete_own_post": deed(*WITHDRAW, prepare=on.own_post),
    "delete_post_of_another": deed(*WITHDRAW, prepare=on.own_post),
    "invite_to_group": deed(
        api("POST", GROUP + "/invitations", {"username": "eve"}),
        api("POST", GROUP + "/invitations", {"uses": 3}),
        page("/g/{slug}/invite"),
        form("/g/{slug}/invite", username="eve"),
        form("/g/{slug}/invite", do="link", uses="3"),
        prepare=on.members_may_invite,
    ),
    "approve_remove_ban_member": deed(
        api("GET", GROUP + "/requests"),
        api("PUT", GROUP + "/requests/{request}/decision", {"approve": True}),
        api("PUT", GROUP + "/bans/{username}", {"reason": "Enough."}),
        api("DELETE", GROUP + "/bans/dot"),
        api("DELETE", GROUP + "/members/{username}"),
        page("/g/{slug}/requests"),
        form("/g/{slug}/requests/{request}", do="approve"),
        form("/g/{slug}/members/{username}", do="ban"),
        form("/g/{slug}/members/{username}", do="remove"),
        form("/g/{slug}/bans", username="dot"),
        prepare=on.waiting_request,
    ),
    "name_facilitator": deed(
        api("PUT", GROUP + "/members/{username}/role", {"role": "facilitator"}),
        form("/g/{slug}/members/{username}", do="facilitator"),
        *NAME_EDITOR,
    ),
    "edit_group_text": deed(
        api("PUT", GROUP + "/text", {"purpose": "Another purpose.", "rules": ""}),
        page("/g/{slug}/edit"),
        form("/g/{slug}/edit", purpose="Another purpose.", rules=""),
        api("PUT", GROUP + "/initiative-settings", TERMS),
        form("/g/{slug}/edit/initiatives", cosponsor_goal="12", gathering_days="90"),
    ),
    "impersonate": deed(form("/m/{username}/view-as", cause="support")),
    "administer_site": deed(
        page("/admin"),
        page("/admin/claims"),
        form("/admin/claims", provider="x", claims="some"),
        page("/admin/platforms"),
        form("/admin/platforms", **CAMPUS),
        form("/admin/platforms/tickets"),
        form("/admin/platforms/{platform}/state", do="disable"),
        form("/admin/platforms/{platform}/deployments", deployment_id="7"),
        form("/admin/courses/{course}/roster"),
        api("GET", "/platforms"),
        api("POST", "/platforms", CAMPUS),
        api("POST", "/platform-tickets"),
        api("DELETE", "/platforms/{platform}/enabling"),
        api("PUT", "/platforms/{platform}/enabling"),
        api("POST", "/platforms/{platform}/deployments", {"deployment_id": "7"}),
        api("POST", "/courses/{course}/roster-runs", {"force": False}),
        page("/admin/provisioning"),
        form("/admin/provisioning", name="HR", issuer="https://idp.example.test", subject_from="externalId"),
        form("/admin/provisioning/groups/{scim_group}", group="public-group"),
        form("/admin/provisioning/{scim_client}/remove"),
        prepare=on.administration,
    ),
    "create_own_api_token": deed(
        by_session("POST", "/me/tokens", TOKEN | {"scopes": ["read"]}),
        form("/me/tokens/new", name="A script", scopes="read", days="30"),
    ),
    "read_audit_log": deed(api("GET", "/audit"), page("/me/activity")),
    "read_group_audit_log": deed(page("/g/{slug}/activity")),
    "read_site_audit_log": deed(page("/admin/audit")),
    "see_statistics": deed(
        api("GET", "/trending-searches"), page("/admin/searches"), page("/admin/searches.csv?days=30")
    ),
    "approve_members": deed(
        api("GET", "/pending-members"),
        api("PUT", "/pending-members/pia/approval"),
        page("/members/pending"),
        form("/members/pending/pia"),
    ),
}

# Actions whose answer depends on what the page shows a reader rather than on one thing: no cell of their own.
EXEMPT = {
    ("GET", "/api/v1/groups"): "lists what the actor may know of: the agreement test",
    ("GET", "/api/v1/front"): "lists what the actor may read: the agreement test",
    ("GET", "/api/v1/threads"): "lists what the actor may read: the agreement test",
    ("GET", "/best"): "lists what the actor may read: tests/curation/test_learned.py",
    ("GET", "/api/v1/best"): "lists what the actor may read: tests/curation/test_learned.py",
    ("GET", "/tags/{tag}"): "lists what the actor may read: tests/curation/test_tags.py",
    ("GET", "/api/v1/tags/{tag}/threads"): "lists what the actor may read: tests/curation/test_tags.py",
    ("GET", "/latest"): "lists what the actor may read: the agreement test",
    ("GET", "/groups"): "lists what the actor may know of: the agreement test",
    ("GET", "/api/v1/initiatives"): "lists what the actor may read: tests/initiatives/test_list.py",
    ("GET", "/i/{id:int}/card"): "of public groups, for everybody: tests/initiatives/test_record.py",
    ("GET", "/c/{id:int}/feed"): "of public groups, for everybody: tests/curation/test_collections.py",
    ("GET", "/feeds/initiatives"): "of public groups, for everybody: tests/initiatives/test_record.py",
    ("GET", "/initiatives"): "lists what the actor may read: tests/initiatives/test_list.py",
    ("GET", "/p/{id:int}/report"): "leads to the flag, whose door is asked there",
    ("GET", "/"): "everybody has a first page",
    ("GET", "/about"): "public text",
    ("POST", "/view-as/end"): "being oneself again; nothing for those who are",
    ("GET", "/keys"): "public text",
    ("GET", "/appearance"): "a choice of the browser, not of a member",
    ("POST", "/appearance"): "a choice of the browser, not of a member",
    ("GET", "/embed/"): "public text",
    ("GET", "/embed/g/{slug}"): "only the session of a frame counts there: tests/courses/test_launch.py",
    ("GET", "/feeds/searches/{id:int}/{key}"): "its key says whose it is: tests/searching/test_feed.py",
    ("GET", "/invitations/{token}"): "a button, the same for every token",
}
