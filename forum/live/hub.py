"""One ``Hub`` per process follows the facts and tells the open streams what they may hear.

Wiring (``forum/app.py``)::

    hub = Hub(directory)                       # the same Directory that Identify uses
    routes = [..., live_route(hub)]
    async with lifespan: await hub.start(); yield; await hub.stop()

The server waits for open responses before it ends the lifespan, so whoever handles SIGTERM calls
``hub.end_streams()`` first: every stream ends, new ones are refused with 503. ``Identify`` stands in front of
the route; compression must leave ``text/event-stream`` alone. ``hub.count`` is the number of open streams.

Rights: each delivery asks the actor's ``readable``; actors are loaded again every four seconds, at once after
a fact about them, and where that fails nothing is told until it succeeds.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from time import monotonic

from starlette.types import Send

from auth.actor import Actor
from auth.directory import Directory, Loaded
from forum.jobs.reach import UNREACHABLE
from forum.kit.errors import Overloaded
from forum.live import unread
from forum.live.follower import NOBODY, Credential, Follower, Person, flushed
from forum.live.schemas import NOT_READABLE, SIGNED_OUT, Gone, Resync, frame, place
from forum.live.telling import Telling, tellings
from forum.outbox.relay import Listener
from forum.outbox.stream import START, Cursor, StoredFact, facts_after, follow, newest_cursor

log = logging.getLogger(__name__)

# Seconds. TRUST is promised; REFRESH leaves time for the round itself.
REFRESH, TRUST = 4.0, 5.0
TICK = 0.5
HEARTBEAT = 15.0
AGAIN = 0.5
LONG_AGO = float("-inf")

SLICE = 200
CHUNK = 32  # half a follower's queue: a burst overflows only those who really do not read
REPLAYED = 10  # batches of facts looked through for one reconnection
LIMIT, LIMIT_EACH = 2000, 50  # streams in all, and of one credential

# After each round a pause for this long per stream: a busy thread's posts then share one write.
PAUSE_EACH, LONGEST_PAUSE = 0.0002, 0.3


class Hub:
    """``start()`` and ``stop()``; streams come by ``join`` and go by ``leave``."""

    def __init__(self, directory: Directory, *, limit: int = LIMIT, limit_each: int = LIMIT_EACH) -> None:
        self._directory, self._limit, self._limit_each = directory, limit, limit_each
        self._people: dict[Credential, Person] = {}
        self._threads: defaultdict[int, set[Follower]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self.count = 0
        self.cursor = START

    async def start(self) -> None:
        self._closing = False
        self.cursor = await newest_cursor()
        self._tasks = [
            asyncio.create_task(self._follow(), name="live-facts"),
            asyncio.create_task(self._watch(), name="live-rights"),
            asyncio.create_task(unread.keep_counting(self._people, SLICE), name="live-unread"),
        ]

    async def stop(self) -> None:
        self.end_streams()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks = []
        await flushed(1.0)

    def end_streams(self) -> None:
        """End every stream and take no new ones."""
        self._closing = True
        for follower in self._followers():
            follower.end()

    def join(
        self,
        credential: Credential,
        actor: Actor,
        send: Send,
        *,
        thread: tuple[int, int] | None = None,
        since: Cursor | None = None,
    ) -> Follower:
        """A new stream, held until ``catch_up``; ``thread`` is its id and its group's, behind the door already."""
        person = self._people.get(credential)
        if person is not None and person.actor.member_id != actor.member_id:
            self._turn_away(person)
            person = None
        # Visitors, whom nothing tells apart, leave half of the streams to members.
        each = self._limit_each if credential != NOBODY else max(1, self._limit // 2)
        if self._closing or self.count >= self._limit or (person and len(person.followers) >= each):
            raise Overloaded(retry_after=5)
        if person is None:
            person = self._people[credential] = Person(credential, actor, monotonic())
        thread_id, group_id = thread or (None, None)
        follower = Follower(person, send, max(self.cursor, since or START), thread_id, group_id)
        if group_id is not None and not follower.may_read(group_id):
            # This request's actor is the newer one: hold back until the person has been asked for again.
            person.doubted, person.asked = True, LONG_AGO
        person.followers.add(follower)
        if thread_id is not None:
            self._threads[thread_id].add(follower)
        self.count += 1
        if actor.member_id is not None:
            person.unread, person.due = b"", min(person.due, monotonic())
        return follower

    def leave(self, follower: Follower) -> None:
        follower.over = True
        person = follower.person
        if follower in person.followers:
            person.followers.discard(follower)
            self.count -= 1
            if not person.followers and self._people.get(person.credential) is person:
                del self._people[person.credential]
        self._leave_thread(follower)

    async def catch_up(self, follower: Follower, since: Cursor) -> list[bytes]:
        """What was missed after ``since``; resync for too much, or a place that this database never had."""
        until = follower.joined
        if since == until:
            if since > self.cursor and since > await newest_cursor():
                follower.after = self.cursor
                return [frame("resync", Resync(), self.cursor)]
            return [place(until)]
        missed: list[bytes] = []
        for _ in range(REPLAYED):
            facts = [fact for fact in await facts_after(since) if fact.cursor <= until]
            if not facts or follower.thread_id is None:
                return [*missed, place(until)]
            since = facts[-1].cursor
            news = await tellings(facts, {follower.thread_id})
            missed += [each.frame for each in news if follower.may_read(each.group_id)]
            if since >= until:
                return [*missed, place(until)]
        return [frame("resync", Resync(), until)]

    def _followers(self) -> list[Follower]:
        return [follower for person in self._people.values() for follower in person.followers]

    def _leave_thread(self, follower: Follower) -> None:
        thread_id = follower.thread_id
        if thread_id is not None and thread_id in self._threads:
            self._threads[thread_id].discard(follower)
            if not self._threads[thread_id]:
                del self._threads[thread_id]

    async def _follow(self) -> None:
        while True:
            try:
                async with Listener() as listener:
                    async for facts in follow(self.cursor, listener.subscribe()):
                        for start in range(0, len(facts), CHUNK):
                            await self._tell(facts[start : start + CHUNK])
                        await asyncio.sleep(min(self.count * PAUSE_EACH, LONGEST_PAUSE))
            except UNREACHABLE as error:
                log.warning("live: the facts cannot be read, again in %.1f s: %r", AGAIN, error)
            except Exception:
                log.exception("live: a batch of facts failed, again in %.1f s", AGAIN)
            await asyncio.sleep(AGAIN)

    async def _tell(self, facts: Sequence[StoredFact]) -> None:
        """Tell one batch. Until the cursor moves nothing has been told, so that a failure can be tried again."""
        if self._people:
            touched = self._touched(facts)
            for person in touched:
                person.asked = LONG_AGO
            await self._ask_again(touched)
        news = await tellings(facts, self._threads)
        # From here to the snapshot nobody can join: a newcomer begins after the cursor, with a replay.
        self.cursor = facts[-1].cursor
        told: defaultdict[int, list[Telling]] = defaultdict(list)
        for each in news:
            told[each.thread_id].append(each)
        audience = [(follower, told[thread_id]) for thread_id in told for follower in self._threads.get(thread_id, ())]
        now = monotonic()
        unread.expect(self._people.values(), facts, now)
        for start in range(0, len(audience), SLICE):
            for follower, about_thread in audience[start : start + SLICE]:
                person = follower.person
                if person.doubted or monotonic() - person.asked > TRUST:
                    person.doubted = True
                else:
                    follower.tell(about_thread)
            await asyncio.sleep(0)

    def _touched(self, facts: Iterable[StoredFact]) -> list[Person]:
        """Whose rights these facts may have changed."""
        about = {fact.payload.get("member_id") for fact in facts if not fact.name.startswith("thread.")} - {None}
        if not about:
            return []
        return [person for person in self._people.values() if person.actor.member_id in about]

    async def _watch(self) -> None:
        beat = monotonic() + HEARTBEAT
        while True:
            await asyncio.sleep(TICK)
            try:
                now = monotonic()
                due = [person for person in self._people.values() if now - person.asked >= REFRESH - TICK]
                await self._ask_again(sorted(due, key=lambda person: person.asked))
                if now >= beat:
                    beat = now + HEARTBEAT
                    await self._beat()
            except UNREACHABLE as error:
                log.warning("live: rights cannot be asked for: %r", error)
            except Exception:
                log.exception("live: a round of rights failed")

    async def _beat(self) -> None:
        followers = self._followers()
        for start in range(0, len(followers), SLICE):
            for follower in followers[start : start + SLICE]:
                follower.beat(self.cursor)
            await asyncio.sleep(0)

    async def _ask_again(self, people: Sequence[Person]) -> None:
        """Load actors again, one after the other: a round never takes more than one connection."""
        for person in people:
            asked = monotonic()
            try:
                loaded = await self._directory.actor_for(
                    session_hash=person.credential.session, token_hash=person.credential.token
                )
            except UNREACHABLE:
                raise
            except Exception:
                log.exception("live: one person cannot be loaded, and is told nothing")
                continue
            if person.followers and asked >= person.asked:
                person.asked = asked
                self._narrow(person, loaded)

    def _narrow(self, person: Person, loaded: Loaded) -> None:
        credential = person.credential
        if (credential.token and not loaded.token) or (credential.session and not loaded.session):
            word = frame("gone", Gone(SIGNED_OUT))
            for follower in tuple(person.followers):
                follower.end(word)
            return
        before, person.actor = person.actor, loaded.actor
        if before.member_id != loaded.actor.member_id:
            self._turn_away(person)
            return
        doubted, person.doubted = person.doubted, False
        for follower in tuple(person.followers):
            if follower.group_id is None:
                continue
            if not follower.may_read(follower.group_id):
                self._end_reading(follower)
            elif doubted:
                follower.resync(self.cursor)
        if loaded.actor.unread_notices != person.notices and loaded.actor.member_id is not None:
            person.due = min(person.due, monotonic())

    def _turn_away(self, person: Person) -> None:
        """The session shows somebody else's view of the site now, or shows it no more: the pages come again."""
        for follower in tuple(person.followers):
            follower.end()

    def _end_reading(self, follower: Follower) -> None:
        assert follower.thread_id is not None
        word = frame("gone", Gone(NOT_READABLE, follower.thread_id))
        self._leave_thread(follower)
        if follower.person.credential == NOBODY:
            follower.end(word)
        else:
            follower.leave_thread(word)
            # An answer that still waited was given up with the rest.
            follower.person.unread, follower.person.due = b"", monotonic()
