"""The first mention of an actor or agreement links by itself."""

from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext

from actors.models import Actor
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from defcoop_site.tests.desk import change_address, form_data, make_editor
from publishing.check import check_public
from publishing.content import comparable, digest, merge
from publishing.desk import resolve_mentions, write_aliases
from publishing.first_mentions import FirstMentions, phrases
from publishing.models import Entry, Snapshot
from publishing.public import PublicLink
from publishing.snapshots import content_of, restore, take_snapshot
from publishing.text import SEVERAL, STORED_LINK, to_html

KEY, OTHER = "0" * 36, "1" * 36


def linked(markdown, names, taken=()):
    """The text with each link as <key's first digit:words>, without other markup."""
    html = to_html(markdown, mentions=FirstMentions(names, taken))
    return STORED_LINK.sub(lambda match: f"<{match[1][0]}:{match[2]}>", html).replace("<p>", "").replace("</p>", "")


class LinkTests(SimpleTestCase):
    def test_where_a_name_links(self):
        names = {"NATO": KEY, "North Atlantic Treaty": OTHER, "North Atlantic": KEY}
        table = [
            ("NATO and NATO", "<0:NATO> and NATO"),
            ("The North Atlantic Treaty", "The <1:North Atlantic Treaty>"),
            ("The North\nAtlantic\nTreaty", "The <1:North\nAtlantic\nTreaty>"),
            ("The North Atlantic sea", "The <0:North Atlantic> sea"),
            ("North Atlantic Treatys", "<0:North Atlantic> Treatys"),
            ("NATOs, non-NATO, NATO-led, x.NATO.int, a@NATO", "NATOs, non-NATO, NATO-led, x.NATO.int, a@NATO"),
            ("NATO’s, (NATO)", "<0:NATO>’s, (NATO)"),
            ("nato or Nato", "nato or Nato"),
            ("`NATO` [NATO](https://example.org) <https://NATO.int>\n\n    NATO", None),
            ("# NATO\n\nNATO", "<h3>NATO</h3>\n<0:NATO>"),
            ("*NATO*", "<em><0:NATO></em>"),
            ("NATO & [[NATO]]", "<0:NATO> &amp; NATO"),
            ("\ue000NATO\ue001", "<0:NATO>"),
        ]
        for text, expected in table:
            with self.subTest(text):
                if expected is None:
                    self.assertNotIn("<0", linked(text, names))
                else:
                    self.assertEqual(linked(text, names), expected)

    def test_name_inside_a_name_is_not_mentioned(self):
        names = {"Treaty of Paris": SEVERAL, "Paris": KEY, "Treaty": OTHER}

        self.assertEqual(linked("The Treaty of Paris, in Paris", names), "The Treaty of Paris, in <0:Paris>")

    def test_entry_links_once_under_all_its_names_and_not_where_the_page_links_to_it_anyway(self):
        names = {"NATO": KEY, "Alliance": KEY, "Pact": OTHER}

        self.assertEqual(linked("NATO, Alliance, Pact", names, taken=[OTHER]), "<0:NATO>, Alliance, Pact")

    def test_texts_of_one_page_share_what_was_mentioned(self):
        mentions = FirstMentions({"NATO": KEY, "Pact": OTHER})

        texts = [to_html(text, mentions=mentions) for text in ("Pact", "NATO, Pact")]

        self.assertEqual([len(STORED_LINK.findall(html)) for html in texts], [1, 1])
        self.assertEqual(mentions.linked, [OTHER, KEY])

    def test_text_without_a_match_renders_as_without_the_option(self):
        text = "One\n*two*  \nthree `NATO` [x](/y) it's\n\n| a | b |\n| - | -: |\n| c | d |\n"

        self.assertEqual(to_html(text, mentions=FirstMentions({"NATO": KEY})), to_html(text))

    def test_phrases_begin_with_a_capital_or_figure_and_end_with_a_word(self):
        self.assertEqual(
            phrases(["The 2nd Pact, of old"]),
            ["The", "The 2nd", "The 2nd Pact", "The 2nd Pact, of", "The 2nd Pact, of old"]
            + ["2nd", "2nd Pact", "2nd Pact, of", "2nd Pact, of old"]
            + ["Pact", "Pact, of", "Pact, of old"],
        )

    def test_hostile_texts_stay_bounded(self):
        for text in ("A " * 50_000, "A-" * 50_000, "A\n" * 50_000, "[" * 5_000 + "A", "A" * 100_000):
            found = phrases([text])
            self.assertLessEqual(len(found), 50_000)
            to_html(text, mentions=FirstMentions(dict.fromkeys(found, KEY)))


