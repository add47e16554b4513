"""What a token that opens some groups only may be used for: deeds of groups, and reading about people.

What lies in other groups is out of its reach already, for the doors narrow all that is fetched; this closes what
gathers from everywhere (notices, drafts, the first page) or leads elsewhere (invitations, the account, the site).
An action that is not named here is closed.
"""

from typing import Final

from auth.actor import Actor
from forum.kit.errors import NotAllowed

OF_GROUPS: Final = frozenset({
    "see_group_card", "read_content", "read_edit_history", "list_group_members", "search_and_live",
    "join", "join_open", "leave", "start_thread", "reply", "react", "accept_answer", "follow_or_bookmark", "mark_read",
    "edit_own_post", "edit_thread_title_and_tags", "delete_own_post", "flag",
    "write_summary_or_wiki_post", "make_wiki_post", "manage_collections",
    "start_poll", "vote_in_poll", "close_poll", "write_outcome", "read_ballots",
    "warn_or_silence_in_group", "hide_or_restore_post", "restore_post",
    "invite_to_group", "approve_remove_ban_member", "name_facilitator", "edit_group_text",
    "read_group_audit_log", "read_public_moderation_log", "undo_own_curation_within_24h", "see_moderation_settings",
    "work_group_queue", "claim_decide_appeal_case",
    "name_moderators_in_log",
    "lock_pin_split_thread", "move_or_merge_thread", "list_thread_in_second_group",
    "see_initiative", "launch_initiative", "make_initiative_draft", "be_asked_to_lead", "consent_to_initiative",
    "lead_initiative", "cosponsor_initiative", "withdraw_cosponsorship", "answer_initiative",
    "reopen_initiative", "set_slow_mode",
})  # fmt: skip
READ_ONLY: Final = frozenset({"see_member_profile_and_directory"})


def check_reach(actor: Actor, action: str, *, reading: bool) -> None:
    """Raise NotAllowed where the actor's token does not reach."""
    if actor.restricted and action not in OF_GROUPS and not (reading and action in READ_ONLY):
        raise NotAllowed("token_groups")
