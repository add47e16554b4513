"""S-10: a policy that meets what it does not know refuses, and never raises."""
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from auth.actor import Actor, GroupRole, StaffRole, Status
from forum.groups import policies as groups
from forum.groups.models import JoinPolicy, Visibility
from forum.initiatives import policies as initiatives
from forum.initiatives.models import AnswerKind, Stage
from forum.kit.verdict import Verdict
from forum.members import policies as members
from forum.moderation import policies as moderation
from forum.moderation.models import CaseOrigin, Decision, SanctionKind
from forum.moderation.targets import Target, TargetKind
from forum.threads import policies as threads
from forum.threads.models import PostState, ThreadKind

JUNK = "something else"
RULES = {
    f"{module.__name__.split('.')[1]}.{name}": rule
    for module in (groups, members, threads, initiatives, moderation)
    for name, rule in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("can_") and rule.__module__ == module.__name__
}
READING = {
    "groups.can_know",
    "groups.can_see_card",
    "groups.can_read",
    "groups.can_read_public_log",
    "threads.can_read_thread",
    "threads.can_read_post",
    "threads.can_reach_post",
    "initiatives.can_see",
}
OWN_ACCOUNT = {
    "moderation.can_see_sanctions",
    "members.can_see_profile",
    "members.can_edit_profile",
    "members.can_keep_own_things",
    "members.can_manage_tokens",
}
KEEPING = {"threads.can_follow"}
QUIET = READING | OWN_ACCOUNT | KEEPING | {
    "groups.can_act", "groups.can_join", "groups.can_ask_to_join", "groups.can_leave", "groups.can_list_members",
    "groups.can_read_log", "members.can_read_site_log",
    "members.can_see_people", "members.can_approve_members", "threads.can_read_history", "threads.can_withdraw",
    "initiatives.can_discard", "initiatives.can_step_down", "initiatives.can_withdraw_support",
}  # fmt: skip

WRITING = {
    f"threads.can_{deed}" for deed in ("start_thread", "reply", "react", "edit", "accept_answer", "edit_thread")
} | {
    f"initiatives.can_{deed}" for deed in (
        "draft", "edit", "launch", "lead", "work", "post_update", "finish_step", "open_space", "complete", "withdraw",
        "answer_request", "cosponsor")
} | {"groups.can_invite", "groups.can_edit_text", "groups.can_manage_members",
     "groups.can_moderate", "groups.can_facilitate", "groups.can_name_facilitator", "threads.can_write_wiki"}

# Never by the one whom it is about.
DECIDING = {f"moderation.can_{deed}" for deed in ("work_case", "decide_case", "decide_appeal")}


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((*values, JUNK))


NUMBERS = st.integers(1, 3)
ACTORS = st.builds(
    Actor,
    member_id=st.one_of(st.none(), NUMBERS),
    status=st.one_of(st.none(), some(*Status)),
    staff=st.one_of(st.none(), some(*StaffRole)),
    silenced=st.booleans(),
    silenced_in=st.frozensets(NUMBERS),
    opened=st.dictionaries(NUMBERS, st.none()),
    edits_in=st.frozensets(NUMBERS),
    roles=st.dictionaries(NUMBERS, some(*GroupRole)),
    banned=st.frozensets(NUMBERS),
    listed=st.lists(NUMBERS).map(tuple),
    readable=st.lists(NUMBERS).map(tuple),
)
GROUPS = st.builds(
    groups.GroupState,
    id=NUMBERS,
    slug=st.just("slug"),
    title=st.just("Title"),
    visibility=some(*Visibility),
    policy=some(*JoinPolicy),
    members_may_invite=st.booleans(),
    has_facilitator=st.booleans(),
)
THREADS = st.builds(
    threads.ThreadState, id=NUMBERS, group=GROUPS, author_id=NUMBERS, kind=some(*ThreadKind), locked=st.booleans()
)
POSTS = st.builds(
    threads.PostInfo,
    id=NUMBERS,
    thread=THREADS,
    author_id=NUMBERS,
    state=some(*PostState),
    version=st.just(1),
    number=st.one_of(st.none(), NUMBERS),
)
SOME = st.frozensets(NUMBERS)
INITIATIVES = st.builds(
    initiatives.InitiativeState,
    id=NUMBERS,
    group=GROUPS,
    stage=some(*Stage),
    title=st.just("Title"),
    slug=st.just("slug"),
    version=st.just(1),
    lead_id=st.one_of(st.none(), NUMBERS),
    co_leads=SOME,
    asked=SOME,
    consent_of=st.one_of(st.none(), NUMBERS),
    anyone_may_cosponsor=st.booleans(),
    over=st.booleans(),
    answer=st.one_of(st.none(), some(*AnswerKind)),
    answer_owed=st.booleans(),
    space_id=st.one_of(st.none(), NUMBERS),
)
CASES = st.builds(
    moderation.CaseState,
    id=NUMBERS,
    target=st.builds(Target, some(*TargetKind), NUMBERS),
    group=st.one_of(st.none(), GROUPS),
    author_id=NUMBERS,
    origin=some(*CaseOrigin),
    version=st.just(1),
    flagged=st.booleans(),
    decision=st.one_of(st.none(), some(*Decision)),
    decided_by_id=st.one_of(st.none(), NUMBERS),
)
KINDS_OF_THING: dict[Any, st.SearchStrategy[Any]] = {
    groups.GroupState: GROUPS,
    threads.ThreadState: THREADS,
    threads.PostInfo: POSTS,
    initiatives.InitiativeState: INITIATIVES,
    int: NUMBERS,
    int | None: st.one_of(st.none(), NUMBERS),
    Status: some(*Status),
    StaffRole | None: some(None, *StaffRole),
    SanctionKind: some(*SanctionKind),
    groups.GroupState | None: st.one_of(st.none(), GROUPS),
    moderation.Whom: st.builds(moderation.Whom, id=NUMBERS, staff=some(None, *StaffRole), facilitates=st.booleans()),
    moderation.CaseState: CASES,
    timedelta | None: st.one_of(st.none(), st.timedeltas()),
}


