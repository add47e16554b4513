from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from forum.moderation.models import ActKind, AppealOutcome, CaseOrigin, Decision, FlagReason, SanctionKind
from forum.notifications.models import NoticeKind
from forum.threads.models import PostState
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields

# `shut_out`: who is kept from a group, by a ban or for a while. `sanctions_in_force`: what holds of whom, also where they have no place. One open case a target, whatever races; a verdict says who and when; numbers of moved posts stay theirs for good.
RULES = """
ALTER TABLE posts DROP CONSTRAINT posts_state_known,
    ADD CONSTRAINT posts_state_listed CHECK (state IN ('public', 'pending', 'hidden', 'withdrawn', 'removed'));
CREATE VIEW shut_out AS
    SELECT group_id, member_id FROM bans
    UNION ALL SELECT group_id, member_id FROM memberships WHERE suspended_until > now();
CREATE VIEW sanctions_in_force AS
    SELECT * FROM (SELECT member_id, group_id, kind, CASE WHEN needs_confirmation AND confirmed_by_id IS NULL
        THEN least(until, created_at + interval '7 days') ELSE coalesce(until, 'infinity') END AS ends
        FROM sanctions WHERE lifted_at IS NULL AND kind <> 'warning') given
    WHERE ends > now();
CREATE INDEX posts_written ON posts USING brin (created_at);
CREATE INDEX posts_waiting ON posts (thread_id) WHERE state = 'pending';
CREATE INDEX threads_tags ON threads USING gin (tags) WHERE tags <> '{}';
CREATE INDEX threads_merged ON threads (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX threads_duplicates ON threads (duplicate_of_id) WHERE duplicate_of_id IS NOT NULL;
CREATE INDEX threads_pinned_everywhere ON threads (id) WHERE pinned_everywhere;
CREATE INDEX threads_ending_pins ON threads (pinned_until) WHERE pinned_until IS NOT NULL;
CREATE INDEX threads_ending_locks ON threads (locked_until) WHERE locked_until IS NOT NULL;
ALTER TABLE threads
    ADD CONSTRAINT threads_tags_few CHECK (cardinality(tags) <= 8),
    ADD CONSTRAINT threads_pin CHECK (pinned_at IS NOT NULL OR (pinned_until IS NULL AND NOT pinned_everywhere)),
    ADD CONSTRAINT threads_lock CHECK (locked_at IS NOT NULL OR (locked_until IS NULL AND lock_reason = '')),
    ADD CONSTRAINT threads_lock_reason_length CHECK (char_length(lock_reason) <= 2000),
    ADD CONSTRAINT threads_merged_away CHECK (merged_into_id IS NULL OR (merged_into_id <> id AND post_count = 0)),
    ADD CONSTRAINT threads_duplicate_of_another CHECK (duplicate_of_id <> id);
CREATE INDEX moved_posts_post ON moved_posts (post_id);
ALTER TABLE moved_posts ADD CONSTRAINT moved_posts_number CHECK (number > 0);
CREATE INDEX listings_group ON listings (group_id, thread_id);
ALTER TABLE groups ADD CONSTRAINT groups_slow_seconds CHECK (slow_seconds BETWEEN 0 AND 86400);
UPDATE members SET trusted_at = created_at;
ALTER TABLE audit_entries ADD CONSTRAINT audit_entries_reason_length CHECK (char_length(reason) <= 2000);
CREATE INDEX audit_entries_act ON audit_entries (((after ->> 'act')::bigint)) WHERE after ? 'act';
CREATE UNIQUE INDEX cases_open_post ON cases (post_id) WHERE decided_at IS NULL AND post_id IS NOT NULL;
CREATE UNIQUE INDEX cases_open_thread ON cases (thread_id) WHERE decided_at IS NULL AND thread_id IS NOT NULL;
CREATE UNIQUE INDEX cases_open_member ON cases (member_id) WHERE decided_at IS NULL AND member_id IS NOT NULL;
CREATE UNIQUE INDEX cases_open_initiative ON cases (initiative_id)
    WHERE decided_at IS NULL AND initiative_id IS NOT NULL;
CREATE INDEX cases_queue ON cases (group_id, id) WHERE decided_at IS NULL;
CREATE INDEX cases_order ON cases (id) WHERE decided_at IS NULL;
CREATE INDEX cases_history ON cases (group_id, id) WHERE decided_at IS NOT NULL;
CREATE INDEX cases_author ON cases (author_id, id DESC);
CREATE INDEX cases_decided ON cases (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX cases_post ON cases (post_id) WHERE post_id IS NOT NULL;
ALTER TABLE cases
    ADD CONSTRAINT cases_one_target CHECK (num_nonnulls(post_id, thread_id, member_id, initiative_id) = 1),
    ADD CONSTRAINT cases_place CHECK ((group_id IS NULL) = (member_id IS NOT NULL)),
    ADD CONSTRAINT cases_origin_known CHECK (origin IN ('flag', 'newcomer', 'machine')),
    ADD CONSTRAINT cases_decision_known
        CHECK (decision IN ('no_action', 'note', 'hide', 'hide_and_silence', 'remove')),
    ADD CONSTRAINT cases_reason_known
        CHECK (reason IN ('spam', 'offensive', 'off_topic', 'personal_data', 'misleading', 'other')),
    ADD CONSTRAINT cases_decided_whole CHECK ((decision IS NULL) = (decided_at IS NULL)),
    ADD CONSTRAINT cases_claim CHECK ((claimed_by_id IS NULL) = (claimed_until IS NULL)),
    ADD CONSTRAINT cases_words_length CHECK (char_length(words) <= 4000),
    ADD CONSTRAINT cases_counts CHECK (weight >= 0 AND version > 0);
CREATE INDEX flags_member ON flags (member_id, id DESC);
ALTER TABLE flags
    ADD CONSTRAINT flags_reason_known
        CHECK (reason IN ('spam', 'offensive', 'off_topic', 'personal_data', 'misleading', 'other')),
    ADD CONSTRAINT flags_note_length CHECK (char_length(note) <= 2000);
CREATE INDEX appeals_waiting ON appeals (id) WHERE decided_at IS NULL;
ALTER TABLE appeals
    ADD CONSTRAINT appeals_outcome_known CHECK (outcome IN ('upheld', 'overturned')),
    ADD CONSTRAINT appeals_decided_whole CHECK ((outcome IS NULL) = (decided_at IS NULL)),
    ADD CONSTRAINT appeals_length CHECK (char_length(text) BETWEEN 1 AND 4000 AND char_length(answer) <= 4000);
CREATE INDEX sanctions_member ON sanctions (member_id, id DESC);
CREATE INDEX sanctions_group ON sanctions (group_id, id DESC) WHERE group_id IS NOT NULL;
CREATE INDEX sanctions_unconfirmed ON sanctions (id)
    WHERE needs_confirmation AND confirmed_by_id IS NULL AND lifted_at IS NULL;
ALTER TABLE sanctions
    ADD CONSTRAINT sanctions_kind_known CHECK (kind IN ('warning', 'silence', 'suspension')),
    ADD CONSTRAINT sanctions_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000),
    ADD CONSTRAINT sanctions_warning CHECK (kind <> 'warning' OR until IS NULL),
    ADD CONSTRAINT sanctions_two_people CHECK (confirmed_by_id <> given_by_id),
    ADD CONSTRAINT sanctions_lifted CHECK ((lifted_at IS NULL) = (lifted_by_id IS NULL));
CREATE INDEX acts_group ON acts (group_id, id DESC) WHERE group_id IS NOT NULL;
CREATE INDEX acts_other_group ON acts (other_group_id, id DESC) WHERE other_group_id IS NOT NULL;
CREATE INDEX acts_member ON acts (member_id, id DESC) WHERE member_id IS NOT NULL;
CREATE INDEX acts_thread ON acts (thread_id, id DESC) WHERE thread_id IS NOT NULL;
CREATE INDEX acts_age ON acts (created_at);
ALTER TABLE acts
    ADD CONSTRAINT acts_reason_length CHECK (char_length(reason) <= 2000),
    ADD CONSTRAINT acts_undone CHECK ((undone_at IS NULL) = (undone_by_id IS NULL)),
    ADD CONSTRAINT acts_undoable CHECK (undone_at IS NULL OR undo IS NOT NULL);
CREATE INDEX glass_openings_member ON glass_openings (member_id, group_id, until);
ALTER TABLE glass_openings ADD CONSTRAINT glass_openings_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000);
CREATE INDEX drafts_thread ON drafts (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX notices_post ON notices (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX notices_thread ON notices (thread_id) WHERE thread_id IS NOT NULL;
ALTER TABLE summaries
    ADD CONSTRAINT summaries_body_length CHECK (char_length(body) BETWEEN 1 AND 8000),
    ADD CONSTRAINT summaries_counts CHECK (through_number > 0 AND version > 0);
ALTER TABLE summary_revisions ADD CONSTRAINT summary_revisions_length CHECK (char_length(body) BETWEEN 1 AND 8000);
CREATE INDEX collections_group ON collections (group_id, id DESC);
ALTER TABLE collections
    ADD CONSTRAINT collections_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    ADD CONSTRAINT collections_body_length CHECK (char_length(body) <= 8000),
    ADD CONSTRAINT collections_version CHECK (version > 0);
CREATE INDEX collection_items_order ON collection_items (collection_id, position);
ALTER TABLE collection_items
    ADD CONSTRAINT collection_items_one_thing CHECK (num_nonnulls(thread_id, post_id) + (url <> '')::int = 1),
    ADD CONSTRAINT collection_items_link CHECK ((url <> '') = (title <> '')),
    ADD CONSTRAINT collection_items_length CHECK (char_length(url) <= 2000 AND char_length(note) <= 2000);
"""


