"""The demonstration's cases and collections as they are stored: what the forum's own commands would have left."""
from typing import Any

import pytest

from forum.groups.recount import count_places_without_grant, mend_roles, recount_groups
from forum.initiatives.recount import find_broken_histories, recount_initiatives
from forum.moderation.commands.decide import undo_of_verdict
from forum.moderation.models import CaseOrigin, Decision, FlagReason, SanctionKind
from forum.moderation.standing import find_astray
from forum.site.demo.case_files import read_cases
from forum.site.demo.curation_files import read_curation
from forum.threads.recount import find_gaps, recount_reactions, recount_threads
from tests.site.conftest import Demo

pytestmark = pytest.mark.committed
IN_ORDER = "SELECT bool_and(ok) FROM (SELECT created_at >= lag(created_at) OVER (ORDER BY id) AS ok FROM {}) AS t"


def test_twelve_cases_are_open_and_the_rest_is_decided(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM cases WHERE decided_at IS NULL") == 12
    assert demo.value("SELECT count(*) FROM cases") == len(read_cases())
    origins = demo.rows("SELECT DISTINCT origin FROM cases WHERE decided_at IS NULL")
    assert {origin for (origin,) in origins} == {origin.value for origin in CaseOrigin}
    decisions = dict(demo.rows("SELECT decision, count(*) FROM cases WHERE decided_at IS NOT NULL GROUP BY 1"))
    assert set(decisions) == {decision.value for decision in Decision}
    reasons = demo.rows("SELECT DISTINCT reason FROM flags")
    assert {reason for (reason,) in reasons} == {reason.value for reason in FlagReason}
    languages = {case.language for case in read_cases() if case.head.verdict is None}
    assert languages == {"en", "fr", "es", "pt", "ar", "ru", "zh"}


def test_the_open_ones_are_of_every_kind(demo: Demo) -> None:
    found = demo.rows("""
        SELECT count(post_id), count(thread_id), count(member_id), count(initiative_id),
               count(*) FILTER (WHERE auto_hidden), count(*) FILTER (WHERE claimed_until > now()),
               count(*) FILTER (WHERE created_at < now() - interval '24 hours')
        FROM cases WHERE decided_at IS NULL
    """)
    assert found == [(9, 1, 1, 1, 1, 1, 1)]


def test_cases_speak_of_what_lies_in_their_group(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT c.id FROM cases c
        LEFT JOIN posts p ON p.id = c.post_id LEFT JOIN threads h ON h.id = p.thread_id
        LEFT JOIN threads t ON t.id = c.thread_id LEFT JOIN initiatives i ON i.id = c.initiative_id
        WHERE c.group_id IS DISTINCT FROM coalesce(h.group_id, t.group_id, i.group_id)
            OR c.author_id <> coalesce(p.author_id, t.author_id, i.created_by_id, c.member_id)
            OR c.created_at < coalesce(p.created_at, t.created_at, i.created_at)
    """)
    assert demo.value(IN_ORDER.format("cases"))


def test_flags_come_from_others_who_read_the_group(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT f.id FROM flags f JOIN cases c ON c.id = f.case_id
        LEFT JOIN memberships m ON m.group_id = c.group_id AND m.member_id = f.member_id
        WHERE f.member_id = c.author_id OR f.created_at < c.created_at OR f.created_at > coalesce(c.decided_at, now())
            OR c.group_id IS NOT NULL AND (m.id IS NULL OR m.created_at > f.created_at)
    """)
    assert not demo.rows("""
        SELECT c.id FROM cases c LEFT JOIN flags f ON f.case_id = c.id GROUP BY c.id
        HAVING c.weight <> count(f.id) OR (c.origin = 'flag') <> (count(f.id) > 0)
            OR min(f.created_at) <> c.created_at OR c.auto_hidden <> (c.post_id IS NOT NULL AND count(f.id) >= 3)
    """)


def test_whoever_claims_or_decides_looks_after_the_group(demo: Demo) -> None:
    who = demo.rows("""
        SELECT c.claimed_by_id, c.decided_by_id, m.role = 'facilitator', b.staff IS NOT NULL AND g.visibility IN
               ('public', 'members'), c.author_id
        FROM cases c JOIN members b ON b.id = coalesce(c.claimed_by_id, c.decided_by_id)
        LEFT JOIN groups g ON g.id = c.group_id
        LEFT JOIN memberships m ON m.group_id = c.group_id AND m.member_id = b.id
    """)
    assert len(who) == sum(case.head.verdict is not None or case.head.claim is not None for case in read_cases())
    assert all(facilitates or staff for _, _, facilitates, staff, _ in who)
    assert all(author not in (claimer, decider) for claimer, decider, _, _, author in who)


def test_posts_are_what_was_decided(demo: Demo) -> None:
    states = demo.rows("""
        SELECT p.state, c.origin, c.auto_hidden, c.decision, a.outcome FROM cases c JOIN posts p ON p.id = c.post_id
        LEFT JOIN appeals a ON a.case_id = c.id
    """)
    decided = {"hide": "hidden", "hide_and_silence": "hidden", "remove": "removed"}
    for state, origin, auto_hidden, decision, appeal in states:
        if decision is None:
            assert state == ("pending" if origin == "newcomer" else "hidden" if auto_hidden else "public")
        else:
            assert state == ("public" if appeal == "overturned" else decided.get(decision, "public"))
    others = demo.rows("SELECT id FROM posts WHERE state <> 'public' AND id NOT IN (SELECT post_id FROM cases"
                       " WHERE post_id IS NOT NULL)")  # fmt: skip
    assert not others


def test_only_newcomers_wait_for_a_first_look(demo: Demo) -> None:
    waiting = demo.rows("SELECT username FROM members WHERE trusted_at IS NULL AND status <> 'pending'")
    assert sorted(waiting) == [("chisomo-ph",), ("lizhen-cheah",)]
    assert not demo.rows("""
        SELECT m.id FROM members m JOIN posts p ON p.author_id = m.id
        WHERE m.trusted_at IS NULL AND p.state <> 'pending' OR m.trusted_at < m.created_at OR m.trusted_at > now()
    """)


def test_appeals_are_decided_by_somebody_else(demo: Demo) -> None:
    appeals = demo.rows("""
        SELECT a.outcome, a.decided_by_id <> c.decided_by_id, a.created_at > c.decided_at, a.decided_at > a.created_at
        FROM appeals a JOIN cases c ON c.id = a.case_id ORDER BY 1
    """)
    assert appeals == [
        ("overturned", True, True, True),
        ("upheld", True, True, True),
        (None, None, True, None),
    ]


def test_sanctions_are_repeated_where_requests_read_them(demo: Demo) -> None:
    kinds = demo.rows("SELECT DISTINCT kind FROM sanctions")
    assert {kind for (kind,) in kinds} == {kind.value for kind in SanctionKind}
    assert not demo.rows("""
        SELECT m.id FROM members m LEFT JOIN sanctions s ON s.member_id = m.id AND s.kind = 'suspension'
            AND s.group_id IS NULL AND s.until > now()
        WHERE (m.suspended_until, m.suspension_reason) IS DISTINCT FROM (s.until, s.reason)
            OR s.needs_confirmation AND s.confirmed_by_id IS NULL
    """)
    assert not demo.rows("""
        SELECT m.id FROM memberships m LEFT JOIN sanctions s ON s.member_id = m.member_id AND s.kind = 'silence'
            AND s.group_id = m.group_id AND s.until > now()
        WHERE m.silenced_until IS DISTINCT FROM s.until
    """)
    in_force = "SELECT count(*) FROM sanctions WHERE kind = 'silence' AND until > now()"
    assert demo.value(in_force) == 1
    assert demo.value("SELECT count(*) FROM sanctions WHERE kind = 'silence' AND until < now()") == 1


def test_each_act_has_its_entry_in_the_audit_log(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM acts") >= 30
    assert not demo.rows("""
        SELECT a.id FROM acts a LEFT JOIN audit_entries e ON (e.after->>'act')::bigint = a.id
        GROUP BY a.id HAVING count(e.id) <> 1 OR min(e.action) <> a.kind OR min(e.reason) <> a.reason
            OR min(e.created_at) <> a.created_at
    """)
    assert not demo.rows("""
        SELECT c.id FROM cases c LEFT JOIN acts a ON a.case_id = c.id AND a.created_at = c.decided_at
            AND a.actor_id = c.decided_by_id AND a.reason = c.words AND a.kind NOT LIKE 'member.%'
        WHERE c.decided_at IS NOT NULL GROUP BY c.id HAVING count(a.id) <> 1
    """)
    assert demo.value(IN_ORDER.format("acts"))


def test_the_report_has_two_half_years_to_tell_of(demo: Demo) -> None:
    years = "SELECT count(*) FROM cases WHERE decided_at {} date_trunc('quarter', now()) - interval '3 months'"
    assert demo.value(years.format("<")) >= 2
    assert demo.value(years.format(">=")) >= 2


def test_three_collections_in_three_languages(demo: Demo) -> None:
    kept = demo.rows("""
        SELECT c.language, count(i.thread_id), count(i.post_id), count(*) FILTER (WHERE i.url <> ''), max(i.position)
        FROM collections c JOIN collection_items i ON i.collection_id = c.id GROUP BY c.id ORDER BY 1
    """)
    assert [row[0] for row in kept] == ["en", "es", "fr"]
    for _, threads, posts, links, last in kept:
        assert threads and posts and links
        assert 6 <= threads + posts + links == last <= 10
    assert not demo.rows("""
        SELECT i.id FROM collection_items i JOIN collections c ON c.id = i.collection_id
        LEFT JOIN posts p ON p.id = i.post_id JOIN threads t ON t.id = coalesce(i.thread_id, p.thread_id)
        JOIN groups g ON g.id = t.group_id
        WHERE g.visibility <> 'public' OR t.post_count = 0 OR p.state <> 'public' OR t.created_at > c.created_at
    """), "everybody who reads the list reads what is on it"


def test_summaries_leave_newer_posts(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM summaries") == len(read_curation().summaries) >= 3
    assert not demo.rows("""
        SELECT s.id FROM summaries s JOIN threads t ON t.id = s.thread_id
        JOIN posts l ON l.thread_id = t.id AND l.number = s.through_number
        LEFT JOIN posts n ON n.thread_id = t.id AND n.number = s.through_number + 1
        LEFT JOIN memberships m ON m.group_id = t.group_id AND m.member_id = s.edited_by_id
        WHERE n.created_at IS NULL OR s.edited_at NOT BETWEEN l.created_at AND n.created_at
            OR NOT (m.editor OR m.role = 'facilitator')
    """)
    assert demo.value("SELECT bool_and(html LIKE '%#p%') FROM summaries")
    versions = "SELECT s.version, r.version FROM summaries s JOIN summary_revisions r ON r.summary_id = s.id"
    assert demo.rows(versions) == [(2, 1)]


def test_threads_were_split_and_merged(demo: Demo) -> None:
    """What left a thread is reached by its old number, and a thread without posts leads on."""
    assert demo.rows("""
        SELECT t.merged_into_id IS NOT NULL, t.post_count, array_agg(m.number ORDER BY m.number),
               array_agg(p.number ORDER BY m.number), count(DISTINCT p.thread_id)
        FROM threads t JOIN moved_posts m ON m.thread_id = t.id JOIN posts p ON p.id = m.post_id
        GROUP BY t.id ORDER BY t.id
    """) == [
        (False, 6, [4, 6, 7], [1, 2, 3], 1),
        (True, 0, [1, 2, 3], [9, 10, 11], 1),
    ]


def test_threads_are_kept_findable(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM threads WHERE tags <> '{}'") >= 5
    assert demo.value("SELECT count(*) FROM threads WHERE pinned_everywhere") == 1
    assert demo.value("SELECT count(*) FROM threads WHERE pinned_until > now()") == 1
    assert demo.value("SELECT count(*) FROM threads WHERE locked_at IS NOT NULL AND lock_reason <> ''") == 1
    assert demo.value("SELECT count(*) FROM listings") == 1
    assert demo.rows("""
        SELECT p.version, r.version, r.body <> p.body, p.edited_at = r.created_at, m.editor FROM posts p
        JOIN revisions r ON r.post_id = p.id JOIN threads t ON t.id = p.thread_id
        JOIN memberships m ON m.group_id = t.group_id AND m.member_id = r.edited_by_id WHERE p.wiki
    """) == [(2, 1, True, True, True)]


def test_the_doctor_finds_nothing(demo: Demo) -> None:
    async def examine() -> list[int]:
        return [
            await find_gaps(),
            await recount_threads(),
            await recount_groups(),
            await recount_reactions(),
            await mend_roles(),
            await count_places_without_grant(),
            await recount_initiatives(),
            await find_broken_histories(),
            len(await find_astray()),
        ]

    assert demo.inside(examine) == [0] * 9


def test_the_appeal_that_waits_can_be_decided_either_way(demo: Demo) -> None:
    """As ``decide_appeal`` and ``undo_act`` look for it."""
    (case,) = demo.rows("SELECT case_id FROM appeals WHERE decided_at IS NULL")[0]

    async def found() -> dict[str, Any]:
        return await undo_of_verdict(case)

    undo = demo.inside(found)
    assert undo["case"] == case
    assert undo["now"] == "hidden"
    assert demo.value("SELECT kind FROM sanctions WHERE id = $1 AND lifted_at IS NULL", undo["sanction"]) == "silence"


def test_the_faces_hear_of_what_waits_for_them(demo: Demo) -> None:
    told = demo.rows("""
        SELECT m.username, n.kind, n.read_at IS NULL FROM notices n JOIN members m ON m.id = n.member_id
        WHERE n.case_id IS NOT NULL OR n.act_id IS NOT NULL OR n.kind = 'glass'
    """)
    assert set(told) >= {
        ("facilitator", "report", True),
        ("facilitator", "glass", False),
        ("moderator", "report", True),
        ("admin", "report", True),
        ("alumna", "acted", True),
        ("suspended", "acted", True),
    }
    assert not demo.rows("""
        SELECT n.id FROM notices n JOIN cases c ON c.id = n.case_id
        LEFT JOIN memberships p ON p.group_id = c.group_id AND p.member_id = n.member_id AND p.role = 'facilitator'
        JOIN members m ON m.id = n.member_id WHERE p.id IS NULL AND m.staff IS NULL
    """)
