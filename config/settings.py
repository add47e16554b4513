"""What an operator can set, as frozen typed sections; `config.loading` fills and checks them.

The type of a field is its rule: `Literal` lists the choices, `Between` and `Shape` narrow a number or a text.
Durations carry their unit in their name.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Final, Literal

MASK: Final = "********"
SECRET_KEY_LENGTH: Final = 32
DCONNECT_SECRET_LENGTH: Final = 16


class Secret:
    """A text that no log line, traceback or template shows; only `reveal()` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; an empty one raises, so that nothing is ever signed with no key."""
        if not self._value:
            raise ValueError("this secret is not set")
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__


NO_SECRET: Final = Secret("")


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds of a whole number, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern the whole text must match, and the words that explain it."""

    pattern: re.Pattern[str]
    words: str


SLUG: Final = Shape(
    re.compile(r"(?!.{41})[a-z][a-z0-9]*(-[a-z0-9]+)*"),
    "at most 40 small letters, digits and single hyphens, a letter first",
)
LANGUAGE: Final = Shape(
    re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), 'a language tag such as "en" or "pt-BR"'
)
FILLED: Final = Shape(re.compile(r"\S(.*\S)?"), "a text of one line, not empty, no spaces around it")

NewMembers = Literal["active", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Who this community is, and the key that signs its tokens; courses end in ``alumni_group``, if there is one."""

    name: Annotated[str, FILLED] = "Plenary"
    base_url: str = "http://127.0.0.1:8000"
    language: Annotated[str, LANGUAGE] = "en"
    time_zone: str = "UTC"
    secret_key: Secret = NO_SECRET
    contact: Annotated[str, FILLED] | None = None
    alumni_group: Annotated[str, SLUG] = "alumni"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the site listens, and how long it takes its leave."""

    host: Annotated[str, FILLED] = "127.0.0.1"
    port: Annotated[int, Between(1, 65535)] = 8000
    processes: Annotated[int, Between(1, 64)] = 1
    with_worker: bool = False
    metrics_token: Secret | None = None
    trusted_proxies: tuple[str, ...] = ()
    drain_seconds: Annotated[int, Between(0, 300)] = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where PostgreSQL is (no `url`: the embedded one, below `data`) and how long anything may take there."""

    url: Secret | None = None
    data: Annotated[str, FILLED] = ".data"
    pool_size: Annotated[int, Between(2, 500)] = 10
    statement_timeout_ms: Annotated[int, Between(100, 600_000)] = 5_000
    worker_statement_timeout_ms: Annotated[int, Between(100, 3_600_000)] = 60_000
    lock_timeout_ms: Annotated[int, Between(10, 60_000)] = 3_000
    idle_in_transaction_timeout_ms: Annotated[int, Between(100, 600_000)] = 10_000
    wait_member_ms: Annotated[int, Between(1, 60_000)] = 2_000
    wait_anonymous_ms: Annotated[int, Between(1, 60_000)] = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """Which engine finds things: the embedded one, its index in `folder` (None: `search` below `database.data`), or a
    Meilisearch server at `url`, with a `key` that may make, fill and swap `index` and what begins with it."""

    engine: Literal["embedded", "meilisearch"] = "embedded"
    folder: Annotated[str, FILLED] | None = None
    url: str | None = None
    key: Secret | None = None
    index: Annotated[str, SLUG] = "plenary"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRule:
    """A value of the claim and the place it means: exactly one of `exact`, `prefix` and `pattern` (of the whole value).

    `group` is a slug, and may hold what was captured: `{1}` or `{name}` of a pattern, `{rest}` after a prefix. When
    the value is no longer said, `on_leave` "remove" ends the place at once, "group" does what the group does.
    """

    exact: str | None = None
    prefix: str | None = None
    pattern: str | None = None
    group: str
    role: Literal["reader", "member", "facilitator"] = "member"
    on_leave: Literal["remove", "group"] = "group"

    def __str__(self) -> str:
        way = next(way for way in ("exact", "prefix", "pattern") if getattr(self, way) is not None)
        return f'{way} "{getattr(self, way)}" → {self.group} ({self.role})'


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One OpenID Connect provider that people sign in with; `new_members` None follows `auth.new_members`.

    `owned_domains`: mail domains whose addresses it alone gives out. `silent`: it may be asked, unseen, whether a
    visitor is signed in there. `step_up_acr`: the level of proof (`acr`) that the administration asks for.
    `groups_claim` is the path, with dots, to the claim whose values `places` turn into places in groups.
    """

    name: Annotated[str, SLUG]
    label: Annotated[str, FILLED]
    issuer: str
    client_id: Annotated[str, FILLED]
    client_secret: Secret
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    new_members: NewMembers | None = None
    owned_domains: tuple[str, ...] = ()
    silent: bool = False
    step_up_acr: Annotated[str, FILLED] | None = None
    groups_claim: Annotated[str, FILLED] | None = None
    places: tuple[PlaceRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DConnectSettings:
    """A site that people sign in with by DiscourseConnect; `groups` are those that it may let them into."""

    name: Annotated[str, SLUG]
    label: Annotated[str, FILLED]
    url: str
    secret: Secret
    groups: tuple[str, ...] = ()
    new_members: NewMembers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DConnectClientSettings:
    """A site that lets people in by DiscourseConnect with their account here; `groups` are those it is told of."""

    name: Annotated[str, SLUG]
    return_to: str
    secret: Secret
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """The doors of sign-in, how long a session lasts, and what a newcomer is at first."""

    providers: tuple[ProviderSettings, ...] = ()
    dconnect: tuple[DConnectSettings, ...] = ()
    dconnect_clients: tuple[DConnectClientSettings, ...] = ()
    session_idle_days: Annotated[int, Between(1, 365)] = 14
    session_absolute_days: Annotated[int, Between(1, 730)] = 90
    staff_session_hours: Annotated[int, Between(1, 168)] = 12
    step_up_minutes: Annotated[int, Between(1, 720)] = 15
    new_members: NewMembers = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSettings:
    """How the worker takes work from the queue."""

    concurrency: Annotated[int, Between(2, 200)] = 10
    batch_size: Annotated[int, Between(1, 100)] = 5
    poll_seconds: Annotated[int, Between(1, 60)] = 2
    heartbeat_seconds: Annotated[int, Between(1, 60)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomersSettings:
    """What holds for members whom no course, alumni claim or organisation vouches for, until a few posts were seen.

    ``first_posts`` wait to be looked at; ``links`` is the most that one of them may hold.
    """

    first_posts: Annotated[int, Between(0, 50)] = 2
    links: Annotated[int, Between(0, 100)] = 2
    posts_per_hour: Annotated[int, Between(1, 1_000)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSettings:
    """How long an answer may take, how many streams are open, and how long the site waits for others."""

    request_seconds: Annotated[int, Between(1, 600)] = 15
    streams: Annotated[int, Between(1, 100_000)] = 1_600
    streams_per_member: Annotated[int, Between(1, 1_000)] = 6
    outbound_connect_seconds: Annotated[int, Between(1, 60)] = 3
    outbound_seconds: Annotated[int, Between(1, 120)] = 10
    outbound_bytes: Annotated[int, Between(1_000, 100_000_000)] = 1_000_000
    private_hosts: tuple[str, ...] = ()
    sign_ins_per_minute: Annotated[int, Between(1, 1_000_000)] = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """How much is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; `sources` says where each value that is no default came from."""

    site: SiteSettings = SiteSettings()
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    search: SearchSettings = SearchSettings()
    auth: AuthSettings = AuthSettings()
    jobs: JobsSettings = JobsSettings()
    newcomers: NewcomersSettings = NewcomersSettings()
    limits: LimitsSettings = LimitsSettings()
    logging: LoggingSettings = LoggingSettings()
    sources: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, compare=False
    )
