"""Flags become a case, a case a verdict, and each verdict can be taken back."""
import pytest

from forum.kit.errors import Conflict, Invalid, NotAllowed, TooManyRequests
from forum.moderation.commands.appeal import appeal, decide_appeal
from forum.moderation.commands.claim import claim
from forum.moderation.commands.decide import decide
from forum.moderation.commands.flag import flag, unflag
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.models import AppealOutcome, Decision, FlagReason
from forum.moderation.targets import Target, TargetKind
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio


@pytest.fixture
async def people(site):
    return {name: await actor(site, name) for name in ("ada", "adi", "fay", "ben", "cem", "rae")}


@pytest.fixture
def post(cast):
    """Ben's, in the public group."""
    return Target(TargetKind.POST, cast.first["public"])


async def state(post):
    return await sql("SELECT state FROM posts WHERE id = $1", post.id)


async def act_of(case):
    return await sql("SELECT max(id) FROM acts WHERE case_id = $1", case)


async def test_one_open_case_a_target_and_one_flag_a_member(people, post):
    case = await flag(people["cem"], post, FlagReason.SPAM, "An offer.")
    assert await flag(people["cem"], post, FlagReason.OFFENSIVE, "Rather this.") == case
    assert await flag(people["rae"], post, FlagReason.SPAM) == case
    assert await sql("SELECT weight FROM cases WHERE id = $1", case) == 2
    assert await sql("SELECT note FROM flags WHERE member_id = $1", people["cem"].member_id) == "Rather this."
    with pytest.raises(NotAllowed, match="own_thing"):
        await flag(people["ben"], post, FlagReason.SPAM)


async def test_a_flag_taken_back_leaves_nothing(people, post):
    await flag(people["cem"], post, FlagReason.SPAM)
    await unflag(people["cem"], post)
    assert await sql("SELECT count(*) FROM cases") == 0


async def test_flags_in_bulk_are_refused(people, cast, post):
    await sql(
        "WITH c AS (INSERT INTO cases (origin, author_id, group_id, post_id, decision, decided_at) SELECT 'flag', $2,"
        " $3, $4, 'no_action', now() FROM generate_series(1, 20) RETURNING id)"
        " INSERT INTO flags (case_id, member_id, reason) SELECT id, $1, 'spam' FROM c",
        people["cem"].member_id, people["ben"].member_id, cast.groups["public"], post.id,
    )  # fmt: skip
    with pytest.raises(TooManyRequests, match="too_many_flags"):
        await flag(people["cem"], post, FlagReason.SPAM)


async def test_three_of_standing_hide_until_a_person_looks(people, post):
    for name in ("cem", "rae", "fay"):
        assert await state(post) == "public"
        case = await flag(people[name], post, FlagReason.OFFENSIVE)
    assert await state(post) == "hidden"
    assert await sql("SELECT actor_id IS NULL FROM acts WHERE case_id = $1", case)
    await decide(people["ada"], case, Decision.NO_ACTION, version=1)
    assert await state(post) == "public"


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE members SET trusted_at = NULL WHERE id = $1",
        "UPDATE members SET silenced_until = now() + interval '1 day' WHERE id = $1",
        "UPDATE members SET status = 'deactivated' WHERE id = $1",
    ],
)
async def test_only_those_of_standing_count(people, post, fault):
    await flag(people["cem"], post, FlagReason.SPAM)
    await flag(people["rae"], post, FlagReason.SPAM)
    await sql(fault, people["rae"].member_id)
    await flag(people["fay"], post, FlagReason.SPAM)
    assert await state(post) == "public"


@pytest.mark.parametrize(
    ("decision", "after"),
    [(Decision.NOTE, "public"), (Decision.HIDE, "hidden"), (Decision.HIDE_AND_SILENCE, "hidden"),
     (Decision.REMOVE, "removed")],
)  # fmt: skip
async def test_a_verdict_and_its_undoing(site, people, post, decision, after):
    case = await flag(people["cem"], post, FlagReason.SPAM)
    await decide(people["fay"], case, decision, version=1, reason=FlagReason.SPAM, words="No offers, please.")
    silenced = (await actor(site, "ben")).silenced_in
    assert (await state(post), bool(silenced)) == (after, decision is Decision.HIDE_AND_SILENCE)
    assert await sql("SELECT count(*) FROM audit_entries WHERE action LIKE 'post.%'") == 1
    await undo_act(people["ada"], await sql("SELECT id FROM acts WHERE undo ? 'case' AND case_id = $1", case))
    assert await state(post) == "public"
    assert await sql("SELECT decided_at IS NULL AND version = 3 FROM cases WHERE id = $1", case)
    if decision is Decision.HIDE_AND_SILENCE:
        assert await sql("SELECT lifted_at IS NOT NULL FROM sanctions WHERE case_id = $1", case)


async def test_of_two_who_decide_one_wins(people, post):
    case = await flag(people["cem"], post, FlagReason.SPAM)
    await decide(people["fay"], case, Decision.NO_ACTION, version=1)
    with pytest.raises(Conflict, match="decided_already") as refused:
        await decide(people["ada"], case, Decision.REMOVE, version=1, reason=FlagReason.SPAM)
    assert refused.value.details == {"by": "Fay", "decision": "no_action"}
    assert await state(post) == "public"


