"""The demonstration's initiatives and polls as they are stored: what the forum's own commands would have left."""
import pytest

from forum.initiatives.commands import clock
from forum.initiatives.commands.space import BEYOND, NEW
from forum.initiatives.models import Stage
from forum.initiatives.recount import BROKEN
from forum.polls import statements
from forum.polls.ballots import Rules
from forum.polls.models import Method, PollKind
from forum.polls.tally import tally
from forum.site.demo.initiative_files import read_initiatives
from forum.site.demo.poll_files import read_polls
from tests.site.conftest import Demo

pytestmark = pytest.mark.committed
OPTIONS = "SELECT id FROM poll_options WHERE poll_id = $1 ORDER BY position"
MARKS = "SELECT b.id, k::bigint, v::int FROM ballots b, jsonb_each_text(b.marks) AS m (k, v) WHERE poll_id = $1"


def test_all_of_them_are_stored(demo: Demo) -> None:
    assert demo.totals.initiatives == len(read_initiatives())
    assert demo.totals.polls == len(read_polls())
    stages = dict(demo.rows("SELECT stage, count(*) FROM initiatives GROUP BY 1"))
    assert set(stages) == {stage.value for stage in Stage}
    assert stages["gathering"] >= 4
    assert set(demo.rows("SELECT DISTINCT kind FROM polls")) == {(kind.value,) for kind in PollKind}


def test_cosponsors_are_counted(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT i.id FROM initiatives i LEFT JOIN cosponsors c ON c.initiative_id = i.id GROUP BY i.id
        HAVING i.cosponsor_count <> count(c.id) OR (i.reached_at IS NULL) <> (count(c.id) < 10)
            OR i.reached_at <> (array_agg(c.created_at ORDER BY c.created_at))[10]
    """)


def test_cosponsors_are_of_the_group_and_lead_nothing(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT c.id FROM cosponsors c JOIN initiatives i ON i.id = c.initiative_id
        LEFT JOIN memberships p ON p.group_id = i.group_id AND p.member_id = c.member_id
        LEFT JOIN initiative_leads l ON l.initiative_id = i.id AND l.member_id = c.member_id
        WHERE p.created_at IS NULL OR p.created_at > c.created_at OR l.id IS NOT NULL
            OR c.created_at NOT BETWEEN i.launched_at AND least(now(), i.ended_at)
    """)


def test_each_has_a_lead_and_an_accepted_co_lead(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT i.id FROM initiatives i JOIN initiative_leads l ON l.initiative_id = i.id AND l.state = 'accepted'
        JOIN memberships p ON p.group_id = i.group_id AND p.member_id = l.member_id
        GROUP BY i.id HAVING count(*) FILTER (WHERE l.role = 'lead') <> 1 OR count(*) < 2
    """)


def test_the_history_leads_to_the_stage(demo: Demo) -> None:
    told = demo.rows("""
        SELECT i.stage, i.version, array_agg(h.was ORDER BY h.id), array_agg(h.stage ORDER BY h.id),
               array_agg(h.created_at ORDER BY h.id)
        FROM initiatives i JOIN stage_changes h ON h.initiative_id = i.id GROUP BY i.id
    """)
    for stage, version, was, became, times in told:
        assert ["draft", *became] == [*was, stage]
        assert version == 1 + len(became)
        assert times == sorted(times)
    assert demo.value(BROKEN) == 0, "what the doctor looks for"
    assert demo.value("SELECT count(*) FROM initiatives WHERE stage = 'draft'") == 2
    assert demo.value("SELECT reason FROM stage_changes WHERE was = 'lapsed' AND stage = 'gathering'")


def test_answers_are_owed_and_given_by_facilitators(demo: Demo) -> None:
    due = demo.rows("SELECT answer_due_at < now() FROM initiatives WHERE answer_due_at IS NOT NULL ORDER BY 1")
    assert due == [(False,), (True,)]
    kinds = demo.rows("SELECT DISTINCT kind FROM official_answers ORDER BY 1")
    assert kinds == [("accepted",), ("declined",), ("needs_work",)]
    assert not demo.rows("""
        SELECT a.id FROM official_answers a JOIN initiatives i ON i.id = a.initiative_id
        LEFT JOIN memberships p ON p.group_id = i.group_id AND p.member_id = a.answered_by_id
        WHERE p.role IS DISTINCT FROM 'facilitator' OR a.created_at <= i.reached_at
    """)


def test_the_working_space_holds_leads_and_cosponsors(demo: Demo) -> None:
    ((initiative, space),) = demo.rows("SELECT id, space_id FROM initiatives WHERE space_id IS NOT NULL")
    assert not demo.rows(NEW, initiative, None)
    assert not demo.rows(BEYOND, initiative)
    assert demo.value("SELECT count(*) FROM memberships WHERE group_id = $1", space) == 22


def test_posts_say_what_they_are(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT p.id FROM posts p LEFT JOIN polls v ON v.post_id = p.id
        WHERE (p.kind = 'poll') <> (v.id IS NOT NULL) OR v.author_id <> p.author_id OR v.opens_at < p.created_at
    """)
    assert demo.value("SELECT count(*) FROM posts WHERE kind = 'update'") >= 8
    assert not demo.rows("""
        SELECT p.id FROM posts p LEFT JOIN initiatives i ON i.thread_id = p.thread_id
        LEFT JOIN initiative_leads l ON l.initiative_id = i.id AND l.state = 'accepted' AND l.member_id = p.author_id
        WHERE p.kind = 'update' AND l.id IS NULL
    """)
    assert not demo.rows("""
        SELECT s.id FROM initiative_steps s JOIN initiatives i ON i.id = s.initiative_id
        JOIN posts p ON p.id = s.post_id WHERE p.thread_id <> i.thread_id
    """)


