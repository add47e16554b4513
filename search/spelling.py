"""What a reader probably meant: words of the index within an edit or two of the one that was typed.

Nearest first, then most frequent. A word of 4–7 letters is off by one letter at most, a longer one by two if its
first letters are right; two neighbouring letters that changed places count as one.
"""

from collections.abc import Callable, Iterable, Iterator

ONE_EDIT = 4  # letters a word needs to be corrected at all
TWO_EDITS = 8
SURE = 3  # first letters that must be right where two others may be wrong

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїє"
_ARABIC = "ءابةتثجحخدذرزسشصضطظعغفقكلمنهويپچگ"


def correctable(folded: str) -> bool:
    """Whether a folded word is long enough, of letters only, and in an alphabet that we know."""
    return len(folded) >= ONE_EDIT and folded.isalpha() and all(letter in _alphabet(folded) for letter in folded)


def candidates(
    folded: str,
    frequency: Callable[[str], int],
    beginning_with: Callable[[str], Iterable[str]],
) -> list[str]:
    """Words of the index near a folded one, the likeliest first.

    `frequency` is in how many documents a word is, `beginning_with` gives words.
    """

    def known(words: Iterable[str]) -> list[tuple[int, str]]:
        return sorted(((often, word) for word in words if (often := frequency(word))), reverse=True)

    found = known(set(edits(folded)) - {folded})
    # A first letter is seldom wrong.
    found.sort(key=lambda entry: entry[1][0] != folded[0])
    if not found and len(folded) >= TWO_EDITS:
        letters = set(folded)
        found = known(
            word
            for word in beginning_with(folded[:SURE])
            # An edit brings one letter and takes another: this alone tells most words apart, and quickly.
            if abs(len(word) - len(folded)) <= 2 and len(letters ^ set(word)) <= 4 and distance(word, folded) <= 2
        )
    return [word for _, word in found]


def edits(folded: str) -> Iterator[str]:
    """Every string one edit away: a letter left out, added or another, two neighbours in the other order."""
    alphabet = _alphabet(folded)
    for at in range(len(folded) + 1):
        head, tail = folded[:at], folded[at:]
        yield from (head + letter + tail for letter in alphabet)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in alphabet)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def distance(one: str, other: str) -> int:
    """Letters to leave out, add, replace or swap with a neighbour to come from one word to the other."""
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]


def _alphabet(folded: str) -> str:
    return next((letters for letters in (_LATIN, _CYRILLIC, _ARABIC) if folded[0] in letters), "")