async def test_who_holds_a_case_is_not_overtaken(people, post):
    case = await flag(people["cem"], post, FlagReason.SPAM)
    await claim(people["fay"], case)
    with pytest.raises(Conflict, match="claimed_by_another"):
        await decide(people["ada"], case, Decision.NO_ACTION, version=1)
    await sql("UPDATE cases SET claimed_until = now() - interval '1 s' WHERE id = $1", case)
    await decide(people["ada"], case, Decision.NO_ACTION, version=1)


async def test_nobody_decides_their_own_nor_what_they_flagged(people, cast):
    of_fay = Target(TargetKind.POST, cast.second["public"])
    case = await flag(people["ada"], of_fay, FlagReason.SPAM)
    with pytest.raises(NotAllowed, match="own_case"):
        await decide(people["fay"], case, Decision.NO_ACTION, version=1)
    with pytest.raises(NotAllowed, match="flagged_it"):
        await decide(people["ada"], case, Decision.NO_ACTION, version=1)
    with pytest.raises(NotAllowed, match="moderators_only"):
        await decide(people["ben"], case, Decision.NO_ACTION, version=1)
    await decide(people["adi"], case, Decision.NO_ACTION, version=1)


async def test_a_note_needs_words_and_all_but_no_action_a_reason(people, post):
    case = await flag(people["cem"], post, FlagReason.SPAM)
    with pytest.raises(Invalid) as refused:
        await decide(people["fay"], case, Decision.NOTE, version=1)
    assert refused.value.errors == {"reason": "required", "words": "required"}


async def test_a_thread_is_hidden_whole(people, cast):
    thread = Target(TargetKind.THREAD, cast.threads["public"])
    case = await flag(people["cem"], thread, FlagReason.OFF_TOPIC)
    await decide(people["ada"], case, Decision.REMOVE, version=1, reason=FlagReason.OFF_TOPIC)
    removed = "SELECT count(*) FROM posts WHERE thread_id = $1 AND state = 'removed'"
    assert await sql(removed, thread.id) == 2
    await undo_act(people["ada"], await act_of(case))
    assert await sql(removed, thread.id) == 0


async def test_a_profile_is_the_sites(people):
    profile = Target(TargetKind.PROFILE, people["ben"].member_id)
    case = await flag(people["cem"], profile, FlagReason.MISLEADING, "Not their name.")
    with pytest.raises(NotAllowed):
        await decide(people["fay"], case, Decision.NOTE, version=1, reason=FlagReason.OTHER, words="Well.")
    with pytest.raises(Invalid):
        await decide(people["ada"], case, Decision.HIDE, version=1, reason=FlagReason.OTHER)
    await decide(people["ada"], case, Decision.NOTE, version=1, reason=FlagReason.OTHER, words="Well.")


async def test_an_appeal_is_decided_by_another_person(people, post):
    for name in ("cem", "rae", "fay"):
        case = await flag(people[name], post, FlagReason.OFFENSIVE)
    await decide(people["ada"], case, Decision.HIDE, version=1, reason=FlagReason.OFFENSIVE, words="Not like this.")
    await appeal(people["ben"], case, "I quoted somebody.")
    with pytest.raises(Conflict, match="appealed_already"):
        await appeal(people["ben"], case, "Once more.")
    with pytest.raises(NotAllowed, match="decided_it"):
        await decide_appeal(people["ada"], case, AppealOutcome.OVERTURNED, "Hm.")
    await decide_appeal(people["adi"], case, AppealOutcome.OVERTURNED, "Indeed a quotation.")
    assert await state(post) == "public"
    with pytest.raises(Conflict, match="appeal_decided"):
        await decide_appeal(people["adi"], case, AppealOutcome.UPHELD, "Hm.")
    with pytest.raises(Conflict, match="appeal_decided"):
        await undo_act(people["adi"], await sql("SELECT id FROM acts WHERE case_id = $1 AND actor_id = $2",
                                                case, people["ada"].member_id))  # fmt: skip


async def test_one_appeals_within_thirty_days(people, post):
    case = await flag(people["cem"], post, FlagReason.SPAM)
    await decide(people["ada"], case, Decision.HIDE, version=1, reason=FlagReason.SPAM)
    await sql("UPDATE cases SET decided_at = now() - interval '31 days' WHERE id = $1", case)
    with pytest.raises(Conflict, match="too_late_to_appeal"):
        await appeal(people["ben"], case, "Late.")


async def test_a_first_post_that_an_appeal_brings_back_appears(people, cast, client):
    ben = people["ben"].member_id
    await sql("UPDATE posts SET author_id = $2 WHERE author_id = $1", ben, cast.members["fay"])
    await sql("UPDATE members SET trusted_at = NULL WHERE id = $1", ben)
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    sent = (await client("ben").post(path, json={"body": "First words."})).json()["id"]
    case = await sql("SELECT id FROM cases WHERE post_id = $1", sent)
    await decide(people["ada"], case, Decision.REMOVE, version=1, reason=FlagReason.SPAM)
    await appeal(people["ben"], case, "It is none.")
    await decide_appeal(people["adi"], case, AppealOutcome.OVERTURNED, "Indeed.")
    assert await sql("SELECT state FROM posts WHERE id = $1", sent) == "public"
    assert await sql("SELECT number FROM posts WHERE id = $1", sent) == 3
