"""Every route with a path that leads somewhere and a body that would be taken: what the tests here then spoil."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from forum.page_routes import PAGES
from forum.routes import API, PREFIX
from tests.api.standing import NUMBERS
from tests.cast import Cast
from tests.courses.lms import CAMPUS

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")

LATER = (datetime.now(UTC) + timedelta(days=7)).isoformat()
FLAGGED = ("post", "thread", "initiative", "profile")
FLAGS = [f"put_{what}_flag" for what in FLAGGED]
BODIES: dict[str, dict[str, Any]] = {
    "patch_thread": {"title": "A better title", "tags": ["IPv6", "route servers"]},
    "post_post": {"body": "A reply."},
    "put_answer": {"post_id": 1},
    "put_pin": {"until": LATER, "everywhere": False, "reason": "Of use to all."},
    "put_lock": {"until": LATER, "reason": "It is settled."},
    "post_split": {"posts": [1], "title": "A title", "reason": "Another matter."},
    "put_duplicate": {"of": 1, "reason": "The same."},
    "put_thread_group": {"group": "members-group", "widening": True, "reason": "It belongs there."},
    "put_merger": {"into": 1, "widening": True, "reason": "The same."},
    "put_thread_follow": {"level": "all"},
    "put_group_follow": {"level": "mute"},
    "put_reading": {"number": 1},
    "patch_post": {"body": "Another text."},
    "post_collection": {"title": "First reading", "body": "For newcomers.", "language": "en"},
    "patch_collection": {"title": "Second reading", "body": "For newcomers."},
    "post_item": {"address": "https://example.test/page", "title": "A page", "note": "Short."},
    "patch_item": {"note": "Shorter."},
    "put_item_position": {"position": 1},
    "put_summary": {"body": "In short.", "through": 2},
    "put_wiki": {"reason": "A list for all."},
    **{name: {"reason": "spam", "note": "Please look."} for name in FLAGS},
    "put_case_decision": {"decision": "note", "reason": "spam", "words": "Please do not.", "silence_days": 3},
    "put_appeal": {"text": "I meant well."},
    "put_appeal_decision": {"outcome": "upheld", "answer": "It stays."},
    "put_group_text": {"purpose": "A purpose.", "rules": "Be kind."},
    "put_log_names": {"named": True},
    "put_slow_mode": {"seconds": 0, "reason": "It is heated."},
    "put_initiative_settings": {"cosponsor_goal": 12, "gathering_days": 90, "anyone_may_cosponsor": False},
    "post_thread": {"title": "A title", "body": "A text.", "language": "en", "kind": "discussion"},
    "post_poll": {"question": "Shall we?", "kind": "single", "options": ["Yes", "No"], "closes_at": LATER},
    "put_ballot": {"marks": {"1": 1}, "reason": "Because."},
    "put_outcome": {"text": "We do it.", "review_on": "2030-01-01"},
    "put_membership": {"reason": "I work on this."},
    "put_role": {"role": "member"},
    "put_ban": {"reason": "Spam."},
    "post_day_removal": {"day": "2026-01-15", "group": "public-group", "reason": "Enough."},
    "put_purge": {"reason": "Enough."},
    "post_sanction": {"kind": "silence", "group": "public-group", "days": 3, "reason": "Enough."},
    "put_glass": {"reason": "Somebody is in danger."},
    "put_decision": {"approve": True, "answer": "Welcome."},
    "post_invitation": {"username": "eve", "days": 10},
    "patch_me": {"name": "Ben", "bio": "A few words.", "time_zone": "Europe/Malta"},
    "post_token": {"name": "A script", "scopes": ["read"], "days": 30},
    "post_draft": {"group": "public-group", "title": "A title", "body": "A text."},
    "put_draft": {"group": "public-group", "title": "A title", "body": "Another text."},
    "post_search": {"q": "some words", "name": "A name"},
    "put_search_name": {"name": "A name"},
    "put_search_seen": {"through": 1},
    "post_initiative": {"title": "An initiative", "aim": "An aim.", "languages": ["en"], "co_leads": ["fay"]},
    "patch_initiative": {"title": "A better title", "aim": "Another aim."},
    "put_leadership": {"agree": True},
    "put_consent": {"agree": True},
    "post_step": {"title": "A first feed", "due_on": LATER[:10], "owner": "fay", "kind": "milestone"},
    "patch_step": {"title": "A second feed"},
    "post_update": {"body": "Half way."},
    "put_space": {"title": "A workshop", "closed": True},
    "put_report": {
        "body": "Done.",
        "numbers": [{"what": "Feeds", "value": "12"}],
        "links": [{"title": "The page", "url": "https://example.test/"}],
    },
    "put_withdrawal": {"reason": "No time."},
    "put_reopening": {"reason": "There is time again."},
    "post_answer": {"kind": "needs_work", "body": "Good."},
    "post_preview": {"body": "**Bold**"},
    "post_platform": dict(CAMPUS),
    "post_deployment": {"deployment_id": "1"},
    "post_roster_run": {"force": False},
}
FORMS: dict[str, dict[str, str]] = {
    "save_thread": {"title": "A better title", "language": "en", "kind": "question", "version": "1"},
    "send_reply": {"body": "A reply."},
    "follow_thread": {"level": "all"},
    "save_pin": {"until": LATER[:10], "reason": "Of use to all."},
    "save_lock": {"until": LATER[:10], "reason": "It is settled."},
    "save_split": {"posts": "2", "title": "A title", "reason": "Another matter."},
    "save_move": {"group": "members-group", "widening": "1", "seen": "1", "reason": "It belongs there."},
    "save_merge": {"into": "1", "widening": "1", "seen": "1", "reason": "The same."},
    "save_listing": {"group": "members-group", "reason": "Of use there."},
    "save_duplicate": {"of": "2", "reason": "The same."},
    "answer_thread": {"post": "2"},
    "send_poll": {"kind": "single", "question": "Shall we?", "options": "Yes\nNo", "closes_on": LATER[:10]},
    "vote": {"choice": "1", "reason": "Because."},
    "save_outcome": {"text": "We do it.", "review_on": LATER[:10]},
    "make_collection": {"title": "First reading", "body": "For newcomers.", "language": "en"},
    "save_collection": {"title": "Second reading", "body": "For newcomers.", "version": "1"},
    "add_item": {"address": "https://example.test/page", "link_title": "A page", "note": "Short."},
    "change_item": {"do": "note", "note": "Shorter.", "version": "1"},
    "collect": {"post": "1", "collection": "1", "note": "Short."},
    "save_summary": {"body": "In short.", "through": "2", "version": "0"},
    "preview_summary": {"body": "In short.", "through": "2", "version": "0"},
    "set_wiki": {"do": "make", "reason": "A list for all."},
    "change_editor": {"do": "name"},
    "save_post": {"body": "Another text.", "version": "1"},
    "preview_edit": {"body": "Another text."},
    "react": {"kind": "thanks"},
    **{"flag_" + what: {"reason": "spam", "note": "Please look."} for what in FLAGGED},
    "decide_case": {"decision": "note", "reason": "spam", "words": "Please do not.", "version": "1"},
    "answer_appeal": {"outcome": "upheld", "answer": "It stays."},
    "send_appeal": {"text": "I meant well."},
    "preview": {"group": "public-group", "title": "A title", "body": "A text."},
    "keep_draft": {"group": "public-group", "title": "A title", "body": "A text."},
    "save_search": {"q": "some words", "name": "A name"},
    "rename_search": {"name": "A name"},
    "open_search": {"through": "1"},
    "join": {"reason": "I work on this."},
    "follow": {"level": "mute"},
    "send_thread": {"title": "A title", "body": "A text.", "language": "en", "kind": "discussion"},
    "change_member": {"do": "member"},
    "lift_ban": {"username": "bea"},
    "send_day_removal": {"day": "2026-01-15", "where": "public-group", "reason": "Enough."},
    "purge": {"reason": "Enough."},
    "send_sanction": {"kind": "silence", "where": "public-group", "days": "3", "reason": "Enough."},
    "lift": {"username": "sol"},
    "open_glass": {"reason": "Somebody is in danger."},
    "decide": {"do": "approve", "answer": "Welcome."},
    "invite": {"username": "eve", "days": "10"},
    "save_text": {"purpose": "A purpose.", "rules": "Be kind."},
    "undo": {"next": "/g/public-group/log"},
    "save_log_names": {"named": "1"},
    "save_slow_mode": {"seconds": "0", "reason": "It is heated."},
    "save_terms": {"cosponsor_goal": "12", "gathering_days": "90"},
    "save_me": {"name": "Ben", "bio": "A few words.", "time_zone": "Europe/Malta", "version": "1"},
    "make_token": {"name": "A script", "scopes": "read", "days": "30", "reach": "all"},
    "add_deployment": {"deployment_id": "1"},
    "enable_platform": {"do": "enable"},
    "make_scim_client": {"name": "HR", "issuer": "https://x.test", "subject_from": "externalId", "groups": ""},
    "bind_scim_group": {"group": "public-group"},
    "send_initiative": {"title": "An initiative", "aim": "An aim.", "co_leads": "fay"},
    "preview_initiative": {"title": "An initiative", "aim": "An aim."},
    "save_initiative": {"title": "A better title", "aim": "Another aim.", "version": "1"},
    "ask_lead": {"username": "sol"},
    "take_back_request": {"username": "sol"},
    "answer_request": {"do": "agree"},
    "give_consent": {"do": "agree"},
    "answer": {"kind": "accepted", "body": "Good."},
    "add_step": {"title": "A first feed", "due_on": LATER[:10], "owner": "fay", "post": "1"},
    "save_step": {"title": "A second feed", "version": "1"},
    "finish_step": {"do": "done"},
    "send_update": {"body": "Half way."},
    "found_space": {"title": "A workshop", "closed": "1"},
    "send_report": {"body": "It is done.", "numbers.0.what": "Feeds", "numbers.0.value": "12"},
    "withdraw_initiative": {"reason": "Nobody has time."},
    "reopen_initiative": {"reason": "Somebody has."},
    "save_appearance": {"theme": "dark", "keys": "on"},
}
VERSIONED = {"patch_post", "patch_thread", "patch_me", "put_draft", "patch_initiative", "patch_step"}
VERSIONED |= {"put_case_decision"}
VERSIONED |= {"patch_collection", "patch_item", "put_item_position", "delete_item"}
# Over the limit wherever text is taken.
LONG_FIELDS = {
    "title": 200, "body": 32_000, "note": 1000, "reason": 2000, "answer": 2000, "purpose": 2000, "rules": 4000,
    "name": 80, "bio": 2000, "words": 2000,
}  # fmt: skip
# Named like a text, and chosen from a list.
CHOICES = {(name, "reason") for name in (*FLAGS, "put_case_decision")}
LONGER = {("post_platform", "name"): 120, ("put_summary", "body"): 8000}
LONGER |= {(name, "note"): 2000 for name in FLAGS}
LONGER |= {("post_collection", "body"): 8000, ("patch_collection", "body"): 8000}
LONGER |= {("post_item", "note"): 2000, ("patch_item", "note"): 2000}
# Whom an operation listens to, where it is neither Ben nor Fay: an administrator; a session, never a token.
ASKERS = {"patch_post": ("ben", False), "patch_me": ("ben", False), "post_token": ("fay", True),
          "put_initiative_flag": ("cem", False),
          "put_glass": ("ada", False), "open_glass": ("ada", True)} | dict.fromkeys(
    ("post_platform", "post_deployment", "post_roster_run"), ("adi", True)
)


@dataclass(frozen=True, slots=True)
class Target:
    """A route, its path filled in, and what it takes."""

    name: str
    method: str
    template: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def takes_text(self) -> list[str]:
        return [name for name in LONG_FIELDS if name in (self.body or {}) and (self.name, name) not in CHOICES]

    @property
    def asker(self) -> tuple[str, bool]:
        """Who is listened to, and whether by a session."""
        return ASKERS.get(self.name, ("fay", False))

    def longest(self, name: str) -> int:
        return LONGER.get((self.name, name), LONG_FIELDS[name])


def filled(template: str, cast: Cast) -> str:
    """A template's path, leading to the public group, its thread and Ben's post in it."""
    kind = template.removeprefix(PREFIX).split("/")[1]
    numbers = (
        cast.threads if kind in ("threads", "t", "similar") else cast.first if kind in ("posts", "p") else None
    )
    values = {
        "id": str(numbers["public"] if numbers else NUMBERS.get(template.removeprefix(PREFIX), 1)),
        "request_id": "1",
        "step_id": "1",
        "item_id": "1",
        "tag": "ipv6",
        "slug": "thread" if kind in ("t", "i") else "public-group",
        "username": "sol",
        "kind": "thanks",
        "token": "no-such-token",
        "key": "no-such-key",
        "provider": "nobody",
        "name": "none.css",
        "resource": "2819c223-7f76-453a-919d-413861904646",
    }
    return _PARAMETER.sub(lambda found: values[found.group(1)], template)


def operations(cast: Cast) -> Iterator[Target]:
    for route in API:
        declared = route.operation
        headers = {"If-Match": '"1"'} if declared.name in VERSIONED else {}
        path = filled(PREFIX + route.path, cast)
        body = BODIES.get(declared.name)
        assert body is not None or declared.body is None, f"no example of {declared.name}"
        yield Target(declared.name, route.method, PREFIX + route.path, path, body, headers)


def pages(cast: Cast) -> Iterator[Target]:
    for route in PAGES:
        form = FORMS.get(route.page.name, {}) if route.method == "POST" else None
        yield Target(route.page.name, route.method, route.path, filled(route.path, cast), form)


def writes(cast: Cast) -> list[Target]:
    return [one for one in operations(cast) if one.body is not None]


def forms(cast: Cast) -> list[Target]:
    return [one for one in pages(cast) if one.method == "POST"]
