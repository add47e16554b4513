"""S-14: what members type never runs, wherever it is shown; the whole list in every field, in a real browser."""
import re
import tarfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

GROUP: Final = "internet-exchange-points"
DATA: Final = Path(__file__).parents[3] / "shared/data/safety.tar.gz"
SHEET: Final = "./safety/owasp/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.md"
LONGEST_BODY: Final = 30_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
RUN: Final = "window.__xss=1"
PAYLOADS: Final = (
    f"<script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><img src=x onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"'onfocus={RUN} autofocus tabindex=1 '",
    f'" autofocus onfocus="{RUN}',
    f"<details open ontoggle={RUN}>x</details>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror={RUN}>'>",
    f"<svg><style><img src=x onerror={RUN}></style></svg>",
    f"[a](javascript:{RUN})",
    f"[a](java&#x0A;script:{RUN})",
    f"[a](data:text/html,<script>{RUN}</script>)",
    f"<javascript:{RUN}>",
    f'[a](https://x.example/"onmouseover={RUN}//)',
    f"![x](x'onerror='{RUN})",
    f"```\"><script>{RUN}</script>\nx\n```",
    f"[^1]\n\n[^1]: <img src=x onerror={RUN}>",
    f"{{{{ 7*7 }}}}{{% for x in [1] %}}<b onclick={RUN}>{{% endfor %}}",
    f"\u202e<script>{RUN}</script>\u202c",
)
ONE_LINE: Final = tuple(payload.replace("\n", " ") for payload in PAYLOADS)

NAMES: Final = (f"<svg onload={RUN}>", f"</title><script>{RUN}</script>", f"'\" autofocus onfocus={RUN} x='")


def nothing_ran(page: Page) -> None:
    """Not even after every link was pressed on and every element was touched, focused and opened."""
    ran = page.evaluate(
        """() => {
          document.querySelectorAll("details").forEach((e) => { e.open = true });
          for (const e of document.querySelectorAll("main *")) {
            for (const kind of ["mouseover", "focus", "pointerenter", "animationend"]) {
              e.dispatchEvent(new Event(kind));
            }
          }
          const bad = [...document.querySelectorAll("[href], [src], [action], [formaction]")].filter((e) =>
            /^\\s*(javascript|data|vbscript):/i.test(e.href || e.src || ""));
          const handled = [...document.querySelectorAll("main *")].filter((e) =>
            [...e.attributes].some((a) => a.name.startsWith("on")));
          const foreign = document.querySelectorAll("main :is(script, iframe, object, embed, style, math, img, video)");
          return [window.__xss, ...[...bad, ...handled, ...foreign].map((e) => e.outerHTML)].filter(Boolean);
        }"""
    )
    assert not ran, (page.url, ran)


def visit_all(page: Page, addresses: list[str]) -> None:
    for address in addresses:
        page.goto(address)
        nothing_ran(page)


def test_titles_and_texts_that_attack(stage: Stage) -> None:
    with stage.visit("facilitator") as page:

        def ask(method: str, path: str, data: Any = None) -> Any:
            return stage.api(page, method, "/api/v1" + path, data)

        threads = [
            ask("POST", f"/groups/{GROUP}/threads", {"title": title[:200], "body": body})["id"]
            for title, body in zip(ONE_LINE, PAYLOADS, strict=True)
        ]
        whole = ask("POST", f"/threads/{threads[0]}/posts", {"body": "\n\n".join(PAYLOADS)})["id"]
        draft = ask("POST", "/drafts", {"title": ONE_LINE[3], "body": "\n\n".join(PAYLOADS), "group": GROUP})["id"]
        ask("PUT", f"/posts/{whole}/bookmark")
        # All titles and texts stand in the lists below as well; a third of them is visited one by one.
        visit_all(page, [f"/t/{thread}" for thread in threads[::3]])
        visit_all(page, ["/", "/latest", f"/g/{GROUP}", "/me/drafts", f"/me/drafts/{draft}", "/me/bookmarks"])
        visit_all(page, [f"/p/{whole}/{what}" for what in ("edit", "reply?quote=1", "withdraw")])
        visit_all(page, [f"/t/{thread}/edit" for thread in threads[:4]])
        page.goto(f"/p/{whole}/edit")
        page.get_by_role("button", name="Preview").click()
        page.locator("#preview:visible").wait_for()
        nothing_ran(page)
        page.get_by_role("button", name="Save").click()
        page.goto(f"/p/{whole}/history")
        nothing_ran(page)


def test_names_and_biographies_that_attack(stage: Stage) -> None:
    with stage.visit("moderator") as page:
        page.goto("/me")
        for name in NAMES:
            page.locator("#name").fill(name)
            page.locator("#bio").fill("\n".join(PAYLOADS)[:2000])
            page.get_by_role("button", name="Save").click()
            nothing_ran(page)
        visit_all(page, ["/", "/m/moderator", "/me", "/members?q=moderator"])
        page.goto("/me")
        page.locator("#name").fill("Paulina Quintul Rojas")
        page.locator("#bio").fill("")
        page.get_by_role("button", name="Save").click()


def test_addresses_that_attack(stage: Stage) -> None:
    """What stands in a query, a path or a `next`, for a visitor and a member."""
    asked = [quote(payload, safe="") for payload in ONE_LINE]
    with stage.visit() as page:
        visit_all(page, [f"/search?q={one}" for one in asked[::2]])
    with stage.visit("alumna") as page:
        visit_all(page, [f"/search?q={one}&group={asked[0]}" for one in asked[:4]])
        visit_all(page, [f"/members?q={one}" for one in asked[1:8:3]])
        visit_all(page, [f"/sign-in?next={one}" for one in asked[:4]])
        visit_all(page, [f"/?said={one}" for one in asked[:2]])
        visit_all(page, [f"/appearance?next={quote(f'javascript:{RUN}')}"])
        page.get_by_role("button", name="Save").click()
        nothing_ran(page)


@pytest.mark.skipif(not DATA.exists(), reason="the safety collection is not here")
def test_the_cheat_sheet_of_filter_evasion(stage: Stage) -> None:
    with tarfile.open(DATA) as archive:
        member = archive.extractfile(SHEET)
        assert member is not None
        sheet = member.read().decode()
    examples = [block.strip() for block in re.findall(r"```\w*\n(.*?)```", sheet, re.DOTALL)]
    assert len(examples) > 50
    harmless = [CONTROL.sub("", example).replace("alert", "(x=>window.__xss=1)") for example in examples]
    bodies = ["\n\n".join(harmless[start::4])[:LONGEST_BODY] for start in range(4)]
    with stage.visit("facilitator") as page:
        made = {"title": "Evasions", "body": bodies[0]}
        thread = stage.api(page, "POST", f"/api/v1/groups/{GROUP}/threads", made)["id"]
        for body in [*bodies[1:], *harmless[:12]]:
            stage.api(page, "POST", f"/api/v1/threads/{thread}/posts", {"body": body})
        visit_all(page, [f"/t/{thread}"])
