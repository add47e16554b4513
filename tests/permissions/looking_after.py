"""The deeds of those who look after threads; the thread goes to a group where staff and Fay have rights as well."""
from tests.permissions.asking import HTML, JSON, Ask, Deed, api, deed, form, page
from tests.permissions.stage import Stage

THREAD = "/threads/{thread}"


async def beside(stage: Stage) -> None:
    """A second group with its thread, which everybody may read."""
    other = "members" if stage.kind == "public" else "public"
    stage.ids |= {"target": stage.cast.threads[other], "target_group": stage.cast.group(other)}
    stage.ids["chosen"] = [stage.ids["answer"]]


CURATING: dict[str, Deed] = {
    "lock_pin_split_thread": deed(
        api("PUT", THREAD + "/pin", {}),
        api("DELETE", THREAD + "/pin"),
        api("PUT", THREAD + "/lock", {"reason": "It is settled."}),
        api("DELETE", THREAD + "/lock"),
        Ask(JSON, "PUT", THREAD + "/duplicate-of", {"of": "{target}"}),
        api("DELETE", THREAD + "/duplicate-of"),
        page("/t/{thread}/pin"),
        form("/t/{thread}/pin"),
        page("/t/{thread}/lock"),
        form("/t/{thread}/lock", reason="It is settled."),
        Ask(JSON, "POST", THREAD + "/split", {"posts": "{chosen}", "title": "A new thread"}),
        page("/t/{thread}/split"),
        form("/t/{thread}/split", posts="{answer}", title="A new thread"),
        page("/t/{thread}/duplicate"),
        form("/t/{thread}/duplicate", of="{target}"),
        prepare=beside,
    ),
    "move_or_merge_thread": deed(
        Ask(JSON, "PUT", THREAD + "/group", {"group": "{target_group}", "widening": True}),
        Ask(JSON, "PUT", THREAD + "/merger", {"into": "{target}", "widening": True}),
        page("/t/{thread}/move"),
        Ask(HTML, "POST", "/t/{thread}/move", {"group": "{target_group}", "widening": "1", "seen": "1"}),
        page("/t/{thread}/merge"),
        Ask(HTML, "POST", "/t/{thread}/merge", {"into": "{target}", "widening": "1", "seen": "1"}),
        prepare=beside,
    ),
    "list_thread_in_second_group": deed(
        api("PUT", THREAD + "/listings/{target_group}"),
        api("DELETE", THREAD + "/listings/{target_group}"),
        page("/t/{thread}/list"),
        form("/t/{thread}/list", group="{target_group}"),
        prepare=beside,
    ),
}
