"""What the models promise, written where it cannot be forgotten: constraints, indexes and the audit log's triggers.

Tortoise 1.1.9 does not create declared constraints and partial indexes reliably, so they stand here as SQL; a test
compares the database's catalogue with this list.
"""
from tortoise import migrations
from tortoise.migrations import operations as ops

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
"""

MEMBERS = """
CREATE UNIQUE INDEX members_username ON members (lower(username));
CREATE UNIQUE INDEX members_source_key ON members (source_key) WHERE source_key IS NOT NULL;
CREATE INDEX members_email ON members (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX members_name_trgm ON members USING gin (display_name gin_trgm_ops);
CREATE INDEX members_pending ON members (id) WHERE status = 'pending';
ALTER TABLE members
    ADD CONSTRAINT members_username_shape CHECK (username ~ '^[a-z0-9][a-z0-9_-]{1,39}$'),
    ADD CONSTRAINT members_display_name_length CHECK (char_length(display_name) BETWEEN 1 AND 80),
    ADD CONSTRAINT members_bio_length CHECK (char_length(bio) <= 2000),
    ADD CONSTRAINT members_country_shape CHECK (country ~ '^[A-Z]{2}$'),
    ADD CONSTRAINT members_status_known CHECK (status IN ('pending', 'active', 'suspended', 'deactivated')),
    ADD CONSTRAINT members_staff_known CHECK (staff IN ('moderator', 'admin')),
    ADD CONSTRAINT members_sector_known CHECK (sector IN ('government', 'civil_society',
        'international_organisation', 'business', 'academia', 'media', 'other')),
    ADD CONSTRAINT members_gender_known CHECK (gender IN ('female', 'male', 'other')),
    ADD CONSTRAINT members_languages_few CHECK (cardinality(languages) <= 20);
CREATE INDEX identities_member ON identities (member_id);
"""

GROUPS = """
CREATE UNIQUE INDEX groups_slug ON groups (slug);
CREATE UNIQUE INDEX groups_source_key ON groups (source_key) WHERE source_key IS NOT NULL;
ALTER TABLE groups
    ADD CONSTRAINT groups_slug_shape CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    ADD CONSTRAINT groups_title_length CHECK (char_length(title) BETWEEN 2 AND 120),
    ADD CONSTRAINT groups_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 2000),
    ADD CONSTRAINT groups_rules_length CHECK (char_length(rules) <= 4000),
    ADD CONSTRAINT groups_visibility_known CHECK (visibility IN ('public', 'members', 'closed', 'hidden')),
    ADD CONSTRAINT groups_policy_known CHECK (policy IN ('open', 'request', 'invitation')),
    ADD CONSTRAINT groups_counts CHECK (member_count >= 0 AND thread_count >= 0 AND post_count >= 0);
CREATE INDEX memberships_member ON memberships (member_id) INCLUDE (group_id, role);
ALTER TABLE memberships ADD CONSTRAINT memberships_role_known CHECK (role IN ('member', 'facilitator'));
ALTER TABLE grants
    ADD CONSTRAINT grants_role_known CHECK (role IN ('member', 'facilitator')),
    ADD CONSTRAINT grants_source_shape CHECK (source ~ '^(manual|(oidc|lti|scim|import):.+)$');
CREATE UNIQUE INDEX join_requests_waiting ON join_requests (group_id, member_id) WHERE state = 'waiting';
CREATE INDEX join_requests_member ON join_requests (member_id);
ALTER TABLE join_requests
    ADD CONSTRAINT join_requests_state_known CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
    ADD CONSTRAINT join_requests_reason_length CHECK (char_length(reason) <= 2000),
    ADD CONSTRAINT join_requests_answer_length CHECK (char_length(answer) <= 2000);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash) WHERE token_hash IS NOT NULL;
CREATE UNIQUE INDEX invitations_member ON invitations (group_id, member_id) WHERE member_id IS NOT NULL AND uses_left > 0;
ALTER TABLE invitations
    ADD CONSTRAINT invitations_one_address CHECK ((member_id IS NULL) <> (token_hash IS NULL)),
    ADD CONSTRAINT invitations_uses CHECK (uses_left BETWEEN 0 AND 1000);
