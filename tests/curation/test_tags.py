"""Tags: folded, few, found by whoever may read the thread; a moderator's change is an act, an author's is not."""
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.directory import actor_of
from forum.kit.errors import Conflict, Invalid
from forum.kit.transaction import connection
from forum.moderation.commands.undo_act import undo_act
from forum.threads.tags import clean_tags, fold_tag
from tests.cast import KINDS, NAMES, STRANGER, Cast

pytestmark = pytest.mark.anyio


async def _tag(client: Any, cast: Cast, who: str, kind: str, version: int, **wish: Any) -> Any:
    path = f"/api/v1/threads/{cast.threads[kind]}"
    body = {"title": f"Thread in the {kind} group"} | wish
    answer = await client(who).patch(path, json=body, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _acts() -> list[Any]:
    async with connection() as raw:
        return list(await raw.fetch("SELECT id, kind, member_id FROM acts ORDER BY id"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["IPv6", "ipv6", " IPV6 "], ["ipv6"]),
        (["#Route servers", "", "  "], ["route-servers"]),
        (["C++", "node.js", "5g_core", "..a/b.."], ["c++", "node.js", "5g_core", "a-b"]),
        (["ro\u200bute\u202e", "می\u200cخواهم"], ["route", "میخواهم"]),
        (["Straße", "ÉCOLE", "نقطة تبادل", "互联网"], ["strasse", "école", "نقطة-تبادل", "互联网"]),
    ],
)
def test_one_word_is_one_tag_however_it_is_typed(typed: list[str], stored: list[str]) -> None:
    assert clean_tags(typed) == stored


@pytest.mark.parametrize("typed", [["x"], ["x" * 31], ["///"], ["ab\x00"], [f"tag{n}" for n in range(9)]])
def test_too_many_or_none_of_a_tag_is_refused(typed: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_tags(typed)
    assert set(refusal.value.errors) == {"tags"}


@given(st.text(max_size=60))
def test_a_folded_tag_stays_as_it_is_and_fits_into_an_address(typed: str) -> None:
    tag = fold_tag(typed)
    assert fold_tag(tag) == tag
    assert not any(unicodedata.category(each) in ("Cf", "Cc", "Zs", "Zl", "Zp") or each in "/?#%&" for each in tag)
    assert not tag.startswith(".")


async def test_an_author_s_tags_are_no_act_a_facilitator_s_are(client: Any, cast: Cast):
    doc = await _tag(client, cast, "ben", "public", 1, tags=["IPv6", "Route servers"], language="fr")
    assert (doc["tags"], doc["language"]) == (["ipv6", "route-servers"], "fr")
    assert await _acts() == []
    assert (await _tag(client, cast, "ben", "public", 2))["tags"] == ["ipv6", "route-servers"]  # not named: they stay
    await _tag(client, cast, "fay", "public", 3, tags=["peering"], language="en")
    acts = await _acts()
    assert [(act["kind"], act["member_id"]) for act in acts] == [
        ("thread.language_set", cast.members["ben"]),
        ("thread.tagged", cast.members["ben"]),
    ]
    fay = await actor_of(cast.members["fay"])
    assert fay is not None
    await undo_act(fay, acts[1]["id"])
    doc = (await client("ben").get(f"/api/v1/threads/{cast.threads['public']}")).json()
    assert (doc["tags"], doc["language"]) == (["ipv6", "route-servers"], "en")
    await _tag(client, cast, "ben", "public", 5, language="es")
    with pytest.raises(Conflict, match="moved_on"):
        await undo_act(fay, acts[0]["id"])


async def test_the_form_keeps_what_was_typed(client: Any, cast: Cast):
    address = f"/t/{cast.threads['public']}/edit"
    await _tag(client, cast, "ben", "public", 1, tags=["ipv6"])
    page = (await client("ben", browser=True).get(address)).text
    assert page.count('name="tags"') == 8 and 'value="ipv6"' in page and '<option value="ipv6">' in page
    form = {"title": "A title", "version": "2", "tags": ["peering", "x"]}
    refused = await client("ben", browser=True).post(address, data=form)
    assert refused.status_code == 422
    assert 'value="peering"' in refused.text and 'id="tags-fault"' in refused.text
    assert (await client("ben", browser=True).post(address, data=form | {"tags": ["peering", ""]})).status_code == 303
    head = (await client("ben", browser=True).get(f"/t/{cast.threads['public']}/a-title")).text
    assert 'href="/tags/peering"' in head and "ipv6" not in head


@pytest.mark.parametrize("who", [*(name for name in NAMES if name != "dot"), STRANGER])
async def test_a_tag_lists_what_its_reader_may_read(client: Any, cast: Cast, who: str):
    async with connection() as raw:
        await raw.execute("UPDATE threads SET tags = '{ipv6,bgp}'")
    readable = {each["id"] for each in (await client(who).get("/api/v1/threads")).json()["items"]}
    found = (await client(who).get("/api/v1/tags/IPv6/threads")).json()["items"]
    assert {each["id"] for each in found} == readable
    page = (await client(who, browser=True).get("/tags/ipv6")).text
    for kind in KINDS:
        assert (f"/t/{cast.threads[kind]}/" in page) is (cast.threads[kind] in readable)
        there = await client(who).get("/api/v1/tags/ipv6/threads", params={"group": f"{kind}-group"})
        tags = await client(who).get(f"/api/v1/groups/{kind}-group/tags")
        assert (there.status_code == 200) is (tags.status_code == 200) is (cast.threads[kind] in readable)
    assert (await client(who, browser=True).get("/g/public-group?tag=bgp")).text.count("?tag=bgp") >= 1


async def test_the_list_is_read_to_its_end(client: Any, cast: Cast):
    async with connection() as raw:
        await raw.execute(
            "INSERT INTO threads (group_id, author_id, title, slug, post_count, last_number, last_post_id, tags)"
            " SELECT $1, $2, 'A title', 't', 1, 1, 100 + n, ARRAY['a+b'] FROM generate_series(1, 7) n",
            cast.groups["public"],
            cast.members["ben"],
        )
    path, found = "/api/v1/tags/a%2Bb/threads?limit=3&group=public-group", []
    while path:
        page = (await client("ben").get(path)).json()
        found += [each["id"] for each in page["items"]]
        path = page["next"]
    assert len(found) == len(set(found)) == 7


async def test_tags_are_found_by_searching(client: Any, cast: Cast):
    from forum.jobs.drain import drain
    from forum.searching.rebuild import rebuild

    await rebuild()
    await _tag(client, cast, "ben", "public", 1, tags=["quokka"])
    await drain()
    assert len((await client("ben").get("/api/v1/search?q=quokka")).json()["items"]) == 1
