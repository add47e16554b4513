"""Flags, cases and appeals as requests on both surfaces."""
from tests.moderation.making import case, flagged
from tests.permissions import undertakings
from tests.permissions.asking import Deed, api, deed, form, page
from tests.permissions.stage import Stage, own_thread, sql

FLAG = {"reason": "spam", "note": "Look."}
CASE, APPEALED, OWN = "/cases/{case}", "/cases/{appealed}", "/cases/{verdict}"
TARGETS = ("/p/{other}", "/t/{thread}", "/i/{initiative}")
NOUNS = ("/posts/{other}", "/threads/{thread}", "/initiatives/{initiative}")


async def flags_of_their_own(stage: Stage) -> None:
    """Somebody else's post, thread and initiative, each flagged by the actor."""
    await own_thread(stage)
    await undertakings.gathering(stage)
    ids = stage.ids
    for column, number in (("post_id", ids["other"]), ("thread_id", ids["thread"]),
                           ("initiative_id", ids["initiative"])):  # fmt: skip
        made = await case(stage.group, stage.cast.members["dot"], **{column: number})
        if stage.member:
            await flagged(made, stage.member)


async def flagged_profile(stage: Stage) -> None:
    member = stage.cast.members[stage.ids["username"]]
    made = await case(None, member, member_id=member)
    if stage.member:
        await flagged(made, stage.member)


async def cases(stage: Stage) -> None:
    """One that is open, and one against whose verdict there is an appeal."""
    stage.ids["case"] = await case(stage.group, stage.owner, post_id=stage.ids["post"])
    decider = stage.cast.members["adi" if stage.who != "adi" else "ada"]
    stage.ids["appealed"] = await case(
        stage.group, stage.owner, post_id=stage.ids["answer"], decided_by=decider, appeal="Please look again."
    )


async def verdict(stage: Stage) -> None:
    decider = stage.cast.members["adi" if stage.owner != stage.cast.members["adi"] else "ada"]
    await sql("UPDATE posts SET author_id = $2 WHERE id = $1", stage.ids["post"], stage.owner)
    stage.ids["verdict"] = await case(stage.group, stage.owner, post_id=stage.ids["post"], decided_by=decider)


APPEAL = (
    api("GET", OWN + "/verdict"),
    api("PUT", OWN + "/appeal", {"text": "I meant well."}),
    page("/appeals/{verdict}"),
    form("/appeals/{verdict}", text="I meant well."),
)

CASES: dict[str, Deed] = {
    "flag": deed(
        *(api("PUT", noun + "/flag", FLAG) for noun in NOUNS),
        *(api("DELETE", noun + "/flag") for noun in NOUNS),
        *(page(target + "/flag") for target in TARGETS),
        *(form(target + "/flag", **FLAG) for target in TARGETS),
        *(form(target + "/flag", do="take_back") for target in TARGETS),
        prepare=flags_of_their_own,
    ),
    "flag_profile": deed(
        api("PUT", "/members/{username}/flag", FLAG),
        api("DELETE", "/members/{username}/flag"),
        page("/m/{username}/flag"),
        form("/m/{username}/flag", **FLAG),
        prepare=flagged_profile,
    ),
    "work_group_queue": deed(
        api("GET", "/cases?group={slug}"),
        api("GET", "/cases?group={slug}&state=decided"),
        page("/moderation?group={slug}"),
        page("/moderation?group={slug}&state=decided"),
        prepare=cases,
    ),
    "claim_decide_appeal_case": deed(
        api("GET", CASE),
        api("PUT", CASE + "/claim"),
        api("DELETE", CASE + "/claim"),
        api("PUT", CASE + "/decision", {"decision": "hide", "reason": "spam"}, version=True),
        api("PUT", APPEALED + "/appeal/decision", {"outcome": "upheld", "answer": "It stays."}),
        page("/moderation/cases/{case}"),
        form("/moderation/cases/{case}/claim"),
        form("/moderation/cases/{case}/decide", decision="hide", reason="spam", version="1"),
        form("/moderation/cases/{appealed}/appeal", outcome="overturned", answer="You are right."),
        prepare=cases,
    ),
    "appeal_own_case": deed(*APPEAL, prepare=verdict),
    "appeal_case_of_another": deed(*APPEAL, prepare=verdict),
}