def test_ballots_and_voters_are_as_many(demo: Demo) -> None:
    assert not demo.rows("""
        SELECT p.id FROM polls p WHERE (SELECT count(*) FROM ballots b WHERE b.poll_id = p.id)
            <> (SELECT count(*) FROM voters v WHERE v.poll_id = p.id)
    """)
    assert not demo.rows("""
        SELECT b.id FROM ballots b LEFT JOIN voters v ON v.poll_id = b.poll_id AND v.member_id = b.member_id
        JOIN polls p ON p.id = b.poll_id
        WHERE NOT b.anonymous AND (v.id IS NULL OR b.cast_at NOT BETWEEN p.opens_at AND least(now(), p.closes_at))
    """)
    assert not demo.rows("""
        SELECT v.id FROM voters v JOIN polls p ON p.id = v.poll_id JOIN posts o ON o.id = p.post_id
        JOIN threads t ON t.id = o.thread_id
        LEFT JOIN memberships m ON m.group_id = t.group_id AND m.member_id = v.member_id
        WHERE m.created_at IS NULL OR m.created_at > least(now(), p.closes_at)
    """)


def test_closed_polls_hold_their_tally(demo: Demo) -> None:
    closed = demo.rows("""
        SELECT p.id, p.kind, p.method, p.most_choices, p.score_max, p.block_needs_reason, p.quorum, p.share,
               p.result->'carries', p.result->'voters', (p.closed_at IS NULL) = (p.closes_at > now())
        FROM polls p
    """)
    carried = set()
    for poll, kind, method, most, score, block, quorum, share, carries, voters, in_time in closed:
        assert in_time
        if carries is None:
            continue
        rules = Rules(
            kind=PollKind(kind),
            method=Method(method) if method else None,
            most_choices=most,
            score_max=score,
            block_needs_reason=block,
            quorum=quorum,
            share=share,
        )
        options = [option for (option,) in demo.rows(OPTIONS, poll)]
        marks = demo.rows(MARKS, poll)
        ballots: dict[str, dict[int, int]] = {}
        for ballot, option, mark in marks:
            ballots.setdefault(ballot, {})[option] = mark
        counted = tally(rules, options, list(ballots.values()))
        assert (carries, voters) == (str(counted.carries).lower(), str(counted.voters))
        carried.add((counted.carries, counted.quorum_met))
    assert carried == {(True, True), (False, True), (False, False)}


def test_outcomes_have_a_day_of_review(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM polls WHERE outcome <> '' AND review_on IS NOT NULL") >= 5
    assert not demo.rows("SELECT id FROM polls WHERE outcome <> '' AND outcome_at < closed_at")


def test_what_the_faces_may_do(demo: Demo) -> None:
    """The alumna launches one draft and is asked to join in another; nobody else of the faces knows of either."""
    assert demo.rows("""
        SELECT l.role, l.state FROM initiative_leads l JOIN initiatives i ON i.id = l.initiative_id
        WHERE l.member_id = 1 AND i.stage = 'draft' ORDER BY 1
    """) == [("co_lead", "asked"), ("lead", "accepted")]
    running = demo.value("""
        SELECT count(*) FROM polls p JOIN posts o ON o.id = p.post_id JOIN threads t ON t.id = o.thread_id
        JOIN memberships m ON m.group_id = t.group_id AND m.member_id = 1
        WHERE p.closed_at IS NULL AND p.opens_at < now()
            AND NOT EXISTS (SELECT FROM voters v WHERE v.poll_id = p.id AND v.member_id = 1)
    """)
    assert running >= 3


def test_the_faces_were_told_what_concerns_them(demo: Demo) -> None:
    told = demo.rows("""
        SELECT m.username, n.kind FROM notices n JOIN members m ON m.id = n.member_id
        WHERE n.read_at IS NULL AND n.created_at <= now()
            AND (n.initiative_id IS NOT NULL OR n.cause ~ '^(poll|outcome)') AND n.cause !~ '^post:'
    """)
    assert set(told) >= {
        ("alumna", "co_lead_asked"),
        ("alumna", "ending_soon"),
        ("alumna", "poll_closing"),
        ("facilitator", "goal_reached"),
        ("facilitator", "answer_overdue"),
        ("facilitator", "poll_closing"),
        ("moderator", "ending_soon"),
    }


def test_the_clock_finds_nothing_to_remind_of(demo: Demo) -> None:
    """What is due was told when it was due: the demonstration's worker wakes nobody up."""
    for found in (clock.OVER, clock.LEADERLESS, statements.DUE):
        assert not demo.rows(found)
    assert not demo.rows("""
        SELECT id FROM initiatives WHERE reminded_at IS NULL AND (answer_due_at <= now()
            OR stage = 'gathering' AND gathering_ends_at <= now() + interval '7 days')
    """)
    assert not demo.rows("""
        SELECT id FROM polls WHERE reminded_at IS NULL AND opens_at <= now() AND closes_at <= now() + interval '1 day'
            AND closed_at IS NULL
    """)


def test_some_face_may_look_at_each_of_them(demo: Demo) -> None:
    hidden = demo.rows("""
        SELECT g.slug FROM groups g WHERE g.visibility IN ('closed', 'hidden') AND (
            g.id IN (SELECT group_id FROM initiatives UNION SELECT space_id FROM initiatives)
            OR g.id IN (SELECT t.group_id FROM polls p JOIN posts o ON o.id = p.post_id
                        JOIN threads t ON t.id = o.thread_id))
            AND NOT EXISTS (SELECT FROM memberships m JOIN identities f USING (member_id) WHERE m.group_id = g.id)
    """)
    assert not hidden
