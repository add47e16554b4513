"""Make a post a wiki post, which those may edit who write wiki posts in its group, and end that."""
from auth.actor import Actor
from forum.curation.policies import can_make_wiki
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.models import Post
from forum.threads.policies import PostInfo
from forum.threads.queries import post_door


@command
async def make_wiki(actor: Actor, post_id: int, reason: str = "") -> None:
    """Its author stays its author, and is told; every version stays in its history."""
    await _set(actor, post_id, reason, wiki=True)


@command
async def end_wiki(actor: Actor, post_id: int, reason: str = "") -> None:
    """From now on only its author edits it; the text stays as it is."""
    await _set(actor, post_id, reason, wiki=False)


async def _set(actor: Actor, post_id: int, reason: str, *, wiki: bool) -> None:
    info = await _locked(actor, post_id)
    if info.wiki is wiki:
        return
    await Post.filter(id=post_id).update(wiki=wiki)
    await enter(
        actor,
        ActKind.WIKI_MADE if wiki else ActKind.WIKI_ENDED,
        reason=body_field(reason, "reason", least=0, most=REASON_LENGTH),
        group_id=info.thread.group.id,
        thread_id=info.thread.id,
        post_id=post_id,
        member_id=info.author_id,
        before={"wiki": not wiki},
        after={"wiki": wiki},
        undo={"wiki": not wiki},
    )


async def _locked(actor: Actor, post_id: int) -> PostInfo:
    info = await post_door(actor, post_id, lock=True)
    require(can_make_wiki(actor, info))
    return info


@undoes(ActKind.WIKI_MADE, ActKind.WIKI_ENDED)
async def set_back(actor: Actor, done: Done) -> None:
    assert done.post_id is not None
    await _locked(actor, done.post_id)
    await Post.filter(id=done.post_id).update(wiki=bool(done.undo["wiki"]))
