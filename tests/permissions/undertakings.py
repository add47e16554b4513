"""Initiatives on the stage: ``own`` says whose they are."""
from tests.initiatives.making import make
from tests.permissions.stage import Stage, own_thread, sql

STEP = """
    INSERT INTO initiative_steps (initiative_id, kind, title) VALUES ($1, 'milestone', 'A feed') RETURNING id
"""


def _somebody(stage: Stage) -> int:
    """Neither the actor nor anybody who owns things here."""
    return stage.cast.members["bea" if stage.who != "bea" else "rae"]


async def _put(stage: Stage, name: str, **others: object) -> None:
    others.setdefault("co_leads", [_somebody(stage)])
    stage.ids["initiative"] = await make(stage.group, stage.owner, name, **others)  # type: ignore[arg-type]


async def draft(stage: Stage) -> None:
    await _put(stage, "draft")


async def draft_from_thread(stage: Stage) -> None:
    """The owner is the thread's author, and somebody else's draft waits for their consent."""
    await own_thread(stage)
    maker = stage.cast.members["sol" if stage.who != "sol" else "ben"]
    stage.ids["initiative"] = await make(
        stage.group, maker, "draft", thread_id=stage.ids["thread"], consent_asked=True
    )


async def asked_along(stage: Stage) -> None:
    maker = stage.cast.members["sol" if stage.who != "sol" else "ben"]
    stage.ids["initiative"] = await make(stage.group, maker, "gathering", asked=[stage.owner])


async def gathering(stage: Stage) -> None:
    await _put(stage, "gathering")


async def gathering_of_anyone(stage: Stage) -> None:
    """Whether members from elsewhere may support it is the group's choice."""
    await sql("UPDATE groups SET anyone_may_cosponsor = $2 WHERE id = $1", stage.group, stage.own)
    stage.ids["initiative"] = await make(stage.group, _somebody(stage), "gathering")


async def supported(stage: Stage) -> None:
    supporters = [stage.member] if stage.member else []
    stage.ids["initiative"] = await make(
        stage.group, _somebody(stage), "gathering", cosponsors=supporters
    )


async def active(stage: Stage) -> None:
    await _put(stage, "active")


async def accepted(stage: Stage) -> None:
    """By its facilitators, with a step that nobody has taken on."""
    await _put(stage, "active", answer=("accepted", stage.cast.members["fay"]))
    stage.ids["step"] = await sql(STEP, stage.ids["initiative"])


async def withdrawn(stage: Stage) -> None:
    await _put(stage, "withdrawn")
