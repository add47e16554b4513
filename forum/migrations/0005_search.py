from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields

# A query is too long for an index, so its digest stands for it; the index also finds a member's searches.
RULES = """
CREATE UNIQUE INDEX saved_searches_query ON saved_searches (member_id, md5(q));
ALTER TABLE saved_searches
    ADD CONSTRAINT saved_searches_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
    ADD CONSTRAINT saved_searches_q_length CHECK (char_length(q) BETWEEN 1 AND 4096),
    ADD CONSTRAINT saved_searches_numbers CHECK (seen_position >= 0 AND feed_version > 0);
CREATE INDEX trending_queries_day ON trending_queries (day);
ALTER TABLE trending_queries
    ADD CONSTRAINT trending_queries_many CHECK (people > 0),
    ADD CONSTRAINT trending_queries_length CHECK (char_length(query) BETWEEN 1 AND 60);
"""

class Migration(migrations.Migration):
    dependencies = [('forum', '0004_identity')]

    operations = [
        ops.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('forum.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='saved_searches', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=80)),
                ('q', fields.TextField(unique=False)),
                ('seen_position', fields.BigIntField()),
                ('feed_version', fields.IntField(db_default=1)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'saved_searches', 'app': 'forum', 'pk_attr': 'id', 'table_description': "``seen_position`` is how far its owner has read; ``feed_version`` goes into the key of its feed's address."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TrendingQuery',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('run', fields.BigIntField()),
                ('day', fields.DateField()),
                ('query', fields.CharField(max_length=60)),
                ('found', fields.BooleanField()),
                ('people', fields.IntField()),
            ],
            options={'table': 'trending_queries', 'app': 'forum', 'unique_together': (('run', 'day'),), 'pk_attr': 'id', 'table_description': 'How many people began to ask a query on a day; whoever they were is known nowhere.'},
            bases=['Model'],
        ),
        ops.RunSQL(RULES),
    ]
