"""The deeds of those who keep what was learned."""
from tests.permissions import keeping as kept
from tests.permissions.asking import GROUP, Deed, api, deed, form, page

SUMMARY = "/threads/{thread}/summary"
COLLECTION = "/collections/{collection}"
ITEM = COLLECTION + "/items/{item}"
READ_COLLECTIONS = (
    api("GET", GROUP + "/answers"),
    api("GET", GROUP + "/best"),
    page("/g/{slug}/answers"),
    page("/g/{slug}/best?period=2026"),
    api("GET", GROUP + "/collections"),
    api("GET", COLLECTION),
    page("/g/{slug}/collections"),
    page("/c/{collection}"),
    page("/c/{collection}/first-reading"),
)
READ_KEPT = (api("GET", SUMMARY), api("GET", GROUP + "/tags"), page("/g/{slug}?tag=ipv6"), *READ_COLLECTIONS)
READ_KEPT_HISTORY = (api("GET", SUMMARY + "/revisions"), page("/t/{thread}/summary/history"))
NAME_EDITOR = (
    api("PUT", GROUP + "/editors/{username}"),
    api("DELETE", GROUP + "/editors/{username}"),
    form("/g/{slug}/editors/{username}", do="name"),
)

KEEPING: dict[str, Deed] = {
    "write_summary_or_wiki_post": deed(
        api("PUT", SUMMARY, {"body": "What we agreed on."}, version=True),
        api("DELETE", SUMMARY),
        page("/t/{thread}/summary"),
        form("/t/{thread}/summary", body="What we agreed on.", version="1", through="1"),
        form("/t/{thread}/summary/preview", body="What we agreed on.", version="1", through="1"),
        page("/t/{thread}/summary/remove"),
        form("/t/{thread}/summary/remove"),
        api("PATCH", "/posts/{other}", {"body": "Changed."}, version=True),
        page("/p/{other}/edit"),
        form("/p/{other}/edit", body="Changed.", version="1"),
        prepare=kept.wiki,
    ),
    "manage_collections": deed(
        api("POST", GROUP + "/collections", {"title": "First reading", "body": "For newcomers."}),
        api("PATCH", COLLECTION, {"title": "Second reading"}, version=True),
        api("DELETE", COLLECTION),
        api("POST", COLLECTION + "/items", {"address": "https://example.test/", "note": "Short."}),
        api("PATCH", ITEM, {"note": "Shorter."}, version=True),
        api("PUT", ITEM + "/position", {"position": 2}, version=True),
        api("DELETE", ITEM, version=True),
        page("/g/{slug}/collections/new"),
        form("/g/{slug}/collections/new", title="First reading"),
        page("/c/{collection}/edit"),
        form("/c/{collection}/edit", title="Second reading", version="1"),
        form("/c/{collection}/items", address="https://example.test/"),
        form("/c/{collection}/items/{item}", do="note", note="Shorter.", version="1"),
        form("/c/{collection}/items/{item}", do="remove", version="1"),
        page("/c/{collection}/delete"),
        form("/c/{collection}/delete"),
        page("/collect?post={post}"),
        page("/collect?thread={thread}"),
        form("/collect", post="{post}", collection="{collection}"),
        prepare=kept.collection,
    ),
    "make_wiki_post": deed(
        api("PUT", "/posts/{post}/wiki", {"reason": "A list for all."}),
        api("DELETE", "/posts/{post}/wiki"),
        page("/p/{post}/wiki"),
        form("/p/{post}/wiki", do="make"),
        form("/p/{post}/wiki", do="end"),
    ),
}
