from django.template import Context, Template
from django.test import SimpleTestCase, TestCase
from django.utils.translation import override

from defcoop_site.factories import make_article, make_source, publish_now
from publishing.health import AddressHealth
from publishing.public import PublicEntry
from publishing.templatetags.constant import Kept


class ConstantTests(SimpleTestCase):
    def test_a_part_for_a_subject_is_rendered_once_for_each_value_and_language(self):
        template = Template("{% load constant %}{% constant for this unless not_now %}{{ words }}{% endconstant %}")

        def said(**values):
            return template.render(Context(values))

        self.assertEqual(said(this=1, words="first"), "first")
        self.assertEqual(said(this=1, words="second"), "first")
        self.assertEqual(said(this=2, words="second"), "second")
        self.assertEqual(said(this=1, words="third", not_now=True), "third")
        self.assertEqual(said(this="", words="fourth"), "fourth")
        self.assertEqual(said(words="fifth"), "fifth")
        with override("fr"):
            self.assertEqual(said(this=1, words="sixth"), "sixth")

    def test_what_was_not_asked_for_longest_makes_room(self):
        kept = Kept(most_bytes=400)
        for number in range(3):
            kept.put(number, "x" * 100)
            kept.get(0)
        self.assertEqual([kept.get(number) is None for number in range(3)], [False, True, False])
        self.assertLessEqual(kept.bytes, 400)
        kept.put(0, "y" * 10)
        self.assertEqual(kept.get(0), "y" * 10)


class KeptPartsTests(TestCase):
    def setUp(self):
        source = make_source("report")
        self.article = make_article(
            slug="hub", introduction="Said there [@report].", sections=[{"title": "Part", "body": "Words."}]
        )
        self.address = source.url
        publish_now(self.article)

    def page(self, address="/articles/hub/", **headers):
        return self.client.get(address, headers=headers).content.decode()

    def test_a_page_shows_what_was_published_last(self):
        self.page()
        self.article.title = "Another title"
        self.article.save()
        publish_now(self.article)
        self.assertEqual(self.page().count("Another title"), self.page("/articles/hub/?x=1").count("Another title"))
        self.assertIn("<title>Another title", self.page())

    def test_a_row_that_is_written_anew_under_the_same_number_shows(self):
        self.page()
        row = PublicEntry.objects.get(slug="hub")
        row.summary = "Summed up otherwise"
        row.page["sections"][0]["title"] = "Parted"
        row.save()
        self.assertIn('<p class="standfirst">Summed up otherwise', self.page())
        self.assertIn('">Parted</a>', self.page())

    def test_a_dead_address_shows_at_once_and_its_return_too(self):
        alive = self.page()
        self.assertIn(self.address, alive)
        health = AddressHealth.objects.create(url=self.address, failed_days=3)
        self.assertIn("no longer answers", self.page())
        health.delete()
        self.assertEqual(self.page(), alive)

    def test_each_host_and_language_has_its_own(self):
        self.assertNotIn("other.testserver", self.page())
        with self.settings(ALLOWED_HOSTS=["*"]):
            self.assertIn("http://other.testserver/articles/hub/", self.page(host="other.testserver"))
        self.assertIn("http://testserver/articles/hub/", self.page())
        self.assertIn("Notes and sources", self.page())
        self.assertIn("Notes et sources", self.page("/fr/articles/hub/"))

    def test_what_is_kept_is_what_would_be_rendered(self):
        first = self.page()
        self.assertEqual(self.page(), first)
        self.assertEqual(self.page("/articles/hub/?nothing="), first)
