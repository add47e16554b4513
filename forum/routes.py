"""Every URL: reads as the list of features."""
from dataclasses import dataclass

from starlette.routing import Route

from forum.api.operation import Endpoint, Operation
from forum.courses import api as courses
from forum.curation.api import collections, lists, tags
from forum.curation.api import keeping as learned
from forum.curation.api import threads as curating
from forum.groups import api as groups
from forum.initiatives.api import initiatives, work
from forum.members import api as members
from forum.moderation.api import cases, glass, sanctions, transparency
from forum.moderation.api import log as moderation_log
from forum.moderation.api import posts as moderation_posts
from forum.moderation.api import settings as moderation_settings
from forum.notifications import api as notices
from forum.polls import api as polls
from forum.reading import api as reading
from forum.searching.api import results as searching
from forum.searching.api import saved, similar, suggestions, trending
from forum.site import api as site
from forum.threads.api import keeping, threads

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One operation at its method and path (under the prefix)."""

    method: str
    path: str
    operation: Operation

    def as_route(self) -> Route:
        return Route(
            PREFIX + self.path,
            Endpoint(self.operation, self.method),
            methods=[self.method],
            name=self.operation.name,
        )


def get(path: str, operation: Operation) -> ApiRoute:
    return ApiRoute("GET", path, operation)


def post(path: str, operation: Operation) -> ApiRoute:
    return ApiRoute("POST", path, operation)


def put(path: str, operation: Operation) -> ApiRoute:
    return ApiRoute("PUT", path, operation)


def patch(path: str, operation: Operation) -> ApiRoute:
    return ApiRoute("PATCH", path, operation)


def delete(path: str, operation: Operation) -> ApiRoute:
    return ApiRoute("DELETE", path, operation)


API = (
    # threads and posts: the hot ones first
    get("/threads", threads.list_threads),
    get("/threads/{id:int}", threads.get_thread),
    patch("/threads/{id:int}", threads.patch_thread),
    get("/threads/{id:int}/posts", threads.list_posts),
    post("/threads/{id:int}/posts", threads.post_post),
    put("/threads/{id:int}/answer", threads.put_answer),
    delete("/threads/{id:int}/answer", threads.delete_answer),
    put("/threads/{id:int}/follow", keeping.put_thread_follow),
    delete("/threads/{id:int}/follow", keeping.delete_thread_follow),
    put("/threads/{id:int}/reading", reading.put_reading),
    get("/threads/{id:int}/similar", similar.list_similar),
    get("/threads/similar", similar.list_similar_titles),
    post("/threads/{id:int}/polls", polls.post_poll),
    put("/threads/{id:int}/pin", curating.put_pin),
    delete("/threads/{id:int}/pin", curating.delete_pin),
    put("/threads/{id:int}/lock", curating.put_lock),
    delete("/threads/{id:int}/lock", curating.delete_lock),
    post("/threads/{id:int}/split", curating.post_split),
    put("/threads/{id:int}/group", curating.put_thread_group),
    put("/threads/{id:int}/merger", curating.put_merger),
    put("/threads/{id:int}/listings/{slug}", curating.put_listing),
    delete("/threads/{id:int}/listings/{slug}", curating.delete_listing),
    put("/threads/{id:int}/duplicate-of", curating.put_duplicate),
    delete("/threads/{id:int}/duplicate-of", curating.delete_duplicate),
    get("/posts/{id:int}", threads.get_post),
    patch("/posts/{id:int}", threads.patch_post),
    delete("/posts/{id:int}", threads.delete_post),
    get("/posts/{id:int}/revisions", threads.list_revisions),
    put("/posts/{id:int}/reactions/{kind}", threads.put_reaction),
    delete("/posts/{id:int}/reactions/{kind}", threads.delete_reaction),
    put("/posts/{id:int}/bookmark", keeping.put_bookmark),
    delete("/posts/{id:int}/bookmark", keeping.delete_bookmark),
    put("/posts/{id:int}/flag", cases.put_post_flag),
    delete("/posts/{id:int}/flag", cases.delete_post_flag),
    # what was learned
    get("/threads/{id:int}/summary", learned.get_summary),
    put("/threads/{id:int}/summary", learned.put_summary),
    delete("/threads/{id:int}/summary", learned.delete_summary),
    get("/threads/{id:int}/summary/revisions", learned.list_summary_revisions),
    get("/groups/{slug}/answers", lists.list_answers),
    get("/groups/{slug}/best", lists.list_best_of_group),
    get("/best", lists.list_best),
    get("/groups/{slug}/collections", collections.list_collections),
    post("/groups/{slug}/collections", collections.post_collection),
    get("/collections/{id:int}", collections.get_collection),
    patch("/collections/{id:int}", collections.patch_collection),
    delete("/collections/{id:int}", collections.delete_collection),
    post("/collections/{id:int}/items", collections.post_item),
    patch("/collections/{id:int}/items/{item_id:int}", collections.patch_item),
    put("/collections/{id:int}/items/{item_id:int}/position", collections.put_item_position),
    delete("/collections/{id:int}/items/{item_id:int}", collections.delete_item),
    get("/tags/{tag}/threads", tags.list_tagged_threads),
    get("/groups/{slug}/tags", tags.list_group_tags),
    put("/posts/{id:int}/wiki", learned.put_wiki),
    delete("/posts/{id:int}/wiki", learned.delete_wiki),
    put("/groups/{slug}/editors/{username}", learned.put_editor),
    delete("/groups/{slug}/editors/{username}", learned.delete_editor),
    # polls
    get("/polls/{id:int}", polls.get_poll),
    put("/polls/{id:int}/ballot", polls.put_ballot),
    get("/polls/{id:int}/ballots", polls.list_ballots),
    put("/polls/{id:int}/closing", polls.put_closing),
    put("/polls/{id:int}/outcome", polls.put_outcome),
    # groups
    get("/groups", groups.list_groups),
    get("/groups/{slug}", groups.get_group),
    put("/groups/{slug}/text", groups.put_group_text),
    put("/groups/{slug}/initiative-settings", groups.put_initiative_settings),
    put("/groups/{slug}/slow-mode", moderation_settings.put_slow_mode),
    delete("/groups/{slug}/slow-mode", moderation_settings.delete_slow_mode),
    get("/groups/{slug}/threads", threads.list_group_threads),
    post("/groups/{slug}/threads", threads.post_thread),
    get("/groups/{slug}/decisions", polls.list_decisions),
    put("/groups/{slug}/membership", groups.put_membership),
    delete("/groups/{slug}/membership", groups.delete_membership),
    put("/groups/{slug}/follow", keeping.put_group_follow),
    delete("/groups/{slug}/follow", keeping.delete_group_follow),
    put("/groups/{slug}/reading", reading.put_group_reading),
    get("/groups/{slug}/members", groups.list_group_members),
    put("/groups/{slug}/members/{username}/role", groups.put_role),
    delete("/groups/{slug}/members/{username}", groups.delete_member),
    put("/groups/{slug}/bans/{username}", groups.put_ban),
    delete("/groups/{slug}/bans/{username}", groups.delete_ban),
    post("/members/{username}/day-removals", moderation_posts.post_day_removal),
    put("/posts/{id:int}/case", moderation_posts.put_post_case),
    delete("/posts/{id:int}/hiding", moderation_posts.delete_hiding),
    put("/posts/{id:int}/purge", moderation_posts.put_purge),
    get("/members/{username}/sanctions", sanctions.list_sanctions),
    post("/members/{username}/sanctions", sanctions.post_sanction),
    delete("/sanctions/{id:int}", sanctions.delete_sanction),
    put("/sanctions/{id:int}/confirmation", sanctions.put_confirmation),
    get("/confirmations", sanctions.list_confirmations),
    get("/me/sanctions", sanctions.list_own_sanctions),
    put("/groups/{slug}/glass", glass.put_glass),
    delete("/groups/{slug}/glass", glass.delete_glass),
    get("/groups/{slug}/requests", groups.list_requests),
    put("/groups/{slug}/requests/{request_id:int}/decision", groups.put_decision),
    post("/groups/{slug}/invitations", groups.post_invitation),
    put("/threads/{id:int}/flag", cases.put_thread_flag),
    delete("/threads/{id:int}/flag", cases.delete_thread_flag),
    put("/initiatives/{id:int}/flag", cases.put_initiative_flag),
    delete("/initiatives/{id:int}/flag", cases.delete_initiative_flag),
    put("/members/{username}/flag", cases.put_profile_flag),
    delete("/members/{username}/flag", cases.delete_profile_flag),
    get("/cases", cases.list_cases),
    get("/cases/{id:int}", cases.get_case),
    put("/cases/{id:int}/claim", cases.put_claim),
    delete("/cases/{id:int}/claim", cases.delete_claim),
    put("/cases/{id:int}/decision", cases.put_case_decision),
    get("/cases/{id:int}/verdict", cases.get_verdict),
    put("/cases/{id:int}/appeal", cases.put_appeal),
    put("/cases/{id:int}/appeal/decision", cases.put_appeal_decision),
    get("/groups/{slug}/log", moderation_log.list_log),
    delete("/acts/{id:int}", moderation_log.delete_act),
    get("/groups/{slug}/moderation-settings", moderation_log.get_moderation_settings),
    put("/groups/{slug}/log-names", moderation_log.put_log_names),
    put("/invitations/{id:int}/acceptance", groups.put_acceptance),
    put("/invitation-links/{token}/acceptance", groups.put_link_acceptance),
    # initiatives
    get("/initiatives", initiatives.list_initiatives),
    post("/groups/{slug}/initiatives", initiatives.post_initiative),
    get("/initiatives/{id:int}", initiatives.get_initiative),
    get("/initiatives/{id:int}/record", initiatives.get_initiative_record),
    patch("/initiatives/{id:int}", initiatives.patch_initiative),
    delete("/initiatives/{id:int}", initiatives.delete_initiative),
    put("/initiatives/{id:int}/launch", initiatives.put_launch),
    put("/initiatives/{id:int}/leads/{username}", initiatives.put_lead),
    delete("/initiatives/{id:int}/leads/{username}", initiatives.delete_lead),
    put("/initiatives/{id:int}/leadership", initiatives.put_leadership),
    delete("/initiatives/{id:int}/leadership", initiatives.delete_leadership),
    put("/initiatives/{id:int}/consent", initiatives.put_consent),
    delete("/initiatives/{id:int}/thread", initiatives.delete_initiative_thread),
    get("/initiatives/{id:int}/cosponsors", initiatives.list_cosponsors),
    put("/initiatives/{id:int}/cosponsorship", initiatives.put_cosponsorship),
    delete("/initiatives/{id:int}/cosponsorship", initiatives.delete_cosponsorship),
    post("/initiatives/{id:int}/answers", initiatives.post_answer),
    post("/initiatives/{id:int}/steps", work.post_step),
    patch("/initiatives/{id:int}/steps/{step_id:int}", work.patch_step),
    delete("/initiatives/{id:int}/steps/{step_id:int}", work.delete_step),
    put("/initiatives/{id:int}/steps/{step_id:int}/completion", work.put_completion),
    delete("/initiatives/{id:int}/steps/{step_id:int}/completion", work.delete_completion),
    post("/initiatives/{id:int}/updates", work.post_update),
    put("/initiatives/{id:int}/space", work.put_space),
    put("/initiatives/{id:int}/report", work.put_report),
    put("/initiatives/{id:int}/withdrawal", work.put_withdrawal),
    put("/initiatives/{id:int}/reopening", work.put_reopening),
    # people
    get("/me", members.get_me),
    patch("/me", members.patch_me),
    get("/me/tokens", members.list_tokens),
    post("/me/tokens", members.post_token),
    delete("/me/tokens/{id:int}", members.delete_token),
    get("/me/identities", members.list_identities),
    delete("/me/identities/{id:int}", members.delete_identity),
    get("/me/sessions", members.list_sessions),
    delete("/me/sessions", members.delete_other_sessions),
    delete("/me/sessions/{id:int}", members.delete_session),
    get("/home", site.get_home),
    get("/front", site.get_front),
    get("/transparency", transparency.get_transparency),
    get("/members", members.list_members),
    get("/members/{username}", members.get_member),
    get("/pending-members", members.list_pending),
    put("/pending-members/{username}/approval", members.put_approval),
    # what one keeps, and is told
    get("/bookmarks", keeping.list_bookmarks),
    get("/drafts", keeping.list_drafts),
    post("/drafts", keeping.post_draft),
    get("/drafts/{id:int}", keeping.get_draft),
    put("/drafts/{id:int}", keeping.put_draft),
    delete("/drafts/{id:int}", keeping.delete_draft),
    post("/preview", keeping.post_preview),
    get("/notices", notices.list_notices),
    put("/notices/seen", notices.put_all_seen),
    put("/notices/{id:int}/seen", notices.put_seen),
    get("/search", searching.get_search),
    get("/searches", saved.list_searches),
    post("/searches", saved.post_search),
    get("/searches/{id:int}", saved.get_saved_search),
    put("/searches/{id:int}/name", saved.put_search_name),
    put("/searches/{id:int}/seen", saved.put_search_seen),
    post("/searches/{id:int}/feed-renewals", saved.post_feed_renewal),
    delete("/searches/{id:int}", saved.delete_search),
    get("/suggestions", suggestions.list_suggestions),
    get("/trending-searches", trending.get_trending),
    # learning platforms
    get("/platforms", courses.list_platforms),
    post("/platforms", courses.post_platform),
    post("/platform-tickets", courses.post_ticket),
    put("/platforms/{id:int}/enabling", courses.put_enabling),
    delete("/platforms/{id:int}/enabling", courses.delete_enabling),
    post("/platforms/{id:int}/deployments", courses.post_deployment),
    post("/courses/{id:int}/roster-runs", courses.post_roster_run),
    get("/audit", site.get_audit),
)
