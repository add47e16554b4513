"""The ledger: every act of those who look after the place, with its entry in the audit log and the way to undo it."""
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auth.actor import Actor
from forum.moderation.facts import ActDone
from forum.moderation.models import Act, ActKind
from forum.outbox.record import audit, record

REASON_LENGTH: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """An act that is to be undone, locked by ``undo_act``; ``undo`` is what its kind wrote down for this moment."""

    id: int
    kind: ActKind
    actor_id: int | None
    group_id: int | None
    other_group_id: int | None
    thread_id: int | None
    post_id: int | None
    member_id: int | None
    undo: Mapping[str, Any]


Undo = Callable[[Actor, Done], Awaitable[None]]
_undoes: dict[ActKind, Undo] = {}


def undoes(*kinds: ActKind) -> Callable[[Undo], Undo]:
    """Register how acts of these kinds are taken back: ``await undo(actor, done)``, within the transaction.

    It asks whether the actor may, now, over everything that it touches, and raises Conflict where the world has moved
    on too far.
    """

    def register(undo: Undo) -> Undo:
        _undoes.update(dict.fromkeys(kinds, undo))
        return undo

    return register


def undo_of(kind: ActKind) -> Undo:
    return _undoes[kind]


async def enter(
    actor: Actor | None,
    kind: ActKind,
    *,
    reason: str = "",
    group_id: int | None = None, other_group_id: int | None = None,
    thread_id: int | None = None, post_id: int | None = None, member_id: int | None = None, case_id: int | None = None,
    on_behalf_of: int | None = None,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
    undo: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Write what was done into the ledger and the audit log, in the caller's transaction; returns the act's id.

    ``actor`` None: the forum itself did it. ``member_id`` is whom it concerns, and who will be told. ``before``,
    ``after`` and ``undo`` hold ids and enums only; without ``undo`` it cannot be undone.
    """
    actor_id = None if actor is None else actor.member_id
    act = await Act.create(
        kind=kind, actor_id=actor_id, group_id=group_id, other_group_id=other_group_id, thread_id=thread_id,
        post_id=post_id, member_id=member_id, case_id=case_id, reason=reason, undo=None if undo is None else dict(undo),
    )  # fmt: skip
    subject, subject_id = subject_of(kind, thread_id, post_id, member_id, case_id, group_id)
    await audit(
        actor_id,
        kind.value,
        subject,
        subject_id,
        group_id=group_id,
        reason=reason, on_behalf_of=on_behalf_of,
        before=before,
        after={**(after or {}), "act": act.id},
    )  # fmt: skip
    await record(ActDone(act_id=act.id, kind=kind.value, group_id=group_id, member_id=member_id))
    return int(act.id)


def subject_of(kind: ActKind, thread: int | None, post: int | None, member: int | None, case: int | None,
             group: int | None) -> tuple[str, int | None]:  # fmt: skip
    """What the kind speaks of, and its id: a person's acts are about the person, even where a post gave the cause."""
    ids = {"thread": thread, "post": post, "posts": None, "member": member, "case": case, "appeal": case,
           "group": group, "glass": group}  # fmt: skip
    noun = kind.value.partition(".")[0]
    if noun == "posts":
        return "member", member
    return noun, ids[noun]
