"""Makes Markdown, HTML and text of imported HTML, in processes of their own: it is nothing but computing."""
import asyncio
import multiprocessing
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Final, NamedTuple

from forum.kit.markdown import Rendered, render
from forum.kit.markdown.pool import settle
from forum.kit.markdown.rendering import as_typed
from forum.kit.text import Fault, TextError, clean_body, without_forbidden
from forum.transfer.html_to_markdown import to_markdown

PROCESSES: Final = 2
CHUNK: Final = 100
SECONDS_TO_CONVERT: Final = 10.0
SECONDS_TO_RENDER: Final = 2.0
LONGEST: Final = 200_000
LONGEST_WRITTEN: Final = 32_000
NO_TEXT: Final = "*(no text)*"


class Converted(NamedTuple):
    """A post's text as it is stored; ``mentions`` are lower-cased names, ``empty`` had nothing to read."""

    body: str
    html: str
    text: str
    mentions: tuple[str, ...]
    empty: bool

    @property
    def oversize(self) -> bool:
        return len(self.body) > LONGEST_WRITTEN


class DeadlineError(Exception):
    """A message took longer than it may."""


class Converters:
    """The processes, for the time of one import; ``hrefs`` maps lower-cased names to members' pages."""

    def __init__(self, hrefs: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        # Imported once in the server they are forked from, if that does not run yet, and not in each of them.
        context.set_forkserver_preload(["__main__", __name__])
        self._executor = ProcessPoolExecutor(
            PROCESSES,
            mp_context=context,
            initializer=_prepare,
            initargs=(dict(hrefs),),
        )

    def __enter__(self) -> "Converters":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def convert(self, messages: Sequence[str]) -> "asyncio.Future[list[list[Converted | str]]]":
        """Begin to convert; the result is in chunks, and has the reason in place of what cannot be had."""
        chunks = [messages[at : at + CHUNK] for at in range(0, len(messages), CHUNK)]
        return asyncio.gather(
            *(asyncio.wrap_future(self._executor.submit(_convert_all, chunk)) for chunk in chunks)
        )


_hrefs: dict[str, str] = {}


def _prepare(hrefs: dict[str, str]) -> None:
    settle()
    signal.signal(signal.SIGALRM, _ring)
    _hrefs.update(hrefs)


def _convert_all(messages: Sequence[str]) -> list[Converted | str]:
    return [convert(html, _hrefs) for html in messages]


def convert(html: str, hrefs: Mapping[str, str]) -> Converted | str:
    """Return the post that a message becomes, or the reason why it cannot."""
    try:
        with _deadline(SECONDS_TO_CONVERT):
            body = clean_body(without_forbidden(to_markdown(html)), at_most=LONGEST)
    except TextError as error:
        if error.fault is Fault.TOO_SHORT:
            return Converted(NO_TEXT, *_rendered(NO_TEXT, {}), empty=True)
        return f"longer than {LONGEST:,} characters as Markdown - at `$.html`"
    except DeadlineError:
        return f"takes more than {SECONDS_TO_CONVERT:.0f} seconds to convert - at `$.html`"
    except Exception as error:
        # Whatever a parser may make of somebody's HTML, the other messages go in.
        return f"cannot be converted ({type(error).__name__}: {str(error)[:200]}) - at `$.html`"
    return Converted(body, *_rendered(body, hrefs), empty=False)


def _rendered(body: str, hrefs: Mapping[str, str]) -> tuple[str, str, tuple[str, ...]]:
    try:
        with _deadline(SECONDS_TO_RENDER):
            found: Rendered = render(body, mention_href=hrefs)
    except DeadlineError:
        found = as_typed(body)
    return found.html, found.text, found.mentions


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Interrupt the block after so many seconds; only a process's main thread can be."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise DeadlineError
