"""Who reacts to which fact; ``forum/subscriptions.py`` lists it, the composition root installs it.

``within`` subscribers run in the fact's transaction, in order. ``later`` ones are jobs in the same
transaction: each takes those fields of the fact that its function names, unless ``Later`` says how to make
its payload.
"""
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import msgspec

from forum.jobs.queue import Job
from forum.outbox.fact import Fact, every_fact

Within = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Later:
    """A job with a payload made from the fact; ``None`` enqueues nothing."""

    job: Job
    payload: Callable[[Any], Mapping[str, Any] | None]


class Subscribers(NamedTuple):
    """Both kinds; empty says that nobody reacts."""

    within: tuple[Within, ...] = ()
    later: tuple[Job | Later, ...] = ()


Subscriptions = Mapping[type[Fact], Subscribers]

NOBODY = Subscribers()


class NotListedError(LookupError):
    """A fact type that ``forum/subscriptions.py`` does not mention."""


_installed: Subscriptions = {}
_strict = False
_wanted: dict[tuple[str, type[Fact]], tuple[str, ...]] = {}


def install(subscriptions: Subscriptions, *, strict: bool = False) -> None:
    """Make these the process's subscriptions; ``strict``: recording a fact that is not listed raises."""
    global _installed, _strict
    for kind, subscribers in subscriptions.items():
        for later in subscribers.later:
            if isinstance(later, Job):
                wanted_fields(later, kind)
    _installed, _strict = dict(subscriptions), strict


def subscribers_of(kind: type[Fact]) -> Subscribers:
    found = _installed.get(kind)
    if found is None:
        if _strict:
            raise NotListedError(f"{kind.name} has no line in forum/subscriptions.py")
        return NOBODY
    return found


def unlisted(subscriptions: Subscriptions) -> list[str]:
    """Names of the known facts that have no line, not even an empty one."""
    listed = {kind.name for kind in subscriptions}
    return sorted(kind.name for kind in every_fact() if kind.name not in listed)


def jobs_after(fact: Fact) -> Iterator[tuple[Job, Mapping[str, Any]]]:
    """The ``later`` jobs that this fact asks for, with their payloads."""
    for later in subscribers_of(type(fact)).later:
        payload = payload_for(later, fact)
        if payload is not None:
            yield later.job if isinstance(later, Later) else later, payload


def payload_for(later: Job | Later, fact: Fact) -> Mapping[str, Any] | None:
    if isinstance(later, Later):
        return later.payload(fact)
    return {name: msgspec.to_builtins(getattr(fact, name)) for name in wanted_fields(later, type(fact))}


def wanted_fields(job: Job, kind: type[Fact]) -> tuple[str, ...]:
    """The fields of the fact that the job's function names; a parameter that nothing fills is a mistake."""
    known = _wanted.get((job.name, kind))
    if known is None:
        known = _wanted[job.name, kind] = _match(job, kind)
    return known


def _match(job: Job, kind: type[Fact]) -> tuple[str, ...]:
    has = {each.name for each in fields(kind)}
    wanted = inspect.signature(job.run).parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in wanted):
        return tuple(sorted(has))
    missing = [each.name for each in wanted if each.default is each.empty and each.name not in has]
    if missing:
        raise TypeError(f"{kind.name} has no field {', '.join(missing)}, which the job {job.name} needs")
    return tuple(each.name for each in wanted if each.name in has)
