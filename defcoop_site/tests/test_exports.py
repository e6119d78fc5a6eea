"""Bulk data: what an export holds, that nothing of a draft is in it, and that it comes back whole or not at all."""

import csv
import hashlib
import io
import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings

from defcoop_site.exports import making
from defcoop_site.exports.importing import ImportRefused, import_export
from defcoop_site.exports.making import ExportBusy, make_export, versions_in
from defcoop_site.exports.tables import BY_NAME, NAME, TABLES
from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    publish_now,
)
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.models import Entry, Source
from publishing.public import PublicEntry
from publishing.publication import record_check, unpublish
from publishing.rows import working_row
from publishing.snapshots import take_snapshot
from topics.merging import merge
from topics.models import SeeAlsoChoice
from topics.vocabulary import Topic, TopicAlias

from .crawl import crawl
from .desk import make_editor

ROOMS = ("publishing", "topics", "actors", "articles")
DRAFT = "zanzibar"


def make_library():
    """Live entries of each kind with everything that an export has to carry, and drafts that it must not."""
    broad = make_topic("mobility", description="Moving forces.")
    airlift, old = make_topic("airlift", broader=broad), make_topic("air lift")
    TopicAlias(topic=airlift, name="air bridge").save()
    make_topic(DRAFT)
    source = make_source("treaty", title="=SUM(A1:A9)", date="1949-04", author="An author")
    make_image("plane")
    hidden = make_actor(title="Free City", summary=DRAFT)
    state = make_actor(
        title="Ruritania",
        slug="ruritania",
        founded="1918",
        topics=[airlift],
        facts_source=source,
        former_names=[{"name": "Strelsau", "until": "1920-05"}],
    )
    state.predecessors.add(publish_now(make_actor(title="Old Ruritania", slug="old-ruritania", dissolved="1917")))
    write_aliases(state, ["The partners", "R."])
    state = publish_now(state)
    parties = [
        {"actor": state, "signed": "unknown", "consent": "1949-04", "in_force": "1949-04-04", "locator": "p. 2"},
        {"actor": state, "signed": "1955", "ended": "1956-05-06", "ended_means": "withdrawal"},
        {"actor": hidden, "signed": "1950"},
    ]
    owed = {"kind": "defence", "description": "Help, if attacked.", "owed_by": state}
    said = [
        {"actor": state, "article": "5", "withdrawn": "1960-02"},
        {"actor": hidden, "kind": "objection", "objects_to": state, "made": "1950-01-02"},
    ]
    pact = make_agreement(
        title="The Pact",
        slug="pact",
        signed="1949",
        topics=[airlift, old],
        parties=parties,
        obligations=[owed],
        statements=said,
    )
    pact = publish_now(pact)
    body = f"On [[The Pact]] and [[{DRAFT}]] [@treaty, art. 1].\n\n![A plane](image:plane)"
    make_article(title=DRAFT, slug=DRAFT)
    article = publish_now(
        make_article(title="An article", slug="old-name", topics=[old], sections=[{"title": "Part", "body": body, "topics": [airlift]}])
    )  # fmt: skip
    SeeAlsoChoice.objects.create(entry=article, target=state, choice="pin")
    SeeAlsoChoice.objects.create(entry=article, target=Entry.objects.get(title=DRAFT), choice="exclusion", position=1)
    article.slug, article.introduction = "new-name", "@ first, =1+1."
    article.save()
    article = publish_now(article, note="Said more.")
    article.summary = "Said otherwise."
    article.save()
    publish_now(article, minor=True, note="")
    for name in ("withdrawn", "redirected", "gone"):
        entry = publish_now(make_actor(title=f"Land {name}", slug=f"land-{name}"))
        unpublish(entry, name, target=state if name == "redirected" else None)
    record_check(pact, make_editor("checker"), date(2026, 5, 4))
    merge(old, airlift)
    pact.title = DRAFT
    pact.save()
    take_snapshot(pact)


