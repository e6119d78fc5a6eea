"""What links here, on the desk and for readers; the table behind it; pages that nothing leads to."""

from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, publish_now
from defcoop_site.tests.desk import desk_address, make_editor
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.models import Entry
from publishing.public import PublicEntry, PublicLink
from publishing.publication import rebuild_public, unpublish
from publishing.references import EntryLink
from publishing.snapshots import take_snapshot
from topics.models import SeeAlsoChoice

COLUMNS = ("entry", "side", "way", "target", "place")


class LinkCase(TestCase):
    def setUp(self):
        self.source = make_source("gazette")
        self.state = publish_now(make_actor(title="Ruritania", slug="ruritania"))
        self.client.force_login(make_editor(everything=True))

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def links(self, row):
        """([(entry, way, place, in the draft too)] live, [(entry, way, place)] in drafts only) on the desk's page."""
        context = self.client.get(desk_address(row, "links", row.pk)).context
        live = [(link.entry.title, link.way, link.place, link.on_both) for link in context["live"]]
        return live, [(link.entry.title, link.way, link.place) for link in context["draft"]]


class LinksHereTests(LinkCase):
    def test_each_way_of_referring_is_listed(self):
        publish_now(make_agreement(title="Pact", parties=[self.state], body="[[Ruritania]]"))
        publish_now(make_actor(title="League", part_of=self.state))
        sections = [{"title": "At sea", "body": "[[Ruritania]]"}, {"title": "On land", "body": "[[Ruritania]] twice"}]
        article = make_article(title="Straits", introduction="In [[Ruritania]].", sections=sections)
        SeeAlsoChoice.objects.create(entry=article, target=self.state, choice="pin")
        publish_now(article)

        live, draft = self.links(self.state)

        self.assertEqual(
            live,
            [
                ("League", "part", "", True),
                ("Pact", "mention", "", True),
                ("Pact", "party", "", True),
                ("Straits", "mention", "", True),
                ("Straits", "mention", "At sea", True),
                ("Straits", "mention", "On land", True),
                ("Straits", "pin", "", True),
            ],
        )
        self.assertEqual(draft, [])

    def test_live_and_draft_stand_apart(self):
        article = publish_now(make_article(title="Straits", introduction="[[Ruritania]]"))
        take_snapshot(make_article(title="Draft", introduction="[[Ruritania]]"))
        Article.objects.filter(pk=article.pk).update(introduction="Nothing.")
        take_snapshot(Article.objects.get(pk=article.pk))

        self.assertEqual(self.links(self.state), ([("Straits", "mention", "", False)], [("Draft", "mention", "")]))

    def test_withdrawn_page_links_no_more(self):
        article = publish_now(make_article(title="Straits", introduction="[[Ruritania]]"))
        unpublish(article, Entry.State.WITHDRAWN)

        self.assertEqual(self.links(self.state), ([], [("Straits", "mention", "")]))

    def test_link_by_a_shared_name_is_listed_under_each_bearer(self):
        other = make_actor(title="Other")
        for row in (self.state, other):
            write_aliases(row, ["The land"])
        publish_now(make_article(title="Straits", introduction="[[The land]]"))

        for row in (self.state, other):
            self.assertEqual(self.links(row)[0], [("Straits", "mention", "", True)])

    def test_first_mentions_are_links_too(self):
        take_snapshot(make_article(title="Straits", introduction="In Ruritania.", link_first_mentions=True))

        self.assertEqual(self.links(self.state), ([], [("Straits", "mention", "")]))

    def test_redirected_addresses_are_listed(self):
        gone = publish_now(make_actor(title="Gone", slug="gone"))
        unpublish(gone, Entry.State.REDIRECTED, self.state)
        type(self.state).objects.filter(pk=self.state.pk).update(slug="ruritania-now")
        publish_now(type(self.state).objects.get(pk=self.state.pk))

        response = self.client.get(desk_address(self.state, "links", self.state.pk))

        self.assertEqual(response.context["addresses"], [("/actors/gone/", False), ("/actors/ruritania/", True)])

    def test_source_lists_what_cites_it(self):
        publish_now(make_agreement(title="Pact", parties=[{"actor": self.state, "source": self.source}]))
        publish_now(make_article(title="Straits", introduction="So [@gazette]."))
        take_snapshot(make_actor(title="Draft", facts_source=self.source))

        live, draft = self.links(self.source)

        self.assertEqual(live, [("Pact", "citation", "", True), ("Straits", "citation", "", True)])
        self.assertEqual(draft, [("Draft", "citation", "")])

    def test_number_of_queries_does_not_grow(self):
        def cost(row):
            with CaptureQueriesContext(connection) as queries:
                self.client.get(desk_address(row, "links", row.pk))
            return len(queries)

        publish_now(make_article(introduction="[[Ruritania]] [@gazette]"))
        take_snapshot(make_article(introduction="[[Ruritania]] [@gazette]"))
        few = cost(self.state), cost(self.source)
        for _n in range(30):
            publish_now(make_article(introduction="[[Ruritania]] [@gazette]"))
            take_snapshot(make_article(introduction="[[Ruritania]] [@gazette]"))

        self.assertEqual((cost(self.state), cost(self.source)), few)

    def test_long_lists_come_in_pages(self):
        for number in range(101):
            EntryLink.objects.create(
                entry=Entry.objects.get(pk=self.state.pk),
                side="live",
                way="mention",
                target="@gazette",
                place=str(number),
            )

        response = self.client.get(desk_address(self.source, "links", self.source.pk), {"live": "2"})

        self.assertContains(response, "Page 2 of 2")
        self.assertEqual(len(response.context["live"]), 1)
        for nonsense in ("-1", "x", "99999999999999999999"):
            self.assertEqual(
                self.client.get(desk_address(self.source, "links", self.source.pk), {"live": nonsense}).status_code, 200
            )
        EntryLink.objects.filter(target="@gazette").delete()

    def test_only_kinds_that_the_user_may_see_are_listed_and_others_refused(self):
        publish_now(make_article(title="Straits", introduction="[[Ruritania]] [@gazette]"))
        self.client.force_login(make_editor("reader", rights=["actors.view_actor"]))

        self.assertEqual(self.links(self.state), ([], []))
        article = Article.objects.get()
        for row in (article, self.source):
            for method in (self.client.get, self.client.post):
                self.assertEqual(method(desk_address(row, "links", row.pk)).status_code, 403)

    def test_unknown_entries_answer_404(self):
        for row in (self.state, self.source):
            for nothing in (self.source.pk, "nothing") if row is self.state else (self.state.pk, "nothing"):
                self.assertEqual(self.client.get(desk_address(row, "links", nothing)).status_code, 404)

    def test_forms_lead_to_it(self):
        for row in (self.state, self.source):
            response = self.client.get(desk_address(row, "change", row.pk))
            self.assertContains(response, f'href="{desk_address(row, "links", row.pk)}"')

    def test_readers_see_what_links_to_an_article_and_nothing_twice(self):
        article = publish_now(make_article(title="Straits", slug="straits"))
        publish_now(make_actor(title="League", body="See [[Straits]] and [[Ruritania]]."))
        publish_now(make_agreement(title="Pact", parties=[self.state], body="[[Ruritania]]"))

        self.assertContains(self.client.get(article.get_absolute_url()), ">League</a>", count=1)
        page = self.client.get("/actors/ruritania/")
        self.assertContains(page, ">League</a>", count=1)
        self.assertContains(page, ">Pact</a>", count=1)


