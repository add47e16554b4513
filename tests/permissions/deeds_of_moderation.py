"""What those who look after the place do, as requests on both surfaces."""
from tests.moderation.acting import UNDOABLE, act
from tests.permissions import stage as on
from tests.permissions.asking import GROUP, Deed, api, deed, form, page
from tests.permissions.stage import Stage

WHY = {"reason": "Because it has to be."}


async def undoable(stage: Stage) -> None:
    """Something that a colleague did there just now."""
    colleague = stage.cast.members["ada" if stage.who != "ada" else "adi"]
    stage.ids["act"] = await act(colleague, UNDOABLE, group_id=stage.group, undo={})


MODERATION: dict[str, Deed] = {
    "read_public_moderation_log": deed(api("GET", GROUP + "/log"), page("/g/{slug}/log"), prepare=undoable),
    "undo_own_curation_within_24h": deed(
        api("DELETE", "/acts/{act}"), form("/acts/{act}/undo", next="/"), prepare=undoable
    ),
    "read_transparency_report": deed(
        api("GET", "/transparency"), page("/transparency"), page("/transparency.csv")
    ),
    "see_moderation_settings": deed(api("GET", GROUP + "/moderation-settings"), page("/g/{slug}/moderation")),
    "name_moderators_in_log": deed(
        api("PUT", GROUP + "/log-names", {"named": True}), form("/g/{slug}/moderation/names", named="1")
    ),
    "open_glass": deed(
        api("PUT", GROUP + "/glass", WHY),
        api("DELETE", GROUP + "/glass"),
        page("/g/{slug}/glass"),
        form("/g/{slug}/glass", **WHY),
        form("/g/{slug}/glass/close"),
        prepare=on.opened_already,
    ),
}
