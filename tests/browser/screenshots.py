"""Pictures of the pages, to be looked at: ``python -m tests.browser.screenshots`` fills tests/browser/output/.

The README's own picture, home.png, is made by ``pytest tests/browser/test_picture.py --new-picture``.
"""
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from tests.browser.scene import GROUP, scene
from tests.browser.stage import Stage, in_the_stage, leave

FOLDER: Final = Path(__file__).parent / "output"
README: Final = Path(__file__).with_name("home.png")
PHONE: Final = 360
DESKTOP: Final = 1200


def take(page: Page, name: str, *, whole: bool = True) -> None:
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole, animations="disabled")


def take_all(stage: Stage) -> None:
    """Each page of the list by phone and desktop, some in the dark, the composer with its error."""
    looks = {(look.path or look.address, look.face): look.address for look in reversed(scene(stage))}
    thread = looks["/t/{id:int}", "facilitator"]
    arabic = looks["/t/{id:int}/{slug}", "facilitator"]
    wanted = [
        ("home-out", "/", ""),
        ("home-in", "/", "alumna"),
        ("groups", "/groups", "alumna"),
        ("group", f"/g/{GROUP}", "alumna"),
        ("thread", _written(stage), "alumna"),
        ("thread-everything", thread, "facilitator"),
        ("thread-arabic", arabic, "facilitator"),
        ("search", "/search?q=route+server", "alumna"),
        ("search-filters", "/search?q=internet+exchnage+after:2024+lang:en", "alumna"),
        ("search-nothing", "/search?q=exchange+after:2031+lang:fr", "alumna"),
        ("search-arabic", "/search?q=%D8%AA%D8%A8%D8%A7%D8%AF%D9%84", "alumna"),
        ("search-help", "/search", "alumna"),
        ("searches-saved", "/me/searches", "alumna"),
        ("similar", "/similar?title=an+internet+exchange", "alumna"),
        ("searches-of-all", "/admin/searches", "moderator"),
        ("groups-found", "/groups?q=exchange", "alumna"),
        ("notices", "/notices", "alumna"),
        ("profile", "/m/facilitator", "alumna"),
        ("settings", "/me", "alumna"),
        ("members", "/members", "alumna"),
        ("group-members", f"/g/{GROUP}/members", "facilitator"),
        ("requests", "/g/incident-response/requests", "facilitator"),
        ("drafts", "/me/drafts", "alumna"),
        ("history", looks["/p/{id:int}/history", "facilitator"], "facilitator"),
        ("polls", looks["/t/{id:int}", "alumna"], "alumna"),
        ("polls-asker", looks["/polls/{id:int}", "facilitator"], "facilitator"),
        ("poll-kinds", looks["/t/{id:int}/poll", "alumna"], "alumna"),
        ("poll-times", looks["/t/{id:int}/poll", "alumna"] + "?kind=time", "alumna"),
        ("poll-voters", looks["/polls/{id:int}/ballots", "alumna"], "alumna"),
        ("outcome", looks["/polls/{id:int}/outcome", "facilitator"], "facilitator"),
        ("decisions", f"/g/{GROUP}/decisions", ""),
        ("summary-write", looks["/t/{id:int}/summary", "facilitator"], "facilitator"),
        ("thread-split", looks["/t/{id:int}/split", "facilitator"], "facilitator"),
        ("thread-edit", looks["/t/{id:int}/edit", "facilitator"], "facilitator"),
        ("collections", f"/g/{GROUP}/collections", ""),
        ("collection", looks["/c/{id:int}", "facilitator"], "facilitator"),
        ("collection-edit", looks["/c/{id:int}/edit", "facilitator"], "facilitator"),
        ("answers", f"/g/{GROUP}/answers", ""),
        ("best", f"/g/{GROUP}/best", "facilitator"),
        ("tagged", f"/g/{GROUP}?tag=ipv6", ""),
        ("moderation-log", f"/g/{GROUP}/log", "facilitator"),
        ("moderation-settings", f"/g/{GROUP}/moderation", "facilitator"),
        ("initiatives", "/initiatives", "alumna"),
        ("initiative", looks["/i/{id:int}/{slug}", "alumna"], "alumna"),
        ("initiative-lead", looks["/i/{id:int}/{slug}", "facilitator"], "facilitator"),
        ("initiative-new", looks["/g/{slug}/initiatives/new", "facilitator"], "facilitator"),
        ("initiative-answer", looks["/i/{id:int}/answer", "facilitator"], "facilitator"),
        ("initiative-report", looks["/i/{id:int}/report", "facilitator"], "facilitator"),
        ("initiative-record", looks["/i/{id:int}/record", "alumna"], "alumna"),
        ("initiative-card", looks["/i/{id:int}/card", ""], ""),
        ("queue", "/moderation", "facilitator"),
        ("case", looks["/moderation/cases/{id:int}", "facilitator"], "facilitator"),
        ("appeal", looks["/appeals/{id:int}", "alumna"], "alumna"),
        ("flag", looks["/p/{id:int}/flag", "facilitator"], "facilitator"),
        ("missing", "/t/999999999", ""),
        ("sign-in", "/sign-in", ""),
        ("about", "/about", ""),
        ("transparency", "/transparency", ""),
        ("courses", "/_demo/courses", ""),
        ("course-learner", "/_demo/courses/running-an-exchange", "alumna"),
        ("course-teacher", "/_demo/courses/running-an-exchange", "facilitator"),
    ]
    for width, scheme in ((PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark")):
        suffix = f"{width}-{scheme}"
        for face in sorted({face for _, _, face in wanted}):
            with stage.visit(face, width=width, scheme=scheme) as page:
                for name, address, whose in wanted:
                    if whose == face:
                        page.goto(address)
                        take(page, f"{name}-{suffix}")
        with stage.visit("facilitator", width=width, scheme=scheme) as page:
            refused_composer(page)
            take(page, f"composer-error-{suffix}")


def _written(stage: Stage) -> str:
    """The first hand-written thread of the group's list."""
    with stage.visit("alumna") as page:
        page.goto(f"/g/{GROUP}")
        for link in page.locator("main .lines-of a.t").all()[:10]:
            address = link.get_attribute("href") or ""
            head = stage.api(page, "GET", "/api/v1/threads/" + address.split("/")[2])
            if not head["generated"] and head["post_count"] > 3 and head["language"] == "en":
                return address.partition("#")[0]
    return "/latest"


def refused_composer(page: Page) -> None:
    page.goto(f"/g/{GROUP}/new")
    page.locator("#title").fill("x")
    page.locator("#body").fill("We have two offers for a second switch, and one of them is serious.")
    page.get_by_role("button", name="Start the thread").click()
    page.locator("#title-fault").wait_for()


def picture_for_readme(stage: Stage) -> None:
    """A member's first page at desktop width."""
    with stage.visit("alumna", height=860) as page:
        page.goto("/")
        page.screenshot(path=README, animations="disabled")


if __name__ == "__main__":
    try:
        in_the_stage(take_all)
    finally:
        leave()
    sys.stderr.write(f"Look at {FOLDER}\n")
