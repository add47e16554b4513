from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from auth.actor import GroupRole, Status
from auth.lti.models import RunState
from auth.sessions.models import SessionKind
from forum.groups.models import OnLeave
from forum.notifications.models import NoticeKind
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from uuid import uuid4
from tortoise import fields

# The roles of places and grants, and where a grant may come from, are wider now; indexes and rules of the new tables.
RULES = """
ALTER TABLE memberships DROP CONSTRAINT memberships_role_known,
    ADD CONSTRAINT memberships_role_listed CHECK (role IN ('reader', 'member', 'facilitator'));
ALTER TABLE grants DROP CONSTRAINT grants_role_known, DROP CONSTRAINT grants_source_shape,
    ADD CONSTRAINT grants_role_listed CHECK (role IN ('reader', 'member', 'facilitator')),
    ADD CONSTRAINT grants_source_known CHECK (source ~ '^(manual|(oidc|lti|scim|dconnect|import):.+)$');
CREATE INDEX grants_source ON grants (source);
CREATE INDEX grants_leaving ON grants (leaves_at) WHERE leaves_at IS NOT NULL;
ALTER TABLE groups
    ADD CONSTRAINT groups_on_leave_known CHECK (on_leave IN ('remove', 'read_only', 'alumni')),
    ADD CONSTRAINT groups_grace CHECK (grace_days BETWEEN 0 AND 365),
    ADD CONSTRAINT groups_alumni_elsewhere CHECK (alumni_group_id <> id);
ALTER TABLE sessions
    ADD CONSTRAINT sessions_kind_known CHECK (kind IN ('oidc', 'lti', 'dconnect', 'embedded')),
    ADD CONSTRAINT sessions_viewing CHECK ((viewing_id IS NULL) = (viewing_until IS NULL)),
    ADD CONSTRAINT sessions_viewed_member FOREIGN KEY (viewing_id) REFERENCES members (id);
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_few_groups CHECK (cardinality(group_ids) <= 50);
CREATE INDEX audit_entries_subject ON audit_entries (subject_id, id DESC) WHERE subject = 'member';
CREATE INDEX audit_entries_action ON audit_entries (action, id DESC);
CREATE INDEX audit_entries_age ON audit_entries (created_at);
CREATE INDEX used_logout_tokens_age ON used_logout_tokens (expires_at);
CREATE UNIQUE INDEX waiting_identities_token ON waiting_identities (token_hash);
CREATE INDEX waiting_identities_age ON waiting_identities (expires_at);
CREATE UNIQUE INDEX lti_tickets_token ON lti_tickets (token_hash);
CREATE INDEX lti_contexts_group ON lti_contexts (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX lti_roster_runs_context ON lti_roster_runs (context_id, id DESC);
CREATE UNIQUE INDEX lti_keys_kid ON lti_keys (kid);
ALTER TABLE lti_contexts ADD CONSTRAINT lti_contexts_known_group FOREIGN KEY (group_id) REFERENCES groups (id);
ALTER TABLE lti_tickets ADD CONSTRAINT lti_tickets_creator FOREIGN KEY (created_by_id) REFERENCES members (id);
ALTER TABLE lti_seen_roles ADD CONSTRAINT lti_seen_roles_known CHECK (role IN ('member', 'facilitator'));
CREATE UNIQUE INDEX scim_clients_name ON scim_clients (lower(name));
CREATE UNIQUE INDEX scim_clients_token ON scim_clients (token_hash);
ALTER TABLE scim_clients ADD CONSTRAINT scim_clients_few_groups CHECK (cardinality(group_ids) <= 100),
    ADD CONSTRAINT scim_clients_subject CHECK (subject_from IN ('externalId', 'userName', 'id'));
CREATE UNIQUE INDEX scim_resources_name ON scim_resources (client_id, kind, unique_name);
CREATE INDEX scim_resources_external ON scim_resources (client_id, kind, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX scim_resources_order ON scim_resources (client_id, kind, created_at, id);
CREATE UNIQUE INDEX scim_resources_member ON scim_resources (member_id, client_id) WHERE member_id IS NOT NULL;
CREATE UNIQUE INDEX scim_resources_group ON scim_resources (group_id, client_id) WHERE group_id IS NOT NULL;
ALTER TABLE scim_resources
    ADD CONSTRAINT scim_resources_kind_known CHECK (kind IN ('User', 'Group')),
    ADD CONSTRAINT scim_resources_known_member FOREIGN KEY (member_id) REFERENCES members (id),
    ADD CONSTRAINT scim_resources_known_group FOREIGN KEY (group_id) REFERENCES groups (id);
"""

