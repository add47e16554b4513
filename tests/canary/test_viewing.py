"""An administrator who sees the site as a member finds what that member may read, and nothing that is only theirs."""
from typing import Any

import pytest

from forum.app import Site
from tests.canary.addresses import addresses, templates
from tests.canary.planting import Plot, plant
from tests.canary.test_crawl import STREAM, WORD
from tests.cast import Cast

pytestmark = pytest.mark.anyio


@pytest.fixture
async def plot(site: Site, cast: Cast) -> Plot:
    return await plant(cast)


@pytest.mark.parametrize("viewed", ("ben", "cem", "pia"))
async def test_no_route_tells_more(viewed: str, client: Any, site: Site, plot: Plot) -> None:
    adi = client("adi", browser=True)
    assert (await adi.post(f"/m/{viewed}/view-as", data={"cause": "check"})).status_code == 303
    met: dict[str, str] = {}
    for template in templates(site):
        if template in ("/metrics", STREAM):
            continue
        for address in addresses(template, plot):
            answer = await adi.get(address, headers={"Accept-Encoding": "identity"})
            assert answer.status_code < 500, address
            met |= dict.fromkeys(WORD.findall(str(answer.headers) + answer.text), address)
    # Their notices are shown; what nobody but they may see otherwise is not.
    leaks = [
        f"{plot.places[word]} at {at}"
        for word, at in met.items()
        if viewed not in plot.allowed[word]
        or (plot.allowed[word] == {viewed} and not plot.places[word].startswith("report's note"))
    ]
    assert not leaks, "\n".join(leaks)
    assert met or viewed == "pia", "what they may read is found"
