import re
from collections import Counter, deque
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import TestCase

from actors.facts import Library
from actors.models import Actor, Agreement
from articles.models import Article
from defcoop_site.page_compression import BEST, QUICK
from defcoop_site.seed import SeedError, seed
from publishing.bulk import gather_statistics
from publishing.check import check_public
from publishing.models import Entry, SeededRecord, Snapshot, Source
from publishing.public import PublicEntry
from publishing.publication import unpublish
from publishing.snapshots import content_of
from publishing.tests.scenario import public_tables
from publishing.text import linked_names
from topics.vocabulary import Topic, TopicAlias

from .desk import change_address, form_data, make_editor

TOPICS = """
- {name: airlift, description: Carrying forces by air, aliases: [air bridge]}
- {name: strategic airlift, broader: airlift}
"""
SOURCES = """
report: {title: The report, date: "1949-04", kind: text, url: "https://example.org/report"}
"""
ACTORS = """
- slug: france
  title: France
  kind: state
  region: europe
  summary: A state.
  topics: [airlift]
  body: "A state[@report]. See [[Pact]]."
- slug: organisation
  title: Organisation
  kind: organisation
  region: europe
  constituent_agreement: pact
  predecessors: [france]
  summary: An organisation.
  topics: [airlift]
"""
AGREEMENTS = """
- slug: pact
  title: Pact
  type: alliance
  legal_force: binding
  scope: bilateral
  signed: "1949"
  in_force: unknown
  summary: A pact.
  text: report
  obligations: [{kind: defence, description: Help., source: report}]
  party_defaults: {signed: "1949", source: report, role: original-party}
  parties: [{actor: france, in_force: "1949-08"}]
"""
ARTICLES = """
- slug: lift
  title: Lift
  standfirst: About lift.
  introduction: "See [[France]]."
  topics: [strategic-airlift]
  sections: [{title: One, topics: [airlift], body: "Text.\\n\\n[see also]\\n"}]
"""


