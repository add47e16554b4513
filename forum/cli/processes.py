"""Several web processes on one socket: forked from a warm one, so that one that dies is replaced at once.

The warm process (multiprocessing's fork server) imports the application and never runs it; a web process starts
from it in a tenth of the time that Python takes to import everything, and shares that memory.
"""
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from types import FrameType
from typing import Final

log = logging.getLogger(__name__)

WARM: Final = ("forum.cli.serving",)
CONTEXT: Final = multiprocessing.get_context("forkserver")
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
START_SECONDS: Final = 60.0
# One that ends this soon after its start will do so again: not in a tight loop.
HASTY_SECONDS: Final = 2.0

Serve = Callable[[str, socket.socket, Connection], None]


@dataclass(slots=True)
class Web:
    """One web process; ``ready`` can be read once it serves."""

    process: ForkServerProcess
    ready: Connection
    begun: float

    def is_alive(self) -> bool:
        return self.process.is_alive()

    def end(self, until: float) -> None:
        """Wait for it until then, and no longer."""
        self.process.join(max(0.0, until - time.monotonic()))
        if self.process.is_alive():
            log.warning("web process %s does not end: killing it", self.process.pid)
            self.process.kill()
            self.process.join()


class Processes:
    """Runs ``serve(url, socket, ready)`` in ``count`` processes until SIGTERM or SIGINT.

    SIGHUP renews them one by one, each with the settings as they are then. They end with us, however we end.
    """

    def __init__(self, count: int, serve: Serve, url: str, listening: socket.socket, leave_seconds: float) -> None:
        self._count, self._serve, self._url = count, serve, url
        self._listening = listening
        self._leave_seconds = leave_seconds
        self._webs: list[Web] = []
        self._asked: list[int] = []
        self._woken, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    def run(self) -> None:
        """Until told to stop; raises KeyboardInterrupt when that was Ctrl-C."""
        for number in SIGNALS:
            signal.signal(number, self._heard)
        CONTEXT.set_forkserver_preload(list(WARM))
        self._webs = [self._start() for _ in range(self._count)]
        while not self._is_leaving():
            wait([self._woken, *(web.process.sentinel for web in self._webs)])
            if self._asked:
                self._woken.recv(100)
            if self._is_leaving():
                break
            if signal.SIGHUP in self._asked:
                self._asked.remove(signal.SIGHUP)
                self._renew()
            self._replace_dead()
        self._leave()
        if signal.SIGINT in self._asked:
            raise KeyboardInterrupt

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        self._asked.append(number)
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b"\0")

    def _is_leaving(self) -> bool:
        return signal.SIGTERM in self._asked or signal.SIGINT in self._asked

    def _start(self) -> Web:
        until = time.monotonic() + START_SECONDS
        while True:
            ready, serving = CONTEXT.Pipe(duplex=False)
            process = CONTEXT.Process(target=self._serve, args=(self._url, self._listening, serving))
            try:
                process.start()
            except (EOFError, OSError) as error:
                # The warm process was killed, too: the next try starts another.
                log.error("no web process could be started: %r", error)
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return Web(process, ready, time.monotonic())
            finally:
                serving.close()

    def _replace_dead(self) -> None:
        for place, web in enumerate(self._webs):
            if web.is_alive():
                continue
            log.error("web process %s ended (%s): starting another", web.process.pid, web.process.exitcode)
            if time.monotonic() - web.begun < HASTY_SECONDS:
                time.sleep(HASTY_SECONDS / 4)
            self._webs[place] = self._start()

    def _renew(self) -> None:
        """The new one serves before the old one is asked to leave."""
        for place, old in enumerate(self._webs):
            fresh = self._start()
            if not fresh.ready.poll(START_SECONDS) or not fresh.is_alive():
                log.error("the new web process does not start: the old ones stay")
                fresh.process.kill()
                return
            self._webs[place] = fresh
            old.process.terminate()
            old.end(time.monotonic() + self._leave_seconds)
            if self._is_leaving():
                return

    def _leave(self) -> None:
        # Ours too, or connections would wait in its queue for nobody.
        self._listening.close()
        for web in self._webs:
            web.process.terminate()
        until = time.monotonic() + self._leave_seconds
        for web in self._webs:
            web.end(until)


def when_orphaned(do: Callable[[], None]) -> None:
    """Call ``do`` when the process that started this one is gone, however it went."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    if parent.pid == os.getpid():
        return

    def watch() -> None:
        parent.join()
        do()

    threading.Thread(target=watch, name="orphan watch", daemon=True).start()
