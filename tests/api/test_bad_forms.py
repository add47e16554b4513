"""Whatever is sent to a form, the answer is a page that says what to do, with the text that was typed in it."""

import re
from collections.abc import AsyncIterator, Callable
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.api.checks import Faults
from tests.api.routes import forms
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = {"Content-Type": "multipart/form-data; boundary=b"}
PRECIOUS = "A text that took an hour to write, with 'quotes' & <tags>."


@pytest.fixture
async def cem(as_: As) -> AsyncIterator[Client]:
    async with as_("cem", browser=True) as cem:
        yield cem


def part(name: str, value: str, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'.encode()


SPOILED: list[tuple[str, bytes, dict[str, str], tuple[int, ...]]] = [
    ("100,000 fields", urlencode({f"f{n}": "" for n in range(100_000)}).encode()[:900_000], FORM, (400,)),
    ("100,000 equal fields", b"body=&" * 100_000, FORM, (400,)),
    ("a NUL in a name", b"a%00=1", FORM, (400,)),
    ("bytes in a name", b"\xff\xfe=1", FORM, (400,)),
    ("only separators", b"&" * 100_000, FORM, ()),
    ("percent rubbish", b"%zz=%&%=%%&=", FORM, ()),
    ("json", b"{}", {"Content-Type": "application/json"}, (415,)),
    ("text", b"body=a", {"Content-Type": "text/plain"}, (415,)),
    ("no type", b"body=a", {}, (415,)),
    ("multipart without a boundary", b"--b--", {"Content-Type": "multipart/form-data"}, (400,)),
    ("multipart of nothing", b"", PARTS, ()),
    ("multipart that ends early", b"--b\r\nContent-Dispo", PARTS, ()),
    ("multipart that is none", b"body=a", PARTS, (400,)),
    ("multipart without names", b"--b\r\n\r\nx\r\n--b--\r\n", PARTS, (400,)),
    ("a file", part("body", "x", '; filename="x.txt"') + b"--b--\r\n", PARTS, (400,)),
    ("1,000 parts", part("x", "y") * 1000 + b"--b--\r\n", PARTS, (400,)),
    ("an unknown charset", part("x", "y") + b"--b--\r\n", {"Content-Type": PARTS["Content-Type"] + "; charset=?"}, ()),
    ("an odd boundary", b"--\xff", {"Content-Type": "multipart/form-data; boundary=" + "x" * 500}, ()),
    ("too large", b"body=" + b"x" * 1_100_000, FORM, (413,)),
    ("too large in parts", part("body", "x" * 1_100_000) + b"--b--\r\n", PARTS, (413,)),
]  # fmt: skip


async def test_unreadable_forms(cem: Client, cast: Cast) -> None:
    faults = Faults()
    for n, target in enumerate(forms(cast)):
        for what, raw, headers, statuses in SPOILED:
            if len(raw) > 10_000 and n % 7:
                continue  # the parser is one for all of them
            answer = await cem.post(target.path, content=raw, headers=headers)
            faults.check(f"{target.name}: {what}", answer, *statuses)
    faults.none()
    assert (await cem.get("/readyz")).text == "ready\n"


async def test_a_form_in_pieces_is_refused_as_soon_as_it_is_too_much(cem: Client, cast: Cast) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1024):
            taken += 1
            yield b"x" * 2**20

    faults = Faults()
    for target in forms(cast):
        taken = 0
        faults.check(target.name, await cem.post(target.path, content=endless(), headers=FORM), 413)
        assert taken <= 3
    faults.none()


VALUES = [
    "", " ", "\u200b", "0", "-1", "9" * 5000, str(2**31), str(2**63), "1.5", "\u0663", "%00", "%ED%A0%80", "%FF%FE",
    "%0D%0AX-Evil:%201", "<script>", "x" * 300, "../../etc/passwd", "%F0%9F%92%A9", "None", "true", "[]", "%E2%80%AE",
]  # fmt: skip


async def test_every_field_of_every_form(as_: As, cast: Cast) -> None:
    faults = Faults()
    extras = {"send_reply": {"in_reply_to": "", "draft": ""}}
    extras["keep_draft"] = {"draft": "", "draft_version": "", "thread": "1"}
    async with as_("fay", browser=True) as fay:
        for m, target in enumerate(forms(cast)):
            fields = (target.body or {}) | extras.get(target.name, {}) | {"form_id": ""}
            for n, name in enumerate(fields):
                # A third of them for each field, another third for the next one; all of them for names of people.
                for value in VALUES if name == "username" else VALUES[(m + n) % 3 :: 3]:
                    rest = urlencode({key: text for key, text in fields.items() if key not in (name, "form_id")})
                    raw = f"{rest}&{name}={value}".encode()
                    answer = await fay.post(target.path, content=raw, headers=FORM)
                    faults.check(f"{target.name}.{name} = {value[:20]!r}", answer)
                if n == 0 and name != "form_id":
                    twice = (urlencode(fields) + f"&{name}=x&{name}=y").encode()
                    answer = await fay.post(target.path, content=twice, headers=FORM)
                    faults.check(f"{target.name}.{name} twice", answer)
    faults.none()


