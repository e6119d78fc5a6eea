"""The catalogues of translations are whole, fit the code, and are compiled."""

import ast
import gettext
import re

from django.test import SimpleTestCase

from scripts import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|</?\w+[^>]*>")


def forms(message):
    """[(text, its translation)] of a message, singular and plural."""
    return (
        list(zip(message.id, message.string, strict=False)) if message.pluralizable else [(message.id, message.string)]
    )


class CatalogueTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paths = sorted(messages.LOCALE.glob("*/LC_MESSAGES/django.po"))
        cls.found = messages.template()

    def translations(self):
        for path in self.paths:
            for message in messages.catalogue(path):
                if message.id:
                    yield path.parts[-3], message

    def test_every_text_is_translated(self):
        self.assertEqual([(code, message.id) for code, message in self.translations() if message.fuzzy], [])
        for path in self.paths:
            self.assertEqual(messages.untranslated(messages.catalogue(path)), [])

    def test_catalogues_hold_the_texts_of_the_code_and_no_others(self):
        for path in self.paths:
            fresh = messages.as_po(messages.updated(path, self.found))

            self.assertEqual(path.read_text(encoding="utf-8"), fresh, "Run `make messages`.")

    def test_no_text_stands_inside_a_formatted_string(self):
        """There the collection finds it under some versions of Python and not under others."""
        found = [
            f"{path}:{call.lineno}"
            for path in messages.sources()
            if path.suffix == ".py"
            for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(string, ast.JoinedStr)
            for call in ast.walk(string)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in messages.KEYWORDS
        ]

        self.assertEqual(found, [])

    def test_compiled_files_say_what_the_catalogues_say(self):
        for path in self.paths:
            with path.with_suffix(".mo").open("rb") as file:
                compiled = gettext.GNUTranslations(file)
            for message in messages.catalogue(path):
                text = message.id[0] if message.pluralizable else message.id
                if message.pluralizable:
                    said = [compiled.ngettext(*message.id, number) for number in (1, 2)]
                    self.assertEqual(said, list(message.string), "Run `make messages`.")
                elif text:
                    said = compiled.pgettext(message.context, text) if message.context else compiled.gettext(text)
                    self.assertEqual(said, message.string, "Run `make messages`.")

    def test_placeholders_and_markup_are_those_of_the_text(self):
        for code, message in self.translations():
            for text, translation in forms(message):
                self.assertEqual(
                    sorted(set(PLACEHOLDER.findall(translation))), sorted(set(PLACEHOLDER.findall(text))), (code, text)
                )

    def test_french_is_set_as_french_is(self):
        """A space that cannot break before double punctuation and inside quotation marks; apostrophes that are none of a typewriter's."""
        for code, message in self.translations():
            for _text, translation in forms(message):
                if code == "fr":
                    self.assertNotRegex(translation, r"(?<![\w.])[ ][:;!?»]|«[ ]|\w'\w| [:;!?»]", message.id)


class ExtractionTests(SimpleTestCase):
    def test_every_way_of_marking_a_text_is_found(self):
        found = messages.template()

        for text in (
            "Skip to the text",  # translate
            "Version %(number)s",  # blocktranslate
            "year unknown",  # _() in a template's filter
            "alliance",  # gettext_lazy
            "Search this publication on international defence cooperation",  # XML
        ):
            self.assertIn(text, found)
        self.assertIn("%(shown)s actors", found.get("%(shown)s actor").id)
        self.assertEqual(found.get("1", "first day of a month").context, "first day of a month")
