"""A word of its own in the reason of every sort of act: written to one person, to everybody there, or in private."""
from __future__ import annotations

from typing import TYPE_CHECKING

from forum.moderation.models import ActKind
from forum.notifications.jobs.moderation import tell_of_act
from tests.moderation.acting import act

if TYPE_CHECKING:
    from tests.canary.planting import Plot


async def plant_acts(plot: Plot, kind: str, *, readers: frozenset[str], keepers: frozenset[str]) -> None:
    """Fay acts on what is Ben's. He reads why, and so do those who look after the group; administrators in the audit
    log, also of groups that they cannot read.
    """
    ben, fay = plot.cast.members["ben"], plot.cast.members["fay"]
    told = keepers | {"ben", "adi"}
    where = {"group_id": plot.cast.groups[kind], "thread_id": plot.cast.threads[kind]}
    about = {**where, "post_id": plot.cast.first[kind], "member_id": ben}
    for act_id in (
        await act(fay, ActKind.POST_HIDDEN, **about, reason=plot.word(f"why a post of {kind} was hidden", told)),
        await act(fay, ActKind.POST_NOTED, **about, reason=plot.word(f"a private note in {kind}", told)),
        await act(fay, ActKind.MEMBER_SILENCED, group_id=plot.cast.groups[kind], member_id=ben,
                  reason=plot.word(f"why Ben was silenced in {kind}", told)),
        await act(fay, ActKind.THREAD_LOCKED, **where, member_id=ben,
                  reason=plot.word(f"why a thread of {kind} was locked", readers | {"adi", "ben"})),
        await act(fay, ActKind.THREAD_MOVED, **where, other_group_id=plot.cast.groups["public"],
                  reason=plot.word(f"why a thread of {kind} was moved", readers | {"adi", "ben"})),
    ):  # fmt: skip
        await tell_of_act(act_id=act_id)


async def stir_acts(plot: Plot) -> None:
    """Those who look after the closed and the hidden group are busy."""
    for kind in ("closed", "hidden"):
        for _ in range(3):
            await act(plot.cast.members["fay"], ActKind.POST_HIDDEN, group_id=plot.cast.groups[kind], reason="Enough.")
