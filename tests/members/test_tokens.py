"""API tokens: made by a person who proved it, shown once, ended by their owner."""
import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio
PATH = "/api/v1/me/tokens"
WISH = {"name": "Backup", "scopes": ["read"], "days": 30}
SHAPE = re.compile(r"plenary_pat_[0-9a-f]{8}_[0-9a-f]{64}")


async def audited(action):
    async with connection() as sql:
        found = await sql.fetch("SELECT * FROM audit_entries WHERE action = $1 ORDER BY id", action)
    return [(row["actor_id"], row["subject"], row["subject_id"], row["after"]) for row in found]


async def stored():
    """Everything that the database keeps of answers, tokens, facts and the audit log, as text."""
    async with connection() as sql:
        return "".join(
            [
                str(await sql.fetch("SELECT convert_from(body, 'UTF8'), headers FROM kept_answers")),
                str(await sql.fetch("SELECT t::text FROM api_tokens t")),
                str(await sql.fetch("SELECT a::text FROM audit_entries a")),
                str(await sql.fetch("SELECT f::text FROM facts f")),
            ]
        )


async def test_a_token_is_shown_once_and_stored_nowhere(client, cast):
    ben = client("ben", browser=True)
    made = await ben.post(PATH, json=WISH, headers={"Idempotency-Key": "one"})
    token = made.json()["token"]
    assert made.status_code == 201 and SHAPE.fullmatch(token)
    assert made.headers["cache-control"] == "no-store"
    again = await ben.post(PATH, json=WISH, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()) == (201, made.json() | {"token": None})
    listed = (await ben.get(PATH)).json()["items"]
    assert [one["name"] for one in listed] == ["Backup", "test"]
    assert "token" not in listed[0]
    assert token.rpartition("_")[2] not in await stored()
    script = await ben.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert script.json()["username"] == "ben"


async def test_a_form_sent_twice_makes_one_token_and_keeps_no_secret(client, cast):
    ben = client("ben", browser=True)
    page = (await ben.get("/me/tokens")).text
    form_id = re.search(r'action="/me/tokens/new"[^>]*><input type="hidden" name="form_id" value="([^"]+)"', page)
    form = {"form_id": form_id.group(1), "name": "Backup <b>", "scopes": ["read", "post"], "days": "7", "reach": "all"}
    made = await ben.post("/me/tokens/new", data=form)
    assert made.status_code == 200 and made.headers["cache-control"] == "no-store"
    token = SHAPE.search(made.text).group()
    assert "Backup <b>" in unescape(made.text) and "Backup <b>" not in made.text
    again = await ben.post("/me/tokens/new", data=form)
    assert (again.status_code, again.headers["location"]) == (303, "/me/tokens?said=token_made")
    assert token.rpartition("_")[2] not in await stored()
    assert len((await ben.get(PATH)).json()["items"]) == 2