class Migration(migrations.Migration):
    dependencies = [('forum', '0003_queue')]

    operations = [
        ops.CreateModel(
            name='Platform',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=120)),
                ('issuer', fields.CharField(max_length=500)),
                ('client_id', fields.CharField(max_length=255)),
                ('authorization_url', fields.CharField(max_length=1000)),
                ('token_url', fields.CharField(max_length=1000)),
                ('jwks_url', fields.CharField(max_length=1000)),
                ('enabled', fields.BooleanField(db_default=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('last_launch_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_error', fields.CharField(null=True, max_length=60)),
                ('last_error_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_platforms', 'app': 'forum', 'unique_together': (('issuer', 'client_id'),), 'pk_attr': 'id', 'table_description': 'One registration with one platform; it lands disabled until an administrator has looked at it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Deployment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('platform', fields.ForeignKeyField('forum.Platform', source_field='platform_id', db_constraint=True, to_field='id', related_name='deployments', on_delete=OnDelete.CASCADE)),
                ('deployment_id', fields.CharField(max_length=255)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_deployments', 'app': 'forum', 'unique_together': (('platform', 'deployment_id'),), 'pk_attr': 'id', 'table_description': 'A place of the platform where our tool is installed; launches of unknown ones are refused.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Context',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('deployment', fields.ForeignKeyField('forum.Deployment', source_field='deployment_id', db_constraint=True, to_field='id', related_name='contexts', on_delete=OnDelete.CASCADE)),
                ('context_id', fields.CharField(max_length=255)),
                ('label', fields.CharField(db_default='', max_length=120)),
                ('title', fields.CharField(db_default='', max_length=200)),
                ('group_id', fields.BigIntField(null=True)),
                ('memberships_url', fields.CharField(null=True, max_length=2000)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('last_roster_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_contexts', 'app': 'forum', 'unique_together': (('deployment', 'context_id'),), 'pk_attr': 'id', 'table_description': 'A course of a platform, and the group that its people have their places in; label and title as it says.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegistrationTicket',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('token_hash', fields.BinaryField()),
                ('created_by_id', fields.BigIntField()),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_tickets', 'app': 'forum', 'pk_attr': 'id', 'table_description': "An administrator's one-time leave for one platform to register itself."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterRun',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('context', fields.ForeignKeyField('forum.Context', source_field='context_id', db_constraint=True, to_field='id', related_name='runs', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharEnumField(description='RUNNING: running\nCOMPLETE: complete\nFAILED: failed\nSTOPPED: stopped', db_default='running', enum_type=RunState, max_length=10)),
                ('pages', fields.IntField(db_default=0)),
                ('seen', fields.IntField(db_default=0)),
                ('given', fields.IntField(db_default=0)),
                ('leaving', fields.IntField(db_default=0)),
                ('error', fields.CharField(null=True, max_length=60)),
                ('started_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_roster_runs', 'app': 'forum', 'pk_attr': 'id', 'table_description': "One reading of a course's roster: what it saw and did, or why it stopped."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScimClient',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=60)),
                ('issuer', fields.CharField(max_length=500)),
                ('subject_from', fields.CharField(db_default='externalId', max_length=20)),
                ('group_ids', ArrayField(db_default=[], element_type='BIGINT')),
                ('token_hash', fields.BinaryField()),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'scim_clients', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'One provisioning system; ``issuer`` and ``subject_from`` say which identity its users sign in with.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScimResource',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('client', fields.ForeignKeyField('forum.ScimClient', source_field='client_id', db_constraint=True, to_field='id', related_name='resources', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(max_length=20)),
                ('unique_name', fields.CharField(max_length=500)),
                ('external_id', fields.CharField(null=True, max_length=255)),
                ('member_id', fields.BigIntField(null=True)),
                ('group_id', fields.BigIntField(null=True)),
                ('data', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('version', fields.IntField(db_default=1)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'scim_resources', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'A user or group as the client wrote it; ``member_id`` or ``group_id`` is what it stands for here.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Hold',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='holds', on_delete=OnDelete.CASCADE)),
                ('source', fields.CharField(max_length=200)),
                ('status_before', fields.CharEnumField(description='PENDING: pending\nACTIVE: active\nSUSPENDED: suspended\nDEACTIVATED: deactivated', enum_type=Status, max_length=12)),
                ('until_before', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'holds', 'app': 'forum', 'unique_together': (('member', 'source'),), 'pk_attr': 'id', 'table_description': 'A source (``scim:<client>``) says that somebody is gone: while there is any, they are suspended.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SeenRole',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('context', fields.ForeignKeyField('forum.Context', source_field='context_id', db_constraint=True, to_field='id', related_name='seen_roles', on_delete=OnDelete.CASCADE)),
                ('subject', fields.CharField(max_length=255)),
                ('role', fields.CharField(max_length=12)),
                ('seen_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_seen_roles', 'app': 'forum', 'unique_together': (('context', 'subject'),), 'pk_attr': 'id', 'table_description': "The role in which somebody was last seen by launch: for 24 hours the higher of it and the roster's wins."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SigningKey',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kid', fields.CharField(max_length=64)),
                ('sealed', fields.BinaryField()),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_keys', 'app': 'forum', 'pk_attr': 'id', 'table_description': "Our own key towards platforms; the private half is sealed with the site's secret."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UsedLogoutToken',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('issuer', fields.CharField(max_length=500)),
                ('jti', fields.CharField(max_length=255)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'used_logout_tokens', 'app': 'forum', 'unique_together': (('issuer', 'jti'),), 'pk_attr': 'id', 'table_description': 'The ``jti`` of a logout token, kept for as long as the token could be sent again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WaitingIdentity',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('token_hash', fields.BinaryField()),
                ('provider', fields.CharField(max_length=60)),
                ('data', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'waiting_identities', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'Somebody proved to be (issuer, subject) and met an address that is taken: theirs to join or to begin anew.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='ApiToken',
            options={'table': 'api_tokens', 'app': 'forum', 'pk_attr': 'id', 'table_description': '``group_ids``: the only groups it opens; null opens all that its owner may.'},
        ),
        ops.AddField(
            model_name='ApiToken',
            name='group_ids',
            field=ArrayField(null=True, element_type='BIGINT'),
        ),
        ops.AlterModelOptions(
            name='Grant',
            options={'table': 'grants', 'app': 'forum', 'unique_together': (('membership', 'source'),), 'pk_attr': 'id', 'table_description': 'Where a membership comes from: ``manual``, ``oidc:<provider>``, ``lti:<platform>:<context>``, …'},
        ),
        ops.AlterField(
            model_name='Grant',
            name='role',
            field=fields.CharEnumField(description='READER: reader\nMEMBER: member\nFACILITATOR: facilitator', enum_type=GroupRole, max_length=12),
        ),
        ops.AddField(
            model_name='Grant',
            name='leaves_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='ends_at_once',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='kept',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Group',
            name='alumni_group',
            field=fields.ForeignKeyField('forum.Group', source_field='alumni_group_id', null=True, db_constraint=True, to_field='id', related_name='courses', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Group',
            name='grace_days',
            field=fields.IntField(db_default=14),
        ),
        ops.AddField(
            model_name='Group',
            name='on_leave',
            field=fields.CharEnumField(description='REMOVE: remove\nREAD_ONLY: read_only\nALUMNI: alumni', db_default='remove', enum_type=OnLeave, max_length=10),
        ),
        ops.AlterModelOptions(
            name='LoginTransaction',
            options={'table': 'login_transactions', 'app': 'forum', 'pk_attr': 'id', 'table_description': 'One row per attempt, used once, bound to the browser that began it.'},
        ),
        ops.AlterField(
            model_name='Membership',
            name='role',
            field=fields.CharEnumField(description='READER: reader\nMEMBER: member\nFACILITATOR: facilitator', enum_type=GroupRole, max_length=12),
        ),
        ops.AlterField(
            model_name='Notice',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOWED: followed\nACCEPTED: accepted\nINVITATION: invitation\nREQUEST: request\nAPPROVED: approved\nREFUSED: refused\nREPORT: report\nORPHANED_GROUP: orphaned_group\nROSTER_STOPPED: roster_stopped', enum_type=NoticeKind, max_length=16),
        ),
        ops.AlterField(
            model_name='Session',
            name='kind',
            field=fields.CharEnumField(description='OIDC: oidc\nLTI: lti\nDCONNECT: dconnect\nEMBEDDED: embedded', db_default='oidc', enum_type=SessionKind, max_length=10),
        ),
        ops.AddField(
            model_name='Session',
            name='viewing_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Session',
            name='viewing_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(RULES),
    ]