CREATE INDEX bans_member ON bans (member_id);
ALTER TABLE bans ADD CONSTRAINT bans_reason_length CHECK (char_length(reason) <= 2000);
"""

THREADS = """
CREATE INDEX threads_group_order ON threads (group_id, last_post_id DESC);
CREATE INDEX threads_order ON threads (last_post_id DESC);
CREATE INDEX threads_pinned ON threads (group_id, id) WHERE pinned_at IS NOT NULL;
CREATE INDEX threads_author ON threads (author_id);
CREATE INDEX threads_title_trgm ON threads USING gin (title gin_trgm_ops);
CREATE UNIQUE INDEX threads_source_key ON threads (source_key) WHERE source_key IS NOT NULL;
ALTER TABLE threads
    ADD CONSTRAINT threads_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    ADD CONSTRAINT threads_kind_known CHECK (kind IN ('discussion', 'question', 'announcement')),
    ADD CONSTRAINT threads_counts CHECK (post_count >= 0 AND last_number >= post_count),
    ADD CONSTRAINT threads_accepted_post FOREIGN KEY (accepted_post_id) REFERENCES posts (id);
CREATE INDEX posts_author ON posts (author_id, id DESC);
CREATE INDEX posts_in_reply_to ON posts (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
CREATE UNIQUE INDEX posts_source_key ON posts (source_key) WHERE source_key IS NOT NULL;
ALTER TABLE posts
    ADD CONSTRAINT posts_body_length CHECK (char_length(body) BETWEEN 1 AND CASE WHEN oversize THEN 200000 ELSE 32000 END),
    ADD CONSTRAINT posts_state_known CHECK (state IN ('public', 'pending', 'hidden', 'withdrawn')),
    ADD CONSTRAINT posts_public_has_number CHECK (state <> 'public' OR number IS NOT NULL),
    ADD CONSTRAINT posts_number_positive CHECK (number > 0),
    ADD CONSTRAINT posts_version_positive CHECK (version > 0);
ALTER TABLE revisions ADD CONSTRAINT revisions_body_length CHECK (char_length(body) BETWEEN 1 AND 200000);
CREATE INDEX reactions_member ON reactions (member_id);
ALTER TABLE reactions ADD CONSTRAINT reactions_kind_known CHECK (kind IN ('thanks', 'agree', 'insight', 'celebrate'));
CREATE INDEX mentions_member ON mentions (member_id);
CREATE INDEX group_follows_member ON group_follows (member_id);
ALTER TABLE group_follows ADD CONSTRAINT group_follows_level_known CHECK (level IN ('all', 'mentions', 'mute'));
CREATE INDEX thread_follows_member ON thread_follows (member_id);
ALTER TABLE thread_follows ADD CONSTRAINT thread_follows_level_known CHECK (level IN ('all', 'mentions', 'mute'));
CREATE INDEX bookmarks_member ON bookmarks (member_id, id DESC);
CREATE INDEX drafts_member ON drafts (member_id, updated_at DESC);
ALTER TABLE drafts
    ADD CONSTRAINT drafts_one_place CHECK ((group_id IS NULL) <> (thread_id IS NULL)),
    ADD CONSTRAINT drafts_title_length CHECK (char_length(title) <= 200),
    ADD CONSTRAINT drafts_body_length CHECK (char_length(body) <= 32000);
"""

READING = """
CREATE INDEX reading_marks_thread ON reading_marks (thread_id);
ALTER TABLE reading_marks ADD CONSTRAINT reading_marks_number CHECK (last_number >= 0);
CREATE INDEX notices_member ON notices (member_id, id DESC);
CREATE INDEX notices_unread ON notices (member_id) WHERE read_at IS NULL;
"""

MACHINERY = """
CREATE INDEX facts_order ON facts (tx, id);
CREATE UNIQUE INDEX job_tries_job ON job_tries (job_id);
CREATE INDEX facts_age ON facts (created_at);
CREATE INDEX kept_answers_age ON kept_answers (created_at);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_member ON sessions (member_id);
CREATE INDEX sessions_issuer_sid ON sessions (issuer, sid);
CREATE INDEX sessions_issuer_subject ON sessions (issuer, subject);
CREATE UNIQUE INDEX api_tokens_token ON api_tokens (token_hash);
CREATE INDEX api_tokens_member ON api_tokens (member_id);
CREATE UNIQUE INDEX login_transactions_state ON login_transactions (state_hash);
CREATE INDEX login_transactions_age ON login_transactions (expires_at);
ALTER TABLE site ADD CONSTRAINT site_one_row CHECK (id = 1),
    ADD CONSTRAINT site_kind_known CHECK (kind IN ('production', 'demo'));
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id DESC);
CREATE INDEX audit_entries_group ON audit_entries (group_id, id DESC) WHERE group_id IS NOT NULL;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("forum", "0001_initial")]

    operations = [
        ops.RunSQL(EXTENSIONS),
        ops.RunSQL(MEMBERS),
        ops.RunSQL(GROUPS),
        ops.RunSQL(THREADS),
        ops.RunSQL(READING),
        ops.RunSQL(MACHINERY),
    ]
