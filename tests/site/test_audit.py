"""Reading the audit log: who sees which entries, in which words, by which index."""
import json
from html import unescape

import pytest

from forum.kit.transaction import command, connection
from forum.moderation.models import ActKind
from forum.outbox.record import audit
from forum.site.sentences import SENTENCES
from tests.moderation.acting import act
from tests.support.clients import counting

pytestmark = pytest.mark.anyio

ENTRY = """
    INSERT INTO audit_entries (actor_id, action, subject, subject_id, group_id, after)
    VALUES ($1, $2, $3, $4, $5, $6::text::jsonb) RETURNING id
"""
MANY = """
    INSERT INTO audit_entries (actor_id, action, subject, subject_id, group_id, created_at)
    SELECT 1000 + n % 997, 'filler.' || n % 50, 'member', 1000 + n % 991,
           CASE WHEN n % 3 = 0 THEN 1000 + n % 101 END, now() - n * interval '1 minute'
    FROM generate_series(30000, 1, -1) n
"""


async def entry(cast, actor, action, *, member=None, group=None, subject=None, **after):
    async with connection() as sql:
        return await sql.fetchval(
            ENTRY,
            cast.members.get(actor),
            action,
            subject or ("member" if member else action.partition(".")[0]),
            cast.members.get(member),
            cast.groups.get(group),
            json.dumps(after),
        )


async def ids(client, who, query=""):
    answer = await client(who).get("/api/v1/audit" + query)
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


@pytest.fixture
async def written(client, cast):
    """One entry of each kind of belonging."""
    return {
        "sign-in": await entry(cast, "ben", "session.began", provider="campus", kind="oidc"),
        "about": await entry(cast, "ada", "member.approved", member="ben"),
        "public": await entry(cast, "fay", "group.text_edited", group="public"),
        "closed": await entry(cast, "fay", "group.member_removed", member="cem", group="closed"),
        "hidden": await entry(cast, None, "grant.given", member="ben", group="hidden", source="lti:1:7", role="member"),
        "view": await entry(cast, "adi", "view.began", member="cem", reason="support"),
        "refused": await entry(cast, None, "logout.refused", reason="signature", provider="campus"),
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ben", {"sign-in", "about", "hidden"}),
        ("sol", set()),
        ("pia", set()),
        ("cem", {"closed", "view"}),
        ("fay", {"public", "closed", "hidden"}),
        ("ada", {"sign-in", "about", "public", "refused"}),
        ("adi", {"sign-in", "about", "public", "closed", "hidden", "view", "refused"}),
    ],
)
async def test_each_sees_their_part(client, cast, written, who, seen):
    assert await ids(client, who) == {written[name] for name in seen}


async def test_ones_own_page_is_ones_own_even_for_staff(client, cast, written):
    page = unescape((await client("ada", browser=True).get("/me/activity")).text)
    assert "You let" in page and "signed in" not in page.partition("<main")[2]
    page = unescape((await client("ben", browser=True).get("/me/activity")).text)
    for words in ("You signed in", "by <code>campus</code>", "let you in", "gave a place to you", "lti:1:7"):
        assert words in page, words
    assert 'href="/g/hidden-group"' in page
    page = unescape((await client("cem", browser=True).get("/me/activity")).text)
    assert "began to see the site as you" in page
    assert "removed you from" in page and "The closed group" in page


async def test_a_group_that_one_may_not_know_of_has_no_name(client, cast, written):
    await entry(cast, "fay", "group.invited", member="cem", group="hidden")
    for who in ("cem", "adi"):
        items = (await client(who).get("/api/v1/audit?action=group.invited")).json()["items"]
        assert [item["group"] for item in items] == [None]
        assert "hidden-group" not in (await client(who, browser=True).get("/me/activity")).text
    page = (await client("adi", browser=True).get("/admin/audit")).text
    assert "to a group" in page and "The hidden group" not in page


async def test_visitors_and_tokens_for_some_groups_get_nothing(client, cast, written):
    assert (await client("stranger").get("/api/v1/audit")).status_code == 404
    async with connection() as sql:
        await sql.execute("UPDATE api_tokens SET group_ids = $1", [cast.groups["public"]])
    for who in ("fay", "adi"):
        assert (await client(who).get("/api/v1/audit")).json()["code"] == "token_groups"
    assert (await client("fay").get("/g/public-group/activity")).status_code == 200
    assert (await client("fay").get("/g/closed-group/activity")).status_code == 404


async def test_staff_filter_the_sites(client, cast, written):
    for query, seen in (
        ("?action=view.began", {"view"}),
        ("?member=BEN", {"sign-in", "about", "hidden"}),
        ("?member=nobody", set()),
        ("?group=public-group", {"public"}),
        ("?group=hidden-group", set()),
        ("?group=no-such-group", set()),
        ("?member=ben&action=session.began", {"sign-in"}),
        ("?since=2020-01-01", set(written)),
        ("?since=2999-01-01", set()),
    ):
        assert await ids(client, "adi", query) == {written[name] for name in seen}, query
    assert await ids(client, "fay", "?group=hidden-group") == {written["hidden"]}
    assert await ids(client, "fay", "?member=cem") == {written["closed"]}
    page = await client("adi", browser=True).get("/admin/audit?action=&member=ben&group=&since=2020-01-01")
    assert "campus" in page.text and "support" not in page.text
    for wrong in ("since=yesterday", "action=" + "x" * 61, "member=" + "x" * 41, "before=x", "since=0000-00-00"):
        for path, browser in (("/admin/audit?", True), ("/api/v1/audit?", False)):
            assert (await client("adi", browser=browser).get(path + wrong)).status_code == 422, wrong


