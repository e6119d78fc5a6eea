"""Upgrades: a release's migrations go forwards and back with data in the tables, and leave the release before it able to serve."""

import json
from pathlib import Path
from unittest import skipUnless
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.test import SimpleTestCase, TestCase, TransactionTestCase

from publishing import kinds
from publishing.content import SCHEMA, digest
from torture import upgrades
from torture.upgrades import ROOMS

from .migration_rules import broken_rules

GOLDEN = Path(__file__).resolve().parents[2] / "publishing" / "tests" / "golden"
# Made before the rules, and before there was any release whose readers could have been in the way. The first release closes this list.
BEFORE_THE_RULES = {
    ("actors", "0002_add_acts_in_time"),
    ("actors", "0005_add_types_and_titles_to_rows"),
    ("articles", "0002_add_link_first_mentions"),
    ("publishing", "0002_add_change_notes_and_audit_log"),
    ("publishing", "0004_add_review_and_share_links"),
    ("topics", "0002_add_combinations_and_tallies"),
    ("topics", "0004_add_merging"),
}


def of_ours(loader):
    return [key for key in sorted(loader.disk_migrations) if key[0] in ROOMS]


# PostgreSQL is played by `make torture`: here every table is remade at every step, and that is where data would be lost.
@skipUnless(connection.vendor == "sqlite", "make torture plays it on PostgreSQL")
class ChainTests(TransactionTestCase):
    def test_all_migrations_of_each_room_are_undone_and_done_again_and_nothing_is_lost(self):
        # Whatever fails, the tests after this one need the newest tables.
        self.addCleanup(call_command, "migrate", verbosity=0)

        self.assertEqual(upgrades.play(), [])


class RuleTests(SimpleTestCase):
    """Whether the release before can serve while the new one's migrations run, and after."""

    def test_every_migration_since_the_rules_keeps_to_them(self):
        loader = MigrationLoader(None)
        found = [
            fault
            for key in of_ours(loader)
            if key not in BEFORE_THE_RULES
            for fault in broken_rules(loader.disk_migrations[key], loader.project_state(key, at_end=False))
        ]

        self.assertFalse(
            found,
            "\n".join(["", *found])
            + "\nWhere no release was made yet, the migration may be named in BEFORE_THE_RULES.",
        )

    def test_list_of_those_before_the_rules_names_only_what_is_there(self):
        self.assertLessEqual(BEFORE_THE_RULES, set(of_ours(MigrationLoader(None))))

    def faults(self, *operations):
        state = ProjectState()
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20, null=True)),  # noqa: DJ001 - a column to be narrowed
        ]
        state.add_model(ModelState("room", "Thing", fields))
        migration = migrations.Migration("0002_change", "room")
        migration.operations = list(operations)
        return [fault.partition(": ")[2].partition(":")[0] for fault in broken_rules(migration, state)]

    def test_each_rule_finds_what_it_is_for(self):
        unique = models.UniqueConstraint(fields=["name"], name="name_is_unique")
        leaves, empty = (
            "takes away what the release before still reads",
            "adds a column that the release before leaves empty",
        )
        narrow = "takes less than the release before writes"
        for operation, fault in (
            (migrations.RemoveField("thing", "name"), leaves),
            (migrations.RenameField("thing", "name", "title"), leaves),
            (migrations.DeleteModel("Thing"), leaves),
            (migrations.RenameModel("Thing", "Object"), leaves),
            (migrations.AddField("thing", "size", models.IntegerField(default=0)), empty),
            (migrations.AlterField("thing", "name", models.CharField(max_length=20)), narrow),
            (migrations.AlterField("thing", "name", models.CharField(max_length=10, null=True)), narrow),  # noqa: DJ001
            (migrations.AlterField("thing", "name", models.IntegerField(null=True)), narrow),
            (migrations.AddConstraint("thing", unique), "forbids what the release before may write"),
            (migrations.RunPython(migrations.RunPython.noop), "cannot be undone"),
        ):
            with self.subTest(operation.describe()):
                self.assertEqual(self.faults(operation), [fault])

    def test_what_the_release_before_does_not_notice_is_allowed(self):
        other = migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])
        for operations in (
            [migrations.AddField("thing", "size", models.IntegerField(null=True))],
            [migrations.AddField("thing", "size", models.IntegerField(db_default=0))],
            [migrations.AlterField("thing", "name", models.CharField(max_length=40, null=True))],  # noqa: DJ001
            [other, migrations.AddField("other", "size", models.IntegerField(default=0))],
            [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)],
        ):
            with self.subTest(operations[-1].describe()):
                self.assertEqual(self.faults(*operations), [])


class GoldenTests(TestCase):
    """Snapshots that older schema versions wrote."""

    def test_there_is_one_for_each_kind_and_version(self):
        wanted = {f"{kind.name}-{schema}.json" for kind in kinds.every() for schema in range(1, SCHEMA + 1)}

        self.assertEqual({path.name for path in GOLDEN.glob("*.json")}, wanted)

    def test_each_is_read_shown_and_keeps_its_digest(self):
        for path in sorted(GOLDEN.glob("*.json")):
            with self.subTest(path.name):
                golden = json.loads(path.read_text(encoding="utf-8"))
                kind = kinds.get(path.name.partition("-")[0])

                content = kind.read(golden["content"], golden["schema"])
                row = kind.project(uuid4(), content).entry

                self.assertEqual(digest(golden["content"]), golden["digest"])
                self.assertEqual((row.title, row.slug), (golden["content"]["title"], golden["content"]["slug"]))
                if golden["schema"] == SCHEMA:
                    self.assertEqual(digest(content.to_json()), golden["digest"])
