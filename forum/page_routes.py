"""Every page and form, in the order of the feature list; ``forum/routes.py`` has the same for the API."""

from typing import Final

from forum.courses import pages as courses
from forum.groups.pages import groups
from forum.groups.pages import people as places
from forum.initiatives.pages import deeds, initiative, writing
from forum.initiatives.pages import lists as initiatives
from forum.members.pages import people as members
from forum.members.pages import sessions, tokens, ways_in
from forum.notifications import pages as notices
from forum.polls.pages import decisions, poll
from forum.polls.pages import start as polls
from forum.provisioning import pages as provisioning
from forum.searching.pages import results as searching
from forum.searching.pages import saved, similar, trending
from forum.site.pages import activity
from forum.site.pages import first as site
from forum.threads.pages import compose, lists, posts, thread
from forum.web.page import PageRoute, get, post

PAGES: Final[tuple[PageRoute, ...]] = (
    # threads: the hot ones first
    get("/t/{id:int}/edit", thread.edit_thread_form),
    post("/t/{id:int}/edit", thread.save_thread),
    get("/t/{id:int}/poll", polls.new_poll),
    post("/t/{id:int}/poll", polls.send_poll),
    get("/t/{id:int}/{slug}", thread.thread),
    get("/t/{id:int}", thread.thread),
    post("/t/{id:int}/reply", compose.send_reply),
    post("/t/{id:int}/follow", thread.follow_thread),
    post("/t/{id:int}/read", thread.read_thread),
    post("/t/{id:int}/answer", thread.answer_thread),
    # polls
    get("/polls/{id:int}", poll.poll_address),
    post("/polls/{id:int}/vote", poll.vote),
    get("/polls/{id:int}/ballots", poll.poll_ballots),
    post("/polls/{id:int}/close", poll.close),
    get("/polls/{id:int}/outcome", poll.outcome_form),
    post("/polls/{id:int}/outcome", poll.save_outcome),
    get("/g/{slug}/decisions", decisions.group_decisions),
    # posts
    get("/p/{id:int}", thread.post_address),
    get("/p/{id:int}/reply", compose.reply_to_post),
    get("/p/{id:int}/edit", posts.edit_form),
    post("/p/{id:int}/edit", posts.save_post),
    post("/p/{id:int}/edit/preview", posts.preview_edit),
    get("/p/{id:int}/history", posts.history),
    get("/p/{id:int}/withdraw", posts.withdraw_form),
    post("/p/{id:int}/withdraw", posts.withdraw),
    post("/p/{id:int}/react", posts.react),
    post("/p/{id:int}/bookmark", posts.bookmark),
    get("/p/{id:int}/report", posts.report_form),
    post("/p/{id:int}/report", posts.report),
    # writing
    post("/preview", compose.preview),
    post("/drafts", compose.keep_draft),
    # the first page, and lists
    get("/", site.home),
    get("/latest", lists.latest),
    get("/search", searching.search),
    get("/similar", similar.similar_titles),
    get("/similar/{id:int}", similar.similar_threads),
    get("/notices", notices.notices),
    post("/notices/read", notices.read_notices),
    post("/notices/{id:int}/read", notices.read_notice),
    # groups
    get("/groups", groups.group_list),
    get("/g/{slug}", groups.group),
    post("/g/{slug}/join", groups.join),
    post("/g/{slug}/leave", groups.leave),
    post("/g/{slug}/follow", groups.follow),
    post("/g/{slug}/read", groups.read),
    get("/g/{slug}/new", compose.new_thread),
    post("/g/{slug}/new", compose.send_thread),
    get("/g/{slug}/members", places.group_members),
    post("/g/{slug}/members/{username}", places.change_member),
    post("/g/{slug}/bans", places.lift_ban),
    get("/g/{slug}/requests", places.group_requests),
    post("/g/{slug}/requests/{request_id:int}", places.decide),
    get("/g/{slug}/invite", places.invite_form),
    post("/g/{slug}/invite", places.invite),
    get("/g/{slug}/activity", activity.of_group),
    get("/g/{slug}/edit", places.text_form),
    post("/g/{slug}/edit", places.save_text),
    post("/invitations/{id:int}/accept", places.accept_invitation),
    get("/invitations/{token}", places.invitation_link),
    post("/invitations/{token}", places.accept_link),
    # initiatives
    get("/initiatives", initiatives.initiative_list),
    get("/g/{slug}/initiatives/new", writing.new_initiative),
    post("/g/{slug}/initiatives/new", writing.send_initiative),
    post("/g/{slug}/initiatives/preview", writing.preview_initiative),
    get("/i/{id:int}", initiative.initiative),
    get("/i/{id:int}/edit", writing.edit_form),
    post("/i/{id:int}/edit", writing.save_initiative),
    post("/i/{id:int}/launch", initiative.launch),
    post("/i/{id:int}/discard", initiative.discard),
    get("/i/{id:int}/leads", deeds.leads_form),
    post("/i/{id:int}/leads", deeds.ask_lead),
    post("/i/{id:int}/leads/answer", initiative.answer_request),
    post("/i/{id:int}/leads/leave", initiative.step_down),
    post("/i/{id:int}/consent", initiative.give_consent),
    post("/i/{id:int}/thread/leave", initiative.leave_thread),
    post("/i/{id:int}/cosponsor", initiative.support),
    post("/i/{id:int}/cosponsor/end", initiative.take_support_back),
    get("/i/{id:int}/answer", deeds.answer_form),
    post("/i/{id:int}/answer", deeds.answer),
    get("/i/{id:int}/{slug}", initiative.initiative),
    # people
    get("/members", members.directory),
    get("/members/pending", members.pending),
    post("/members/pending/{username}", members.approve),
    get("/m/{username}", members.member),
    post("/m/{username}/view-as", sessions.view_as),
    post("/view-as/end", sessions.end_view),
    get("/me", members.me),
    post("/me", members.save_me),
    get("/me/drafts", lists.drafts),
    get("/me/drafts/{id:int}", compose.draft),
    post("/me/drafts/{id:int}/delete", lists.delete_draft),
    get("/me/bookmarks", lists.bookmarks),
    get("/me/searches", saved.searches),
    post("/me/searches", saved.save_search),
    post("/me/searches/{id:int}/name", saved.rename_search),
    post("/me/searches/{id:int}/open", saved.open_search),
    post("/me/searches/{id:int}/feed", saved.renew_feed),
    post("/me/searches/{id:int}/delete", saved.delete_search),
    get("/feeds/searches/{id:int}/{key}", saved.search_feed),
    get("/me/sign-in", ways_in.ways_in),
    post("/me/sign-in/disconnect", ways_in.disconnect),
    get("/me/activity", activity.mine),
    get("/me/tokens", tokens.tokens_page),
    post("/me/tokens/new", tokens.make_token),
    post("/me/tokens/{id:int}/end", tokens.end_token),
    get("/me/sessions", sessions.sessions_page),
    post("/me/sessions/others/end", sessions.end_other_sessions),
    post("/me/sessions/{id:int}/end", sessions.end_session),
    # the site
    get("/admin", site.admin),
    get("/admin/claims", site.claims),
    post("/admin/claims", site.preview_claims),
    get("/admin/platforms", courses.platforms),
    post("/admin/platforms", courses.add_platform),
    post("/admin/platforms/tickets", courses.make_ticket),
    post("/admin/platforms/{id:int}/state", courses.enable_platform),
    post("/admin/platforms/{id:int}/deployments", courses.add_deployment),
    post("/admin/courses/{id:int}/roster", courses.ask_for_roster),
    get("/embed/", courses.embedded_nothing),
    get("/embed/g/{slug}", courses.embedded_group),
    get("/admin/audit", activity.of_site),
    get("/admin/searches", trending.trending_searches),
    get("/admin/searches.csv", trending.trending_table),
    get("/admin/provisioning", provisioning.provisioning),
    post("/admin/provisioning", provisioning.make_scim_client),
    post("/admin/provisioning/{id:int}/remove", provisioning.remove_scim_client),
    post("/admin/provisioning/groups/{resource}", provisioning.bind_scim_group),
    get("/about", site.about),
    get("/keys", site.keys),
    get("/appearance", site.appearance),
    post("/appearance", site.save_appearance),
)
