"""One small world in seven languages: what was written is found in the way people type."""

import pytest

from tests.search.making import document, query

pytestmark = pytest.mark.anyio

POSTS = {
    "en": "Members discussed governance models and the next elections in Nairobi.",
    "fr": "Les élections du bureau auront lieu à la réunion générale de l'œuvre commune.",
    "es": "La información sobre las reuniones del próximo año llegó a la comunidad.",
    "pt": "As decisões da associação e as informações sobre eleições estão publicadas; o pão também.",
    "ar": "نناقش اليوم حَوْكَمَة الإنترنت والمدرسة الجديدة للمستخدمين.",
    "ru": "Выборы прошли в октябре, управление интернетом обсуждали все её участники.",
    "zh": "今天我们讨论机器学习和互联网治理的问题。",
}

QUESTIONS = [
    ("en", "election"), ("en", "ＧＯＶＥＲＮＡＮＣＥ"), ("en", "modelled"), ("en", "governance model"),
    ("fr", "réunions"), ("fr", "reunion"), ("fr", "oeuvre"), ("fr", "GÉNÉRALE"), ("fr", "generales"),
    ("es", "informacion"), ("es", "informaciones"), ("es", "reunión"), ("es", "proximo"), ("es", "años"),
    ("pt", "decisão"), ("pt", "decisao"), ("pt", "decisoes"), ("pt", "informação"), ("pt", "informacao"),
    ("pt", "eleição"), ("pt", "associações"), ("pt", "pães"), ("pt", "paes"), ("pt", "pão"),
    ("ar", "حوكمة"), ("ar", "الحوكمة"), ("ar", "والحوكمة"), ("ar", "انترنت"), ("ar", "الانترنت"),
    ("ar", "مدرسة"), ("ar", "مستخدم"),
    ("ru", "выборов"), ("ru", "выборам"), ("ru", "ВЫБОРЫ"), ("ru", "управлением"), ("ru", "интернета"),
    ("ru", "участника"),
    ("zh", "机器"), ("zh", "机器学习"), ("zh", "治理"), ("zh", "互联网治理"), ("zh", "网"), ("zh", "今天"),
]  # fmt: skip


@pytest.mark.parametrize("hint", ["told", "guessed"])
async def test_each_language_is_found_in_the_way_people_type(engine, hint):
    posts = {lang: document(text, language=lang if hint == "told" else "") for lang, text in POSTS.items()}
    await engine.index(posts.values())
    missed = []
    for language, asked in QUESTIONS:
        plain = [hit.post_id for hit in (await engine.search(query(asked))).hits]
        narrowed = [hit.post_id for hit in (await engine.search(query(f"{asked} lang:{language}"))).hits]
        # Some words are at home in two languages (reunion), so the right post need not be alone.
        if posts[language].post_id not in plain[:2] or narrowed != [posts[language].post_id]:
            missed.append((language, asked, plain, narrowed))
    assert missed == []


async def test_phrases_work_without_spaces_and_without_accents(engine):
    chinese, french = document(POSTS["zh"], language="zh"), document(POSTS["fr"], language="fr")
    await engine.index([chinese, french])
    assert [hit.post_id for hit in (await engine.search(query('"机器学习"'))).hits] == [chinese.post_id]
    assert (await engine.search(query('"学习机器"'))).hits == ()
    assert [hit.post_id for hit in (await engine.search(query('"reunion generale"'))).hits] == [french.post_id]


async def test_a_word_of_another_script_is_found_inside_a_post(engine):
    post = document("Мы читали RFC и книгу 机器学习 на конференции", language="ru")
    await engine.index([post])
    for asked in ("rfc", "机器", "книги", "конференция"):
        assert [hit.post_id for hit in (await engine.search(query(asked))).hits] == [post.post_id], asked


# Meilisearch folds letters and cuts Chinese into words; it knows no stems.
AS_WRITTEN = [
    ("en", "governance"), ("en", "ＧＯＶＥＲＮＡＮＣＥ"), ("fr", "reunion"), ("fr", "GENERALE"), ("fr", "oeuvre"),
    ("es", "informacion"), ("es", "próximo"), ("pt", "decisoes"), ("pt", "PÃO"), ("ar", "حوكمة"), ("ru", "ВЫБОРЫ"),
    ("zh", "机器学习"), ("zh", "互联网"),
]  # fmt: skip


async def test_meilisearch_finds_each_language_as_it_is_written(meilisearch):
    posts = {lang: document(text, language=lang) for lang, text in POSTS.items()}
    await meilisearch.index(posts.values())
    missed = []
    for language, asked in AS_WRITTEN:
        narrowed = [hit.post_id for hit in (await meilisearch.search(query(f"{asked} lang:{language}"))).hits]
        if narrowed != [posts[language].post_id]:
            missed.append((language, asked, narrowed))
    assert missed == []