def things(rule: Callable[..., Verdict]) -> list[Any]:
    """The strategies for what a rule takes beside the actor."""
    hints = get_type_hints(rule)
    parameters = inspect.signature(rule).parameters.values()
    return [
        KINDS_OF_THING[hints[parameter.name]]
        for parameter in parameters
        if parameter.default is parameter.empty and hints[parameter.name] is not Actor
    ]


def group_of(thing: Any) -> groups.GroupState | None:
    if isinstance(thing, threads.PostInfo):
        return thing.thread.group
    if isinstance(thing, threads.ThreadState | initiatives.InitiativeState | moderation.CaseState):
        return thing.group
    return thing if isinstance(thing, groups.GroupState) else None


@given(data=st.data(), actor=ACTORS)
@settings(max_examples=250, deadline=None)
def test_policies_fail_closed(data: st.DataObject, actor: Actor) -> None:
    for name, rule in RULES.items():
        given_things = [data.draw(kind) for kind in things(rule)]
        verdict = rule(actor, *given_things)
        assert isinstance(verdict, Verdict), name
        if verdict:
            _allowed_for_a_reason(name, actor, given_things)


def _allowed_for_a_reason(name: str, actor: Actor, given_things: list[Any]) -> None:
    if name == "moderation.can_break_glass":
        # From whom no group is hidden that they name; a reason stands in the log for each.
        assert actor.is_staff and not actor.silenced
        return
    if name == "moderation.can_read_verdict":
        # Whatever else was taken from them: what was decided about themselves.
        (case,) = given_things
        assert actor.own_id == case.author_id and case.decision in moderation.AGAINST
        return
    if name in DECIDING:
        assert actor.member_id != given_things[0].author_id, name
    group = next((group for thing in given_things if (group := group_of(thing))), None)
    if group is not None:
        assert group.id in actor.listed or group.id in actor.readable, name
    if name in READING:
        _state_is_known(name, actor, given_things)
        return
    assert actor.member_id is not None, name
    if group is not None:
        placed = actor.belongs_to(group.id) or actor.only_reads(group.id)
        assert group.id not in actor.banned or placed, name
    if name in OWN_ACCOUNT | KEEPING:
        return
    assert actor.status is Status.ACTIVE, name
    assert name in QUIET or not actor.silenced, name
    if group is not None and name in WRITING and actor.only_reads(group.id):
        # What nobody looks after, the site's staff do, whatever place they have in it.
        assert name.startswith("groups.") and actor.is_staff and not group.has_facilitator, name
    _state_is_known(name, actor, given_things)


def _state_is_known(name: str, actor: Actor, given_things: list[Any]) -> None:
    for thing in given_things:
        if isinstance(thing, threads.PostInfo) and name != "threads.can_reach_post":
            assert thing.state != JUNK or threads.sees_unpublished(actor, thing.thread.group), name
        if isinstance(thing, initiatives.InitiativeState) and not name.endswith(("can_see", "can_lead")):
            assert thing.stage != JUNK, name
        if isinstance(thing, groups.GroupState) and name.endswith("join"):
            assert thing.policy != JUNK or actor.belongs_to(thing.id), name