@pytest.mark.usefixtures("folder")
class SeedTestCase(TestCase):
    @pytest.fixture()
    def folder(self, tmp_path):
        self.root = tmp_path
        self.write(
            {
                "topics.yaml": TOPICS,
                "sources/a.yaml": SOURCES,
                "actors/a.yaml": ACTORS,
                "agreements/a.yaml": AGREEMENTS,
                "articles/a.yaml": ARTICLES,
            }
        )

    def write(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def add(self, name, text):
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write(text)


class SeedTests(SeedTestCase):
    def test_folder_is_loaded_and_published(self):
        self.assertEqual(seed(self.root), 7)

        self.assertEqual(
            sorted(PublicEntry.objects.values_list("kind", "slug")),
            [("actor", "france"), ("actor", "organisation"), ("agreement", "pact"), ("article", "lift")],
        )
        self.assertContains(self.client.get("/actors/france/"), '<a href="/agreements/pact/">Pact</a>')
        self.assertContains(self.client.get("/agreements/pact/"), "August 1949")
        self.assertContains(self.client.get("/articles/lift/"), "see-also-line")
        self.assertRedirects(self.client.get("/topics/air-bridge/"), "/topics/airlift/", status_code=301)
        self.assertEqual(check_public(), [])

    def test_topics_are_named_in_any_spelling_and_by_alias(self):
        names = '[Strategic airlift, "AIRLIFT ", Air Brídge]'
        self.add(
            "articles/a.yaml",
            f"- {{slug: b, title: B, standfirst: X., topics: {names}, sections: [{{title: S, topics: {names}}}]}}\n",
        )

        seed(self.root)

        article = Article.objects.get(slug="b")
        for row in (article, article.sections.get()):
            self.assertEqual(sorted(topic.name for topic in row.topics.all()), ["airlift", "strategic airlift"])

    def test_loading_again_changes_nothing(self):
        seed(self.root)
        before = public_tables(), Entry.objects.count(), SeededRecord.objects.count()

        self.assertEqual(seed(self.root), 0)

        self.assertEqual((public_tables(), Entry.objects.count(), SeededRecord.objects.count()), before)

    def test_record_that_is_added_later_is_loaded_and_the_others_are_left_alone(self):
        seed(self.root)
        self.add("articles/a.yaml", "- {slug: second, title: Second, standfirst: The second.}\n")

        self.assertEqual(seed(self.root), 1)

        self.assertEqual(self.client.get("/articles/second/").status_code, 200)
        self.assertEqual(Entry.objects.get(slug="lift").snapshots.count(), 1)

    def test_work_of_an_editor_is_never_overwritten(self):
        seed(self.root)
        Article.objects.filter(slug="lift").update(title="Edited", slug="renamed")
        unpublish(Entry.objects.get(slug="pact"), Entry.State.GONE)
        Source.objects.filter(key="report").update(title="Edited source")
        Topic.objects.filter(slug="airlift").update(name="Edited topic", normalised="edited topic")
        self.add("articles/a.yaml", "- {slug: second, title: Second, standfirst: The second.}\n")

        seed(self.root)

        self.assertEqual(Article.objects.get(slug="renamed").title, "Edited")
        self.assertFalse(Entry.objects.filter(slug="lift").exists())
        self.assertEqual(self.client.get("/agreements/pact/").status_code, 410)
        self.assertEqual(Source.objects.get().title, "Edited source")
        self.assertEqual(sorted(Topic.objects.values_list("name", flat=True)), ["Edited topic", "strategic airlift"])

    def test_deleted_topic_is_never_made_again(self):
        self.add("topics.yaml", "- {name: unused}\n")
        seed(self.root)
        Topic.objects.get(name="unused").delete()
        self.add("topics.yaml", "- {name: another}\n")

        self.assertEqual(seed(self.root), 1)

        self.assertFalse(Topic.objects.filter(name="unused").exists())

    def test_check_alone_keeps_nothing(self):
        self.assertEqual(seed(self.root, check_only=True), 7)

        self.assertFalse(
            SeededRecord.objects.exists()
            or Entry.objects.exists()
            or Topic.objects.exists()
            or PublicEntry.objects.exists()
        )


class MistakeTests(SeedTestCase):
    def mistakes(self):
        with self.assertRaises(SeedError) as caught, transaction.atomic():
            seed(self.root)
        self.assertFalse(
            SeededRecord.objects.exists()
            or Entry.objects.exists()
            or Topic.objects.exists()
            or TopicAlias.objects.exists()
            or Source.objects.exists()
        )
        return caught.exception.mistakes

    def assert_named(self, *expected):
        found = self.mistakes()
        for where, words in expected:
            with self.subTest(f"{where} {words}"):
                self.assertTrue([line for line in found if where in line and words in line], found)

    def test_every_mistake_in_the_contents_is_named_at_once_with_its_file_and_record(self):
        self.add(
            "articles/a.yaml",
            "- {slug: bad, title: Bad, standfirst: X., topics: [nowhere], sections: [{title: S, topics: [nowhere-too]}]}\n",
        )
        self.add(
            "actors/a.yaml",
            '- {slug: worse, title: Worse, kind: state, region: nowhere, founded: "1949-13", part_of: nobody, facts_source: no-source}\n',
        )
        self.add(
            "agreements/a.yaml",
            "- {slug: worst, title: Worst, type: alliance, legal_force: binding, scope: bilateral, summary: X., signed: soon, parties: [{actor: nobody-else, role: guest, source: no-other}]}\n",
        )

        self.assert_named(
            ("articles/a.yaml, bad", "“nowhere”"),
            ("articles/a.yaml, bad", "nowhere-too"),
            ("actors/a.yaml, worse", "region"),
            ("actors/a.yaml, worse", "1949-13"),
            ("actors/a.yaml, worse", "nobody"),
            ("actors/a.yaml, worse", "no-source"),
            ("agreements/a.yaml, worst", "soon"),
            ("agreements/a.yaml, worst", "nobody-else"),
            ("agreements/a.yaml, worst", "no-other"),
        )

    def test_mistakes_of_all_files_are_named_in_one_run(self):
        self.add("topics.yaml", "- {name: orphan, broader: nowhere}\n")
        self.add("sources/a.yaml", "bad-source: {title: Bad, kind: gossip, colour: red}\n")
        self.add("articles/a.yaml", "- {slug: bad, title: Bad, standfirst: X., topics: [nowhere], colour: red}\n")

        self.assert_named(
            ("topics.yaml, orphan", "nowhere"),
            ("sources/a.yaml, bad-source", "gossip"),
            ("sources/a.yaml, bad-source", "colour"),
            ("articles/a.yaml, bad", "colour"),
            ("articles/a.yaml, bad", "“nowhere”"),
        )

    def test_file_that_is_no_yaml_is_named(self):
        self.add("articles/a.yaml", "- {slug: [\n")

        self.assert_named(("articles/a.yaml", "line"))

    def test_record_without_a_standfirst_is_named(self):
        self.add("articles/a.yaml", "- {slug: bare, title: Bare}\n")

        self.assert_named(("articles/a.yaml, bare", "standfirst"))

    def test_record_without_its_name_is_named_by_its_file(self):
        for file, record in {
            "articles/a.yaml": "- {slug: untitled, standfirst: X.}\n",
            "actors/a.yaml": "- {title: No slug, kind: state, region: europe, summary: X.}\n",
            "topics.yaml": "- {description: No name.}\n",
        }.items():
            original = (self.root / file).read_text()
            self.add(file, record)
            with self.subTest(file):
                self.assertIn(file, " ".join(self.mistakes()))
            (self.root / file).write_text(original)

    def test_record_that_stands_there_twice_is_named(self):
        for file, record, name in (
            ("articles/a.yaml", "- {slug: lift, title: Other, standfirst: X.}\n", "lift"),
            ("topics.yaml", "- {name: Airlift}\n", "Airlift"),
        ):
            original = (self.root / file).read_text()
            self.add(file, record)
            with self.subTest(file):
                self.assert_named((file, name))
            (self.root / file).write_text(original)

    def test_alias_that_two_topics_have_is_named(self):
        self.add("topics.yaml", "- {name: other, aliases: [Air Bridge]}\n")

        self.assert_named(("topics.yaml, other", "alias"))

    def test_value_that_is_too_long_for_its_column_is_named(self):
        self.add(
            "actors/a.yaml",
            f"- {{slug: long, title: Long, aliases: [{'a' * 201}], kind: state, region: {'x' * 60}, summary: X., iso3: FRANCE}}\n",
        )

        self.assert_named(
            ("actors/a.yaml, long", "region"),
            ("actors/a.yaml, long", "iso3"),
            ("actors/a.yaml, long", "aliases: has 201"),
        )


def ids(html):
    return re.findall(r'\sid="([^"]*)"', html)


# Pages that are made from others, or from what is asked: of each shape some are followed.
DERIVED = re.compile(
    r"\+|[?&](?:on|page|topic)=|\?|/(?:map|timeline|history|cite|feed|between|names)/|/v/\d+/|\.[a-z.]+$"
)
OF_A_SHAPE = 8


class ProjectFixturesTests(TestCase):
    """The publication's first content, loaded once."""

    @classmethod
    def setUpTestData(cls):
        try:
            seed(Path(settings.BASE_DIR) / "fixtures")
        except SeedError as error:
            raise AssertionError(f"{len(error.mistakes)} mistakes in fixtures/:\n{error}") from None
        gather_statistics()  # as the first start does

    def test_public_rows_are_what_the_snapshots_give(self):
        self.assertEqual(check_public(), [])

    def test_facts_have_sources_and_dates_a_possible_order(self):
        self.assertEqual([f"{entry.slug}: {sentence}" for entry, sentence in Library().findings()], [])

    def test_no_page_is_an_orphan(self):
        self.assertEqual([str(entry) for entry in PublicEntry.objects.orphans()], [])

    def test_every_name_in_a_text_leads_to_an_entry(self):
        for snapshot in Snapshot.objects.select_related("entry"):
            names = {name for text in content_of(snapshot).prose() for name in linked_names(text)}
            self.assertEqual(names - set(snapshot.content["links"]), set(), snapshot.entry)
        for article in Article.objects.select_related("live"):
            self.assertGreater(len(article.live.content["links"]), 5, article)

    def test_library_is_as_large_as_promised(self):
        self.assertGreaterEqual(Actor.objects.filter(state="live").count(), 110)
        self.assertGreaterEqual(Agreement.objects.filter(state="live").count(), 50)
        self.assertGreaterEqual(Article.objects.filter(state="live").count(), 4)

    def test_entry_that_is_opened_and_saved_unchanged_makes_no_snapshot(self):
        self.client.force_login(make_editor(everything=True))
        for row in (
            Article.objects.get(slug="strategic-airlift-capabilities"),
            Actor.objects.get(slug="nato"),
            Agreement.objects.get(slug="anzus-treaty"),
        ):
            with self.subTest(row.slug):
                data = form_data(self.client.get(change_address(row)))
                as_posted = {
                    name: value.replace("\n", "\r\n") if isinstance(value, str) else value
                    for name, value in data.items()
                }

                response = self.client.post(change_address(row), {**as_posted, "_continue": "1"})

                self.assertEqual(response.status_code, 302)
                self.assertEqual(row.snapshots.count(), 1)

    def test_lines_in_the_main_article_lead_to_the_three_other_articles(self):
        response = self.client.get("/articles/international-defence-cooperation/")

        lines = re.findall(r'class="see-also-line">.*?href="([^"]+)"', response.content.decode(), re.DOTALL)
        expected = {
            f"/articles/{slug}/"
            for slug in ("homeland-security-measures", "joint-military-exercises", "strategic-airlift-capabilities")
        }
        self.assertEqual((len(lines), set(lines)), (3, expected))

    def test_longest_article_with_its_styles_and_script_is_less_than_20_kilobytes_over_the_wire(self):
        page = self.client.get("/articles/international-defence-cooperation/").content
        named = re.findall(r'(?:rel="stylesheet" href|type="module" src)="/static/([^"]+)"', page.decode())

        beside = [len(brotli.compress(Path(finders.find(name)).read_bytes())) for name in named]

        self.assertEqual(named, ["css/site.css", "css/print.css", "js/search.js"])
        self.assertLess(len(brotli.compress(page, quality=BEST)) + sum(beside), 20_000)
        self.assertLess(len(brotli.compress(page, quality=QUICK)), 16_500)  # for who asks first

    def test_every_internal_link_answers_and_every_page_is_well_formed(self):
        queue, seen, derived = deque(["/"]), {"/"}, Counter()
        while queue:
            address = queue.popleft()
            response = self.client.get(address)
            with self.subTest(address):
                self.assertEqual(response.status_code, 200)
            if "text/html" not in response["Content-Type"]:
                continue
            html = response.content.decode()
            if (
                (html.count("<h1"), len(ids(html))) != (1, len(set(ids(html))))
                or "[see also]" in html
                or "[[" in html
                or "\ue000" in html
            ):
                with self.subTest(address):
                    self.assertEqual(html.count("<h1"), 1)
                    self.assertEqual([name for name in ids(html) if ids(html).count(name) > 1], [])
                    self.assertNotRegex(html, r"\[see also\]|\[\[|[\ue000-\uf8ff]")
            fragments = set(re.findall(r'href="#([^"]+)"', html)) - set(ids(html))
            if fragments:
                with self.subTest(address):
                    self.fail(f"leads to nothing on its page: {sorted(fragments)}")
            for href in re.findall(r'href="(/[^"#]*|\?[^"#]*)', html):
                target = href.replace("&amp;", "&")
                target = address.partition("?")[0] + target if target.startswith("?") else target
                if target in seen or target.startswith(("/static/", "/admin/", "/fr/", "//")):
                    continue
                shape = DERIVED.search(target)
                if shape:
                    derived[target.split("/")[1], shape[0]] += 1
                    if derived[target.split("/")[1], shape[0]] > OF_A_SHAPE:
                        continue
                seen.add(target)
                queue.append(target)

        live = {entry.get_absolute_url() for entry in PublicEntry.objects.live().for_list()}
        self.assertEqual(sorted(live - seen), [], "live pages that no link leads to")
