"""The two tables of contents are complete: every fact has its line, every route says which right it asks for."""
from forum import page_routes, routes
from forum.api.operation import SAFE
from forum.outbox.fact import every_fact
from forum.outbox.registry import unlisted
from forum.subscriptions import SUBSCRIPTIONS
from tests.architecture.source import ROOT, modules, name


def test_every_fact_has_subscribers_or_says_none() -> None:
    assert not [fact for fact in unlisted(SUBSCRIPTIONS) if not fact.startswith("test.")]
    assert len(SUBSCRIPTIONS) >= 20


def test_facts_are_called_by_domain_and_past_tense() -> None:
    for fact in every_fact():
        if fact.__module__.startswith("forum."):
            assert fact.name.count(".") == 1, fact.name


def test_every_route_declares_its_right() -> None:
    for route in routes.API:
        assert route.operation.action, route
        assert route.operation.summary.endswith("."), f"{route.operation.name} says what it does"
    for page in page_routes.PAGES:
        assert page.page.action, page


def test_no_path_is_declared_twice() -> None:
    api = [(route.method, route.path) for route in routes.API]
    pages = [(route.method, route.path) for route in page_routes.PAGES]
    assert len(api) == len(set(api))
    assert len(pages) == len(set(pages))


def test_what_is_not_a_mere_reading_asks_for_the_scope_to_post() -> None:
    from auth.actor import Scope

    for route in routes.API:
        assert route.operation.scope is (Scope.READ if route.method in SAFE else Scope.POST), route.operation.name


def test_every_package_has_a_reason_in_the_layers() -> None:
    """A new package under ``forum`` is put into import-linter's layers, or no rule holds for it."""
    text = (ROOT / "pyproject.toml").read_text()
    packages = {path.relative_to(ROOT).parts[1] for path in modules() if name(path).startswith("forum/")}
    machinery = {"web", "api", "migrations", "__init__.py"}
    for package in {part.removesuffix(".py") for part in packages - machinery}:
        assert f'"{package}"' in text or f" {package}" in text or f"{package} |" in text, package
