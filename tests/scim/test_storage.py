"""The library's own suite for storages, on PostgreSQL: what it skips is listed at the end."""

import asyncio
from collections.abc import Iterator

import pytest
from scim2_models import ScimProvider
from scim2_server.storage import ScimStorage
from scim2_server.testing import BlockingStorage, ScimStorageContract

from auth.scim import clients
from auth.scim.described import provider as our_provider
from auth.scim.people import Client
from auth.scim.storage import PostgresStorage
from config.database import connect, disconnect, tortoise_config
from config.settings import AuthSettings, DatabaseSettings
from forum.directory import MemberDirectory
from forum.provisioning.people import ProvisionedPeople
from tests.support import database


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop with the database open, for every call of the suite."""
    with database.clone() as url, asyncio.Runner() as runner:
        runner.run(connect(tortoise_config(url, DatabaseSettings())))
        yield runner
        runner.run(disconnect())


@pytest.fixture(scope="module")
def served() -> ScimProvider:
    return our_provider()


class TestPostgresStorage(ScimStorageContract):
    @pytest.fixture
    def provider(self, served: ScimProvider) -> ScimProvider:
        return served

    @pytest.fixture
    def storage(self, runner: asyncio.Runner, provider: ScimProvider, request: pytest.FixtureRequest) -> ScimStorage:
        """A client of its own is an empty storage: it sees nothing of the others'."""
        name = str(abs(hash(request.node.nodeid)))
        made = runner.run(clients.create(name, "https://idp.example.test", "userName"))
        client = Client(id=made.id, name=name, issuer=f"https://{name}.test", subject_from="userName")
        people = ProvisionedPeople(MemberDirectory(AuthSettings()))
        return BlockingStorage(PostgresStorage(client, people, provider), runner)