class ArticleTests(TestCase):
    """Given an article that links first mentions."""

    def setUp(self):
        self.state = make_actor(title="Ruritania", slug="ruritania")
        self.pact = make_agreement(title="Pact of Streslau", slug="pact")
        write_aliases(self.pact, ["Streslau Pact"])
        sections = [{"title": "Ruritania at sea", "body": "Ruritania again.\n\n[see also]\n\nThe Streslau Pact."}]
        self.article = make_article(
            title="Straits", slug="straits", introduction="In Ruritania.", sections=sections, link_first_mentions=True
        )

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def page(self):
        return self.client.get("/articles/straits/")

    def test_first_mentions_link_and_are_links_like_others(self):
        publish_now(self.state)
        publish_now(self.pact)
        publish_now(self.article)

        response = self.page()

        self.assertContains(response, '<p>In <a href="/actors/ruritania/">Ruritania</a>.</p>', html=True)
        self.assertContains(response, '<p>The <a href="/agreements/pact/">Streslau Pact</a>.</p>', html=True)
        self.assertContains(response, "<p>Ruritania again.</p>", html=True)
        targets = PublicLink.objects.filter(entry=self.article.pk).values_list("target_id", flat=True)
        self.assertCountEqual(targets, [self.state.pk, self.pact.pk])
        self.assertContains(self.client.get("/actors/ruritania/"), "Straits")

    def test_mention_of_a_draft_becomes_a_link_when_it_goes_live(self):
        publish_now(self.article)
        self.assertNotContains(self.page(), "/actors/ruritania/")

        publish_now(self.state)

        self.assertContains(self.page(), '<a href="/actors/ruritania/">Ruritania</a>', count=2)  # and in the margin

    def test_nothing_links_by_itself_unless_allowed(self):
        publish_now(self.state)
        Article.objects.update(link_first_mentions=False)
        publish_now(Article.objects.get())

        self.assertNotContains(self.page(), "/actors/ruritania/")

    def test_article_does_not_link_to_itself_and_articles_are_not_linked_to(self):
        make_article(title="In")
        write_aliases(self.article, ["Ruritania again"])
        publish_now(self.article)

        self.assertEqual(set(resolve_mentions(["In Ruritania. Straits."])), {"Ruritania"})

    def test_name_of_two_entries_links_to_neither(self):
        write_aliases(make_article(), ["RURITANIA"])
        publish_now(self.state)

        snapshot = take_snapshot(self.article)

        self.assertEqual(snapshot.content["first_mentions"]["Ruritania"], SEVERAL)
        publish_now(self.article)
        self.assertNotContains(self.page(), "/actors/ruritania/")

    def test_editor_chooses_it_on_the_form(self):
        self.client.force_login(make_editor(everything=True))
        take_snapshot(self.article)
        data = form_data(self.client.get(change_address(self.article)))
        del data["link_first_mentions"]

        preview = self.client.post(f"{change_address(self.article)[:-7]}preview/", data)
        self.client.post(change_address(self.article), {**data, "_continue": "1"})

        self.assertNotContains(preview, "/actors/ruritania/")
        self.assertEqual(Snapshot.objects.filter(entry=self.article.pk).first().content["first_mentions"], {})

    def test_restoring_brings_the_choice_back(self):
        first = take_snapshot(self.article)
        Article.objects.update(link_first_mentions=False)
        take_snapshot(Article.objects.get())

        restored, losses = restore(Article.objects.get(), first)

        self.assertEqual((restored.digest, losses), (first.digest, []))
        self.assertTrue(Article.objects.get().link_first_mentions)

    def test_names_are_looked_up_in_as_many_queries_however_many_there_are(self):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                resolve_mentions(["In Ruritania, under the Streslau Pact."])
            return len(queries)

        few = cost()
        for number in range(50):
            write_aliases(make_actor(title=f"Land {number}"), [f"Country {number}"])

        self.assertEqual((few, cost()), (2, 2))
        self.assertEqual(Actor.objects.count(), 51)


class OlderSnapshotTests(TestCase):
    """Snapshots from before the choice existed."""

    def older(self, data):
        return {name: value for name, value in data.items() if name not in ("link_first_mentions", "first_mentions")}

    def test_entries_left_alone_do_not_look_changed(self):
        article = make_article()
        data = take_snapshot(article).content

        self.assertEqual(digest(self.older(data)), digest(data))
        self.assertNotIn("first_mentions", comparable(data))
        self.assertNotEqual(digest({**data, "link_first_mentions": True}), digest(data))

    def test_snapshot_without_the_fields_reads_with_their_defaults(self):
        article = make_article()
        head = take_snapshot(article)
        head.content = self.older(head.content)

        content = content_of(Snapshot(entry=Entry.objects.get(), content=head.content, schema=head.schema))

        self.assertEqual((content.link_first_mentions, content.first_mentions), (False, {}))

    def test_merging_on_an_older_base_takes_the_side_that_changed(self):
        now = take_snapshot(make_article()).content
        base = self.older(now)

        for theirs, mine, expected in ((False, True, True), (True, False, True), (False, False, False)):
            sides = [{**now, "link_first_mentions": value} for value in (theirs, mine)]
            merged, conflicts = merge(base, *sides)
            self.assertEqual((merged["link_first_mentions"], conflicts), (expected, []))
