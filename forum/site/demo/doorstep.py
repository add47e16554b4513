"""What the faces find when they come in: unread threads, answers, drafts, requests that wait."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forum.notifications.models import NoticeKind
from forum.site.demo import bell
from forum.site.demo.cast import ALUMNA, FACILITATOR
from forum.site.demo.plan import Community, NoticePlan, PostPlan, ThreadPlan

# What the alumna has not finished: the thread, and the number of the last post that she has read.
UNREAD: Final = {
    "en/01-health-data-one-page": 5,
    "en/03-first-year-priorities": 4,
    "en/01-incumbent-ten-gigabit": 0,
}
BOOKMARKS: Final = (
    ("en/01-health-data-one-page", 2),
    ("en/02-remote-peering", 2),
    ("fr/02-premiere-annee-autorite-protection-donnees", 1),
)
FOLLOWED: Final = ("en/01-health-data-one-page", "en/02-remote-peering", "en/13-village-ledger")
DRAFT_REPLY: Final = (
    "en/03-first-year-priorities",
    "From a ministry next door rather than from an authority: the thing that changed our habits was neither"
    " a fine nor a form. It was the first letter that came back with *three questions*, politely, and a"
    " date.\n\nWe had to find out who could answer them, and",
)
DRAFT_THREAD: Final = (
    "community-networks",
    "Who insures a mast on a school roof?",
    "A village cooperative wants to put its mast on the roof of a primary school. The head teacher agrees,"
    " the district agrees, and the district's lawyer has asked one question, about insurance, to which nobody"
    " has an answer.\n\n"
    "- cooperative: twenty-six households, no assets but the mast\n- school: insured against fire only\n",
)
REQUESTS: Final = (
    "I have joined the national response team as its fourth member and cover the nights. Your contact list"
    " would spare me some of them.",
    "I coordinate exercises for the energy regulator and should like to learn how others bring operators to"
    " the table.",
    "Our ministry is setting up a team next year; at the moment it is me and a telephone.",
)
INVITED_TO: Final = "cyber-norms"
CLOSED: Final = "incident-response"


@dataclass(frozen=True, slots=True)
class RequestPlan:
    id: int
    group_id: int
    member_id: int
    reason: str
    at: datetime


def group_marks(community: Community) -> list[tuple[int, int, int]]:
    """(group, member, through post): everybody has read everything, except what the alumna has left."""
    alumna = community.member(ALUMNA.username).id
    marks = []
    for group in community.groups.values():
        hers = _her_mark(community, group.id, group.last_post_id)
        marks += [
            (group.id, member, hers if member == alumna else group.last_post_id) for member in group.members
        ]
    return marks


def _her_mark(community: Community, group_id: int, last: int) -> int:
    """Just before the first post that the alumna has not read."""
    unfinished = _unfinished(community)
    left = [thread.posts[read].id - 1 for thread, read in unfinished if thread.group.id == group_id]
    return min([last, *left])


def _unfinished(community: Community) -> list[tuple[ThreadPlan, int]]:
    return [(community.thread(key), read) for key, read in UNREAD.items()]


def reading_marks(community: Community) -> list[tuple[int, int, int]]:
    """(thread, member, last number): where the alumna stands in what has moved since her groups' marks."""
    alumna = community.member(ALUMNA.username).id
    read_to = {thread.id: read for thread, read in _unfinished(community)}
    marks = []
    for group in community.groups.values():
        if alumna not in group.members:
            continue
        mark = _her_mark(community, group.id, group.last_post_id)
        for thread in community.threads:
            number = read_to.get(thread.id, thread.last_number)
            if thread.group is group and thread.last and thread.last.id > mark and number:
                marks.append((thread.id, alumna, number))
    return marks


def requests(community: Community) -> list[RequestPlan]:
    """People who ask to join the facilitator's closed group."""
    group = community.groups[CLOSED]
    outside = [m for m in community.members if m.written is False and m.bio and m.id not in group.members]
    return [
        RequestPlan(number, group.id, member.id, reason, community.now - timedelta(hours=9 * number))
        for number, (member, reason) in enumerate(zip(outside[::17], REQUESTS, strict=False), start=1)
    ]


def invitation(community: Community) -> tuple[int, int, int]:
    """(group, member, inviter) of the one invitation that waits for the alumna."""
    group = community.groups[INVITED_TO]
    return group.id, community.member(ALUMNA.username).id, min(group.facilitators)


def notices(community: Community, invitation_id: int) -> list[NoticePlan]:
    """Answers to the alumna's posts, her mentions, her invitation, what waits for the facilitator, and all else."""
    alumna = community.member(ALUMNA.username)
    told = [
        _of_post(community, alumna.id, thread, post, kind)
        for thread in community.threads
        if thread.key
        for post in thread.public
        if (kind := _reason(alumna.id, thread, post)) and post.author_id != alumna.id
    ]
    group_id, member_id, inviter = invitation(community)
    invited = community.now - timedelta(hours=20)
    cause = f"invitation:{invitation_id}"
    told.append(
        NoticePlan(member_id, cause, NoticeKind.INVITATION, inviter, group_id, None, None, None, invited)
    )
    for group in community.groups.values():
        if group.slug == CLOSED:
            waiting = requests(community)
            told += [_of_request(host, request) for request in waiting for host in group.facilitators]
    told += bell.notices(community)
    return sorted(told, key=lambda notice: (notice.created_at, notice.member_id))


def _reason(member_id: int, thread: ThreadPlan, post: PostPlan) -> NoticeKind | None:
    if member_id in post.mentioned:
        return NoticeKind.MENTION
    answered = post.parent or thread.first
    return NoticeKind.REPLY if answered.author_id == member_id else None


def _of_post(
    community: Community, member_id: int, thread: ThreadPlan, post: PostPlan, kind: NoticeKind
) -> NoticePlan:
    """Told of a post; what she has read of the thread, she has seen the notice of, too."""
    read = UNREAD.get(thread.key or "", len(thread.posts))
    seen = post.id <= thread.posts[read - 1].id if read else False
    read_at = min(community.now, post.at + timedelta(hours=3)) if seen else None
    return NoticePlan(
        member_id=member_id,
        cause=f"post:{post.id}",
        kind=kind,
        actor_id=post.author_id,
        group_id=thread.group.id,
        thread_id=thread.id,
        post_id=post.id,
        read_at=read_at,
        created_at=post.at,
    )


def _of_request(host: int, request: RequestPlan) -> NoticePlan:
    return NoticePlan(
        member_id=host,
        cause=f"request:{request.id}",
        kind=NoticeKind.REQUEST,
        actor_id=request.member_id,
        group_id=request.group_id,
        thread_id=None,
        post_id=None,
        read_at=None,
        created_at=request.at,
    )


def facilitator_follows(community: Community) -> tuple[int, int]:
    """(group, member): the facilitator hears of every new thread in the closed group."""
    return community.groups[CLOSED].id, community.member(FACILITATOR.username).id
