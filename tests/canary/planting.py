"""A word of its own in every place that somebody may not see, and who may see it."""
import hashlib
from dataclasses import dataclass, field
from typing import Any

from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.canary.acts import plant_acts
from tests.canary.cases import plant_cases
from tests.canary.kept import plant_kept
from tests.canary.polls import plant_polls
from tests.canary.sanctions import plant_sanctions, plant_site_sanction
from tests.canary.undertakings import undertaken
from tests.cast import KINDS, NAMES, Cast
from tests.permissions.stage import read_only

MARK = "zq"
NOBODY: frozenset[str] = frozenset()
INSIDE = frozenset({"fay", "ben", "sol", "rae"})
STAFF = frozenset({"ada", "adi"})
APPROVED = INSIDE | STAFF | {"cem"}
FOLLOW_THREAD = "INSERT INTO thread_follows (thread_id, member_id, level) VALUES ($1, $2, 'all')"
FOLLOW_GROUP = "INSERT INTO group_follows (group_id, member_id, level) VALUES ($1, $2, 'all')"
ENTRY = """
    INSERT INTO audit_entries (actor_id, action, subject, subject_id, group_id, after)
    VALUES ($1, $2, CASE WHEN $3::bigint IS NULL THEN 'other' ELSE 'member' END, $3, $4,
            jsonb_build_object('reason', $5::text))
"""
READERS = {"members": APPROVED, "closed": INSIDE, "hidden": INSIDE}


@dataclass(slots=True)
class Plot:
    """``allowed`` by word, ``kinds``: the group it lies in; ids of what was planted, for the addresses of the crawl;
    ``owners`` of saved searches, whose feeds have addresses that are keys.
    """

    cast: Cast
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[int]] = field(default_factory=dict)
    kind: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)

    def word(self, place: str, allowed: frozenset[str]) -> str:
        # Letters only: neither markup, nor an address, nor a tokenizer changes them.
        digest = hashlib.sha256(place.encode()).digest()
        word = MARK + "".join(chr(97 + byte % 26) for byte in digest[:12])
        self.allowed[word], self.places[word], self.kinds[word] = allowed, place, self.kind
        return word

    def note(self, name: str, number: int) -> None:
        self.ids.setdefault(name, []).append(number)


async def plant(cast: Cast) -> Plot:
    plot = Plot(cast)
    await read_only(cast.members["rae"], *cast.groups.values())
    async with connection() as raw:
        for plot.kind in KINDS:
            kind = plot.kind
            await _content(raw, plot, kind)
            await _unpublished(raw, plot, kind)
            await _kept(raw, plot, kind)
            await _around(raw, plot, kind)
            await _audited(raw, plot, kind)
            readers = READERS.get(kind, frozenset({*NAMES, "stranger"}))
            await undertaken(raw, plot, kind, readers)
            keepers = frozenset({"fay"}) | (STAFF if kind in ("public", "members") else NOBODY)
            await plant_acts(plot, kind, readers=readers, keepers=keepers)
            kept_for = {"readers": readers, "approved": READERS.get(kind, APPROVED), "keepers": STAFF | {"fay"}}
            await plant_kept(raw, plot, kind, **kept_for)
            await plant_polls(raw, plot, kind, readers=readers, approved=READERS.get(kind, APPROVED))
            await plant_cases(raw, plot, kind)
            await plant_sanctions(raw, plot, kind, STAFF)
        plot.kind = ""
        await _people(raw, plot)
        await plant_site_sanction(raw, plot, STAFF)
        await _provisioned(raw, plot)
    await rebuild()
    return plot


async def _content(raw: Any, plot: Plot, kind: str) -> None:
    group, thread = plot.cast.groups[kind], plot.cast.threads[kind]
    plot.note("thread", thread)
    for name in ("first", "second"):
        plot.note("post", getattr(plot.cast, name)[kind])
    if kind == "public":
        return
    card = frozenset(NAMES) - {"bea", "dot"} if kind == "members" else INSIDE
    if kind != "closed":
        title, purpose = plot.word(f"{kind} group's title", card), plot.word(f"{kind} group's purpose", card)
        rules = plot.word(f"{kind} group's rules", card)
        await raw.execute(
            "UPDATE groups SET title = $2, purpose = $3, rules = $4 WHERE id = $1", group, title, purpose, rules
        )
    title = plot.word(f"{kind} thread's title", READERS[kind])
    await raw.execute("UPDATE threads SET title = $2::text, slug = lower($2::text) WHERE id = $1", thread, title)
    for name in ("first", "second"):
        text = plot.word(f"{kind} {name} post", READERS[kind])
        await _write(raw, getattr(plot.cast, name)[kind], text)


