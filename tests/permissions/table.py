"""The permission table as it is read by the tests."""
import csv
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent.parent / "permissions.csv"
SITE = "site"
COLUMNS = {
    "anonymous": "stranger",
    "pending": "pia",
    "member": "cem",
    "group_member": "ben",
    "facilitator": "fay",
    "moderator": "ada",
    "admin": "adi",
    "silenced": "sol",
}
BANNED, SUSPENDED, READER = "bea", "dot", "rae"
STAFF = ("ada", "adi")
JOINING = {"join_open", "request_to_join", "join_by_invitation_only", "accept_invitation"}


@dataclass(frozen=True, slots=True)
class Row:
    """One action in one kind of group; ``cells`` by the name of somebody of the cast."""

    action: str
    kind: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.action}-{self.kind}"

    def for_reader(self) -> str:
        """What a course left behind: reads like a group's member, writes nothing in it, joins like anybody else."""
        if self.kind == SITE or self.action in JOINING:
            return self.cells["cem"]
        if self.action == "join":
            return "403"
        return self.cells["ben"] if self.action == "flag" else self.cells["sol"]

    def for_banned(self) -> str:
        """A member elsewhere; here a visitor on public groups, and nobody in the others."""
        if self.kind == SITE:
            return self.cells["cem"]
        if self.kind != "public" or self.action == "accept_invitation_of_another":
            return "404"
        if self.action == "draft_for_group":
            return "yes"  # what one writes for oneself about a text that everybody reads
        return self.cells["stranger"].replace("login", "403")


def rows() -> list[Row]:
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [
        Row(line["action"], kind, {COLUMNS[column]: line[column] for column in COLUMNS})
        for line in csv.DictReader(lines)
        for kind in line["kinds"].split("+")
    ]
