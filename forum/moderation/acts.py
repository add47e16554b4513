"""The ledger: every act of those who look after the place, with its entry in the audit log and the way to undo it."""
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict, Unpack

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


class About(TypedDict, total=False):
    """Ids of what an act is about; ``member_id`` is whom it concerns, and who will be told."""

    group_id: int | None
    other_group_id: int | None
    thread_id: int | None
    post_id: int | None
    member_id: int | None
    case_id: int | None


async def enter(
    actor: Actor | None,
    kind: ActKind,
    *,
    reason: str = "",
    on_behalf_of: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    undo: Mapping[str, Any] | None = None,
    **about: Unpack[About],
) -> int:
    """Write what was done into the ledger and the audit log, in the caller's transaction; returns the act's id.

    ``actor`` None: the forum itself did it. ``before``, ``after`` and ``undo`` hold ids and enums only; without
    ``undo`` it cannot be undone.
    """
    actor_id = None if actor is None else actor.member_id
    ways_back = None if undo is None else dict(undo)
    act = await Act.create(kind=kind, actor_id=actor_id, reason=reason, undo=ways_back, **about)
    group_id = about.get("group_id")
    await audit(
        actor_id,
        kind.value,
        *subject_of(kind, about),
        group_id=group_id,
        reason=reason,
        on_behalf_of=on_behalf_of,
        before=before,
        after={**(after or {}), "act": act.id},
    )
    await record(ActDone(act_id=act.id, kind=kind.value, group_id=group_id, member_id=about.get("member_id")))
    return int(act.id)


def subject_of(kind: ActKind, about: About) -> tuple[str, int | None]:
    """What the kind speaks of, and its id: ``posts`` of a day are a member's, ``glass`` is a group's."""
    noun = {"posts": "member", "glass": "group", "appeal": "case"}.get(kind.noun, kind.noun)
    return noun, dict(about).get(f"{noun}_id")  # type: ignore[return-value]
