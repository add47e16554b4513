"""How many streams there may be, and for whom."""
from unittest.mock import AsyncMock

import pytest

from auth.actor import VISITOR, Actor, Status
from forum.kit.errors import Overloaded
from forum.live.follower import NOBODY, Credential
from forum.live.hub import Hub


def test_visitors_leave_half_of_the_streams_to_members() -> None:
    hub, send = Hub(AsyncMock(), limit=4, limit_each=2), AsyncMock()
    for _ in range(2):
        hub.join(NOBODY, VISITOR, send)
    with pytest.raises(Overloaded):
        hub.join(NOBODY, VISITOR, send)
    ben = Actor(member_id=1, status=Status.ACTIVE)
    for _ in range(2):
        hub.join(Credential(session=b"ben"), ben, send)
    with pytest.raises(Overloaded):
        hub.join(Credential(session=b"cem"), Actor(member_id=2, status=Status.ACTIVE), send)