class TableTests(LinkCase):
    def test_rebuilding_yields_the_identical_tables(self):
        publish_now(make_agreement(title="Pact", parties=[self.state], body="[[Ruritania]] [@gazette]"))
        article = publish_now(make_article(introduction="[[Ruritania]], [[Pact]]", link_first_mentions=True))
        Article.objects.filter(pk=article.pk).update(introduction="Ruritania and the Pact.")
        take_snapshot(Article.objects.get())
        tables = {EntryLink: COLUMNS, PublicLink: ("entry", "way", "target_id")}
        before = {table: sorted(table.objects.values_list(*columns), key=str) for table, columns in tables.items()}
        self.assertGreater(len(before[EntryLink]), 8)
        for table in tables:
            table.objects.all().delete()
        self.assertIn(f"article {article.slug}: draft links differ", check_public())

        rebuild_public()

        after = {table: sorted(table.objects.values_list(*columns), key=str) for table, columns in tables.items()}
        self.assertEqual(after, before)


class OrphanTests(TestCase):
    def orphans(self):
        return {entry.title for entry in PublicEntry.objects.orphans()}

    def test_entry_is_an_orphan_until_a_live_page_leads_to_it(self):
        state = publish_now(make_actor(title="Ruritania", body="[[Straits]] [[Ruritania]]"))
        publish_now(make_article(title="Straits", introduction="[[Straits]]"))
        self.assertEqual(self.orphans(), {"Ruritania", "Straits"})

        publish_now(state)
        article = Article.objects.get()
        article.introduction = "On [[Ruritania]]."
        article.save()
        take_snapshot(article)
        self.assertEqual(self.orphans(), {"Ruritania"})

        article = publish_now(article)
        self.assertEqual(self.orphans(), set())
        unpublish(article, Entry.State.WITHDRAWN)
        self.assertEqual(self.orphans(), {"Ruritania"})

    def test_fact_leads_both_ways(self):
        state = publish_now(make_actor(title="Ruritania"))
        publish_now(make_agreement(title="Pact", parties=[state]))

        self.assertEqual(self.orphans(), set())

    def test_command_lists_them(self):
        publish_now(make_article(title="Straits", slug="straits"))
        told = StringIO()

        call_command("orphans", stdout=told)

        self.assertEqual(told.getvalue(), "/articles/straits/ Straits\n")
