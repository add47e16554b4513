"""What must hold of an answer to anything at all."""

from dataclasses import dataclass, field

import httpx2
import msgspec

from forum.api.problem import Problem
from tests.support.clients import Client

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


@dataclass
class Faults:
    """Collects what is wrong, so that one run tells of all of it: ``with``-less, asserted at the end."""

    found: list[str] = field(default_factory=list)
    asked: int = 0

    def check(self, what: str, answer: httpx2.Response, *statuses: int) -> None:
        """``statuses``: those that are expected; without them any 2xx, 3xx or 4xx will do."""
        self.asked += 1
        if answer.status_code >= 500 or (statuses and answer.status_code not in statuses):
            self.found.append(f"{what}: {answer.status_code} {answer.text[:300]}")
            return
        self.found += [f"{what}: {fault}" for fault in faults_of(answer)]

    def names(self, what: str, answer: httpx2.Response, field_name: str) -> None:
        """The problem names this field."""
        named = [error["field"] for error in answer.json().get("errors", [])]
        if field_name not in named:
            self.found.append(f"{what}: names {named}, not {field_name}")

    def none(self) -> None:
        assert not self.found, "\n".join([f"{len(self.found)} of {self.asked}:", *self.found[:60]])


def faults_of(answer: httpx2.Response) -> list[str]:
    found = []
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        if answer.url.path.startswith("/api/") and kind != "application/problem+json":
            found.append(f"{answer.status_code} as {kind!r}")
        if kind == "application/problem+json":
            found += faults_of_problem(answer)
    framed = answer.url.path.startswith("/embed/")
    missing = [
        name for name, value in ALWAYS.items() if answer.headers.get(name) != value and not (framed and "frame" in name)
    ]
    if missing:
        found.append(f"{answer.status_code} without {missing}")
    policy = answer.headers.get("content-security-policy", "")
    # No platform is registered here, so that even what is made for frames stands in none of another site.
    ancestors = ("frame-ancestors 'none'", *(("frame-ancestors 'self'",) if framed else ()))
    if not any(one in policy for one in ancestors) or "unsafe" in policy or "default-src 'none'" not in policy:
        found.append(f"{answer.status_code} with the policy {policy!r}")
    return found


def faults_of_problem(answer: httpx2.Response) -> list[str]:
    """RFC 9457, and our own code."""
    try:
        told = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError as error:
        return [f"no problem details: {error}"]
    found = []
    if told.status != answer.status_code:
        found.append(f"says {told.status}, is {answer.status_code}")
    if not told.title or not told.code:
        found.append("without title or code")
    if "type" not in msgspec.json.decode(answer.content):
        found.append("without a type")
    return found


async def serves(client: Client) -> None:
    """The process is well after what it was sent."""
    assert (await client.get("/readyz")).text == "ready\n"
    assert (await client.get("/api/v1/groups/public-group")).status_code == 200
