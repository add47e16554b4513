"""What happens in threads."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadStarted(Fact):
    name: ClassVar[str] = "thread.started"

    thread_id: int
    group_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyPosted(Fact):
    name: ClassVar[str] = "thread.reply_posted"

    thread_id: int
    group_id: int
    post_id: int
    number: int
    author_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHeld(Fact):
    """A newcomer's post waits to be looked at; what happens when it appears are the two above."""

    name: ClassVar[str] = "thread.post_held"

    thread_id: int
    group_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostEdited(Fact):
    name: ClassVar[str] = "thread.post_edited"

    thread_id: int
    group_id: int
    post_id: int
    editor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostWithdrawn(Fact):
    name: ClassVar[str] = "thread.post_withdrawn"

    thread_id: int
    group_id: int
    post_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadEdited(Fact):
    name: ClassVar[str] = "thread.edited"

    thread_id: int
    group_id: int
    editor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerAccepted(Fact):
    name: ClassVar[str] = "thread.answer_accepted"

    thread_id: int
    group_id: int
    post_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerUnaccepted(Fact):
    name: ClassVar[str] = "thread.answer_unaccepted"

    thread_id: int
    group_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReactionsChanged(Fact):
    name: ClassVar[str] = "thread.reactions_changed"

    thread_id: int
    group_id: int
    post_id: int
    member_id: int
