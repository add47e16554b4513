"""What happens when: every fact, and who reacts to it.

``within`` runs in the fact's own transaction, in order; ``later`` is a job, enqueued in that same transaction.
"""
from forum.curation import facts as curation
from forum.groups import facts as groups
from forum.groups import subscribers as places
from forum.groups.jobs import recount_group
from forum.initiatives import facts as initiatives
from forum.initiatives.jobs import fill_space, settle_departure, settle_place
from forum.members import facts as members
from forum.moderation import facts as moderation
from forum.moderation import subscribers as standing
from forum.notifications import subscribers as notices
from forum.notifications.jobs import cases as tell_cases
from forum.notifications.jobs import curation as tell_curation
from forum.notifications.jobs import initiatives as tell_initiatives
from forum.notifications.jobs import moderation as tell_acts
from forum.notifications.jobs import oversight
from forum.notifications.jobs import places as tell_places
from forum.notifications.jobs import polls as tell_polls
from forum.notifications.jobs import posts as tell
from forum.outbox.registry import NOBODY, Later, Subscribers, Subscriptions
from forum.polls import facts as polls
from forum.polls.jobs import watch_clock
from forum.reading import subscribers as reading
from forum.searching import jobs as searching
from forum.threads import facts as threads


def _source_group(fact: curation.PostsRelocated | curation.ThreadMoved) -> dict[str, int]:
    return {"group_id": fact.source_group_id}


def _source_thread(fact: curation.PostsRelocated) -> dict[str, int]:
    return {"thread_id": fact.source_id}


SUBSCRIPTIONS: Subscriptions = {
    members.MemberAdmitted: NOBODY,
    members.MemberApproved: NOBODY,
    members.ProfileEdited: NOBODY,
    members.MemberRenamed: Subscribers(later=(searching.index_member,)),
    members.WayInDisconnected: Subscribers(within=(places.let_go,)),
    groups.MembershipStarted: Subscribers(
        within=(reading.begin_group, standing.bring_sanctions), later=(recount_group,)
    ),
    groups.MembershipEnded: Subscribers(within=(reading.end_group,), later=(recount_group, settle_departure)),
    groups.RoleChanged: NOBODY,
    groups.LastFacilitatorLost: Subscribers(later=(tell_places.tell_of_orphaned_group,)),
    groups.RosterStopped: Subscribers(later=(tell_places.tell_of_stopped_roster,)),
    groups.JoinRequested: Subscribers(later=(tell_places.tell_of_request,)),
    groups.RequestDecided: Subscribers(later=(tell_places.tell_of_decision,)),
    groups.MemberInvited: Subscribers(later=(tell_places.tell_of_invitation,)),
    groups.MemberBanned: Subscribers(later=(settle_departure,)),
    threads.ThreadStarted: Subscribers(
        within=(reading.mark_own_thread_read,),
        later=(tell.tell_of_post, searching.index_post, recount_group),
    ),
    threads.ReplyPosted: Subscribers(
        within=(reading.mark_own_reply_read,),
        later=(tell.tell_of_post, searching.index_post, recount_group),
    ),
    threads.PostHeld: Subscribers(within=(standing.have_first_post_looked_at,)),
    threads.PostEdited: Subscribers(
        within=(standing.look_at_edit,), later=(tell.tell_of_edit, searching.index_post)
    ),
    threads.PostWithdrawn: Subscribers(later=(searching.index_post, recount_group)),
    threads.ThreadEdited: Subscribers(later=(searching.index_thread,)),
    threads.AnswerAccepted: Subscribers(later=(tell.tell_of_acceptance, searching.index_thread)),
    threads.AnswerUnaccepted: Subscribers(later=(searching.index_thread,)),
    threads.ReactionsChanged: NOBODY,
    initiatives.ConsentAsked: Subscribers(later=(tell_initiatives.tell_of_consent_asked,)),
    initiatives.LeadAsked: Subscribers(later=(tell_initiatives.tell_of_lead_asked,)),
    initiatives.LeadsChanged: Subscribers(later=(tell_initiatives.tell_of_lead_change, settle_place)),
    initiatives.StageChanged: Subscribers(later=(tell_initiatives.tell_of_stage,)),
    initiatives.CoSponsorJoined: Subscribers(
        later=(Later(tell_initiatives.tell_of_mark, tell_initiatives.mark_of), settle_place)
    ),
    initiatives.CoSponsorLeft: NOBODY,
    initiatives.InitiativeAnswered: Subscribers(later=(tell_initiatives.tell_of_official_answer,)),
    initiatives.InitiativeRevised: Subscribers(later=(tell_initiatives.tell_of_revision,)),
    initiatives.StepChanged: NOBODY,
    initiatives.SpaceOpened: Subscribers(later=(fill_space,)),
    initiatives.GatheringEndsSoon: Subscribers(later=(tell_initiatives.tell_of_ending_soon,)),
    initiatives.AnswerOverdue: Subscribers(later=(tell_initiatives.tell_of_overdue_answer,)),
    polls.PollOpened: Subscribers(later=(watch_clock,)),
    polls.PollClosingSoon: Subscribers(later=(tell_polls.tell_of_closing_poll,)),
    polls.PollClosed: Subscribers(later=(tell_polls.tell_of_closed_poll,)),
    polls.OutcomeWritten: Subscribers(later=(tell_polls.tell_of_outcome,)),
    moderation.ActDone: Subscribers(
        later=(
            tell_acts.tell_of_act,
            Later(oversight.tell_of_glass, oversight.opening_of),
            Later(oversight.tell_of_waiting_suspension, oversight.suspension_of),
        )
    ),
    moderation.ActUndone: Subscribers(later=(tell_acts.tell_of_undone,)),
    moderation.CaseOpened: Subscribers(later=(tell_cases.tell_of_case,)),
    moderation.CaseWaiting: Subscribers(later=(tell_cases.tell_of_waiting_case,)),
    moderation.CaseDecided: Subscribers(later=(tell_cases.tell_of_look,)),
    moderation.AppealMade: Subscribers(later=(tell_cases.tell_of_appeal,)),
    curation.SummaryChanged: Subscribers(later=(searching.index_thread,)),
    moderation.PostStateChanged: Subscribers(later=(searching.index_post, recount_group)),
    curation.PostsRelocated: Subscribers(
        within=(notices.follow_posts,),
        later=(
            searching.index_thread,
            Later(searching.index_thread, _source_thread),
            recount_group,
            Later(recount_group, _source_group),
        ),
    ),
    curation.ThreadMoved: Subscribers(
        within=(notices.follow_thread,),
        later=(searching.index_thread, recount_group, Later(recount_group, _source_group)),
    ),
    curation.AudienceWidened: Subscribers(later=(tell_curation.tell_of_wider_audience,)),
}
