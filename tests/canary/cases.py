"""Words in flags, verdicts and appeals: of a case that is open, and of one whose author has appealed."""
from typing import TYPE_CHECKING, Any

from tests.moderation.making import case, flagged

if TYPE_CHECKING:
    from tests.canary.planting import Plot

HIDDEN = "SELECT id FROM posts WHERE thread_id = $1 AND state = 'hidden' ORDER BY id LIMIT 1"
ANSWERED = """
    UPDATE appeals SET outcome = 'upheld', answer = $2, decided_by_id = $3, decided_at = now() WHERE case_id = $1
"""


async def plant_cases(raw: Any, plot: "Plot", kind: str) -> None:
    """Whoever looks after the group reads all of it; the author what was written to them, and never a flag."""
    people, group = plot.cast.members, plot.cast.groups[kind]
    keepers = frozenset({"fay"} | ({"ada", "adi"} if kind in ("public", "members") else set()))
    author = keepers | {"ben"}
    hidden = await raw.fetchval(HIDDEN, plot.cast.threads[kind])
    opened = await case(group, people["ben"], post_id=plot.cast.first[kind])
    await flagged(opened, people["sol"], note=plot.word(f"sol's flag in {kind}", keepers))
    asked = await case(
        group,
        people["ben"],
        post_id=hidden,
        decided_by=people["adi"],
        words=plot.word(f"words of a verdict in {kind}", author),
        appeal=plot.word(f"appeal in {kind}", author),
    )
    await flagged(asked, people["cem"], note=plot.word(f"flag of a decided case in {kind}", keepers))
    answered = await case(group, people["ben"], thread_id=plot.cast.threads[kind], decided_by=people["ada"],
                          words=plot.word(f"words about a thread in {kind}", author),
                          appeal=plot.word(f"decided appeal in {kind}", author))  # fmt: skip
    await raw.execute(ANSWERED, answered, plot.word(f"answer to an appeal in {kind}", author), people["adi"])
    for made in (opened, asked, answered):
        plot.note("case", made)
