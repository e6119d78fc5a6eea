from dataclasses import replace
from datetime import date

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from publishing import citing
from publishing.tests.parsers import read_bibtex, read_ris, tex_to_text
from publishing.tests.properties import patient

CITATION = citing.Citation(
    key="agreement-pact-v3",
    title="The Pact",
    publication="International defence cooperation",
    version=3,
    published=date(2026, 11, 3),
    url="https://example.org/agreements/pact/v/3/",
)
TRICKY = st.text(alphabet=st.sampled_from("\\{}$&#%_~^\"'@=,- \n\r\t\u2028\x85aé’TYER"), max_size=40)
TITLES = st.one_of(TRICKY, st.text(max_size=60))


class CitationTests(SimpleTestCase):
    def test_styles_name_title_publication_version_day_and_address(self):
        self.assertEqual(
            citing.apa(CITATION),
            "The Pact. (2026, November 3). In International defence cooperation (Version 3). https://example.org/agreements/pact/v/3/",
        )
        self.assertEqual(
            citing.chicago(CITATION),
            "“The Pact.” International defence cooperation, version 3, November 3, 2026. https://example.org/agreements/pact/v/3/.",
        )

    def test_title_that_ends_in_a_mark_gets_no_second_one(self):
        self.assertTrue(citing.apa(replace(CITATION, title="Why?")).startswith("Why? (2026"))

    @patient()
    @given(TITLES)
    def test_every_title_comes_back_from_bibtex(self, title):
        form, key, fields = read_bibtex(citing.bibtex(replace(CITATION, title=title)))

        self.assertEqual((form, key), ("misc", CITATION.key))
        self.assertEqual(tex_to_text(fields["title"][1:-1]), citing.one_line(title))
        self.assertEqual((fields["year"], fields["url"]), ("2026", CITATION.url))

    @patient()
    @given(TITLES)
    def test_every_title_comes_back_from_ris(self, title):
        record = read_ris(citing.ris(replace(CITATION, title=title)))

        self.assertEqual(record["TI"], citing.one_line(title))
        self.assertEqual((record["TY"], record["PY"], record["UR"]), ("ENCYC", "2026", CITATION.url))

    @patient()
    @given(TITLES)
    def test_one_line_changes_nothing_but_space_and_control_characters(self, title):
        self.assertEqual("".join(citing.one_line(title).split()), "".join(citing.UNPRINTED.sub("", title).split()))
