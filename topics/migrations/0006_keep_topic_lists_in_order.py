"""On SQLite the rows of PublicTopicList stand in the tree of their key: one lookup for each of the many that a page of several topics reads, where it
was one in the key's index and one in the table, whose rows stand in no order. PostgreSQL has no such tables.
"""

from django.db import migrations

TABLE = "topics_publictopiclist"


def _made_anew(ending):
    def make(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            for statement in (
                f"""CREATE TABLE new_{TABLE} (
                    entry_id char(32) NOT NULL PRIMARY KEY REFERENCES publishing_publicentry (id) DEFERRABLE INITIALLY DEFERRED,
                    marks text NOT NULL) {ending}""",
                f"INSERT INTO new_{TABLE} SELECT entry_id, marks FROM {TABLE} ORDER BY entry_id",  # noqa: S608 - our own names
                f"DROP TABLE {TABLE}",
                f"ALTER TABLE new_{TABLE} RENAME TO {TABLE}",
            ):
                schema_editor.execute(statement)

    return make


class Migration(migrations.Migration):
    dependencies = [
        ("topics", "0005_add_topic_lists"),
    ]

    operations = [migrations.RunPython(_made_anew("WITHOUT ROWID"), _made_anew(""))]
