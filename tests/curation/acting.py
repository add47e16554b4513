"""The actors of the cast, for tests that call commands."""
import hashlib

from auth.actor import Actor
from forum.app import Site
from tests.cast import api_token


async def actor_of(site: Site, name: str) -> Actor:
    digest = hashlib.sha256(api_token(name).encode()).digest()
    return (await site.directory.actor_for(session_hash=None, token_hash=digest)).actor
