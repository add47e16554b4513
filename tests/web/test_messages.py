"""Every code that a refusal may carry has words of its own."""
import re
from pathlib import Path

from forum.web import messages

FORUM = Path(messages.__file__).parents[1]
WHOLE = re.compile(r'(?:NotAllowed|Verdict|Conflict|Overloaded|NotFound|SignInNeeded)\("([a-z_]+)"')
AT_A_FIELD = re.compile(r'(?:Invalid|Malformed)\(\{[^}]*?:\s*"([a-z_]+)"\}')


def test_every_code_has_words() -> None:
    whole: set[str] = set()
    fields: set[str] = set()
    for file in FORUM.rglob("*.py"):
        text = file.read_text()
        whole |= set(WHOLE.findall(text))
        fields |= set(AT_A_FIELD.findall(text))
    assert len(whole) > 15 and len(fields) > 10
    assert whole - set(messages._REFUSALS) == set()
    assert fields - set(messages._FIELDS) == set()