KEEPING = {
    "send_thread": ("/g/public-group/new", {"title": "", "body": PRECIOUS}, "body"),
    "send_reply": ("/t/1/reply", {"body": PRECIOUS + "\x00"}, "body"),
    "a reply to nothing": ("/t/1/reply", {"body": PRECIOUS, "in_reply_to": "999999"}, "body"),
    "save_post": ("/p/1/edit", {"body": PRECIOUS, "version": "999"}, "body"),
    "save_post without a version": ("/p/1/edit", {"body": PRECIOUS}, "body"),
    "keep_draft": ("/drafts", {"group": "public-group", "title": "x" * 201, "body": PRECIOUS}, "body"),
    "keep_draft of a stale one": ("/drafts", {"thread": "1", "body": PRECIOUS + "\ufffe"}, "body"),
    "flag_post": ("/p/2/flag", {"reason": "spam", "note": PRECIOUS + "x" * 2000}, "note"),
    "a flag without a reason": ("/p/2/flag", {"note": PRECIOUS}, "note"),
    "save_me": ("/me", {"name": "", "bio": PRECIOUS, "version": "1"}, "bio"),
    "save_me, stale": ("/me", {"name": "Ben", "bio": PRECIOUS, "version": "999"}, "bio"),
    "too long": ("/t/1/reply", {"body": PRECIOUS + "x" * 32_001}, "body"),
    "a thread of no kind": ("/g/public-group/new", {"title": "Title", "body": PRECIOUS, "kind": "x"}, "body"),
    "a thread of no language": ("/g/public-group/new", {"title": "Title", "body": PRECIOUS, "language": "x"}, "body"),
    "not signed in any more": ("/t/1/reply", {"body": PRECIOUS}, "body"),
    "not a member": ("/g/elsewhere/new", {"title": "Title", "body": PRECIOUS}, "body"),
    "a thread that is not there": ("/t/999999/reply", {"body": PRECIOUS}, "body"),
}  # fmt: skip


@pytest.mark.parametrize("what", KEEPING)
async def test_a_text_is_never_lost(as_: As, what: str) -> None:
    path, form, _ = KEEPING[what]
    name = "stranger" if what.startswith("not signed in") else "ben"
    async with as_(name, browser=True) as client:
        raw = urlencode(form, errors="surrogatepass").encode()
        answer = await client.post(path, content=raw, headers=FORM)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert PRECIOUS in unescape(answer.text), answer.text
    assert PRECIOUS not in answer.text  # escaped


def form_id_of(page: str) -> str:
    found = re.search(r'name="form_id" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def test_a_form_sent_twice_is_done_once(as_: As, cast: Cast) -> None:
    async with as_("ben", browser=True) as ben:
        page = await ben.get("/g/public-group/new")
        form = {"title": "Only once", "body": "A text.", "form_id": form_id_of(page.text)}
        first, again = [await ben.post("/g/public-group/new", data=form) for _ in range(2)]
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["location"] == again.headers["location"]
        other = await ben.post("/g/public-group/new", data=form | {"body": PRECIOUS})
        assert other.status_code == 422
        assert PRECIOUS in unescape(other.text)
        group = await ben.get("/api/v1/groups/public-group/threads")
        assert [one["title"] for one in group.json()["items"]].count("Only once") == 1


@pytest.mark.parametrize("form_id", ["x", "a.b", "\x00", "9" * 5000, "é", "..", "1.2.3"])
async def test_a_form_id_that_is_not_ours(as_: As, form_id: str) -> None:
    async with as_("ben", browser=True) as ben:
        # In the second thread: the first was locked by the form that does so.
        answer = await ben.post("/t/2/reply", data={"body": PRECIOUS, "form_id": form_id})
    assert answer.status_code == 422
    assert PRECIOUS in unescape(answer.text)


async def test_a_form_id_of_somebody_else(as_: As) -> None:
    async with as_("fay", browser=True) as fay, as_("ben", browser=True) as ben:
        theirs = form_id_of((await fay.get("/g/public-group/new")).text)
        answer = await ben.post("/g/public-group/new", data={"title": "Title", "body": PRECIOUS, "form_id": theirs})
    assert answer.status_code == 422
    assert PRECIOUS in unescape(answer.text)


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 5000])
async def test_signing_in_takes_rubbish(as_: As, length: str) -> None:
    """The doors' own forms, which are read apart from ours."""
    faults = Faults()
    async with as_("stranger", browser=True) as stranger:
        for path in ("/sign-in/nobody", "/sign-out"):
            for what, raw, headers, _ in SPOILED:
                faults.check(f"{path}: {what}", await stranger.post(path, content=raw, headers=headers))
            async def body() -> AsyncIterator[bytes]:
                yield b"next=/"
            answer = await stranger.post(path, content=body(), headers=FORM | {"Content-Length": length})
            faults.check(f"{path}: {length[:9]}", answer)
    faults.none()
