"""What provisioning clients send, and what becomes of it in the database."""

import json
from typing import Any

import httpx2

# Loaded before a test holds its transaction: on a busy machine that takes longer than one may idle.
from auth.scim import application as _loaded  # noqa: F401
from auth.scim import clients
from forum.app import Site
from forum.kit.transaction import connection
from tests.support.clients import BASE

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ISSUER = "https://idp.example.test"


async def client_of(site: Site, name: str = "hr", *, groups: tuple[int, ...] = (), **made: str) -> httpx2.AsyncClient:
    """A client that speaks to the site in process."""
    subject_from = made.get("subject_from", "externalId")
    created = await clients.create(name, made.get("issuer", ISSUER), subject_from, groups)
    return with_token(site, created.token)


def with_token(site: Site, token: str | None) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    transport = httpx2.ASGITransport(app=site.app, client=("127.0.0.1", 4000))
    return httpx2.AsyncClient(transport=transport, base_url=BASE + "/scim/v2", headers=headers)


def user(name: str, /, **attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": f"{name}@org.example", "externalId": name, **attributes}


def group(name: str, *members: str) -> dict[str, Any]:
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}


def patch(op: str, path: str | None = None, value: Any = None) -> dict[str, Any]:
    operation = {"op": op, "path": path, "value": value}
    return {"schemas": [PATCH], "Operations": [{key: one for key, one in operation.items() if one is not None}]}


async def post(client: httpx2.AsyncClient, kind: str, body: dict[str, Any]) -> str:
    """The id of what was made."""
    answer = await client.post(f"/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def member_of(subject: str, issuer: str = ISSUER) -> int:
    found = await sql("SELECT member_id FROM identities WHERE issuer = $1 AND subject = $2", issuer, subject)
    assert found is not None
    return int(found)


async def status_of(member_id: int) -> str:
    return str(await sql("SELECT status FROM members WHERE id = $1", member_id))


async def identify(member_id: int, subject: str, issuer: str = ISSUER) -> None:
    """Somebody of the cast signs in as this identity."""
    await sql("INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3)", member_id, issuer, subject)


async def audited(action: str) -> list[dict[str, Any]]:
    """What was noted of this deed, the latest last."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT subject_id, after FROM audit_entries WHERE action = $1 ORDER BY id", action)
    return [{"subject_id": row["subject_id"], **json.loads(row["after"])} for row in rows]
