"""What those who look after the place do, as requests on both surfaces."""
from tests.moderation.acting import UNDOABLE, act
from tests.permissions import stage as on
from tests.permissions.asking import GROUP, Deed, api, deed, form, page
from tests.permissions.stage import Stage

WHY = {"reason": "Because it has to be."}
DAY = "2026-01-15"
SILENCE = WHY | {"kind": "silence", "days": 3}
SUSPENSION = WHY | {"kind": "suspension", "days": 30}
SANCTIONS = "/members/{username}/sanctions"


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
    "hide_or_restore_post": deed(
        api("POST", "/members/{username}/day-removals", WHY | {"day": DAY, "group": "{slug}"}),
        page("/m/{username}/posts/remove-day?where={slug}&day=" + DAY),
        form("/m/{username}/posts/remove-day", **WHY, day=DAY, where="{slug}"),
        api("PUT", "/posts/{post}/case"),
        form("/p/{post}/case"),
        prepare=on.post_of_the_day,
    ),
    "restore_post": deed(
        api("DELETE", "/posts/{post}/hiding"), form("/p/{post}/restore"), prepare=on.post_in("hidden")
    ),
    "purge_post": deed(api("PUT", "/posts/{post}/purge", WHY), page("/p/{post}/purge"), form("/p/{post}/purge", **WHY)),
    "see_sanctions": deed(
        api("GET", "/members/{username}/sanctions"),
        api("GET", "/confirmations"),
        page("/m/{username}/sanctions"),
        page("/moderation/confirmations"),
    ),
    "warn_or_silence_in_group": deed(
        api("POST", SANCTIONS, SILENCE | {"group": "{slug}"}),
        form("/m/{username}/sanctions", **WHY, kind="warning", where="{slug}"),
        api("DELETE", "/sanctions/{sanction}"),
        form("/sanctions/{sanction}/lift"),
        prepare=on.sanctioned("silence", in_group=True),
    ),
    "suspend_in_group": deed(
        api("POST", SANCTIONS, SUSPENSION | {"group": "{slug}"}),
        form("/m/{username}/sanctions", **WHY, kind="suspension", days="3", where="{slug}"),
        api("DELETE", "/sanctions/{sanction}"),
        prepare=on.sanctioned("suspension", in_group=True),
    ),
    "silence_member": deed(
        api("POST", SANCTIONS, SILENCE),
        form("/m/{username}/sanctions", **WHY, kind="silence", days="3", where="-"),
        api("DELETE", "/sanctions/{sanction}"),
        prepare=on.sanctioned("silence"),
    ),
    "suspend_member": deed(
        api("POST", SANCTIONS, SUSPENSION),
        form("/m/{username}/sanctions", **WHY, kind="suspension", days="30", where="-"),
        api("DELETE", "/sanctions/{sanction}"),
        prepare=on.sanctioned("suspension"),
    ),
    "confirm_suspension": deed(
        api("PUT", "/sanctions/{sanction}/confirmation"),
        form("/sanctions/{sanction}/confirm"),
        prepare=on.sanctioned("suspension"),
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
