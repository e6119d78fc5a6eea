from unittest import mock

from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from actors.models import Actor
from articles.models import Article
from defcoop_site.excerpts import Marker
from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from defcoop_site.questions import Question
from defcoop_site.search import search
from publishing import search_index
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.models import Entry
from publishing.public import PublicEntry, PublicSearch
from publishing.publication import rebuild_public, unpublish
from publishing.snapshots import take_snapshot
from publishing.stems import stem
from topics.merging import merge
from topics.tree import line_of, move_entries


class StemTests(SimpleTestCase):
    def test_forms_of_a_word_have_one_stem(self):
        for words in (
            "treaty treaties",
            "alliance alliances",
            "organisation organisations organization organizations",
            "cooperate cooperated cooperating cooperation cooperative",
            "sign signed signing signs",
            "oblige obliged obligation obligations",
            "hop hopped hopping",
            "relate related relational",
        ):
            with self.subTest(words):
                self.assertEqual(len({stem(word) for word in words.split()}), 1)

    def test_different_words_keep_different_stems(self):
        words = ["treaty", "treatment", "base", "basic", "hope", "hop", "unit", "peace", "piece", "war", "ward"]

        self.assertEqual(len({stem(word) for word in words}), len(words))

    def test_short_words_and_other_scripts_stay(self):
        for word in ("un", "f35", "1949", "нато", "日本"):
            self.assertEqual(stem(word), word)


class SearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.defence, cls.airlift = make_topic("collective defence"), make_topic("strategic airlift")
        cls.nato = make_actor(
            title="North Atlantic Treaty Organization", summary="An alliance.", slug="nato", topics=[cls.defence]
        )
        write_aliases(cls.nato, ["NATO", "OTAN"])
        cls.turkey = make_actor(
            title="Türkiye", summary="A state.", slug="turkiye", body="Left the F-35 programme by art. 5."
        )
        cls.elysee = make_agreement(
            title="Élysée Treaty", summary="France and Germany.", slug="elysee", topics=[cls.defence]
        )
        cls.standfirst = make_article(
            title="Burden", summary="What an airlift costs NATO.", slug="burden", topics=[cls.airlift]
        )
        cls.body = make_article(
            title="Aircraft",
            slug="aircraft",
            summary="Large ones.",
            sections=[
                {
                    "body": "The airlift of <b>tanks</b> follows treaties of collective defence. **NATO** & others joined."
                }
            ],
        )
        for row in (cls.nato, cls.turkey, cls.elysee, cls.standfirst, cls.body):
            publish_now(row)

    def slugs(self, typed, **narrowed):
        keys = search(Question(typed), **narrowed).keys
        found = PublicEntry.objects.in_bulk(keys)
        return [found[key].slug for key in keys]

    def page(self, typed, **others):
        return self.client.get(reverse("search"), {"q": typed, **others})

    def test_names_come_before_standfirsts_and_those_before_bodies(self):
        self.assertEqual(self.slugs("NATO"), ["nato", "burden", "aircraft"])
        self.assertEqual(self.slugs("airlift"), ["burden", "aircraft"])

    def test_accents_case_signs_and_abbreviations_do_not_matter(self):
        for typed, wanted in (
            ("turkiye", "turkiye"),
            ("TÜRKİYE", "turkiye"),
            ("otan", "nato"),
            ("elysee", "elysee"),
            ("Élysée", "elysee"),
            ("F-35", "turkiye"),
            ("f35", "turkiye"),
            ("art. 5", "turkiye"),
            ("article 5", "turkiye"),
            ("Turkiye's", "turkiye"),
        ):
            with self.subTest(typed):
                self.assertEqual(self.slugs(typed)[0], wanted)

    def test_forms_of_a_word_find_each_other(self):
        for typed in ("treaty", "treaties", "Treaty's"):
            self.assertEqual(self.slugs(typed), ["elysee", "nato", "aircraft"])
        self.assertEqual(self.slugs("organisations"), ["nato"])
        self.assertEqual(self.slugs("defense"), ["aircraft"])

    def test_all_words_must_occur(self):
        self.assertEqual(self.slugs("airlift tanks"), ["aircraft"])
        self.assertEqual(self.slugs("airlift turkiye"), [])
        self.assertEqual(self.slugs("the treaty of France"), ["elysee"])

    def test_words_in_quotes_stand_together_and_in_one_text(self):
        self.assertEqual(self.slugs('"atlantic treaty"'), ["nato"])
        self.assertEqual(self.slugs("“atlantic treaty”"), ["nato"])
        self.assertEqual(self.slugs('"treaty atlantic"'), [])
        self.assertEqual(self.slugs('"organization nato"'), [])
        self.assertEqual(self.slugs('"airlift costs" nato'), ["burden"])

    def test_asterisk_ends_the_beginning_of_a_word(self):
        for typed in ("organ*", "organiz*", "organizatio*", "atl*"):
            self.assertEqual(self.slugs(typed), ["nato"], typed)
        self.assertEqual(self.slugs("treatie*"), ["elysee", "nato", "aircraft"])
        self.assertEqual(self.slugs("organizatiox*"), [])

    def test_nothing_typed_is_an_operator(self):
        for typed in (
            "NEAR(nato otan)",
            "nato NOT otan",
            "-nato",
            "tokens:nato",
            "nato AND",
            "^nato",
            "nato OR",
            "{tokens}: nato",
            "nato | otan",
            "!nato",
            "nato & otan",
            "nato:*",
            "(nato",
            "nato)",
            "nato\\",
            "na'to",
            'na"to',
            "nato--",
            "*",
            "**",
            '"*"',
        ):
            with self.subTest(typed):
                self.assertEqual(self.page(typed).status_code, 200)
        self.assertEqual(self.slugs("-otan"), ["nato"])
        self.assertEqual(self.slugs("nato NOT otan"), ["nato"])

    def test_what_has_no_word_gets_a_reason(self):
        for typed in ("?!", '"', '""', "*", "---", "( )", "…", "\u200b"):
            with self.subTest(typed):
                self.assertContains(self.page(typed), "nothing to search for")

    def test_long_queries_are_cut_and_say_so(self):
        self.assertContains(self.page("nato " * 2000), "Only the first 200 characters")
        self.assertContains(self.page("a1 b2 c3 d4 e5 f6 g7 h8 i9"), "Only the first eight words")

    def test_mistyped_words_get_a_suggestion_that_finds_something(self):
        for typed, better in (
            ("trkiye", "turkiye"),
            ("organiztion", "organization"),
            ("atlnatic treaty", "atlantic treaty"),
        ):
            with self.subTest(typed):
                self.assertContains(self.page(typed), f">{better}</a>")
        self.assertNotContains(self.page("zzzzzz"), "Did you mean")

    def test_kinds_and_topics_narrow_and_are_counted(self):
        response = self.page("treaty")
        self.assertContains(response, "Actors (1)")
        self.assertContains(response, "Agreements (1)")
        self.assertContains(response, "Collective defence (2)")

        self.assertEqual(self.slugs("treaty", kind="agreement"), ["elysee"])
        self.assertEqual(self.slugs("treaty", topic=self.defence.slug), ["elysee", "nato"])
        self.assertEqual(self.slugs("treaty", topic="nothing"), [])
        self.assertContains(self.page("treaty", kind="actor"), "1 entry for")
        self.assertContains(self.page("treaty", topic=self.defence.slug, kind="actor"), "1 entry for")

    def test_topic_narrows_to_what_carries_it_or_one_below_it_since_it_was_merged_or_moved(self):
        broad, other = make_topic("security"), make_topic("mutual defence")
        publish_now(make_actor(title="Treaty office", slug="office", topics=[broad]))
        self.assertEqual(self.slugs("treaty", topic="security"), ["office"])

        self.defence.broader = broad
        self.defence.save()
        move_entries([self.defence.pk], set(), line_of(broad.pk))
        self.assertEqual(self.slugs("treaty", topic="security"), ["elysee", "nato", "office"])

        merge(self.defence, other)
        self.assertEqual(self.slugs("treaty", topic=other.slug), ["elysee", "nato"])
        self.assertEqual(self.slugs("treaty", topic=self.defence.slug), [])
        self.assertEqual(check_public(), [])

    def test_page_takes_five_queries_at_most_however_it_is_narrowed(self):
        for narrowed, queries in (
            ({}, 4),
            ({"kind": "agreement"}, 4),
            ({"kind": "agreement", "topic": self.defence.slug}, 5),
            ({"topic": self.defence.slug, "actor": "turkiye", "period": "1950"}, 5),
        ):
            with self.subTest(narrowed), mock.patch("defcoop_site.search.MOST", 1), self.assertNumQueries(queries):
                self.page("treaty", **narrowed)

    def test_actors_and_dates_narrow_and_are_counted(self):
        turkey = Actor.objects.get(slug="turkiye")
        dated = {"signed": "1952-02", "parties": [turkey, self.nato], "topics": [self.defence]}
        publish_now(make_agreement(title="Accession Treaty", slug="accession", **dated))
        publish_now(make_agreement(title="Later Treaty", slug="later", signed="unknown", parties=[turkey]))
        publish_now(make_article(title="Treaties of old", slug="old", introduction="On [[Türkiye]]."))

        response = self.page("treaty")

        self.assertContains(response, "Türkiye (3)")
        self.assertContains(response, "1950s (1)")
        self.assertEqual(self.slugs("treaty", actor="turkiye"), ["accession", "later", "old"])
        self.assertEqual(self.slugs("treaty", actor="nato"), ["accession"])
        self.assertEqual(self.slugs("treaty", period="1950"), ["accession"])
        self.assertEqual(self.slugs("treaty", period="1950", actor="nato", kind="agreement"), ["accession"])
        self.assertEqual(self.slugs("treaty", actor="nothing"), [])
        self.assertEqual(self.slugs("treaty", period="1930"), [])
        self.assertEqual(self.slugs("treaty", actor="turkiye", topic=self.defence.slug), ["accession"])
        self.assertEqual(self.slugs("treaty", actor="nothing", topic=self.defence.slug), [])
        self.assertEqual(self.slugs("treaty", actor="turkiye", topic="nothing"), [])
        narrowed = self.page("treaty", actor="turkiye", kind="agreement")
        self.assertContains(narrowed, "2 entries for")
        self.assertContains(narrowed, "?q=treaty&amp;kind=agreement&amp;actor=turkiye&amp;period=1950")
        self.assertContains(narrowed, '?q=treaty&amp;kind=agreement"')

    def test_counts_are_what_each_filter_then_finds(self):
        for number in range(4):
            publish_now(
                make_agreement(title=f"Treaty {number}", signed=f"19{number}5", parties=[self.turkey, self.nato])
            )

        for way in self.page("treaty").context["narrowing"]:
            for facet, address in way["lines"]:
                with self.subTest(address):
                    found = self.client.get(reverse("search") + address).context["found"]
                    self.assertEqual(len(found.keys), facet.entries)

    def test_filters_stay_right_where_more_is_found_than_is_read(self):
        with mock.patch("defcoop_site.search.MOST", 2):
            found = search(Question("treaty"))
            self.assertTrue(found.is_more)
            self.assertEqual(len(found.keys), 2)
            self.assertEqual(self.slugs("treaty", kind="article"), ["aircraft"])
            self.assertContains(self.page("treaty"), "More than 2")

    def test_topics_stand_above_the_results_by_name_and_alias(self):
        self.airlift.aliases.create(name="air transport")

        for typed in ("airlift", "strategic airlifts", "air transport"):
            self.assertEqual([topic.name for topic in self.page(typed).context["topics_called"]], ["strategic airlift"])
        self.assertEqual(self.page("gic").context["topics_called"], [])

    def test_excerpts_mark_the_words_and_no_markup(self):
        response = self.page("tank")

        self.assertContains(response, "<mark>tanks</mark>")
        self.assertContains(response, "treaties of collective defence")
        self.assertNotContains(response, "<b>tanks")
        self.assertContains(self.page("elysee"), "<mark>Élysée</mark>")

    def test_pages_of_results(self):
        for number in range(31):
            publish_now(make_article(title=f"Paged {number:02}", slug=f"paged-{number}"))

        second = self.page("paged", page=2)

        self.assertContains(second, "</mark> 30")
        self.assertNotContains(second, "</mark> 29")

    def test_names_are_offered_while_one_types(self):
        def offered(typed):
            results = self.client.get(reverse("search_names"), {"q": typed}).json()["results"]
            return [(result["label"], result["address"]) for result in results]

        self.assertEqual(offered("north atl"), [("North Atlantic Treaty Organization", "/actors/nato/")])
        self.assertEqual(offered("ota"), [("OTAN", "/actors/nato/")])
        self.assertEqual(offered("élys"), [("Élysée Treaty", "/agreements/elysee/")])
        self.assertEqual(
            offered("treaty"),
            [("Élysée Treaty", "/agreements/elysee/"), ("North Atlantic Treaty Organization", "/actors/nato/")],
        )
        self.assertEqual(offered("collective d"), [("Collective defence", "/topics/collective-defence/")])
        for typed in ("", '"', "*", "zzz", "x" * 10_000):
            self.assertEqual(offered(typed), [])

    def test_opensearch_leads_to_the_search(self):
        response = self.client.get(reverse("opensearch"))

        self.assertContains(response, "http://testserver/search/?q={searchTerms}")
        self.assertContains(self.client.get("/"), reverse("opensearch"))


