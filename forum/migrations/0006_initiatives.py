from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from forum.initiatives.models import AnswerKind, LeadRole, LeadState, Stage, StepKind
from forum.notifications.models import NoticeKind
from forum.threads.models import PostKind
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields

# What stages promise stands in the table itself: a launched initiative has its goal, its days and its thread; an active
# one has reached its goal; an ended one says when. One accepted lead at most, whatever races.
RULES = """
ALTER TABLE grants DROP CONSTRAINT grants_source_known,
    ADD CONSTRAINT grants_source_listed
        CHECK (source ~ '^(manual|(oidc|lti|scim|dconnect|import|initiative):.+)$');
ALTER TABLE groups
    ADD CONSTRAINT groups_cosponsor_goal CHECK (cosponsor_goal BETWEEN 1 AND 10000),
    ADD CONSTRAINT groups_gathering_days CHECK (gathering_days BETWEEN 7 AND 730);
ALTER TABLE posts ADD CONSTRAINT posts_kind_known CHECK (kind IN ('plain', 'update', 'poll'));
CREATE INDEX posts_of_kind ON posts (thread_id, number) WHERE kind <> 'plain';
CREATE UNIQUE INDEX initiatives_discussion ON initiatives (thread_id) WHERE launched_at IS NOT NULL;
CREATE INDEX initiatives_newest ON initiatives (id DESC) WHERE launched_at IS NOT NULL;
CREATE INDEX initiatives_supported ON initiatives (cosponsor_count DESC, id DESC) WHERE launched_at IS NOT NULL;
CREATE INDEX initiatives_closing ON initiatives (gathering_ends_at, id) WHERE stage = 'gathering';
CREATE INDEX initiatives_group ON initiatives (group_id, id DESC) WHERE launched_at IS NOT NULL;
CREATE INDEX initiatives_consent ON initiatives (thread_id) WHERE consent_asked_at IS NOT NULL AND consented_at IS NULL;
CREATE INDEX initiatives_owed ON initiatives (answer_due_at, id) WHERE answer_due_at IS NOT NULL;
CREATE INDEX initiatives_leaderless ON initiatives (leaderless_since) WHERE leaderless_since IS NOT NULL;
ALTER TABLE initiatives
    ADD CONSTRAINT initiatives_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    ADD CONSTRAINT initiatives_text_length
        CHECK (char_length(aim) <= 8000 AND char_length(why) <= 8000 AND char_length(ask) <= 8000),
    ADD CONSTRAINT initiatives_languages_few CHECK (cardinality(languages) <= 20),
    ADD CONSTRAINT initiatives_stage_known CHECK (stage IN
        ('draft', 'gathering', 'active', 'completed', 'withdrawn', 'lapsed', 'declined')),
    ADD CONSTRAINT initiatives_goal CHECK (goal BETWEEN 1 AND 10000),
    ADD CONSTRAINT initiatives_launched CHECK ((stage = 'draft') = (launched_at IS NULL)),
    ADD CONSTRAINT initiatives_launched_whole CHECK (stage = 'draft' OR
        (goal IS NOT NULL AND gathering_ends_at IS NOT NULL AND thread_id IS NOT NULL)),
    ADD CONSTRAINT initiatives_reached CHECK (stage NOT IN ('active', 'completed', 'declined') OR reached_at IS NOT NULL),
    ADD CONSTRAINT initiatives_ended
        CHECK ((stage IN ('completed', 'withdrawn', 'lapsed', 'declined')) = (ended_at IS NOT NULL)),
    ADD CONSTRAINT initiatives_answer_owed CHECK (answer_due_at IS NULL OR stage = 'active'),
    ADD CONSTRAINT initiatives_counts CHECK (cosponsor_count >= 0 AND version > 0);
ALTER TABLE initiative_revisions ADD CONSTRAINT initiative_revisions_length CHECK (char_length(title) <= 200
    AND char_length(aim) <= 8000 AND char_length(why) <= 8000 AND char_length(ask) <= 8000);
CREATE UNIQUE INDEX initiative_leads_one ON initiative_leads (initiative_id) WHERE role = 'lead' AND state = 'accepted';
CREATE INDEX initiative_leads_member ON initiative_leads (member_id);
ALTER TABLE initiative_leads
    ADD CONSTRAINT initiative_leads_role_known CHECK (role IN ('lead', 'co_lead')),
    ADD CONSTRAINT initiative_leads_state_known CHECK (state IN ('asked', 'accepted', 'declined', 'left'));
CREATE INDEX cosponsors_member ON cosponsors (member_id);
CREATE INDEX stage_changes_initiative ON stage_changes (initiative_id, id);
ALTER TABLE stage_changes
    ADD CONSTRAINT stage_changes_known CHECK (
        was IN ('draft', 'gathering', 'active', 'completed', 'withdrawn', 'lapsed', 'declined')
        AND stage IN ('draft', 'gathering', 'active', 'completed', 'withdrawn', 'lapsed', 'declined')),
    ADD CONSTRAINT stage_changes_reason_length CHECK (char_length(reason) <= 2000);
CREATE INDEX official_answers_initiative ON official_answers (initiative_id, id DESC);
ALTER TABLE official_answers
    ADD CONSTRAINT official_answers_kind_known CHECK (kind IN ('accepted', 'declined', 'needs_work')),
    ADD CONSTRAINT official_answers_body_length CHECK (char_length(body) BETWEEN 1 AND 8000);
CREATE INDEX initiative_steps_initiative ON initiative_steps (initiative_id, id);
CREATE INDEX initiative_steps_owner ON initiative_steps (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX initiative_steps_post ON initiative_steps (post_id) WHERE post_id IS NOT NULL;
ALTER TABLE initiative_steps
    ADD CONSTRAINT initiative_steps_kind_known CHECK (kind IN ('milestone', 'task')),
    ADD CONSTRAINT initiative_steps_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    ADD CONSTRAINT initiative_steps_from_post CHECK (kind = 'task' OR post_id IS NULL),
    ADD CONSTRAINT initiative_steps_done CHECK ((done_at IS NULL) = (done_by_id IS NULL));
CREATE INDEX closing_reports_initiative ON closing_reports (initiative_id, id DESC);
ALTER TABLE closing_reports
    ADD CONSTRAINT closing_reports_body_length CHECK (char_length(body) BETWEEN 1 AND 16000),
    ADD CONSTRAINT closing_reports_few
        CHECK (jsonb_array_length(numbers) <= 20 AND jsonb_array_length(links) <= 20);
CREATE INDEX notices_initiative ON notices (initiative_id) WHERE initiative_id IS NOT NULL;
"""

