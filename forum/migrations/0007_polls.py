from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from forum.polls.models import Method, PollKind, Results, Stance
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now, SqlDefault
from uuid import uuid4
from tortoise import fields

# What voters were promised is kept by the database: a ballot is as anonymous as its poll (by a foreign key of two
# columns, so that anonymity cannot be lifted once somebody has voted), and the trigger lets nobody change the terms.
RULES = """
CREATE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of a poll are fixed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER polls_terms BEFORE UPDATE ON polls FOR EACH ROW
    WHEN ((OLD.anonymous, OLD.results, OLD.kind, OLD.method, OLD.post_id)
        IS DISTINCT FROM (NEW.anonymous, NEW.results, NEW.kind, NEW.method, NEW.post_id))
    EXECUTE FUNCTION keep_terms();
CREATE INDEX polls_open ON polls (closes_at) WHERE closed_at IS NULL;
CREATE INDEX polls_outcomes ON polls (id DESC) WHERE outcome_at IS NOT NULL;
CREATE INDEX polls_author ON polls (author_id);
ALTER TABLE polls
    ADD CONSTRAINT polls_question_length CHECK (char_length(question) BETWEEN 2 AND 200),
    ADD CONSTRAINT polls_kind_known CHECK (kind IN ('single', 'multiple', 'proposal', 'score', 'ranked', 'time')),
    ADD CONSTRAINT polls_method CHECK ((kind = 'ranked') = (method IS NOT NULL)),
    ADD CONSTRAINT polls_method_known CHECK (method IN ('schulze', 'instant_runoff')),
    ADD CONSTRAINT polls_results_known CHECK (results IN ('always', 'after_voting', 'after_closing')),
    ADD CONSTRAINT polls_most_choices CHECK ((kind = 'multiple') = (most_choices IS NOT NULL)),
    ADD CONSTRAINT polls_choices CHECK (most_choices BETWEEN 1 AND 30),
    ADD CONSTRAINT polls_score CHECK ((kind = 'score') = (score_max IS NOT NULL)),
    ADD CONSTRAINT polls_score_max CHECK (score_max BETWEEN 2 AND 10),
    ADD CONSTRAINT polls_block CHECK (kind = 'proposal' OR NOT block_needs_reason),
    ADD CONSTRAINT polls_zone CHECK ((kind = 'time') = (time_zone IS NOT NULL)),
    ADD CONSTRAINT polls_quorum CHECK (quorum BETWEEN 1 AND 100000),
    ADD CONSTRAINT polls_share CHECK (share BETWEEN 1 AND 100),
    ADD CONSTRAINT polls_opens_first CHECK (opens_at < closes_at),
    ADD CONSTRAINT polls_counted CHECK ((closed_at IS NULL) = (result IS NULL)),
    ADD CONSTRAINT polls_outcome CHECK ((outcome_at IS NULL) = (outcome = '')),
    ADD CONSTRAINT polls_outcome_length CHECK (char_length(outcome) <= 8000),
    ADD CONSTRAINT polls_outcome_last CHECK (outcome_at IS NULL OR closed_at IS NOT NULL),
    ADD CONSTRAINT polls_secrecy UNIQUE (id, anonymous);
ALTER TABLE poll_options
    ADD CONSTRAINT poll_options_text_length CHECK (char_length(text) <= 200),
    ADD CONSTRAINT poll_options_stance_known CHECK (stance IN ('agree', 'abstain', 'disagree', 'block')),
    ADD CONSTRAINT poll_options_one_thing
        CHECK ((text <> '')::int + (stance IS NOT NULL)::int + (starts_at IS NOT NULL)::int = 1),
    ADD CONSTRAINT poll_options_moment
        CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at);
CREATE INDEX ballots_member ON ballots (member_id) WHERE member_id IS NOT NULL;
ALTER TABLE ballots
    ADD CONSTRAINT ballots_as_their_poll FOREIGN KEY (poll_id, anonymous) REFERENCES polls (id, anonymous),
    ADD CONSTRAINT ballots_nameless CHECK (anonymous = (member_id IS NULL)),
    ADD CONSTRAINT ballots_timeless CHECK (anonymous = (cast_at IS NULL)),
    ADD CONSTRAINT ballots_marks CHECK (jsonb_typeof(marks) = 'object'),
    ADD CONSTRAINT ballots_reason_length CHECK (char_length(reason) <= 2000);
CREATE INDEX voters_member ON voters (member_id);
"""