class IndexTests(TestCase):
    def found(self, typed):
        return len(search(Question(typed)).keys)

    def test_draft_is_found_only_once_it_is_published(self):
        article = publish_now(make_article(title="Harbour"))
        Article.objects.filter(pk=article.pk).update(title="Lighthouse", summary="A beacon.")
        article.refresh_from_db()
        take_snapshot(article)
        self.assertEqual([self.found("lighthouse"), self.found("beacon"), self.found("harbour")], [0, 0, 1])
        self.assertEqual(self.client.get(reverse("search_names"), {"q": "lightho"}).json()["results"], [])

        publish_now(article)

        self.assertEqual([self.found("lighthouse"), self.found("beacon"), self.found("harbour")], [1, 1, 0])
        self.assertEqual(check_public(), [])

    def test_unpublished_entry_is_no_longer_found(self):
        article = publish_now(make_article(title="Harbour"))

        for outcome in (Entry.State.WITHDRAWN, Entry.State.GONE):
            unpublish(article, outcome)

            self.assertEqual(self.found("harbour"), 0)
            self.assertFalse(PublicSearch.objects.exists())
            self.assertEqual(check_public(), [])

    def test_rebuilding_mends_what_was_forged(self):
        publish_now(make_article(title="Harbour"))
        PublicSearch.objects.update(tokens="alien")
        self.assertEqual([self.found("harbour"), self.found("alien")], [0, 1])
        self.assertEqual(len(check_public()), 1)

        rebuild_public()

        self.assertEqual([self.found("harbour"), self.found("alien")], [1, 0])
        self.assertEqual(check_public(), [])

    def test_index_that_differs_from_its_table_is_named_and_mended(self):
        if connection.vendor != "sqlite":
            self.skipTest("PostgreSQL's index is a part of the table")
        publish_now(make_article(title="Harbour"))
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO publishing_search_index (publishing_search_index) VALUES ('delete-all')")
        self.assertEqual(self.found("harbour"), 0)
        self.assertIn("the search index differs from its table", check_public())

        rebuild_public()

        self.assertEqual(self.found("harbour"), 1)
        self.assertEqual(check_public(), [])

    def test_text_of_many_different_words_can_be_published(self):
        words = " ".join(f"{number:x}w日本{number * 7919:x}" for number in range(4000))

        publish_now(make_article(title="Harbour", sections=[{"body": words} for _ in range(3)]))

        self.assertEqual(self.found("harbour"), 1)

    def test_tokens_are_refused_where_they_hold_signs(self):
        for token in ('a"b', "a'b", "a b", "", "a*", "a:b"):
            with self.assertRaises(ValueError):
                search_index.Lookup((token,))


class ExcerptTests(SimpleTestCase):
    def test_excerpt_is_short_and_holds_most_of_the_words(self):
        text = "treaty " + "filler " * 200 + "a treaty on airlift in Élysée " + "filler " * 200

        pieces = Marker(Question("treaty airlift elysee")).excerpt(text)

        self.assertEqual([piece for piece, is_meant in pieces if is_meant], ["treaty", "airlift", "Élysée"])
        self.assertLess(len("".join(piece for piece, _ in pieces)), 500)

    def test_text_without_the_words_has_no_excerpt(self):
        self.assertEqual(Marker(Question("treaty")).excerpt("Nothing of it."), [])
        self.assertEqual(Marker(Question("")).excerpt("Nothing of it."), [])
