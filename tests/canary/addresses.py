"""Every GET route of the application, with real ids in its path."""
import itertools
import re
from collections.abc import Iterator

from starlette.routing import Mount, Route

from forum.app import Site
from tests.canary.planting import Plot
from tests.cast import KINDS, NAMES

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# What an {id} is the id of, by the beginning of the path.
OF = {
    "threads": "thread",
    "t": "thread",
    "posts": "post",
    "p": "post",
    "drafts": "draft",
    "notices": "notice",
    "invitations": "invitation",
    "searches": "search",
    "similar": "thread",
    "polls": "poll",
    "cases": "case",
    "moderation": "case",
    "appeals": "case",
    "initiatives": "initiative",
    "i": "initiative",
    "collections": "collection",
    "c": "collection",
}
SLUGS = [f"{kind}-group" for kind in KINDS] + ["elsewhere"]


# Below what is mounted (SCIM, for its clients' tokens only).
BELOW = ("/Users", "/Groups", "/")


def templates(site: Site) -> list[str]:
    """The paths of all routes that answer GET."""
    routes = site._routes()
    below = [route.path + path for route in routes if isinstance(route, Mount) for path in BELOW]
    return below + [
        route.path
        for route in routes
        if isinstance(route, Route) and (route.methods is None or "GET" in route.methods)
    ]


def addresses(template: str, plot: Plot) -> Iterator[str]:
    names = PARAMETER.findall(template)
    for values in itertools.product(*(_values(name, template, plot) for name in names)):
        filled = iter(values)
        yield PARAMETER.sub(lambda _: str(next(filled)), template)  # noqa: B023


def _values(name: str, template: str, plot: Plot) -> list[str]:
    first = template.removeprefix("/api/v1/").lstrip("/").split("/")
    if name == "id":
        kind = OF[next((each for each in ("drafts", "searches") if each in first), first[0])]
        return [str(number) for number in plot.ids[kind]]
    if name == "slug" and template.startswith("/c/"):
        return ["first-reading"]
    if name == "slug":
        return ["thread"] if template.startswith(("/t/", "/i/")) else SLUGS
    if name == "username":
        return list(NAMES)
    if name == "step_id":
        return [str(number) for number in plot.ids["step"]]
    if name == "item_id":
        return [str(number) for number in plot.ids["item"]]
    if name == "request_id":
        return [str(number) for number in plot.ids["request"]]
    return ["something"]