def empty_site():
    """Delete all content, as if the database were new."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in ROOMS:
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608


def contents(folder):
    """{name of a table: text of its JSON Lines}."""
    return {table.name: (folder / f"jsonl/{table.name}.jsonl").read_text() for table in TABLES}


def rows(folder, name):
    return [json.loads(line) for line in contents(folder)[name].splitlines()]


class ExportTestCase(TestCase):
    def setUp(self):
        held = TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.root = Path(held.name) / "exports"


class ExportTests(ExportTestCase):
    @classmethod
    def setUpTestData(cls):
        make_library()

    def test_nothing_of_a_draft_is_in_any_file(self):
        folder = make_export(self.root)

        for path in folder.rglob("*"):
            if path.is_file():
                with self.subTest(path.name):
                    # The one place where readers see the word: as a link that leads nowhere, in a text.
                    data = path.read_bytes().replace(b"[[" + DRAFT.encode() + b"]]", b"")
                    self.assertNotIn(DRAFT.encode(), data)
        for row in rows(folder, "versions"):
            self.assertEqual(row["content"]["exclusions"], [])

    def test_three_forms_say_the_same(self):
        folder = make_export(self.root)
        database = sqlite3.connect(folder / f"{NAME}.sqlite")
        database.row_factory = sqlite3.Row
        self.addCleanup(database.close)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])

        for table in TABLES:
            with self.subTest(table.name):
                lines = rows(folder, table.name)
                with (folder / f"csv/{table.name}.csv").open(newline="") as file:
                    cells = list(csv.DictReader(file))
                kept = [dict(row) for row in database.execute(f"SELECT * FROM {table.name} ORDER BY {','.join(table.key)}")]  # noqa: S608 # fmt: skip
                self.assertEqual(len(lines), len(cells))
                for line, cell, stored in zip(lines, cells, kept, strict=True):
                    self.assertEqual(list(line), table.names)
                    self.assertEqual(list(cell), [column.name for column in table.in_csv])
                    for column in table.columns:
                        value = line[column.name]
                        if column.type == "object":
                            self.assertEqual(json.loads(stored[column.name]), value)
                            continue
                        self.assertEqual(stored[column.name], value)
                        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                        self.assertEqual(cell[column.name].removeprefix("'"), text)
        self.assertTrue(all(rows(folder, table.name) for table in TABLES))

    def test_no_cell_of_csv_is_a_formula_and_json_holds_it_as_it_is(self):
        folder = make_export(self.root)

        with (folder / "csv/sources.csv").open(newline="") as file:
            [source] = csv.DictReader(file)
        with (folder / "csv/sections.csv").open(newline="") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        self.assertEqual(source["title"], "'=SUM(A1:A9)")
        self.assertIn("'@ first, =1+1.", texts)
        self.assertEqual(rows(folder, "sources")[0]["title"], "=SUM(A1:A9)")

    def test_dates_stay_as_precise_as_they_are_and_an_unknown_one_has_no_days(self):
        folder = make_export(self.root)

        first, second, hidden = sorted(rows(folder, "participations"), key=lambda row: row["position"])
        self.assertEqual((first["signed"], first["signed_earliest"], first["signed_latest"]), ("unknown", None, None))
        self.assertEqual((first["consent"], first["consent_earliest"], first["consent_latest"]), ("1949-04", "1949-04-01", "1949-04-30"))  # fmt: skip
        self.assertEqual((second["signed_earliest"], second["signed_latest"]), ("1955-01-01", "1955-12-31"))
        self.assertEqual((second["consent"], second["consent_earliest"]), ("", None))
        self.assertEqual((hidden["actor_id"], hidden["name"]), (None, "Free City"))
        reservation, objection = sorted(rows(folder, "statements"), key=lambda row: row["position"])
        self.assertEqual(
            (reservation["withdrawn_earliest"], reservation["withdrawn_latest"]), ("1960-02-01", "1960-02-29")
        )
        self.assertEqual((objection["actor_id"], objection["name"]), (None, "Free City"))
        self.assertEqual(objection["objects_to_id"], first["actor_id"])

    def test_withdrawn_entry_is_there_and_takes_part_in_nothing(self):
        folder = make_export(self.root)

        withdrawn = [row for row in rows(folder, "entries") if row["withdrawn"]]
        self.assertEqual([row["slug"] for row in withdrawn], ["land-withdrawn"])
        self.assertNotIn(withdrawn[0]["id"], {row["entry_id"] for row in rows(folder, "actors")})
        slugs = {row["slug"]: row["target_id"] for row in rows(folder, "redirects")}
        self.assertEqual(slugs.keys(), {"old-name", "land-redirected", "land-gone"})
        self.assertIsNone(slugs["land-gone"])

    def test_checksums_and_data_package_name_every_file_and_column(self):
        with override_settings(CONTENT_LICENCE="CC-BY-4.0"):
            folder = make_export(self.root, home="https://library.example/")

        listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(there, {*listed, "SHA256SUMS"})
        for path, digest in listed.items():
            self.assertEqual(hashlib.sha256((folder / path).read_bytes()).hexdigest(), digest)
        package = json.loads((folder / "datapackage.json").read_text())
        self.assertEqual(package["licenses"], [{"name": "CC-BY-4.0", "title": "CC-BY-4.0"}])
        self.assertEqual(package["sources"][0]["path"], "https://library.example/")
        tabular = {
            resource["name"]: resource for resource in package["resources"] if resource["path"].startswith("csv/")
        }
        self.assertEqual(tabular.keys(), BY_NAME.keys())
        for resource in package["resources"]:
            self.assertEqual(resource["hash"], f"sha256:{listed[resource['path']]}")
            self.assertEqual(resource["bytes"], (folder / resource["path"]).stat().st_size)
        for name, resource in tabular.items():
            header = (folder / resource["path"]).read_text().splitlines()[0].split(",")
            self.assertEqual([field["name"] for field in resource["schema"]["fields"]], header, name)
            self.assertTrue(all(field["description"] and field["type"] for field in resource["schema"]["fields"]))
        described = json.loads((folder / "metadata.json").read_text())["databases"][NAME]["tables"]
        self.assertEqual(described.keys(), BY_NAME.keys())

    def test_number_of_queries_does_not_grow_with_the_library(self):
        make_export(self.root)  # before: what is read once and kept
        with self.assertNumQueries(14):
            make_export(self.root)
        for _ in range(20):
            publish_now(make_article())

        with self.assertNumQueries(14):
            make_export(self.root)

    def test_exports_are_numbered_within_the_day_and_old_ones_go(self):
        names = [make_export(self.root, keep=2).name for _ in range(3)]

        day = names[0][:10]
        self.assertEqual(names, [f"{day}-1", f"{day}-2", f"{day}-3"])
        self.assertEqual(versions_in(self.root), [f"{day}-3", f"{day}-2"])

    def test_export_that_fails_leaves_nothing_and_the_next_one_clears_up_after_a_crash(self):
        (self.root / ".2026-01-01-1.part").mkdir(parents=True)
        original, making.readme = making.readme, None
        try:
            with self.assertRaises(TypeError):
                make_export(self.root)
        finally:
            making.readme = original

        self.assertEqual([path.name for path in self.root.iterdir()], [".lock"])

    def test_two_at_a_time_are_refused(self):
        self.root.mkdir()

        with making._alone(self.root), self.assertRaises(ExportBusy):
            make_export(self.root)
        with making._alone(self.root), self.assertRaisesMessage(CommandError, "Another export"):
            call_command("export_data", str(self.root), stdout=io.StringIO())


class OwnTransactionTests(TransactionTestCase):
    def test_export_reads_one_moment_while_others_publish_and_leaves_the_connection_as_it_was(self):
        first = publish_now(make_article(title="First"))
        found = {}

        def publish_meanwhile(done):
            """In a thread, and so in a connection, of its own."""
            with ThreadPoolExecutor(1) as pool:
                pool.submit(self.publish_second).result(timeout=60)

        with TemporaryDirectory() as held:
            found["first"] = rows(make_export(Path(held), say=publish_meanwhile), "entries")
            found["second"] = rows(make_export(Path(held)), "entries")

        self.assertEqual([row["title"] for row in found["first"]], ["First"])
        self.assertEqual({row["title"] for row in found["second"]}, {"First", "Second"})
        self.assertFalse(connection.in_atomic_block)
        publish_now(first, minor=True)  # it may still write

    @staticmethod
    def publish_second():
        try:
            # Its key is the last in order: what reads on after the first would come upon it.
            publish_now(make_article(title="Second", id=UUID(int=2**128 - 1)))
        finally:
            connection.close()


class ImportTests(ExportTestCase):
    @classmethod
    def setUpTestData(cls):
        make_library()

    def setUp(self):
        super().setUp()
        self.folder = make_export(self.root)

    def pages(self):
        addresses = {
            *crawl(self.client, combinations=4, days=2),
            "/actors/land-redirected/",
            "/actors/land-gone/",
            "/articles/old-name/",
        }
        addresses |= {f"/articles/new-name/v/{n}/" for n in (1, 2, 3)} | {"/actors/land-gone/v/1/"}
        addresses |= {"/topics/air-lift/", "/topics/air-bridge/", "/actors/land-withdrawn/", "/search/?q=pact"}
        return {address: self.client.get(address) for address in sorted(addresses)}

    def test_round_trip_gives_equal_pages_versions_topics_redirects_and_the_same_export(self):
        before = self.pages()
        empty_site()

        self.assertEqual(import_export(self.folder), 5)

        after = self.pages()
        self.assertEqual(before.keys(), after.keys())
        for address, response in before.items():
            with self.subTest(address):
                self.assertEqual(response.status_code, after[address].status_code)
                self.assertEqual(response.headers.get("Location"), after[address].headers.get("Location"))
                self.assertEqual(response.content, after[address].content)
        self.assertEqual(contents(self.folder), contents(make_export(self.root)))
        self.assertEqual(check_public(), [])

    def test_working_rows_are_what_the_live_versions_say(self):
        empty_site()
        import_export(self.folder)

        for entry in Entry.objects.filter(state="live").select_related("head"):
            with self.subTest(entry.title):
                self.assertEqual(entry.head_id, entry.live_id)
                self.assertEqual(take_snapshot(working_row(entry)).pk, entry.head_id)
        draft = Entry.objects.get(title="Free City")
        self.assertEqual((draft.state, draft.live_id, draft.kind), ("draft", None, "actor"))

    def test_site_that_is_in_use_is_refused(self):
        with self.assertRaisesMessage(ImportRefused, "not empty"):
            import_export(self.folder)
        empty_site()
        Source.objects.create(key="kept", title="Kept", kind="text")
        with self.assertRaisesMessage(CommandError, "not empty"):
            call_command("import_export", str(self.folder), stdout=io.StringIO())

        self.assertEqual(Source.objects.count(), 1)

    def refused(self, words):
        empty_site()
        with self.assertRaisesMessage(ImportRefused, words):
            import_export(self.folder)
        self.assertEqual((PublicEntry.objects.count(), Entry.objects.count(), Topic.objects.count()), (0, 0, 0))

    def mend_sums(self, path):
        """Write the checksum of a file that was changed, so that only what is in it gives it away."""
        digest = hashlib.sha256((self.folder / path).read_bytes()).hexdigest()
        lines = (self.folder / "SHA256SUMS").read_text().splitlines()
        changed = [f"{digest}  {path}" if line.endswith(f"  {path}") else line for line in lines]
        (self.folder / "SHA256SUMS").write_text("\n".join(changed))

    def change(self, path, change):
        (self.folder / path).write_text(change((self.folder / path).read_text()))
        self.mend_sums(path)

    def test_truncated_file_is_refused(self):
        path = self.folder / "jsonl/versions.jsonl"
        path.write_bytes(path.read_bytes()[:-100])

        self.refused("jsonl/versions.jsonl is not what it was")

    def test_truncated_file_with_a_checksum_of_its_own_is_refused(self):
        self.change("jsonl/versions.jsonl", lambda text: text[:-100])

        self.refused("jsonl/versions.jsonl, line 7")

    def test_missing_rows_are_refused(self):
        self.change("jsonl/topics.jsonl", lambda text: text.rpartition("\n")[0].rpartition("\n")[0] + "\n")

        self.refused("jsonl/topics.jsonl has")

    def test_missing_file_and_wrong_folder_are_refused(self):
        (self.folder / "jsonl/topics.jsonl").unlink()
        self.refused("jsonl/topics.jsonl is missing")
        self.folder = self.root
        self.refused("is no export")

    def test_unreadable_checksums_are_refused(self):
        (self.folder / "SHA256SUMS").write_text("0" * 64 + "  ../../etc/passwd\n")

        self.refused("names no file of an export")

    def test_another_format_is_refused(self):
        self.change("datapackage.json", lambda text: text.replace('"exportFormat": 1', '"exportFormat": 2'))

        self.refused("reads format 1")

    def test_rows_that_make_no_sense_are_refused_whole(self):
        for path, old, new in (
            ("jsonl/entries.jsonl", '"kind": "agreement"', '"kind": "poem"'),
            ("jsonl/versions.jsonl", '"schema": 1', '"schema": 99'),
            ("jsonl/versions.jsonl", '"actor":"', '"actor":"nobody'),
            ("jsonl/entries.jsonl", '"kind": "actor"', '"sort": "actor"'),
            ("jsonl/redirects.jsonl", '"target_id": "', '"target_id": "x'),
            ("jsonl/sources.jsonl", '"key": "treaty"', '"key": "another"'),
            ("jsonl/sources.jsonl", '"url": "https:', '"url": "javascript:'),
            ("jsonl/versions.jsonl", '"url":"https:', '"url":"javascript:'),
            ("jsonl/versions.jsonl", '"website":""', '"website":"javascript:alert(1)"'),
            ("jsonl/versions.jsonl", '"slug":"', '"slug":"../'),
            ("jsonl/versions.jsonl", '"number": 1', f'"number": 1{"0" * 40}'),
            ("jsonl/topics.jsonl", '"description": ""', f'"description": {"[" * 100_000}'),
        ):
            with self.subTest(f"{path}: {new}"):
                kept = self.folder.with_name("kept")
                shutil.copytree(self.folder, kept)
                self.assertIn(old, (self.folder / path).read_text())
                self.change(path, lambda text, old=old, new=new: text.replace(old, new))
                self.refused("")
                shutil.rmtree(self.folder)
                kept.rename(self.folder)


class DataPageTests(ExportTestCase):
    def setUp(self):
        super().setUp()
        publish_now(make_article(slug="one"))
        self.name = make_export(self.root).name
        self.enterContext(override_settings(EXPORT_ROOT=self.root))

    def test_page_names_every_file_without_a_query_or_a_cookie(self):
        with self.assertNumQueries(0):
            response = self.client.get("/data/")

        self.assertContains(response, f"Export {self.name}")
        self.assertEqual(response.cookies, {})
        self.assertEqual(response.headers["Cache-Control"], "no-cache")
        for table in TABLES:
            for form in ("csv", "jsonl"):
                self.assertContains(response, f'href="/data/{self.name}/{form}/{table.name}.{form}"')
        self.assertContains(self.client.get(f"/data/{self.name}/"), f"Export {self.name}")

    def test_every_file_is_given_out_as_it_is_and_known_by_its_checksum(self):
        for path, kind in (
            ("csv/entries.csv", "text/csv; charset=utf-8"),
            ("jsonl/versions.jsonl", "application/jsonl; charset=utf-8"),
            (f"{NAME}.sqlite", "application/vnd.sqlite3"),
            ("datapackage.json", "application/json"),
            ("SHA256SUMS", "text/plain; charset=utf-8"),
        ):
            with self.subTest(path):
                response = self.client.get(f"/data/{self.name}/{path}")

                self.assertEqual(b"".join(response.streaming_content), (self.root / self.name / path).read_bytes())
                self.assertEqual(response.headers["Content-Type"], kind)
                self.assertIn("immutable", response.headers["Cache-Control"])
                self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
                etag = response.headers["ETag"]
                again = self.client.get(f"/data/{self.name}/{path}", headers={"If-None-Match": etag})
                self.assertEqual(again.status_code, 304)

    def test_latest_leads_to_the_newest_export_and_its_files(self):
        newest = make_export(self.root).name

        for address in ("", "csv/entries.csv"):
            response = self.client.get(f"/data/latest/{address}")
            self.assertRedirects(response, f"/data/{newest}/{address}", fetch_redirect_response=False)
            self.assertEqual(response.headers["Cache-Control"], "no-cache")
        self.assertContains(self.client.get("/data/"), f'href="/data/{self.name}/"')

    def test_nothing_else_of_the_disk_is_given_out(self):
        (self.root / self.name / "secret.txt").write_text("secret")
        for address in (
            f"/data/{self.name}/secret.txt",
            f"/data/{self.name}/../.lock",
            f"/data/{self.name}/csv/../../.lock",
            f"/data/{self.name}/%2e%2e/.lock",
            "/data/.lock",
            "/data/2000-01-01-1/",
            "/data/2000-01-01-1/csv/entries.csv",
            f"/data/{self.name}/csv/",
        ):
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 404)

    def test_without_an_export_the_page_says_so_and_latest_is_not_found(self):
        with override_settings(EXPORT_ROOT=self.root / "nothing"):
            self.assertContains(self.client.get("/data/"), "No export has been made yet")
            self.assertEqual(self.client.get("/data/latest/csv/entries.csv").status_code, 404)


class TableTests(SimpleTestCase):
    def test_every_reference_leads_to_a_table_with_one_key(self):
        for table in TABLES:
            for column in table.columns:
                if column.to:
                    self.assertEqual(len(BY_NAME[column.to].key), 1, f"{table.name}.{column.name}")
            self.assertLessEqual({*table.key}, {*table.names})
