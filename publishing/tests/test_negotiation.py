from django.test import SimpleTestCase

from publishing.negotiation import FORMS, wanted_form

PAGE = [
    "",
    "*/*",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "text/html, application/json",
    "application/json, text/plain, */*",
    "application/json;q=0",
    "application/json;q=nan",
    "application/json;q=much",
    "image/png",
    "nonsense",
    ";;;q=,,/",
    "application/json" * 500,
    "application/*",
]


class NegotiationTests(SimpleTestCase):
    def test_page_wins_ties_and_whatever_makes_no_sense(self):
        for accept in PAGE:
            with self.subTest(accept[:60]):
                self.assertEqual(wanted_form(accept), "")

    def test_each_form_is_got_by_its_media_type(self):
        for form, media_type in FORMS.items():
            with self.subTest(form):
                self.assertEqual(wanted_form(media_type), form)
                self.assertEqual(wanted_form(f"text/html;q=0.5, {media_type.upper()} ; Q=0.9"), form)

    def test_heavier_form_wins(self):
        self.assertEqual(wanted_form("application/json;q=0.5, text/csv;q=0.7, */*;q=0.1"), "csv")
