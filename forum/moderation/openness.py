"""What everybody who reads a group is told of what was done there, and for whose ears a reason is."""
from typing import Final

from forum.moderation.models import ActKind

# A word between two people, and a look that changed nothing: not in a group's public log.
UNTOLD: Final = frozenset({ActKind.POST_NOTED, ActKind.CASE_DECIDED})
# About threads and the group as a whole: their reasons are written for everybody there. All other reasons are written
# to one person, may repeat what was hidden, and are read by that person and by those who look after the group.
SPOKEN: Final = frozenset({
    ActKind.GLASS_OPENED, ActKind.SLOW_MODE_SET, ActKind.THREAD_PINNED, ActKind.THREAD_UNPINNED, ActKind.THREAD_LOCKED,
    ActKind.THREAD_UNLOCKED, ActKind.THREAD_MOVED, ActKind.THREAD_MERGED, ActKind.THREAD_SPLIT, ActKind.THREAD_LISTED,
    ActKind.THREAD_UNLISTED, ActKind.THREAD_TAGGED, ActKind.THREAD_MARKED_DUPLICATE, ActKind.THREAD_LANGUAGE_SET,
    ActKind.SUMMARY_REMOVED, ActKind.WIKI_MADE, ActKind.WIKI_ENDED, ActKind.THREAD_UNMARKED_DUPLICATE,
})  # fmt: skip
