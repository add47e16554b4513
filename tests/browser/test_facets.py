"""What narrows the results: folded on a phone, beside them on a desktop, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

ASKED = "/search?q=exchange"


@pytest.mark.parametrize("js", [True, False])
def test_folded_on_a_phone_and_beside_the_results_on_a_desktop(stage: Stage, js: bool) -> None:
    with stage.visit(width=360, js=js) as page:
        page.goto(ASKED)
        facet = page.locator(".facets a").first
        expect(facet).to_be_hidden()
        page.get_by_text("Narrow the results").click()
        expect(facet).to_be_visible()
        facet.click()
        expect(page.locator(".chip")).to_have_count(1)
        page.locator(".chip").click()
        page.wait_for_url(f"**{ASKED}")
    with stage.visit(width=1200, js=js) as page:
        page.goto(ASKED)
        facets, hits = page.locator(".facets").bounding_box(), page.locator("ol.hits").bounding_box()
        assert facets is not None and hits is not None
        assert page.locator(".facets a").first.is_visible()
        assert facets["x"] + facets["width"] <= hits["x"]
