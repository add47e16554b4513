"""Acts for the tests: entered as a command enters them, of a kind that a small fake takes back."""
from typing import Any, Final

from auth.actor import Actor, Status
from forum.kit.transaction import command, connection
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind

# Nothing in the forum takes back that a group was opened: here something does.
UNDOABLE: Final = ActKind.GLASS_OPENED
UNDONE: list[int] = []


@undoes(UNDOABLE)
async def undo(actor: Actor, done: Done) -> None:
    UNDONE.append(done.id)


@command
async def act(by: int | None, kind: ActKind, **where: Any) -> int:
    """Enter an act of a member, or (None) of the forum itself; its id."""
    actor = None if by is None else Actor(member_id=by, status=Status.ACTIVE)
    return await enter(actor, kind, **where)


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)
