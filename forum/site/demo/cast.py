"""The faces that a visitor of the demonstration can sign in as."""
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth.actor import StaffRole, Status
from forum.members.models import Gender, Sector


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """One invented person to be; ``sentence`` tells a visitor what to expect."""

    username: str
    name: str
    sentence: str
    country: str
    sector: Sector
    gender: Gender
    languages: tuple[str, ...]
    time_zone: str
    bio: str
    status: Status = Status.ACTIVE
    staff: StaffRole | None = None
    groups: tuple[str, ...] = ()
    facilitates: tuple[str, ...] = ()
    suspended_for: timedelta | None = None
    suspension_reason: str | None = None

    @property
    def subject(self) -> str:
        """The subject under which the demo's issuer knows this face."""
        return f"face-{self.username}"

    @property
    def email(self) -> str:
        return f"{self.username}@example.test"


ALUMNA: Final = Face(
    username="alumna",
    name="Amina Okello",
    sentence="An alumna: member of six groups, three threads unread, two drafts, an initiative of hers to launch.",
    country="UG",
    sector=Sector.GOVERNMENT,
    gender=Gender.FEMALE,
    languages=("en", "sw", "fr"),
    time_zone="Africa/Kampala",
    bio="Policy analyst in a ministry of ICT, class of 2020. I turn ninety pages into one and keep the other"
    " eighty-nine in case somebody asks.",
    groups=(
        "alumni",
        "internet-exchange-points",
        "data-protection",
        "cross-border-data",
        "ai-governance",
        "community-networks",
    ),
)
FACILITATOR: Final = Face(
    username="facilitator",
    name="Ruth Tabimas",
    sentence="A facilitator: looks after three groups, with requests to join waiting and two initiatives to answer.",
    country="VU",
    sector=Sector.GOVERNMENT,
    gender=Gender.FEMALE,
    languages=("en", "bi", "fr"),
    time_zone="Pacific/Efate",
    bio="I run the technical desk of a regulator and chair meetings for a hobby. The minutes are short"
    " because I write them.",
    groups=("small-island-states", "alumni"),
    facilitates=("internet-exchange-points", "submarine-cables", "incident-response"),
)
MODERATOR: Final = Face(
    username="moderator",
    name="Paulina Quintul Rojas",
    sentence="A moderator of the site: staff, keeps threads findable and civil in every group she may read.",
    country="CL",
    sector=Sector.INTERNATIONAL_ORGANISATION,
    gender=Gender.FEMALE,
    languages=("es", "en", "pt"),
    time_zone="America/Santiago",
    bio="Part of the secretariat. I move threads to where they will be found, and I always say why.",
    staff=StaffRole.MODERATOR,
    groups=("alumni", "comunidad-hispanohablante", "online-learning"),
)
ADMIN: Final = Face(
    username="admin",
    name="Corentin Bezzolat",
    sentence="An administrator: staff, approves new members and opens and closes groups.",
    country="CH",
    sector=Sector.INTERNATIONAL_ORGANISATION,
    gender=Gender.MALE,
    languages=("fr", "en", "de"),
    time_zone="Europe/Zurich",
    bio="Head of the secretariat's platform. Write to me when something is missing; write first to the"
    " moderators when something is too much.",
    staff=StaffRole.ADMIN,
    groups=("alumni", "partner-academies"),
)
PENDING: Final = Face(
    username="pending",
    name="Nomin Badamdorj",
    sentence="A newcomer whose account still waits for approval: may read what is public, may not write yet.",
    country="MN",
    sector=Sector.CIVIL_SOCIETY,
    gender=Gender.FEMALE,
    languages=("mn", "en"),
    time_zone="Asia/Ulaanbaatar",
    bio="",
    status=Status.PENDING,
)
SUSPENDED: Final = Face(
    username="suspended",
    name="Victor Silumesi",
    sentence="A suspended member: signing in is refused, with the reason and the day on which it ends.",
    country="ZM",
    sector=Sector.BUSINESS,
    gender=Gender.MALE,
    languages=("en",),
    time_zone="Africa/Lusaka",
    bio="Reseller of connectivity equipment.",
    status=Status.SUSPENDED,
    groups=("telecom-markets", "universal-access"),
    suspended_for=timedelta(days=24),
    suspension_reason="Posted the same advertisement in nine groups, after two requests to stop.",
)
FACES: Final = (ALUMNA, FACILITATOR, MODERATOR, ADMIN, PENDING, SUSPENDED)
