import re
from html.parser import HTMLParser

from defcoop_site.factories import make_actor, make_article, make_source, make_topic, publish_now
from publishing.tests.scenario import ScenarioTestCase


class Headings(HTMLParser):
    """[(level, id)] of the headings inside the article, in order."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if re.fullmatch(r"h[1-6]", tag):
            self.found.append((int(tag[1]), dict(attrs).get("id")))


class ArticlePageTests(ScenarioTestCase):
    def page(self, **fields):
        publish_now(make_article(**{"slug": "page", "title": "Page", **fields}))
        return self.client.get("/articles/page/")

    def test_sections_stand_in_order_on_two_heading_levels(self):
        response = self.page(sections=[{"title": "One"}, {"title": "Below", "level": 2}, {"title": "Two"}])

        self.assertEqual(
            Headings(response.content.decode()).found[:4], [(1, None), (2, "one"), (3, "below"), (2, "two")]
        )

    def test_headings_of_a_text_stand_below_its_sections_own(self):
        response = self.page(
            introduction="# In the introduction",
            sections=[{"title": "One", "body": "# Deeper"}, {"title": "Below", "level": 2, "body": "# Deepest"}],
        )

        self.assertContains(response, "<h3>In the introduction</h3>")
        self.assertContains(response, "<h3>Deeper</h3>")
        self.assertContains(response, "<h4>Deepest</h4>")

    def test_anchors_of_the_table_of_contents_exist_and_are_unique(self):
        titles = ["Same", "Same", "Same", "Main", "Notes", "See also", "北约", "!!!", "Contents", "x" * 200]

        response = self.page(
            topics=[make_topic()], introduction="[@s]", sections=[{"title": title} for title in titles]
        )

        html = response.content.decode()
        contents = re.search(r'<nav class="contents".*?</nav>', html, re.DOTALL)[0]
        anchors = re.findall(r'href="#([^"]+)"', contents)
        ids = re.findall(r'\bid="([^"]+)"', html)
        self.assertEqual(len(anchors), len(titles))
        self.assertLessEqual(set(anchors), set(ids))
        self.assertEqual(len(ids), len(set(ids)))

    def test_anchor_never_takes_an_id_that_the_page_itself_uses(self):
        make_source("s")
        topic = make_topic()
        publish_now(make_article(topics=[topic]))

        response = self.page(
            topics=[topic],
            introduction="[@s]",
            sections=[
                {"title": title}
                for title in ("Contents", "Site search", "Note 1", "Cite 1", "Main", "See also", "Notes")
            ],
        )

        ids = re.findall(r'\bid="([^"]+)"', response.content.decode())
        self.assertEqual([name for name in ids if ids.count(name) > 1], [])

    def test_lower_section_before_any_upper_one_is_in_the_table_of_contents(self):
        response = self.page(sections=[{"title": "Low", "level": 2}, {"title": "High"}])

        self.assertEqual(
            [(line["title"], line["below"]) for line in response.context["contents"]], [("Low", []), ("High", [])]
        )

    def test_article_without_sections_has_no_table_of_contents(self):
        self.assertNotContains(self.page(introduction="Text."), 'class="contents"')

    def test_see_also_line_stands_between_the_paragraphs_of_the_section_that_calls_for_it(self):
        topic = make_topic("airlift")
        publish_now(make_article(title="Lift", slug="lift", topics=[topic]))

        response = self.page(
            sections=[{"body": "Before.\n\n[see also]\n\nAfter.", "topics": [topic]}, {"body": "Elsewhere."}]
        )

        html = response.content.decode()
        places = [
            html.index(words) for words in ("Before.", '<a href="/articles/lift/">Lift</a>', "After.", "Elsewhere.")
        ]
        self.assertEqual(places, sorted(places))
        self.assertContains(response, "(both about airlift)")
        self.assertNotContains(response, "[see also]")

    def test_see_also_line_closes_the_section_without_a_marker(self):
        topic = make_topic()
        publish_now(make_article(title="Lift", slug="lift", topics=[topic]))

        html = self.page(
            sections=[{"body": "Words of the section.", "topics": [topic]}, {"title": "Next"}]
        ).content.decode()

        places = [html.index(words) for words in ("Words of the section.", "/articles/lift/", ">Next</h2>")]
        self.assertEqual(places, sorted(places))

    def test_what_stands_in_the_text_is_not_offered_twice(self):
        topic = make_topic()
        publish_now(make_article(title="Lift", slug="lift", topics=[topic]))

        response = self.page(
            topics=[topic], sections=[{"body": "A.", "topics": [topic]}, {"body": "B.", "topics": [topic]}]
        )

        self.assertContains(response, 'href="/articles/lift/"', count=1)

    def test_what_the_text_mentions_is_not_offered_again(self):
        topic = make_topic()
        publish_now(make_article(title="Lift", slug="lift", topics=[topic]))

        response = self.page(topics=[topic], introduction="See [[Lift]].", sections=[{"topics": [topic]}])

        self.assertContains(response, 'href="/articles/lift/"', count=1)

    def test_section_with_a_marker_and_nothing_to_offer_shows_only_its_text(self):
        response = self.page(
            sections=[
                {"body": "Before.\n\n[see also]\n\nAfter.", "topics": [make_topic()]},
                {"body": "X.\n\n[see also]\n\nY."},
            ]
        )

        self.assertNotContains(response, "see-also-line")
        self.assertNotContains(response, "[see also]")

    def test_notes_are_numbered_in_reading_order_over_the_whole_article(self):
        for key in "abc":
            make_source(key, title=f"Source {key}")

        response = self.page(introduction="[@b]", sections=[{"body": "[@a] [see also]"}, {"body": "[@b] [@c, p. 3]"}])

        html = response.content.decode()
        self.assertEqual(re.findall(r'href="#note-(\d)"', html), ["1", "2", "1", "3"])
        self.assertEqual(re.findall(r'<li id="note-(\d)">.*?Source (\w)', html), [("1", "b"), ("2", "a"), ("3", "c")])
        self.assertContains(response, "p. 3")

    def test_link_to_an_unpublished_entry_shows_as_words_and_becomes_a_link_when_it_goes_live(self):
        actor = make_actor(title="Ruritania", slug="ruritania")
        response = self.page(introduction="See [[Ruritania|the land]].")
        self.assertContains(response, "See the land.")
        self.assertNotContains(response, "/actors/ruritania/")

        publish_now(actor)

        response = self.client.get("/articles/page/")
        self.assertContains(response, 'See <a href="/actors/ruritania/">the land</a>.')
        self.assertEqual([entry.title for entry in response.context["actors"]], ["Ruritania"])

    def test_text_is_escaped_and_marked_with_its_language(self):
        response = self.page(
            title="<b>Title</b>",
            summary="<i>Summary</i>",
            language="fr",
            sections=[{"title": "<u>Head</u>", "body": "<script>alert(1)</script>"}],
        )

        self.assertContains(response, '<h1 lang="fr">&lt;b&gt;Title&lt;/b&gt;</h1>')
        self.assertContains(response, '<div class="prose" lang="fr">')
        for tag in ("<script>alert", "<i>", "<u>"):
            self.assertNotContains(response, tag)


class ArticleListTests(ScenarioTestCase):
    def titles(self, address):
        return [entry.title for entry, _topics in self.client.get(address).context["rows"]]

    def test_articles_come_by_title_or_by_revision(self):
        for title in ("Éa", "eb", "Ec"):
            publish_now(make_article(title=title))

        self.assertEqual(self.titles("/articles/"), ["Éa", "eb", "Ec"])
        self.assertEqual(self.titles("/articles/?order=revised"), ["Ec", "eb", "Éa"])

    def test_articles_are_narrowed_by_topic(self):
        topic = make_topic("airlift")
        publish_now(make_article(title="With", topics=[topic]))
        publish_now(make_article(title="Without"))

        self.assertEqual(self.titles("/articles/?topic=airlift"), ["With"])
        self.assertEqual(self.titles("/articles/?topic=nowhere"), ["With", "Without"])

    def test_pages_keep_the_filter_and_the_last_page_answers_for_all_after_it(self):
        topic = make_topic("airlift")
        for number in range(31):
            publish_now(make_article(title=f"Title {number:02}", topics=[topic]))

        self.assertContains(self.client.get("/articles/?topic=airlift"), 'href="?topic=airlift&amp;page=2"')
        self.assertEqual(self.titles("/articles/?topic=airlift&page=2"), ["Title 30"])
        self.assertEqual(self.titles("/articles/?page=99"), ["Title 30"])

    def test_draft_is_not_listed(self):
        make_article(title="Draft")

        self.assertContains(self.client.get("/articles/"), "No article fits.")