async def _unpublished(raw: Any, plot: Plot, kind: str) -> None:
    """Pending, hidden, withdrawn; and what an edited and a withdrawn post said before."""
    open_to_staff = kind in ("public", "members")
    keepers = frozenset({"fay"}) | (STAFF if open_to_staff else NOBODY)
    thread, ben = plot.cast.threads[kind], plot.cast.members["ben"]
    for number, state in ((None, "pending"), (3, "hidden"), (4, "withdrawn"), (5, "public")):
        if state == "public":
            allowed = READERS.get(kind, frozenset({*NAMES, "stranger"}))
        else:
            allowed = keepers | ({"ben"} if state != "withdrawn" else NOBODY)
        post = await raw.fetchval(
            "INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, state, version)"
            " VALUES ($1, $2, $3, 'x', 'x', 'x', 1, $4, 2) RETURNING id",
            thread,
            ben,
            number,
            state,
        )
        await _write(raw, post, plot.word(f"{state} post in {kind}", allowed))
        if state == "public":
            allowed = READERS.get(kind, APPROVED)
        await raw.execute(
            "INSERT INTO revisions (post_id, version, body, edited_by_id) VALUES ($1, 1, $2, $3)",
            post,
            plot.word(f"revision of a {state} post in {kind}", allowed),
            ben,
        )
        plot.note("post", post)
    await raw.execute("UPDATE threads SET last_number = 5, post_count = 3 WHERE id = $1", thread)


async def _write(raw: Any, post: int, word: str) -> None:
    await raw.execute(
        "UPDATE posts SET body = $2::text, html = '<p>' || $2::text || '</p>', text = $2::text WHERE id = $1",
        post,
        word,
    )


async def _kept(raw: Any, plot: Plot, kind: str) -> None:
    """Drafts, and the bookmarks, notices and follows of somebody who may read it no longer."""
    group, thread, post = plot.cast.groups[kind], plot.cast.threads[kind], plot.cast.second[kind]
    for name in ("ben", "cem"):
        member, only = plot.cast.members[name], frozenset({name})
        for place, column in (("group", group), ("thread", thread)):
            draft = await raw.fetchval(
                "INSERT INTO drafts (member_id, group_id, thread_id, title, body) VALUES ($1, $2, $3, $4, $5)"
                " RETURNING id",
                member,
                column if place == "group" else None,
                column if place == "thread" else None,
                plot.word(f"title of {name}'s draft for the {kind} {place}", only),
                plot.word(f"{name}'s draft for the {kind} {place}", only),
            )
            plot.note("draft", draft)
        await _searched(raw, plot, name, kind)
        await raw.execute("INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2)", post, member)
        await raw.execute("INSERT INTO mentions (post_id, member_id) VALUES ($1, $2)", post, member)
        await raw.execute(FOLLOW_THREAD, thread, member)
        await raw.execute(FOLLOW_GROUP, group, member)
    for name in ("cem", "fay", "pia", "bea", "ada"):
        seen = APPROVED | STAFF if kind == "members" else INSIDE if kind != "public" else frozenset(NAMES)
        notice = await raw.fetchval(
            "INSERT INTO notices (member_id, cause, kind, actor_id, group_id, thread_id, post_id, note)"
            " VALUES ($1, 'report:' || ($4::bigint)::text, 'report', $2, $3, $4, $5, $6) RETURNING id",
            plot.cast.members[name],
            plot.cast.members["ben"],
            group,
            thread,
            post,
            plot.word(f"report's note to {name} in {kind}", frozenset({name}) & seen),
        )
        plot.note("notice", notice)


async def _searched(raw: Any, plot: Plot, name: str, kind: str) -> None:
    """A saved search for what stands in a group, and the key of its feed."""
    only = frozenset({name})
    saved = await raw.fetchval(
        "INSERT INTO saved_searches (member_id, name, q, seen_position) VALUES ($1, $2, 'group:' || $3, 0)"
        " RETURNING id",
        plot.cast.members[name],
        plot.word(f"name of {name}'s search in {kind}", only),
        f"{kind}-group " + plot.word(f"{name}'s search in {kind}", only),
    )
    plot.note("search", saved)
    plot.owners[saved] = name