class Migration(migrations.Migration):
    dependencies = [('forum', '0006_initiatives')]

    operations = [
        ops.CreateModel(
            name='Poll',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.OneToOneField('forum.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='poll', on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('forum.Member', source_field='author_id', db_constraint=True, to_field='id', related_name='polls', on_delete=OnDelete.RESTRICT)),
                ('question', fields.CharField(max_length=200)),
                ('kind', fields.CharEnumField(description='SINGLE: single\nMULTIPLE: multiple\nPROPOSAL: proposal\nSCORE: score\nRANKED: ranked\nTIME: time', enum_type=PollKind, max_length=10)),
                ('method', fields.CharEnumField(null=True, description='SCHULZE: schulze\nINSTANT_RUNOFF: instant_runoff', enum_type=Method, max_length=16)),
                ('anonymous', fields.BooleanField(db_default=False)),
                ('results', fields.CharEnumField(description='ALWAYS: always\nAFTER_VOTING: after_voting\nAFTER_CLOSING: after_closing', db_default='always', enum_type=Results, max_length=14)),
                ('most_choices', fields.IntField(null=True)),
                ('score_max', fields.IntField(null=True)),
                ('block_needs_reason', fields.BooleanField(db_default=False)),
                ('time_zone', fields.CharField(null=True, max_length=64)),
                ('quorum', fields.IntField(null=True)),
                ('share', fields.IntField(null=True)),
                ('opens_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('closes_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('result', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('outcome', fields.TextField(db_default='', unique=False)),
                ('outcome_html', fields.TextField(db_default='', unique=False)),
                ('outcome_renderer', fields.IntField(null=True)),
                ('outcome_by', fields.ForeignKeyField('forum.Member', source_field='outcome_by_id', null=True, db_constraint=True, to_field='id', related_name='written_outcomes', on_delete=OnDelete.RESTRICT)),
                ('outcome_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('review_on', fields.DateField(null=True)),
                ('version', fields.IntField(db_default=1)),
                ('reminded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'polls', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'As visible as the post that introduces it. ``result`` is the tally, frozen when it closes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Ballot',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True, db_default=SqlDefault('gen_random_uuid()'))),
                ('poll', fields.ForeignKeyField('forum.Poll', source_field='poll_id', db_constraint=True, to_field='id', related_name='ballots', on_delete=OnDelete.CASCADE)),
                ('anonymous', fields.BooleanField()),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='ballots', on_delete=OnDelete.RESTRICT)),
                ('marks', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('reason', fields.TextField(db_default='', unique=False)),
                ('cast_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'ballots', 'app': 'forum', 'unique_together': (('poll', 'member'),), 'pk_attr': 'id', 'table_description': 'One vote: ``marks`` maps option ids to whole numbers. An anonymous one has no member and no time.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PollOption',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('poll', fields.ForeignKeyField('forum.Poll', source_field='poll_id', db_constraint=True, to_field='id', related_name='options', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('text', fields.CharField(db_default='', max_length=200)),
                ('stance', fields.CharEnumField(null=True, description='AGREE: agree\nABSTAIN: abstain\nDISAGREE: disagree\nBLOCK: block', enum_type=Stance, max_length=10)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'poll_options', 'app': 'forum', 'unique_together': (('poll', 'position'),), 'pk_attr': 'id', 'table_description': '``text`` is empty for a stance (its ``stance``) and for a moment (its ``starts_at`` to ``ends_at``).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Voter',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('poll', fields.ForeignKeyField('forum.Poll', source_field='poll_id', db_constraint=True, to_field='id', related_name='voters', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'voters', 'app': 'forum', 'unique_together': (('poll', 'member'),), 'pk_attr': 'id', 'table_description': 'Who has voted in a poll; never how, and never when.'},
            bases=['Model'],
        ),
        ops.RunSQL(RULES),
    ]
