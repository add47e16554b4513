"""What is asked of the site: the hot pages on both surfaces, as a visitor and as members."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from forum.web.site import Web, new_form_id
from tests.bench.community import Community, api_token, session_token
from tests.bench.load import raw_request

VARIANTS = 64
WORDS = (
    "internet governance",
    "dnssec deployment",
    "privacy",
    "community networks",
    "encryption",
    "data protection",
    "multistakeholder",
    "domain names",
    "accessibility",
    "artificial intelligence",
    "human rights online",
    "spectrum",
    "cybersecurity capacity",
    "local content",
    "routing security",
    "children",
)
BODY = (
    "Thank you for setting this out. Two things from our side: the *exchange point* here carries about a third "
    "of the local traffic, and the rest still leaves the country.\n\n- costs are paid in a foreign currency\n"
    "- nobody publishes figures\n\nWho else has [numbers](https://example.org/figures) to share?"
)


@dataclass(frozen=True, slots=True)
class Ask:
    path: str
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table: a page, its surface, who asks; ``asks`` are its variants."""

    page: str
    surface: str
    who: str
    asks: Sequence[Ask]
    headers: Sequence[tuple[str, str]] = ()
    compared: bool = True

    @property
    def name(self) -> str:
        return f"{self.page} {self.surface} {self.who}"

    def headers_of(self, ask: Ask) -> dict[str, str]:
        return {**dict(self.headers), **signed(self.surface, ask.member_id)}

    def requests(self) -> list[bytes]:
        return [raw_request("GET", ask.path, self.headers_of(ask).items()) for ask in self.asks]


@dataclass(frozen=True, slots=True)
class Replies:
    """The requests of the rows that write, each sent once; the first ``warm`` of them before the clock runs."""

    surface: str
    requests: Sequence[bytes]
    note: str = ""
    pairs: Sequence[tuple[int, int]] = field(default=(), repr=False)


def signed(surface: str, member_id: int | None) -> dict[str, str]:
    """Programs carry a token, browsers the cookie."""
    if member_id is None:
        return {}
    if surface == "JSON":
        return {"Authorization": f"Bearer {api_token(member_id)}"}
    return {"Cookie": f"plenary={session_token(member_id)}", "Sec-Fetch-Site": "same-origin"}


def pages(found: Community) -> list[Case]:
    """Every page, JSON before HTML, visitors before members."""
    threads = [(f"/api/v1/threads/{one}", f"/t/{one}/{quote(slug)}") for one, slug in found.threads]
    groups = [(f"/api/v1/groups/{slug}/threads", f"/g/{slug}") for slug in found.groups]
    searches = [f"/search?{urlencode({'q': words})}" for words in WORDS]
    addresses = {
        "thread": threads,
        "group": groups,
        "home": [("/api/v1/home", "/")],
        "latest": [("/api/v1/threads", "/latest")],
        "search": [("/api/v1" + path, path) for path in searches],
    }
    cases = []
    for page, variants in addresses.items():
        for number, surface in enumerate(("JSON", "HTML")):
            paths = [variant[number] for variant in variants]
            # The first page of a visitor is another one.
            open_paths = ["/api/v1/front"] if paths == ["/api/v1/home"] else paths
            cases.append(Case(page, surface, "visitor", [Ask(path) for path in open_paths]))
            cases.append(Case(page, surface, "member", by_members(paths, found.readers)))
    thread = next(case for case in cases if case.page == "thread" and case.surface == "HTML")
    packed = Case("thread", "HTML", "visitor, br", thread.asks, [("Accept-Encoding", "br")], compared=False)
    return [*cases, packed]


def by_members(paths: Sequence[str], members: Sequence[int]) -> list[Ask]:
    return [Ask(paths[n % len(paths)], members[n % len(members)]) for n in range(VARIANTS)]


def json_replies(pairs: Sequence[tuple[int, int]]) -> list[bytes]:
    import msgspec

    body = msgspec.json.encode({"body": BODY}).decode()
    kind = ("Content-Type", "application/json")
    return [
        raw_request(
            "POST", f"/api/v1/threads/{thread}/posts", [kind, *signed("JSON", author).items()], body
        )
        for thread, author in pairs
    ]


def form_replies(pairs: Sequence[tuple[int, int]], web: Web) -> list[bytes]:
    """Each form has an id of its own, as the page gives it."""
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    return [
        raw_request(
            "POST",
            f"/t/{thread}/reply",
            [kind, *signed("HTML", author).items()],
            urlencode({"form_id": new_form_id(web, author), "thread": thread, "body": BODY}),
        )
        for thread, author in pairs
    ]
