"""The hand-written files, and what is said of one that is malformed."""
from pathlib import Path

import pytest

from forum.site.demo.cast import FACES
from forum.site.demo.discussions import read_all, read_discussion, read_people
from forum.site.demo.initiative_files import read_initiatives
from forum.site.demo.manuscript import ManuscriptError
from forum.site.founding import foundings

HEAD = '+++\ngroup = "alumni"\ntitle = "A thread"\nkind = "question"\ndays_ago = 3\n+++\n'
POSTS = "=== ann-o | +0h\nA question?\n=== ben-o | +2.5h | re 1\nAn answer.\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "en" / "01-thread.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_a_discussion(tmp_path: Path) -> None:
    thread = read_discussion(written(tmp_path, HEAD + POSTS))
    assert (thread.key, thread.language, thread.days_ago) == ("en/01-thread", "en", 3)
    assert [(post.author, post.hours, post.answers, post.body) for post in thread.posts] == [
        ("ann-o", 0.0, None, "A question?"),
        ("ben-o", 2.5, 1, "An answer."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("no head", 1, "between two lines"),
        (HEAD, 6, "at least one post"),
        (HEAD.replace("= 3", "= three") + POSTS, 5, "Invalid value"),
        (HEAD.replace("= 3", '= "three"') + POSTS, 5, "days_ago"),
        (HEAD.replace("question", "poll") + POSTS, 4, "kind"),
        (HEAD.replace("days_ago = 3\n", "") + POSTS, 1, "days_ago"),
        (HEAD.replace("days_ago = 3\n", "days_ago = 3\naccepted = 3\n") + POSTS, 6, "no answer 3"),
        (HEAD + "stray\n" + POSTS, 8, "before the first post"),
        (HEAD + POSTS.replace("+2.5h", "2h"), 9, "a post begins with"),
        (HEAD + POSTS.replace("re 1", "re 2"), 9, "no earlier post 2"),
        (HEAD + POSTS.replace("+0h", "+9h"), 9, "ascend"),
        (HEAD + "=== ann-o | +0h\n\n=== ben-o | +1h\nText\n", 7, "too_short"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, fault: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ManuscriptError) as caught:
        read_discussion(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert fault in str(caught.value)


def test_a_person_with_an_unknown_sector_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "people.toml"
    person = 'name = "Ann"\ncountry = "UG"\nsector = "circus"\nlanguages = ["en"]\ntime_zone = "UTC"\nbio = ""\n'
    path.write_text(f'\n[[person]]\nusername = "ann-o"\n{person}', encoding="utf-8")
    with pytest.raises(ManuscriptError, match=r"people\.toml:3: .*circus"):
        read_people(path)


def test_everything_written_by_hand_fits_together() -> None:
    people, threads = read_all()
    names = [person.username for person in people] + [face.username for face in FACES]
    assert len(names) == len(set(names))
    assert len({thread.key for thread in threads}) == len(threads) >= 60
    assert {thread.language for thread in threads} == {"en", "fr", "es", "pt", "ar", "ru", "zh"}
    assert {post.author for thread in threads for post in thread.posts} <= set(names)
    spaces = {told.head.space.slug for told in read_initiatives() if told.head.space}
    assert {thread.group for thread in threads} <= {group.slug for group in foundings()} | spaces
