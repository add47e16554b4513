"""The first page and the audit log, as JSON."""
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from forum.api.operation import Call, Nothing, answer, document, operation
from forum.site import audit, queries
from forum.site.schemas import AuditPage, AuditWanted, Front, Home


@operation("keep_drafts_and_preview", answers={200: Home}, signed_in=True)
async def get_home(call: Call[None, Nothing]) -> Response:
    """What is new for you: unread threads, notices, drafts, your groups."""
    return document(await queries.home(call.actor))


@operation("see_group_card", answers={200: Front})
async def get_front(call: Call[None, Nothing]) -> Response:
    """What a visitor sees first: the busiest open threads and the groups."""
    return document(await queries.front(call.actor))


@operation("read_audit_log", query=AuditWanted, answers={200: AuditPage})
async def get_audit(call: Call[None, AuditWanted]) -> Response:
    """What was done, newest first: by you and about you, in groups that you look after, on the site for its staff."""
    page = msgspec.json.decode(await audit.visible(call.actor, call.query), type=AuditPage)
    if page.next is not None:
        fields = {name: str(value) for name, value in msgspec.structs.asdict(call.query).items() if value}
        page = msgspec.structs.replace(page, next="/api/v1/audit?" + urlencode({**fields, "before": page.next}))
    return answer(page)
