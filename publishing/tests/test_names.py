import unicodedata

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from publishing.names import address, normalise

from .properties import patient


class NormaliseTests(SimpleTestCase):
    def test_spellings_of_one_name_compare_equal(self):
        cases = {
            "nato": [
                "NATO",
                " nato ",
                "Nató",
                "NATO\u200f",
                "\u202bnato\u202c",
                "na\u00adto",
                "n\u200ba\u200dto",
                "ＮＡＴＯ",
                "nato\x00",
                "na\ue000to",
                "nato\ufe0f",
                "\ufeffnato",
            ],
            "cote d'ivoire": [
                "Côte d'Ivoire",
                "COTE D'IVOIRE",
                "Co\u0302te d'Ivoire",
                "Côte\u00a0d'Ivoire",
                "Côte  d'Ivoire",
                "Côte\td'Ivoire",
                "Côte\nd'Ivoire",
                "Côte\r\nd'Ivoire",
            ],
            "turkiye": ["Türkiye", "TÜRKİYE", "Türkıye", "turkiye"],
            "oresund": ["Øresund", "øresund", "ÖRESUND"],
            "aegir": ["ægir", "Ægir", "ÆGIR", "Aegir"],
            "thorshofn": ["þorshöfn", "Þorshöfn", "ÞORSHÖFN"],
            "oeuvre": ["œuvre", "Œuvre", "ŒUVRE"],
            "strasse": ["Straße", "STRASSE", "STRAẞE"],
            "lodz": ["Łódź", "łódź", "LODZ"],
            "dong": ["đong", "Đong", "Ðong", "ðong"],
        }
        for plain, spellings in cases.items():
            for spelling in spellings:
                with self.subTest(spelling.encode("unicode_escape").decode()):
                    self.assertEqual(normalise(spelling), plain)

    def test_different_names_stay_different(self):
        names = ["nato", "na to", "北約", "北约", "оон", "oon", "f-35", "f 35", "r&d", "rd", "🎖", "🛡", ""]

        self.assertEqual(len({normalise(name) for name in names}), len(names))

    def test_what_has_no_visible_sign_is_empty(self):
        for text in ("", " ", "\t\n", "\u200b", "\u200f\u202e", "\x00", "\ue000", "\u0301", "\u00ad"):
            with self.subTest(repr(text)):
                self.assertEqual(normalise(text), "")

    @patient()
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_normal_form_is_its_own_normal_form_and_holds_nothing_invisible(self, text):
        plain = normalise(text)

        self.assertEqual(normalise(plain), plain)
        self.assertEqual(plain, " ".join(plain.split()))
        self.assertFalse([c for c in plain if unicodedata.category(c) in ("Cc", "Cf", "Co")])


class AddressTests(SimpleTestCase):
    def test_address_is_the_name_in_plain_letters(self):
        cases = {
            "Strategic airlift": "strategic-airlift",
            "Côte d’Ivoire": "cote-divoire",
            "Ægir": "aegir",
            "Łódź — Øresund": "lodz-oresund",
            "F-35 (A/B/C)": "f-35-abc",
            "  ": "",
            "北约": "",
            "🎖️": "",
            "<script>": "script",
            "../../etc": "etc",
        }
        for name, expected in cases.items():
            with self.subTest(name):
                self.assertEqual(address(name), expected)

    def test_long_name_is_cut_at_a_word(self):
        found = address("defence " * 40)

        self.assertLessEqual(len(found), 80)
        self.assertTrue(found.endswith("-defence"))

    def test_long_word_is_cut_at_eighty_characters(self):
        self.assertEqual(address("x" * 10_000), "x" * 80)

    @patient()
    @given(st.text(max_size=200))
    def test_address_is_short_and_holds_only_what_an_address_may(self, text):
        self.assertRegex(address(text), r"\A(?:[a-z0-9_](?:[a-z0-9_-]{0,78}[a-z0-9_-])?)?\Z")
