"""The moderators' cases and what was curated, as they were written, and what is said of a file that is malformed."""
from pathlib import Path

import pytest

from forum.moderation.models import ActKind
from forum.site.demo.case_files import read_case, read_cases
from forum.site.demo.cast import FACES
from forum.site.demo.curation_files import read_collection, read_curation, read_deeds, read_summary
from forum.site.demo.discussions import read_all
from forum.site.demo.initiative_files import read_initiatives
from forum.site.demo.manuscript import ManuscriptError
from forum.site.demo.poll_files import read_polls
from forum.site.demo.weaving import woven
from forum.threads.models import PostState

FLAG = '[[flag]]\nby = "ann-o"\nreason = "spam"\nhours_ago = 5\n'
VERDICT = '[verdict]\nby = "ben-o"\ndecision = "hide"\nreason = "spam"\ndays_ago = 0.1\n'
POST = "=== cee-o | +0h\nA text.\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "en" / "01-case.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def case(folder: Path, head: str = FLAG, below: str = POST, place: str = 'thread = "en/01-thread"') -> Path:
    return written(folder, f"+++\n{place}\ndays_ago = 1\n{head}+++\n{below}")


def test_what_was_decided_makes_the_state(tmp_path: Path) -> None:
    assert read_case(case(tmp_path)).state is PostState.PUBLIC
    three = FLAG + FLAG.replace("ann-o", "dee-o") + FLAG.replace("ann-o", "eve-o")
    assert read_case(case(tmp_path, three)).state is PostState.HIDDEN
    assert read_case(case(tmp_path, 'origin = "newcomer"\n')).state is PostState.PENDING
    words = "--- words\nBecause.\n"
    assert read_case(case(tmp_path, FLAG + VERDICT, words + POST)).state is PostState.HIDDEN
    appeal = '[appeal]\ndays_ago = 0.05\noutcome = "overturned"\nby = "dee-o"\n'
    below = words + "--- appeal\nNo.\n--- answer\nIndeed.\n" + POST
    assert read_case(case(tmp_path, FLAG + VERDICT + appeal, below)).state is PostState.PUBLIC


@pytest.mark.parametrize(
    ("head", "below", "fault"),
    [
        ("", POST, "flags make a flagged case"),
        ('origin = "newcomer"\n' + FLAG, POST, "flags make a flagged case"),
        (FLAG + FLAG, POST, "flags it twice"),
        (FLAG.replace("5", "25"), POST, "before it is written"),
        (FLAG, "", "no post 1"),
        (FLAG + VERDICT, POST, "the parts must be words"),
        (FLAG + VERDICT.replace("0.1", "0.3"), "--- words\nWhy.\n" + POST, "before it is opened"),
        (FLAG + VERDICT.replace('reason = "spam"\n', ""), "--- words\nWhy.\n" + POST, "what reason"),
        (FLAG + VERDICT.replace('"hide"', '"hide_and_silence"'), "--- words\nWhy.\n" + POST, "and silence"),
        (FLAG + '[sanction]\nkind = "warning"\n', POST, "comes with a decision"),
        (FLAG + '[appeal]\ndays_ago = 0.05\n', "--- appeal\nNo.\n" + POST, "against nothing"),
        (
            FLAG + VERDICT + '[appeal]\ndays_ago = 0.05\noutcome = "upheld"\nby = "ben-o"\n',
            "--- words\nWhy.\n--- appeal\nNo.\n--- answer\nYes.\n" + POST,
            "by somebody else",
        ),
    ],
)  # fmt: skip
def test_a_case_that_does_not_hold_together_is_refused(tmp_path: Path, head: str, below: str, fault: str) -> None:
    with pytest.raises(ManuscriptError, match=fault):
        read_case(case(tmp_path, head, below))


def test_a_case_lies_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(ManuscriptError, match="a thread, a group, a profile or an initiative"):
        read_case(case(tmp_path, place='thread = "en/01-thread"\nprofile = "ann-o"'))
    with pytest.raises(ManuscriptError, match="a group and a title"):
        read_case(case(tmp_path, place='group = "alumni"'))


def test_lists_and_summaries_that_do_not_hold_together_are_refused(tmp_path: Path) -> None:
    head = '+++\ngroup = "alumni"\ntitle = "A list"\nby = "ann-o"\ndays_ago = 1\n[[item]]\nnote = "Why."\n'
    with pytest.raises(ManuscriptError, match="a link with a title"):
        read_collection(written(tmp_path, head + 'url = "https://example.org"\n+++\n--- introduction\nHello.\n'))
    with pytest.raises(ManuscriptError, match="an introduction"):
        read_collection(written(tmp_path, head + 'thread = "en/01-thread"\n+++\n'))
    with pytest.raises(ManuscriptError, match="has its text"):
        summary = '+++\nthread = "en/01-thread"\nby = "ann-o"\ndays_ago = 1\nthrough = 3\n+++\n--- earlier\nBefore.\n'
        read_summary(written(tmp_path, summary))
    with pytest.raises(ManuscriptError, match=r"thread\.bent"):
        read_deeds(written(tmp_path, '[[act]]\nkind = "thread.bent"\nby = "ann-o"\ndays_ago = 1\n'))


def test_everything_written_by_hand_fits_together() -> None:
    people, discussions = read_all()
    names = {person.username for person in people} | {face.username for face in FACES}
    cases, curation = read_cases(), read_curation()
    threads = {thread.key: thread for thread in woven(discussions, read_initiatives(), read_polls(), cases)}
    for told in cases:
        head = told.head
        acting = [head.claim and head.claim.by, head.verdict and head.verdict.by, head.appeal and head.appeal.by]
        assert told.people | {post.author for post in told.posts} | {name for name in acting if name} <= names
    assert {post.author for thread in threads.values() for post in thread.posts} <= names
    known = {post.origin for thread in threads.values() for post in thread.posts}
    for item in (item for collection in curation.collections for item in collection.head.item):
        assert item.url or item.thread in threads or item.post in known
        assert item.url.startswith("https://") or not item.url
    for deed in curation.deeds:
        assert deed.reason or deed.kind in (ActKind.THREAD_TAGGED, ActKind.EDITOR_NAMED)
        assert deed.thread is None or deed.thread in threads
