from django.db import migrations

# What lists are sorted by has neither accents nor capitals. A PostgreSQL that was set up in some language would also pass over
# spaces and hyphens, unlike SQLite and Python.
COLUMNS = [
    ("publishing_publicentry", "sort_key", 400),
    ("topics_publictagging", "sort_key", 400),
    ("topics_topic", "normalised", 200),
    ("actors_publicagreement", "sort_key", 400),
]


def _collate(collation):
    def alter(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for table, column, length in COLUMNS:
                schema_editor.execute(
                    f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE {collation}"
                )

    return alter


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0012_add_search"),
        ("topics", "0004_add_merging"),
        ("actors", "0006_let_a_draft_name_no_actor"),
    ]

    operations = [migrations.RunPython(_collate('"C"'), _collate("pg_catalog.default"))]
