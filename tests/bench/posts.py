"""Posts made of invented words in seven languages: as many as wanted, the same ones each time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from search.documents import Document
from search.stopwords import STOP_WORDS

GROUPS = 46
WORDS = 60_000  # of each language
DAY_ONE = 1_420_070_400  # 2015-01-01
YEARS = 11 * 365 * 86_400
STOP_SHARE = 0.35  # of running text

# Weight, syllables, and endings that stemmers know.
_MADE_OF = {
    "en": (40, "go ver nan mo del pri va re port net work con sen ti da ter ple nu for um", "s ing ed ation ly er"),
    "fr": (15, "ré u nion éle can di dat par ti ci pa gou vo te mem bre cha pi tre so", "s ment ion eur euse ée"),
    "es": (12, "go ber na reu nión par ti ci pa vo ta ción mi em bro ca pí tu lo so cie", "s ción mente dor dora"),
    "pt": (12, "go ver nan ça reu ni ão par ti ci pa vo ta mem bro ca pí tu lo so", "s ção ções mente dor dora"),
    "ru": (8, "го ло со ва ни вы бо ры у ча стник об щест во се ть пра ви ла ре ше", "ы ами ов ого ность ение"),
    "ar": (8, "حو كم مد رس ست خد نق اش جت ماع قر ار عض ان تر نت شب كة", "ات ون ين ها ية"),
    "zh": (5, "机 器 学 习 互 联 网 治 理 讨 论 社 区 会 议 选 举 成 员 投 票 技 术 安 全 隐 私", ""),
}


@dataclass(frozen=True, slots=True)
class Language:
    """A vocabulary in the order of its frequency, with Zipf's weights summed up."""

    tag: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    common: tuple[str, ...]

    def text(self, rng: random.Random, length: int) -> str:
        said = rng.choices(self.words, cum_weights=self.weights, k=length)
        if self.tag == "zh":
            return "，".join("".join(said[at : at + 8]) for at in range(0, length, 8))
        for at in range(length):
            if rng.random() < STOP_SHARE:
                said[at] = rng.choice(self.common)
        return " ".join(said)


def languages(words: int = WORDS) -> dict[str, Language]:
    """The seven languages; the same words for the same number."""
    return {tag: _language(tag, words) for tag in _MADE_OF}


def posts(number: int, spoken: dict[str, Language]) -> Iterator[Document]:
    """Threads of one post to about thirty, each in one group and one language."""
    rng = random.Random("posts")
    tags, weights = list(_MADE_OF), [weight for weight, _, _ in _MADE_OF.values()]
    post_id = thread_id = 0
    while post_id < number:
        thread_id += 1
        language = spoken[rng.choices(tags, weights)[0]]
        group, title = 1 + int(GROUPS * rng.random() ** 2), language.text(rng, rng.randint(3, 10))
        question, answered = rng.random() < 0.3, rng.random() < 0.5
        began = DAY_ONE + int(YEARS * post_id / number)
        for place in range(min(1 + int(rng.expovariate(0.12)), number - post_id)):
            post_id += 1
            yield Document(
                post_id, thread_id, group, title, language.text(rng, min(400, 8 + int(rng.expovariate(1 / 60)))),
                language.tag, f"member{rng.randrange(1500)}", began + place * 3600, place + 1,
                kind="question" if question else "discussion",
                answered=question and answered,
                accepted=question and answered and place == 1,
                has_link=rng.random() < 0.2,
            )  # fmt: skip


def _language(tag: str, number: int) -> Language:
    rng = random.Random(tag)
    _, syllables, endings = _MADE_OF[tag]
    parts, tails = syllables.split(), ["", "", *endings.split()]
    made: dict[str, None] = {}
    while len(made) < number:
        length = rng.choice((1, 2, 2) if tag == "zh" else (1, 2, 2, 3, 3, 4))
        made["".join(rng.choices(parts, k=length)) + rng.choice(tails) * (tag != "zh")] = None
        if tag == "zh" and len(made) > len(parts) ** 2 * 0.9:
            break
    weights = tuple(accumulate(1 / (rank + 3) for rank in range(len(made))))
    return Language(tag, tuple(made), weights, tuple(sorted(STOP_WORDS[tag])))
