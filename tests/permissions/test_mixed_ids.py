"""S-20: an id of one group under the address of another is an id that does not exist."""
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast

pytestmark = pytest.mark.anyio


async def test_ids_of_two_groups_do_not_mix(client: Any, cast: Cast) -> None:
    async with connection() as raw:
        request = await raw.fetchval(
            "INSERT INTO join_requests (group_id, member_id, reason) VALUES ($1, $2, 'Because.') RETURNING id",
            cast.groups["closed"],
            cast.members["cem"],
        )
    fay, ben = client("fay"), client("ben")
    decision = f"/api/v1/groups/public-group/requests/{request}/decision"
    assert (await fay.put(decision, json={"approve": True})).status_code == 404
    form = await client("fay", browser=True).post(f"/g/public-group/requests/{request}", data={"do": "approve"})
    assert form.status_code == 404
    assert (await fay.delete("/api/v1/groups/public-group/members/cem")).status_code == 404
    assert (await fay.put("/api/v1/groups/public-group/members/cem/role", json={"role": "member"})).status_code == 404
    thread = f"/api/v1/threads/{cast.threads['public']}"
    for post in (cast.second["closed"], cast.second["hidden"]):
        reply = await ben.post(thread + "/posts", json={"body": "Text.", "in_reply_to": post})
        answer = await ben.put(thread + "/answer", json={"post_id": post})
        assert (reply.status_code, answer.status_code) == (422, 422)


@pytest.mark.parametrize("kind", ("closed", "hidden"))
async def test_an_outsider_learns_nothing_from_mixing(client: Any, cast: Cast, kind: str) -> None:
    """A post that exists behind another door and one that does not exist are refused alike."""
    answers = []
    await client("cem").put("/api/v1/groups/public-group/membership")
    for post in (cast.second[kind], 987_654):
        path = f"/api/v1/threads/{cast.threads['public']}/posts"
        answers.append((await client("cem").post(path, json={"body": "Text.", "in_reply_to": post})).text)
    assert answers[0] == answers[1]
