"""Which groups somebody looks after: what narrows every list of moderation."""
from auth.actor import Actor, GroupRole

# $1 to $4 as ``reach`` gives them; the same as groups/policies.py: moderates, which a test compares.
MINE = """
    mine AS (
        SELECT g.id, g.slug, g.title FROM groups g
        WHERE g.id <> ALL($4::bigint[]) AND (g.id = ANY($1::bigint[]) OR ($2::boolean AND (
            g.id = ANY($3::bigint[]) OR g.visibility IN ('public', 'members')))))
"""


def reach(actor: Actor) -> tuple[list[int], bool, list[int], list[int]]:
    """The groups they facilitate, whether they are site staff, what these opened, where they may do nothing."""
    facilitated = [group for group, role in actor.roles.items() if role is GroupRole.FACILITATOR]
    return facilitated, actor.is_staff, list(actor.opened), list((actor.banned - set(facilitated)) | actor.silenced_in)