class Migration(migrations.Migration):
    dependencies = [('forum', '0005_search')]

    operations = [
        ops.CreateModel(
            name='Initiative',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('group', fields.ForeignKeyField('forum.Group', source_field='group_id', db_constraint=True, to_field='id', related_name='initiatives', on_delete=OnDelete.RESTRICT)),
                ('created_by', fields.ForeignKeyField('forum.Member', source_field='created_by_id', db_constraint=True, to_field='id', related_name='drafted_initiatives', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=200)),
                ('slug', fields.CharField(max_length=80)),
                ('aim', fields.TextField(unique=False)),
                ('aim_html', fields.TextField(unique=False)),
                ('why', fields.TextField(unique=False)),
                ('why_html', fields.TextField(unique=False)),
                ('ask', fields.TextField(unique=False)),
                ('ask_html', fields.TextField(unique=False)),
                ('renderer', fields.IntField()),
                ('languages', ArrayField(db_default=[], element_type='TEXT')),
                ('stage', fields.CharEnumField(description='DRAFT: draft\nGATHERING: gathering\nACTIVE: active\nCOMPLETED: completed\nWITHDRAWN: withdrawn\nLAPSED: lapsed\nDECLINED: declined', db_default='draft', enum_type=Stage, max_length=10)),
                ('goal', fields.IntField(null=True)),
                ('gathering_ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cosponsor_count', fields.IntField(db_default=0)),
                ('thread', fields.ForeignKeyField('forum.Thread', source_field='thread_id', null=True, db_constraint=True, to_field='id', related_name='initiatives', on_delete=OnDelete.RESTRICT)),
                ('consent_asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('consented_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('space', fields.OneToOneField('forum.Group', source_field='space_id', null=True, db_constraint=True, to_field='id', related_name='working_space_of', on_delete=OnDelete.RESTRICT)),
                ('launched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reached_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer_due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('leaderless_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reminded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(db_default=1)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'initiatives', 'app': 'forum', 'pk_attr': 'id', 'table_description': '``goal`` and ``gathering_ends_at`` are frozen at the launch; ``cosponsor_count`` is a cache of ``cosponsors``.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ClosingReport',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='reports', on_delete=OnDelete.CASCADE)),
                ('body', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('renderer', fields.IntField()),
                ('numbers', fields.JSONField(db_default=[], encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('links', fields.JSONField(db_default=[], encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('written_by', fields.ForeignKeyField('forum.Member', source_field='written_by_id', db_constraint=True, to_field='id', related_name='closing_reports', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'closing_reports', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'What was achieved: a text, ``numbers`` as ``[{"what": …, "value": …}]``, ``links`` as ``[{"title", "url"}]``.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CoSponsor',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='cosponsors', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='cosponsorships', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'cosponsors', 'app': 'forum', 'unique_together': (('initiative', 'member'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InitiativeRevision',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('title', fields.CharField(max_length=200)),
                ('aim', fields.TextField(unique=False)),
                ('why', fields.TextField(unique=False)),
                ('ask', fields.TextField(unique=False)),
                ('edited_by', fields.ForeignKeyField('forum.Member', source_field='edited_by_id', db_constraint=True, to_field='id', related_name='edited_initiatives', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'initiative_revisions', 'app': 'forum', 'unique_together': (('initiative', 'version'),), 'pk_attr': 'id', 'table_description': 'The text of an initiative as it stood at one version.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Lead',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='leads', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='leads', on_delete=OnDelete.RESTRICT)),
                ('role', fields.CharEnumField(description='LEAD: lead\nCO_LEAD: co_lead', enum_type=LeadRole, max_length=8)),
                ('state', fields.CharEnumField(description='ASKED: asked\nACCEPTED: accepted\nDECLINED: declined\nLEFT: left', enum_type=LeadState, max_length=8)),
                ('asked_by', fields.ForeignKeyField('forum.Member', source_field='asked_by_id', null=True, db_constraint=True, to_field='id', related_name='asked_leads', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'initiative_leads', 'app': 'forum', 'unique_together': (('initiative', 'member'),), 'pk_attr': 'id', 'table_description': 'Who leads an initiative, or was asked to; there is one accepted ``lead`` at most.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OfficialAnswer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='ACCEPTED: accepted\nDECLINED: declined\nNEEDS_WORK: needs_work', enum_type=AnswerKind, max_length=10)),
                ('body', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('renderer', fields.IntField()),
                ('answered_by', fields.ForeignKeyField('forum.Member', source_field='answered_by_id', db_constraint=True, to_field='id', related_name='official_answers', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'official_answers', 'app': 'forum', 'pk_attr': 'id', 'table_description': "What the group's facilitators said; the newest holds."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StageChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='history', on_delete=OnDelete.CASCADE)),
                ('was', fields.CharEnumField(description='DRAFT: draft\nGATHERING: gathering\nACTIVE: active\nCOMPLETED: completed\nWITHDRAWN: withdrawn\nLAPSED: lapsed\nDECLINED: declined', enum_type=Stage, max_length=10)),
                ('stage', fields.CharEnumField(description='DRAFT: draft\nGATHERING: gathering\nACTIVE: active\nCOMPLETED: completed\nWITHDRAWN: withdrawn\nLAPSED: lapsed\nDECLINED: declined', enum_type=Stage, max_length=10)),
                ('actor', fields.ForeignKeyField('forum.Member', source_field='actor_id', null=True, db_constraint=True, to_field='id', related_name='stage_changes', on_delete=OnDelete.RESTRICT)),
                ('reason', fields.TextField(db_default='', unique=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'stage_changes', 'app': 'forum', 'pk_attr': 'id', 'table_description': "One line of an initiative's history; ``actor`` null: time did it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Step',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='MILESTONE: milestone\nTASK: task', enum_type=StepKind, max_length=10)),
                ('title', fields.CharField(max_length=200)),
                ('due_on', fields.DateField(null=True)),
                ('owner', fields.ForeignKeyField('forum.Member', source_field='owner_id', null=True, db_constraint=True, to_field='id', related_name='owned_steps', on_delete=OnDelete.RESTRICT)),
                ('post', fields.ForeignKeyField('forum.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='tasks', on_delete=OnDelete.CASCADE)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('done_by', fields.ForeignKeyField('forum.Member', source_field='done_by_id', null=True, db_constraint=True, to_field='id', related_name='done_steps', on_delete=OnDelete.RESTRICT)),
                ('version', fields.IntField(db_default=1)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'initiative_steps', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'A milestone, or a task taken from a post; ``owner`` is a member of the group who said yes to nothing else.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Group',
            options={'table': 'groups', 'app': 'forum', 'pk_attr': 'id', 'table_description': '``cosponsor_goal``, ``gathering_days``: what an initiative launched here needs, and how long it may take.'},
        ),
        ops.AddField(
            model_name='Group',
            name='anyone_may_cosponsor',
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name='Group',
            name='cosponsor_goal',
            field=fields.IntField(db_default=10),
        ),
        ops.AddField(
            model_name='Group',
            name='gathering_days',
            field=fields.IntField(db_default=120),
        ),
        ops.AlterField(
            model_name='Notice',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOWED: followed\nACCEPTED: accepted\nINVITATION: invitation\nREQUEST: request\nAPPROVED: approved\nREFUSED: refused\nREPORT: report\nORPHANED_GROUP: orphaned_group\nROSTER_STOPPED: roster_stopped\nCO_LEAD_ASKED: co_lead_asked\nCONSENT_ASKED: consent_asked\nONE_THIRD: one_third\nTWO_THIRDS: two_thirds\nGOAL_REACHED: goal_reached\nENDING_SOON: ending_soon\nLAPSED: lapsed\nANSWERED: answered\nANSWER_OVERDUE: answer_overdue\nREVISED: revised\nUPDATE: update\nLEAD_CHANGED: lead_changed\nLEAD_DECLINED: lead_declined\nLEAD_LEFT: lead_left\nLEADERLESS: leaderless\nENDED: ended\nPOLL_CLOSING: poll_closing\nPOLL_CLOSED: poll_closed\nOUTCOME: outcome', enum_type=NoticeKind, max_length=16),
        ),
        ops.AddField(
            model_name='Notice',
            name='initiative',
            field=fields.ForeignKeyField('forum.Initiative', source_field='initiative_id', null=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Post',
            name='kind',
            field=fields.CharEnumField(description='PLAIN: plain\nUPDATE: update\nPOLL: poll', db_default='plain', enum_type=PostKind, max_length=10),
        ),
        ops.RunSQL(RULES),
    ]