async def _around(raw: Any, plot: Plot, kind: str) -> None:
    """Requests, bans, invitations."""
    group, people = plot.cast.groups[kind], plot.cast.members
    request = await raw.fetchval(
        "INSERT INTO join_requests (group_id, member_id, reason) VALUES ($1, $2, $3) RETURNING id",
        group,
        people["cem"],
        plot.word(f"reason of a request to {kind}", frozenset({"fay"})),
    )
    plot.note("request", request)
    await raw.execute(
        "INSERT INTO join_requests (group_id, member_id, reason, answer, state) VALUES ($1, $2, $3, $4, 'refused')",
        group,
        people["ada"],
        plot.word(f"reason of a decided request to {kind}", NOBODY),
        plot.word(f"answer to a request to {kind}", NOBODY),
    )
    await raw.execute(
        "UPDATE bans SET reason = $2 WHERE group_id = $1",
        group,
        plot.word(f"reason of a ban from {kind}", NOBODY),
    )
    invitation = await raw.fetchval(
        "INSERT INTO invitations (group_id, member_id, invited_by_id, expires_at)"
        " VALUES ($1, $2, $3, now() + interval '1 day') RETURNING id",
        group,
        people["adi"],
        people["fay"],
    )
    plot.note("invitation", invitation)


async def _audited(raw: Any, plot: Plot, kind: str) -> None:
    """In a group, about somebody, and (once) of somebody who was seen as somebody else sees the site."""
    people, staff = plot.cast.members, STAFF if kind in ("public", "members") else frozenset({"adi"})
    entries = (
        ("group.text_edited", "fay", None, f"entry about {kind}", {"fay"} | staff),
        ("group.invited", "fay", "cem", f"entry about cem in {kind}", {"fay", "cem"} | staff),
        ("group.member_removed", "ada", "pia", f"entry about pia in {kind}", {"fay", "ada", "adi", "pia"}),
    )
    for action, actor, member, place, allowed in entries:
        await raw.execute(
            ENTRY,
            people[actor],
            action,
            people.get(member or ""),
            plot.cast.groups[kind],
            plot.word(f"{place}", frozenset(allowed)),
        )


async def _people(raw: Any, plot: Plot) -> None:
    for name in ("ben", "sol", "pia", "dot"):
        only = frozenset({name}) - {"dot"}
        near = (INSIDE if name in INSIDE else only) | only
        await raw.execute(
            "UPDATE members SET email = $2::text || '@example.test', bio = $3, languages = ARRAY[$4],"
            " audiences = '{\"bio\": \"groups\", \"languages\": \"me\", \"country\": \"me\"}' WHERE id = $1",
            plot.cast.members[name],
            plot.word(f"{name}'s address", only),
            plot.word(f"{name}'s bio", near),
            plot.word(f"{name}'s languages", only),
        )
        await raw.execute(
            "UPDATE sessions SET user_agent = $2, subject = $3 WHERE member_id = $1",
            plot.cast.members[name],
            plot.word(f"{name}'s browser", only),
            plot.word(f"{name}'s subject", NOBODY),
        )
        await raw.execute(
            "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3)",
            plot.cast.members[name],
            plot.word(f"{name}'s provider", only),
            plot.word(f"{name}'s identity", NOBODY),
        )
        await raw.execute(
            "UPDATE api_tokens SET name = $2 WHERE member_id = $1",
            plot.cast.members[name],
            plot.word(f"{name}'s token", only),
        )
        member, began = plot.cast.members[name], plot.word(f"sign-in of {name}", only | STAFF)
        await raw.execute(ENTRY, member, "session.began", None, None, began)
        viewed = plot.word(f"view of {name}", only | {"adi"})
        await raw.execute(ENTRY, plot.cast.members["adi"], "view.began", member, None, viewed)
    await raw.execute(
        "UPDATE members SET suspension_reason = $2 WHERE id = $1",
        plot.cast.members["dot"],
        plot.word("reason of a suspension", NOBODY),
    )


async def _provisioned(raw: Any, plot: Plot) -> None:
    """What an organisation's system said of people: its own, and for the administrator what it is called."""
    administrator = frozenset({"adi"})
    client = await raw.fetchval(
        "INSERT INTO scim_clients (name, issuer, token_hash) VALUES ($1, $2, '') RETURNING id",
        plot.word("a provisioning client's name", administrator),
        plot.word("a provisioning client's issuer", administrator),
    )
    for kind, column, allowed in (("User", "member_id", NOBODY), ("Group", "group_id", administrator)):
        await raw.execute(
            f"INSERT INTO scim_resources (id, client_id, kind, unique_name, data, {column})"
            " VALUES (gen_random_uuid(), $1, $2, $3, jsonb_build_object('displayName', $4::text), $5)",
            client,
            kind,
            plot.word(f"a provisioned {kind}'s key", NOBODY),
            plot.word(f"a provisioned {kind}'s name", allowed),
            plot.cast.members["ben"] if kind == "User" else plot.cast.groups["hidden"],
        )