async def test_what_it_was_made_for_is_what_it_is(client, cast):
    ben = client("ben", browser=True)
    wish = {"name": "Bot", "scopes": ["read", "post"], "days": 7, "groups": ["closed-group", "hidden-group"]}
    made = (await ben.post(PATH, json=wish)).json()
    assert [group["slug"] for group in made["groups"]] == ["closed-group", "hidden-group"]
    lasting = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert lasting == timedelta(days=7)
    bot = {"Authorization": f"Bearer {made['token']}"}
    seen = (await client("stranger").get("/api/v1/groups", headers=bot)).json()["items"]
    assert {group["slug"] for group in seen} == {"closed-group", "hidden-group"}
    await client("ben").delete("/api/v1/groups/hidden-group/membership")
    left = (await ben.get(PATH)).json()["items"][0]
    assert ([group["slug"] for group in left["groups"]], left["groups_gone"]) == (["closed-group"], 1)
    page = (await ben.get("/me/tokens")).text
    assert "1 group that is yours no longer" in page and "The hidden group" not in page


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x07"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"scopes": ["staff"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"groups": []}, "groups"),
        ({"groups": ["elsewhere"]}, "groups"),
        ({"groups": ["no-such-group"]}, "groups"),
        ({"member": "fay"}, "member"),
    ],
)
async def test_what_no_token_can_be_is_refused_by_its_field(client, cast, wish, field):
    answer = await client("ben", browser=True).post(PATH, json=WISH | wish)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert len((await client("ben", browser=True).get(PATH)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["x"]}, "scopes"),
        ({"days": "1000"}, "days"),
        ({"days": ""}, "days"),
        ({"reach": "some"}, "groups"),
        ({"reach": "some", "groups": ["elsewhere"]}, "groups"),
    ],
)
async def test_a_refused_form_comes_back_as_it_was_filled(client, cast, form, field):
    sent = {"name": "For the backup", "scopes": ["post"], "days": "7", "reach": "all"} | form
    answer = await client("ben", browser=True).post("/me/tokens/new", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    if sent["name"]:
        assert 'value="For the backup"' in answer.text
    if sent["scopes"] == ["post"]:
        assert re.search(r'value="post" checked', answer.text)


async def test_making_one_needs_a_fresh_proof(client, cast):
    ben = client("ben", browser=True)
    async with connection() as sql:
        await sql.execute("UPDATE sessions SET auth_time = extract(epoch FROM now()) - 86400")
    answer = await ben.post(PATH, json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    page = await ben.post("/me/tokens/new", data={"name": "x", "scopes": "read", "days": "7"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in/again?next=/me/tokens")
    shown = (await ben.get("/me/tokens")).text
    assert "/sign-in/again?next=/me/tokens" in shown and 'action="/me/tokens/new"' not in shown
    assert await audited("token.created") == []
    ended = (await ben.get(PATH)).json()["items"][0]["id"]
    assert (await ben.delete(f"{PATH}/{ended}")).status_code == 204


@pytest.mark.parametrize("name", ["ben", "adi"])
async def test_a_token_makes_lists_and_ends_none(client, cast, name):
    token = (await client(name, browser=True).get(PATH)).json()["items"][0]["id"]
    script = client(name)
    for answer in (
        await script.post(PATH, json=WISH),
        await script.get(PATH),
        await script.delete(f"{PATH}/{token}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_by_token")
    for answer in (await script.get("/me/tokens"), await script.post("/me/tokens/new", data=WISH)):
        assert answer.status_code == 403
    assert len((await client(name, browser=True).get(PATH)).json()["items"]) == 1


async def test_only_staff_may_ask_for_the_scope_of_staff(client, cast):
    ada = client("ada", browser=True)
    wish = WISH | {"scopes": ["read", "post", "staff"]}
    assert (await ada.post(PATH, json=wish)).status_code == 201
    assert 'value="staff"' in (await ada.get("/me/tokens")).text
    assert 'value="staff"' not in (await client("ben", browser=True).get("/me/tokens")).text
    await client("ada").put("/api/v1/groups/public-group/membership")
    both = await ada.post(PATH, json=wish | {"groups": ["public-group"]})
    assert both.json()["errors"] == [
        {"field": "scopes", "code": "staff_everywhere", "message": both.json()["errors"][0]["message"]}
    ]


async def test_fifty_at_most_that_are_alive(client, cast):
    ben = client("ben", browser=True)
    async with connection() as sql:
        await sql.execute(
            "INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at)"
            " SELECT $1, 'n', 'p', sha256(n::text::bytea), '{read}', now() + interval '1 day'"
            " FROM generate_series(1, 49) n",
            cast.members["ben"],
        )
    answer = await ben.post(PATH, json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_tokens")
    page = await ben.post("/me/tokens/new", data={"name": "x", "scopes": "read", "days": "7"})
    assert page.status_code == 422 and "You have 50 API tokens" in page.text
    async with connection() as sql:
        await sql.execute("UPDATE api_tokens SET expires_at = now() - interval '31 days' WHERE name = 'n'")
    assert (await ben.post(PATH, json=WISH)).status_code == 201
    assert len((await ben.get(PATH)).json()["items"]) == 2, "what expired a month ago is gone"


async def test_an_expired_one_is_marked(client, cast):
    async with connection() as sql:
        await sql.execute("UPDATE api_tokens SET expires_at = now() WHERE member_id = $1", cast.members["ben"])
    ben = client("ben", browser=True)
    assert (await ben.get(PATH)).json()["items"][0]["expired"] is True
    assert "Expired" in (await ben.get("/me/tokens")).text
    assert (await client("ben").get("/api/v1/me")).status_code == 401


async def test_its_life_is_audited_in_ids_and_codes(client, cast):
    ben, me = client("ben", browser=True), cast.members["ben"]
    made = (await ben.post(PATH, json=WISH | {"groups": ["public-group"]})).json()
    assert (await ben.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await ben.delete(f"{PATH}/{made['id']}")).status_code == 404
    ((actor, subject, subject_id, after),) = await audited("token.created")
    assert (actor, subject, subject_id) == (me, "member", me)
    assert '"scopes": ["read"]' in after and f'"groups": [{cast.groups["public"]}]' in after
    assert "Backup" not in after and made["token"] not in after
    ((actor, _, _, after),) = await audited("token.ended")
    assert actor == me and f'"token": {made["id"]}' in after
    token = {"Authorization": f"Bearer {made['token']}"}
    assert (await client("stranger").get("/api/v1/me", headers=token)).status_code == 401


async def test_a_link_of_an_invitation_is_not_kept_either(client, cast):
    fay, path = client("fay"), "/api/v1/groups/closed-group/invitations"
    made, again = [await fay.post(path, json={"uses": 3}, headers={"Idempotency-Key": "l"}) for _ in range(2)]
    assert made.json()["url"] and again.json() == made.json() | {"url": None}
    assert made.json()["url"].rpartition("/")[2] not in await stored()
