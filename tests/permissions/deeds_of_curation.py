"""The deeds of those who keep what was learned."""
from tests.permissions import keeping as kept
from tests.permissions.asking import GROUP, Deed, api, deed, form, page

SUMMARY = "/threads/{thread}/summary"
READ_KEPT = (api("GET", SUMMARY), api("GET", GROUP + "/tags"), page("/g/{slug}?tag=ipv6"))
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
    "make_wiki_post": deed(
        api("PUT", "/posts/{post}/wiki", {"reason": "A list for all."}),
        api("DELETE", "/posts/{post}/wiki"),
        page("/p/{post}/wiki"),
        form("/p/{post}/wiki", do="make"),
        form("/p/{post}/wiki", do="end"),
    ),
}
