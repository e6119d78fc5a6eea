import django.db.models.deletion
from django.db import migrations, models

SQLITE = [
    """CREATE VIRTUAL TABLE publishing_search_index USING fts5(
        tokens, content='publishing_publicsearch', content_rowid='id', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER publishing_search_insert AFTER INSERT ON publishing_publicsearch BEGIN
        INSERT INTO publishing_search_index (rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER publishing_search_delete AFTER DELETE ON publishing_publicsearch BEGIN
        INSERT INTO publishing_search_index (publishing_search_index, rowid, tokens)
        VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER publishing_search_update AFTER UPDATE ON publishing_publicsearch BEGIN
        INSERT INTO publishing_search_index (publishing_search_index, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
        INSERT INTO publishing_search_index (rowid, tokens) VALUES (new.id, new.tokens); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER publishing_search_insert",
    "DROP TRIGGER publishing_search_delete",
    "DROP TRIGGER publishing_search_update",
    "DROP TABLE publishing_search_index",
]
POSTGRESQL = [
    """ALTER TABLE publishing_publicsearch ADD COLUMN vector tsvector
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED""",
    "CREATE INDEX publishing_search_index ON publishing_publicsearch USING gin (vector)",
]
POSTGRESQL_BACK = ["ALTER TABLE publishing_publicsearch DROP COLUMN vector"]


def _run(statements, schema_editor):
    for statement in statements.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def make_index(apps, schema_editor):
    _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}, schema_editor)


def drop_index(apps, schema_editor):
    _run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}, schema_editor)


class Migration(migrations.Migration):
    """The rows come with the next `manage.py prepare` or `rebuild_public`."""

    dependencies = [("publishing", "0011_log_topic_deeds")]

    operations = [
        migrations.CreateModel(
            name="PublicSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tokens", models.TextField()),
                ("text", models.TextField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="publishing.publicentry"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entry",), name="public_search_is_unique")],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