class Migration(migrations.Migration):
    dependencies = [('forum', '0007_polls')]

    operations = [
        ops.CreateModel(
            name='Case',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('origin', fields.CharEnumField(description='FLAG: flag\nNEWCOMER: newcomer\nMACHINE: machine', enum_type=CaseOrigin, max_length=10)),
                ('post', fields.ForeignKeyField('forum.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('forum.Member', source_field='author_id', db_constraint=True, to_field='id', related_name='cases_about', on_delete=OnDelete.RESTRICT)),
                ('weight', fields.IntField(db_default=0)),
                ('auto_hidden', fields.BooleanField(db_default=False)),
                ('claimed_by', fields.ForeignKeyField('forum.Member', source_field='claimed_by_id', null=True, db_constraint=True, to_field='id', related_name='claimed_cases', on_delete=OnDelete.CASCADE)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision', fields.CharEnumField(null=True, description='NO_ACTION: no_action\nNOTE: note\nHIDE: hide\nHIDE_AND_SILENCE: hide_and_silence\nREMOVE: remove', enum_type=Decision, max_length=16)),
                ('reason', fields.CharEnumField(null=True, description='SPAM: spam\nOFFENSIVE: offensive\nOFF_TOPIC: off_topic\nPERSONAL_DATA: personal_data\nMISLEADING: misleading\nOTHER: other', enum_type=FlagReason, max_length=14)),
                ('words', fields.TextField(db_default='', unique=False)),
                ('decided_by', fields.ForeignKeyField('forum.Member', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_cases', on_delete=OnDelete.CASCADE)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reminded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(db_default=1)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'cases', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'One thing to be looked at, with all its flags: a post, a thread, a profile or an initiative.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Act',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='CASE_DECIDED: case.decided\nAPPEAL_DECIDED: appeal.decided\nPOST_APPROVED: post.approved\nPOST_NOTED: post.noted\nPOST_HIDDEN: post.hidden\nPOST_RESTORED: post.restored\nPOST_REMOVED: post.removed\nPOST_PURGED: post.purged\nPOST_EDITED: post.edited_by_staff\nDAY_REMOVED: posts.day_removed\nMEMBER_WARNED: member.warned\nMEMBER_SILENCED: member.silenced\nMEMBER_SUSPENDED: member.suspended\nSUSPENSION_CONFIRMED: member.suspension_confirmed\nSANCTION_LIFTED: member.sanction_lifted\nGLASS_OPENED: glass.opened\nSLOW_MODE_SET: group.slow_mode_set\nTHREAD_PINNED: thread.pinned\nTHREAD_UNPINNED: thread.unpinned\nTHREAD_LOCKED: thread.locked\nTHREAD_UNLOCKED: thread.unlocked\nTHREAD_MOVED: thread.moved\nTHREAD_MERGED: thread.merged\nTHREAD_SPLIT: thread.split\nTHREAD_LISTED: thread.listed\nTHREAD_UNLISTED: thread.unlisted\nTHREAD_TAGGED: thread.tagged\nTHREAD_MARKED_DUPLICATE: thread.marked_duplicate\nTHREAD_UNMARKED_DUPLICATE: thread.unmarked_duplicate\nTHREAD_LANGUAGE_SET: thread.language_set\nWIKI_MADE: post.wiki_made\nWIKI_ENDED: post.wiki_ended\nEDITOR_NAMED: group.editor_named\nEDITOR_ENDED: group.editor_ended\nSUMMARY_REMOVED: thread.summary_removed', enum_type=ActKind, max_length=40)),
                ('actor', fields.ForeignKeyField('forum.Member', source_field='actor_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.RESTRICT)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.CASCADE)),
                ('other_group', fields.ForeignKeyField('forum.Group', source_field='other_group_id', null=True, db_constraint=True, to_field='id', related_name='other_acts', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('forum.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='acts_about', on_delete=OnDelete.CASCADE)),
                ('case', fields.ForeignKeyField('forum.Case', source_field='case_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.CASCADE)),
                ('reason', fields.TextField(db_default='', unique=False)),
                ('undo', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('undone_by', fields.ForeignKeyField('forum.Member', source_field='undone_by_id', null=True, db_constraint=True, to_field='id', related_name='undone_acts', on_delete=OnDelete.CASCADE)),
                ('undone_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'acts', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'What somebody who looks after the place did, why, and (``undo``) how it is taken back within a day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Appeal',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('case', fields.OneToOneField('forum.Case', source_field='case_id', db_constraint=True, to_field='id', related_name='appeal', on_delete=OnDelete.CASCADE)),
                ('text', fields.TextField(unique=False)),
                ('outcome', fields.CharEnumField(null=True, description='UPHELD: upheld\nOVERTURNED: overturned', enum_type=AppealOutcome, max_length=10)),
                ('answer', fields.TextField(db_default='', unique=False)),
                ('decided_by', fields.ForeignKeyField('forum.Member', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_appeals', on_delete=OnDelete.CASCADE)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'appeals', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'The author asks that another person looks at what was decided; once a case.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Collection',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', db_constraint=True, to_field='id', related_name='collections', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=200)),
                ('slug', fields.CharField(max_length=80)),
                ('language', fields.CharField(db_default='en', max_length=8)),
                ('body', fields.TextField(db_default='', unique=False)),
                ('html', fields.TextField(db_default='', unique=False)),
                ('renderer', fields.IntField()),
                ('version', fields.IntField(db_default=1)),
                ('made_by', fields.ForeignKeyField('forum.Member', source_field='made_by_id', db_constraint=True, to_field='id', related_name='collections', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('edited_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'collections', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'An ordered, annotated list of threads, posts and links, with an introduction; as visible as its group.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CollectionItem',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('collection', fields.ForeignKeyField('forum.Collection', source_field='collection_id', db_constraint=True, to_field='id', related_name='items', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', null=True, db_constraint=True, to_field='id', related_name='collection_items', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('forum.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='collection_items', on_delete=OnDelete.CASCADE)),
                ('url', fields.TextField(db_default='', unique=False)),
                ('title', fields.CharField(db_default='', max_length=200)),
                ('note', fields.TextField(db_default='', unique=False)),
                ('html', fields.TextField(db_default='', unique=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'collection_items', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'A thread, a post or a link (``url`` with its ``title``), and why it is here (``note``).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Flag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('forum.Case', source_field='case_id', db_constraint=True, to_field='id', related_name='flags', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='flags', on_delete=OnDelete.CASCADE)),
                ('reason', fields.CharEnumField(description='SPAM: spam\nOFFENSIVE: offensive\nOFF_TOPIC: off_topic\nPERSONAL_DATA: personal_data\nMISLEADING: misleading\nOTHER: other', enum_type=FlagReason, max_length=14)),
                ('note', fields.TextField(db_default='', unique=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'flags', 'app': 'forum', 'unique_together': (('case', 'member'),), 'pk_attr': 'id', 'table_description': "One member's word on a case; a second one by the same member replaces the first."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GlassOpening',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', db_constraint=True, to_field='id', related_name='glass_openings', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='glass_openings', on_delete=OnDelete.CASCADE)),
                ('reason', fields.TextField(unique=False)),
                ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'glass_openings', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'Site staff opened a group that is not theirs (break-glass), for an hour, with a reason its facilitators read.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Listing',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name='listings', on_delete=OnDelete.CASCADE)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', db_constraint=True, to_field='id', related_name='listings', on_delete=OnDelete.CASCADE)),
                ('listed_by', fields.ForeignKeyField('forum.Member', source_field='listed_by_id', db_constraint=True, to_field='id', related_name='listings', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'listings', 'app': 'forum', 'unique_together': (('thread', 'group'),), 'pk_attr': 'id', 'table_description': 'A thread that is listed in a second group as well; who may read it is decided by its own group alone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MovedPost',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name='moved_posts', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('post', fields.ForeignKeyField('forum.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='former_places', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'moved_posts', 'app': 'forum', 'unique_together': (('thread', 'number'),), 'pk_attr': 'id', 'table_description': 'A number that a post had before it went to another thread; it stays the address of that post.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Sanction',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='sanctions', on_delete=OnDelete.CASCADE)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', null=True, db_constraint=True, to_field='id', related_name='sanctions', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='WARNING: warning\nSILENCE: silence\nSUSPENSION: suspension', enum_type=SanctionKind, max_length=10)),
                ('reason', fields.TextField(unique=False)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('case', fields.ForeignKeyField('forum.Case', source_field='case_id', null=True, db_constraint=True, to_field='id', related_name='sanctions', on_delete=OnDelete.CASCADE)),
                ('given_by', fields.ForeignKeyField('forum.Member', source_field='given_by_id', db_constraint=True, to_field='id', related_name='given_sanctions', on_delete=OnDelete.RESTRICT)),
                ('needs_confirmation', fields.BooleanField(db_default=False)),
                ('confirmed_by', fields.ForeignKeyField('forum.Member', source_field='confirmed_by_id', null=True, db_constraint=True, to_field='id', related_name='confirmed_sanctions', on_delete=OnDelete.CASCADE)),
                ('lifted_by', fields.ForeignKeyField('forum.Member', source_field='lifted_by_id', null=True, db_constraint=True, to_field='id', related_name='lifted_sanctions', on_delete=OnDelete.CASCADE)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sanctions', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'A warning, a silence or a suspension, in one group or (``group`` none) on the whole site.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Summary',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.OneToOneField('forum.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name='summary', on_delete=OnDelete.CASCADE)),
                ('body', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('renderer', fields.IntField()),
                ('through_number', fields.IntField()),
                ('version', fields.IntField(db_default=1)),
                ('edited_by', fields.ForeignKeyField('forum.Member', source_field='edited_by_id', db_constraint=True, to_field='id', related_name='summaries', on_delete=OnDelete.RESTRICT)),
                ('edited_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'summaries', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'The summary of a thread as far as post ``through_number``; ``removed_at``: it is shown no more.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SummaryRevision',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('summary', fields.ForeignKeyField('forum.Summary', source_field='summary_id', db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('body', fields.TextField(unique=False)),
                ('through_number', fields.IntField()),
                ('edited_by', fields.ForeignKeyField('forum.Member', source_field='edited_by_id', db_constraint=True, to_field='id', related_name='summary_revisions', on_delete=OnDelete.RESTRICT)),
                ('edited_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'summary_revisions', 'app': 'forum', 'unique_together': (('summary', 'version'),), 'pk_attr': 'id', 'table_description': 'A summary as it stood at one version; ``edited_by`` wrote that version.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='AuditEntry',
            options={'table': 'audit_entries', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'Who did what to whom, for whom, and why; the database refuses to change or delete a row.'},
        ),
        ops.AddField(
            model_name='AuditEntry',
            name='on_behalf_of',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='AuditEntry',
            name='reason',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Group',
            name='log_names_moderators',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Group',
            name='slow_seconds',
            field=fields.IntField(db_default=0),
        ),
        ops.AlterModelOptions(
            name='Member',
            options={'table': 'members', 'app': 'forum', 'pk_attr': 'id', 'table_description': '``trusted_at``: since when their posts appear at once; until then they wait to be looked at.'},
        ),
        ops.AddField(
            model_name='Member',
            name='trusted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Membership',
            name='editor',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Membership',
            name='silenced_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Membership',
            name='suspended_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Notice',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOWED: followed\nACCEPTED: accepted\nINVITATION: invitation\nREQUEST: request\nAPPROVED: approved\nREFUSED: refused\nREPORT: report\nORPHANED_GROUP: orphaned_group\nROSTER_STOPPED: roster_stopped\nCO_LEAD_ASKED: co_lead_asked\nCONSENT_ASKED: consent_asked\nONE_THIRD: one_third\nTWO_THIRDS: two_thirds\nGOAL_REACHED: goal_reached\nENDING_SOON: ending_soon\nLAPSED: lapsed\nANSWERED: answered\nANSWER_OVERDUE: answer_overdue\nREVISED: revised\nUPDATE: update\nLEAD_CHANGED: lead_changed\nLEAD_DECLINED: lead_declined\nLEAD_LEFT: lead_left\nLEADERLESS: leaderless\nENDED: ended\nPOLL_CLOSING: poll_closing\nPOLL_CLOSED: poll_closed\nOUTCOME: outcome\nWIDENED: widened\nCASE_WAITING: case_waiting\nLOOKED: looked\nAPPEALED: appealed\nCONFIRMATION: confirmation\nACTED: acted\nUNDONE: undone\nGLASS: glass', enum_type=NoticeKind, max_length=16),
        ),
        ops.AddField(
            model_name='Notice',
            name='act',
            field=fields.ForeignKeyField('forum.Act', source_field='act_id', null=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Notice',
            name='case',
            field=fields.ForeignKeyField('forum.Case', source_field='case_id', null=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.CASCADE),
        ),
        ops.AlterModelOptions(
            name='Post',
            options={'table': 'posts', 'app': 'forum', 'unique_together': (('thread', 'number'),), 'pk_attr': 'id', 'table_description': '``place`` is where it stands in the order of all posts, if not at its id: it became public after others.'},
        ),
        ops.AlterField(
            model_name='Post',
            name='state',
            field=fields.CharEnumField(description='PUBLIC: public\nPENDING: pending\nHIDDEN: hidden\nWITHDRAWN: withdrawn\nREMOVED: removed\nMOVED: moved', db_default='public', enum_type=PostState, max_length=10),
        ),
        ops.AddField(
            model_name='Post',
            name='place',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Post',
            name='wiki',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='duplicate_of',
            field=fields.ForeignKeyField('forum.Thread', source_field='duplicate_of_id', null=True, db_constraint=True, to_field='id', related_name='duplicates', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Thread',
            name='lock_reason',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='locked_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='merged_into',
            field=fields.ForeignKeyField('forum.Thread', source_field='merged_into_id', null=True, db_constraint=True, to_field='id', related_name='merged', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Thread',
            name='pinned_everywhere',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='pinned_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='tags',
            field=ArrayField(db_default=[], element_type='TEXT'),
        ),
        ops.RunSQL(RULES),
    ]