async def test_every_action_has_words_and_an_unknown_one_its_code(client, cast):
    for action in SENTENCES:
        await entry(cast, "ada", action, member="ben", group="public", reason="odd_code", provider="campus")
        await entry(cast, None, action)
    await entry(cast, "ada", "something.else", odd="<b>")
    adi = client("adi", browser=True)
    asked, seen = "/admin/audit", ""
    while asked:
        page = (await adi.get(asked)).text
        seen += page
        asked = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        asked = asked and "/admin/audit" + asked
    assert "<code>something.else</code>" in seen and "odd <code>&lt;b&gt;</code>" in seen
    assert "%(" not in seen and "odd_code" in seen


async def test_next_walks_the_whole_log(client, cast, written):
    found, asked = [], "/api/v1/audit?limit=2&since=2020-01-01"
    while asked:
        page = (await client("adi").get(asked)).json()
        found += [item["id"] for item in page["items"]]
        asked = page["next"]
    assert found == sorted(written.values(), reverse=True)
    found, asked = [], "/api/v1/audit?limit=1"
    while asked:
        page = (await client("fay").get(asked)).json()
        found += [item["id"] for item in page["items"]]
        asked = page["next"]
    assert found == sorted((written[name] for name in ("public", "closed", "hidden")), reverse=True)


@pytest.mark.parametrize(
    ("who", "path", "index"),
    [
        ("ben", "/api/v1/audit", "audit_entries_subject"),
        ("ben", "/me/activity", "audit_entries_actor"),
        ("fay", "/api/v1/audit", "audit_entries_group"),
        ("fay", "/g/public-group/activity", "audit_entries_group"),
        ("adi", "/admin/audit", "audit_entries_pkey"),
        ("adi", "/admin/audit?member=ben", "audit_entries_subject"),
        ("adi", "/admin/audit?action=filler.7", "audit_entries_action"),
        ("adi", "/admin/audit?group=public-group", "audit_entries_group"),
        ("adi", "/admin/audit?since=2020-01-01", "audit_entries_age"),
        ("ada", "/admin/audit", "audit_entries_pkey"),
    ],
)
async def test_a_page_is_one_statement_that_walks_an_index(client, cast, who, path, index):
    async with connection() as sql:
        await sql.execute(MANY)
        await sql.execute("ANALYZE audit_entries")
    asked: list[tuple[str, tuple[object, ...]]] = []
    statements: list[str] = []
    with counting(statements), values_of(asked):
        answer = await client(who, browser=not path.startswith("/api/")).get(path)
    assert answer.status_code == 200
    assert len(statements) == (3 if path.startswith("/g/") else 2), statements
    (statement, values) = next(each for each in asked if "audit_entries" in each[0])
    async with connection() as sql:
        plan = "\n".join(row[0] for row in await sql.fetch("EXPLAIN " + statement, *values))
    assert index in plan, plan
    assert "Seq Scan on audit_entries" not in plan, plan


class values_of:  # noqa: N801 - reads as a word
    """Collect the statements that asyncpg answers with one value, with their parameters."""

    def __init__(self, found):
        self.found = found

    def __enter__(self):
        import asyncpg

        self.original = asyncpg.Connection.fetchval
        found, original = self.found, self.original

        def spy(connection, query, *args, **kwargs):
            found.append((query, args))
            return original(connection, query, *args, **kwargs)

        asyncpg.Connection.fetchval = spy

    def __exit__(self, *_):
        import asyncpg

        asyncpg.Connection.fetchval = self.original


@pytest.fixture
async def hidden_by_fay(client, cast):
    """Fay hides Ben's post in the closed group, on behalf of Ada, and takes it back."""
    where = {"group_id": cast.groups["closed"], "post_id": cast.first["closed"], "member_id": cast.members["ben"]}
    done = await act(
        cast.members["fay"], ActKind.POST_HIDDEN, **where, reason="Too loud.", on_behalf_of=cast.members["ada"]
    )
    await record_undone(cast.members["fay"], ActKind.POST_HIDDEN, done, cast.groups["closed"])
    return done


@command
async def record_undone(actor, kind, act_id, group_id):
    await audit(actor, f"{kind.value}.undone", "act", act_id, group_id=group_id, after={"act": act_id})


async def test_who_did_an_act_is_told_where_the_group_says_so(client, cast, hidden_by_fay):
    for named in (False, True):
        async with connection() as sql:
            await sql.execute("UPDATE groups SET log_names_moderators = $1", named)
        items = (await client("ben").get("/api/v1/audit")).json()["items"]
        assert [item["action"] for item in items] == ["post.hidden.undone", "post.hidden"]
        assert [(item["actor"] or {}).get("username") for item in items] == ["fay" if named else None] * 2
        assert [item["actor_untold"] for item in items] == [not named] * 2
        assert (items[1]["reason"], items[1]["on_behalf_of"] is not None) == ("Too loud.", named)
        page = unescape((await client("ben", browser=True).get("/me/activity")).text).partition("<main")[2]
        assert "“Too loud.”" in page and ("Fay" in page, "on behalf of" in page) == (named, named)
        assert ("Those who look after the place hid a post" in page) is not named
        assert "undid this: … hid a post in …" in page


async def test_those_who_look_after_the_group_see_who_did_what_for_whom(client, cast, hidden_by_fay):
    for who in ("fay", "adi"):
        items = (await client(who).get("/api/v1/audit")).json()["items"]
        assert {item["actor"]["username"] for item in items} == {"fay"}
        assert items[-1]["on_behalf_of"]["username"] == "ada"
    for who in ("ada", "cem", "sol"):
        assert await ids(client, who) == set()


def test_every_kind_of_act_has_a_sentence():
    assert not {kind.value for kind in ActKind} - set(SENTENCES)
