"""The initiatives and polls that were written by hand, and what is said of one that is malformed."""
from pathlib import Path

import pytest

from forum.initiatives.models import Stage
from forum.polls.models import Method, PollKind, Results
from forum.site.demo.cast import FACES
from forum.site.demo.discussions import read_all
from forum.site.demo.initiative_files import read_initiative, read_initiatives
from forum.site.demo.manuscript import ManuscriptError
from forum.site.demo.poll_files import read_poll, read_polls
from forum.site.demo.weaving import bonds, woven
from forum.site.founding import foundings

HEAD = """+++
group = "alumni"
title = "A plan"
stage = "gathering"
days_ago = 9
lead = "ann-o"
co_leads = ["ben-o"]
cosponsors = ["cem-o", "dot-o@3"]
supporters = 2
languages = ["en"]
+++
"""
PARTS = "--- aim\nAn aim.\n--- why\nA why.\n--- ask\nAn ask.\n"
POST = "=== ann-o | +0h\nWe begin.\n"
POLL = """+++
initiative = "en/01-plan"
question = "Which?"
kind = "single"
results = "always"
days_ago = 3
closes = 2
options = ["This", "That"]

[[vote]]
by = ["cem-o"]
mark = [2]
+++
=== ann-o | +0h
Please choose.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "en" / "01-plan.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_an_initiative(tmp_path: Path) -> None:
    told = read_initiative(written(tmp_path, HEAD + PARTS + POST))
    assert (told.key, told.language, told.head.stage) == ("en/01-plan", "en", Stage.GATHERING)
    assert told.opening == "An aim.\n\nA why.\n\nAn ask."
    assert told.named == {"cem-o": None, "dot-o": 3.0}
    assert told.people == {"ann-o", "ben-o", "cem-o", "dot-o"}


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        (HEAD.replace("gathering", "resting") + PARTS + POST, 4, "resting"),
        (HEAD.replace("lead = ", "leader = ") + PARTS + POST, 6, "lead"),
        (HEAD.replace("co_leads", "coleads") + PARTS + POST, 7, "coleads"),
        (HEAD.replace('["ben-o"]', "[]") + PARTS + POST, 7, "accepted co-lead"),
        (HEAD.replace("= 9", "= -9") + PARTS + POST, 5, ">= 0"),
        (HEAD.replace("cem-o", "ann-o") + PARTS + POST, 8, "no co-sponsor"),
        (HEAD.replace("supporters = 2", "supporters = 10") + PARTS + POST, 9, "co-sponsors"),
        (HEAD.replace("gathering", "active") + PARTS + POST, 4, "say when"),
        (HEAD.replace("gathering", "lapsed") + PARTS + POST, 4, "says when"),
        (HEAD + PARTS, 4, "discussion"),
        (HEAD + PARTS.replace("why", "because") + POST, 12, "parts must be"),
        (HEAD + PARTS.replace("why", "aim") + POST, 14, "two parts aim"),
        (HEAD + POST + PARTS, 14, "before the posts"),
        (HEAD + PARTS + POST.replace("+0h", "+0"), 18, "a post begins with"),
        (HEAD.removesuffix("+++\n") + '[[task]]\ntitle = "To do"\npost = 2\n+++\n' + PARTS + POST, 11, "post of this"),
    ],
)
def test_a_malformed_initiative_is_named_with_its_line(tmp_path: Path, text: str, line: int, fault: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ManuscriptError) as caught:
        read_initiative(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert fault in str(caught.value)


def test_a_file_becomes_a_poll(tmp_path: Path) -> None:
    poll = read_poll(written(tmp_path, POLL))
    assert (poll.key, poll.size, poll.people) == ("poll:en/01-plan", 2, {"cem-o"})


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ('"single"', '"lottery"', 4, "lottery"),
        ("closes = 2", "closes = -4", 7, "before it opens"),
        ("closes = 2", "closes = 3\nopens = 1", 8, "nobody votes"),
        ("initiative", 'thread = "en/1"\ninitiative', 2, "a thread or an initiative"),
        ("[2]", "[3]", 12, "do not fit"),
        ("[2]", "[1, 2]", 12, "do not fit"),
        ("[2]", '["agree"]', 12, "numbers"),
        ('by = ["cem-o"]\n', "", 11, "somebody must"),
        ('["cem-o"]', '["cem-o", "cem-o"]', 10, "votes twice"),
        ('"always"', '"always"\nanonymous = true', 6, "not written down"),
        ('"single"', '"multiple"', 4, "multiple choice"),
        ('"single"', '"ranked"', 4, "method"),
        ('"single"', '"time"', 4, "zone"),
        ("=== ", "--- outcome\nDone.\n=== ", 14, "only an outcome"),
        ('["This", "That"]', '["This"]', 8, "two options"),
    ],
)
def test_a_malformed_poll_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, fault: str
) -> None:
    path = written(tmp_path, POLL.replace(old, new))
    with pytest.raises(ManuscriptError) as caught:
        read_poll(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert fault in str(caught.value)


def test_a_block_needs_its_reason(tmp_path: Path) -> None:
    proposal = POLL.replace('"single"', '"proposal"\nblock_needs_reason = true')
    proposal = proposal.replace('options = ["This", "That"]\n', "")
    with pytest.raises(ManuscriptError, match="needs its reason"):
        read_poll(written(tmp_path, proposal.replace("[2]", '["block"]')))
    with pytest.raises(ManuscriptError, match="one of agree"):
        read_poll(written(tmp_path, proposal.replace("[2]", '["maybe"]')))


def test_every_stage_and_every_kind_is_there() -> None:
    told, asked = read_initiatives(), [poll.head for poll in read_polls()]
    assert len(told) >= 14
    assert {one.head.stage for one in told} == set(Stage)
    assert {one.language for one in told} >= {"en", "fr", "es", "ar", "pt"}
    assert any(one.head.reopening for one in told)
    assert any(one.head.space for one in told)
    assert len(asked) >= 8
    assert {head.kind for head in asked} == set(PollKind)
    assert {head.method for head in asked} == {None, *Method}
    assert {head.results for head in asked} == set(Results)
    assert len({(head.anonymous, head.closes < 0) for head in asked}) == 4
    assert any(vote.reason for head in asked for vote in head.vote if vote.mark == ["block"])


def test_everybody_named_is_somebody_written() -> None:
    people, threads = read_all()
    told, asked = read_initiatives(), read_polls()
    names = {person.username for person in people} | {face.username for face in FACES}
    groups = {group.slug for group in foundings()} | {one.head.space.slug for one in told if one.head.space}
    for bond in bonds(woven(threads, told, asked), told, asked):
        assert bond.group in groups
        assert bond.people | bond.facilitators <= names
    # What a face may do is what its card says: the alumna is in six groups, the facilitator looks after three.
    cards = {face.username: {*face.groups, *face.facilitates} for face in FACES}
    for thread in woven(threads, told, asked):
        for post in thread.posts:
            assert thread.group in cards.get(post.author, {thread.group})
