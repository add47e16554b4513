"""The fields of the embedded index, and a document prepared for them."""

import tantivy

from search import narrowing, text
from search.documents import Document
from search.query import primary_language
from search.ranking import weight

WEIGHT = "weight"  # what a score is multiplied by


def schema() -> tantivy.Schema:
    """The fields of a document. All text comes analysed, its terms separated by spaces.

    Ids are signed: deleting by a term of an unsigned field silently deletes nothing.
    """
    builder = tantivy.SchemaBuilder()
    for name in ("post_id", "thread_id", "group_id", "position"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("number", "stamp"):
        builder.add_integer_field(name, fast=True)
    builder.add_float_field(WEIGHT, fast=True)
    for name in ("language", "author", "kind", "state"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("body", "title", "topic"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("whole", "spelling"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def to_tantivy(document: Document) -> tantivy.Document:
    """Analyse a document into the fields of `schema`."""
    language = text.analysis_language(document.language, f"{document.title}\n{document.text}")
    title_terms, title_spelled = text.analysed(document.title, language)
    body_terms, spelled = text.analysed(document.text, language)
    title, body = " ".join(title_terms), " ".join(body_terms)
    made = tantivy.Document()
    made.add_integer("post_id", document.post_id)
    made.add_integer("thread_id", document.thread_id)
    made.add_integer("group_id", document.group_id)
    made.add_integer("position", document.position)
    made.add_integer("stamp", document.stamp)
    made.add_integer("number", document.number)
    made.add_text("language", primary_language(document.language) or language)
    for name in narrowing.authors(document):
        made.add_text("author", name)
    made.add_text("kind", document.kind)
    for state in narrowing.states(document):
        made.add_text("state", state)
    # Under number 1 the title belongs to the post; under the others it only says where they are.
    if document.number == 1:
        made.add_text("body", f"{title} {body}")
        made.add_text("title", title)
    else:
        made.add_text("body", body)
        made.add_text("topic", title)
    made.add_float(WEIGHT, weight(document))
    made.add_text("spelling", " ".join(spelled | title_spelled if document.number == 1 else spelled))
    made.add_text("whole", " ".join(text.whole_terms(f"{document.title}\n{document.text}")))
    return made
