"""No route writes a column that it was not made for (S-4); no column takes more than it was made for (S-16)."""

from collections.abc import Callable, Iterator
from importlib import import_module

import asyncpg
import pytest
from tortoise.models import Model

from forum.routes import API
from tests.api.checks import Faults
from tests.api.routes import forms, operations, writes
from tests.api.test_methods import TABLES
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]
DOMAINS = ("members", "groups", "threads", "reading", "notifications", "outbox", "site", "jobs", "kit")
SENTINEL = "4242424242"
# What the forms themselves take, some of it only sometimes.
OWN = {
    "title", "body", "kind", "language", "level", "version", "reason", "country", "sector", "gender", "languages",
    "name", "bio", "time_zone", "note", "answer", "purpose", "rules", "group", "thread", "in_reply_to", "theme",
    "username", "uses", "days", "member", "aim", "why", "ask", "owner", "post", "due_on", "numbers", "links", "tags",
}  # fmt: skip

# Columns without a limit of their own, and why they need none.
UNLIMITED = {
    "posts.html": "made from the body, whose length is checked",
    "posts.text": "made from the body, whose length is checked",
    "threads.tags": "at most eight (threads_tags_few), cleaned one by one",
    "summaries.html": "made from the body, whose length is checked",
    "collections.html": "made from the body, whose length is checked",
    "collection_items.html": "made from the note, whose length is checked",
    "members.languages": "at most twenty (members_languages_few) of a shape that the schema holds",
    "members.suspension_reason": "no route writes it yet",
    "initiatives.aim_html": "made from the aim, whose length is checked",
    "initiatives.why_html": "made from the reasons, whose length is checked",
    "initiatives.ask_html": "made from what is asked, whose length is checked",
    "initiatives.languages": "at most twenty (initiatives_languages_few) of a shape that the schema holds",
    "polls.outcome_html": "made from the outcome, whose length is checked",
    "official_answers.html": "made from the body, whose length is checked",
    "closing_reports.html": "made from the body, whose length is checked",
    "notices.note": "a copy of a report's or an answer's text, limited there",
    "job_tries.last_error": "cut by the worker",
    "api_tokens.scopes": "one of three words each",
    "api_tokens.group_ids": "at most fifty (api_tokens_few_groups)",
    "scim_clients.group_ids": "at most a hundred (scim_clients_few_groups)",
}
LIMITS = """
    SELECT c.table_name || '.' || c.column_name AS name, c.character_maximum_length AS most,
           coalesce(string_agg(pg_get_constraintdef(k.oid), ' '), '') AS checks
    FROM information_schema.columns c
    LEFT JOIN pg_constraint k ON k.contype = 'c' AND k.conrelid = c.table_name::regclass
     AND c.ordinal_position = ANY(k.conkey)
    WHERE c.table_schema = 'public' AND c.data_type IN ('text', 'character varying', 'ARRAY')
      AND c.table_name NOT LIKE 'pgqueuer%'
    GROUP BY 1, 2
"""


def columns() -> Iterator[str]:
    for domain in DOMAINS:
        for kind in vars(import_module(f"forum.{domain}.models")).values():
            if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model:
                yield from kind._meta.db_fields


COLUMNS = sorted(set(columns()))


async def test_json_takes_no_column_that_it_does_not_name(as_: As, cast: Cast) -> None:
    faults = Faults()
    taken = {route.operation.name: route.operation.body for route in API}
    async with as_("ben") as ben:
        for target in writes(cast):
            schema = taken[target.name]
            fields = set(schema.__struct_fields__) if schema is not None else {"reason"}
            for column in COLUMNS:
                if column in fields:
                    continue
                body = (target.body or {}) | {column: 1}
                answer = await ben.request(target.method, target.path, json=body, headers=target.headers)
                faults.check(f"{target.name}.{column}", answer, 422)
                if answer.status_code == 422:
                    faults.names(f"{target.name}.{column}", answer, column)
    faults.none()
    assert len(COLUMNS) > 60


async def stored(raw: asyncpg.Connection) -> list[str]:
    return [
        table
        for (table,) in await raw.fetch(TABLES)
        if await raw.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", SENTINEL)
    ]


async def test_forms_and_bodyless_operations_store_none_of_them(as_: As, own_url: str, cast: Cast) -> None:
    faults = Faults()
    extra = {column: SENTINEL for column in COLUMNS if column not in OWN}
    raw = await asyncpg.connect(own_url)
    async with as_("fay", browser=True) as fay:
        for target in forms(cast):
            data = extra | (target.body or {}) | {"display_name": SENTINEL, "staff": SENTINEL, "status": SENTINEL}
            faults.check(target.name, await fay.post(target.path, data=data))
            assert not await stored(raw), target.name
    async with as_("fay") as fay:
        for target in operations(cast):
            if target.method != "GET" and target.body is None:
                faults.check(target.name, await fay.request(target.method, target.path, json=extra))
    assert not await stored(raw)
    await raw.close()
    faults.none()


async def test_every_text_column_has_a_limit(own_url: str) -> None:
    raw = await asyncpg.connect(own_url)
    rows = await raw.fetch(LIMITS)
    await raw.close()
    assert len(rows) > 30
    bare = {row["name"] for row in rows if row["most"] is None and "char_length" not in row["checks"]}
    shaped = {row["name"] for row in rows if "~" in row["checks"] or "= ANY" in row["checks"]}
    assert bare - shaped == set(UNLIMITED)
