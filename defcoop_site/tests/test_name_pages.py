"""A name that several entries share: its page, and the links to it."""

from django.test import TestCase

from actors.models import Actor
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.models import Entry
from publishing.public import PublicName
from publishing.publication import rebuild_public, unpublish


def known_as(row, *names):
    write_aliases(row, names)
    return row


class SharedNameTests(TestCase):
    """Given two entries with the alias ANZ, and an article that links to it."""

    def setUp(self):
        self.treaty = known_as(make_agreement(title="Pacific Treaty", slug="treaty"), "ANZ", "Pacific pact")
        self.grouping = known_as(make_actor(title="Pacific Council", slug="council"), "ANZ")
        self.article = publish_now(make_article(slug="seas", introduction="Under [[ANZ|the terms]] of old."))

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def link(self):
        """Where the words in the article lead; "" where they are plain."""
        html = self.client.get("/articles/seas/").content.decode()
        before, after = html.split("the terms", 1)
        return before.rsplit('href="', 1)[1].rstrip('">') if after.startswith("</a>") else ""

    def test_name_without_a_live_entry_stays_words_and_has_no_page(self):
        self.assertEqual(self.link(), "")
        self.assertEqual(self.client.get("/names/anz/").status_code, 404)

    def test_name_with_one_live_entry_leads_straight_to_it(self):
        publish_now(self.treaty)

        self.assertEqual(self.link(), "/agreements/treaty/")
        self.assertRedirects(self.client.get("/names/anz/"), "/agreements/treaty/", status_code=302)

    def test_name_with_two_live_entries_leads_to_a_page_that_lists_both(self):
        publish_now(self.treaty)
        publish_now(self.grouping)

        self.assertEqual(self.link(), "/names/anz/")
        with self.assertNumQueries(1):
            response = self.client.get("/names/anz/")
        self.assertContains(response, "What “ANZ” may mean")
        self.assertContains(response, 'href="/agreements/treaty/"')
        self.assertContains(response, 'href="/actors/council/"')

    def test_withdrawn_entry_gives_up_its_names(self):
        publish_now(self.treaty)
        grouping = publish_now(self.grouping)
        unpublish(grouping, Entry.State.WITHDRAWN)

        self.assertEqual(self.link(), "/agreements/treaty/")
        self.assertFalse(PublicName.objects.filter(entry=grouping.pk).exists())

    def test_draft_alias_makes_no_name_shared_for_readers(self):
        publish_now(self.treaty)
        known_as(make_actor(title="Draft"), "Pacific pact")

        self.assertRedirects(self.client.get("/names/pacific-pact/"), "/agreements/treaty/", status_code=302)

    def test_each_name_has_one_address(self):
        publish_now(self.treaty)
        publish_now(self.grouping)

        for other in ("ANZ", "Anz", "%C3%A1nz", "anz%20"):
            self.assertRedirects(self.client.get(f"/names/{other}/"), "/names/anz/", status_code=301)
        for nothing in ("anz-2", "%21%21", "x" * 3000, "%E2%80%8F", "😀"):
            self.assertEqual(self.client.get(f"/names/{nothing}/").status_code, 404, nothing)

    def test_rebuilding_yields_the_same_names(self):
        publish_now(self.treaty)
        before = sorted(PublicName.objects.values_list("entry", "name", "label"))
        PublicName.objects.all().delete()
        self.assertIn("agreement treaty: rows of PublicName differ", check_public())

        rebuild_public()

        self.assertEqual(sorted(PublicName.objects.values_list("entry", "name", "label")), before)
        self.assertIn((self.treaty.pk, "pacific-pact", "Pacific pact"), before)

    def test_names_of_every_script_have_a_page(self):
        for title in ("Совет один", "Совет два"):
            publish_now(known_as(make_actor(title=title), "НАТО"))

        self.assertContains(self.client.get("/names/нато/"), "Совет два")

    def test_title_goes_before_an_alias(self):
        state = publish_now(make_actor(title="ANZ", slug="anz-land"))
        article = publish_now(make_article(introduction="In [[ANZ]]."))

        self.assertContains(self.client.get(article.get_absolute_url()), f'<a href="/actors/anz-land/">{state}</a>')

    def test_title_that_two_kinds_share_leads_to_the_page_of_the_name(self):
        publish_now(make_actor(title="The Arrangement", slug="one"))
        publish_now(make_agreement(title="The Arrangement", slug="two"))
        article = publish_now(make_article(introduction="By [[The Arrangement]]."))

        self.assertContains(self.client.get(article.get_absolute_url()), 'href="/names/the-arrangement/"')

    def test_names_without_letters_lead_nowhere(self):
        for _twice in range(2):
            publish_now(make_actor(title="!!!"))
        article = publish_now(make_article(introduction="By [[!!!]]."))

        self.assertContains(self.client.get(article.get_absolute_url()), "By !!!.")
        self.assertEqual(Actor.objects.filter(title="!!!").count(), 2)

    def test_page_takes_as_many_queries_with_many_shared_names(self):
        counts = []
        for many in (1, 20):
            for number in range(many):
                for _twice in range(2):
                    publish_now(known_as(make_actor(), f"Name {many} {number}"))
            text = " ".join(f"[[Name {many} {number}]]" for number in range(many))
            publish_now(make_article(slug=f"with-{many}", introduction=text))
            counts.append(many)

        for many in counts:
            with self.assertNumQueries(3):  # entry, links to it, names
                response = self.client.get(f"/articles/with-{many}/")
            self.assertContains(response, 'href="/names/', count=many)
