from dataclasses import replace
from datetime import date

import bibtexparser
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
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


class ImportTests(SimpleTestCase):
    """What readers' programs make of our files: the parsers of the libraries that reference managers are built on."""

    def from_bibtex(self, citation):
        library = bibtexparser.parse_string(citing.bibtex(citation))
        self.assertEqual((library.failed_blocks, len(library.entries)), ([], 1))
        (entry,) = library.entries
        return entry, {field.key: field.value for field in entry.fields}

    def test_bibtex_parser_reads_every_field(self):
        library = bibtexparser.parse_string(
            citing.bibtex(replace(CITATION, title="50% of {it} & “Élysée”")),
            append_middleware=[LatexDecodingMiddleware()],
        )
        (entry,) = library.entries

        self.assertEqual((entry.entry_type, entry.key), ("misc", "agreement-pact-v3"))
        self.assertEqual(entry["title"].strip("{}"), "50% of it & “Élysée”")  # it knows no brace that is text
        self.assertEqual([entry[name] for name in ("year", "month", "day")], ["2026", "11", "3"])
        self.assertEqual((entry["note"], entry["url"]), ("Version 3", CITATION.url))

    def test_ris_parser_reads_every_field(self):
        (record,) = rispy.loads(citing.ris(replace(CITATION, title="50% of {it} & “Élysée”")))

        self.assertEqual(record["title"], "50% of {it} & “Élysée”")
        self.assertEqual((record["type_of_reference"], record["id"]), ("ENCYC", "agreement-pact-v3"))
        self.assertEqual((record["secondary_title"], record["year"]), (CITATION.publication, "2026"))
        self.assertEqual((record["edition"], record["urls"]), ("Version 3", [CITATION.url]))

    @patient()
    @given(TITLES)
    def test_no_title_breaks_the_bibtex_of_another_program(self, title):
        entry, fields = self.from_bibtex(replace(CITATION, title=title))

        self.assertEqual(entry.key, CITATION.key)
        self.assertEqual(tex_to_text(fields["title"].removeprefix("{").removesuffix("}")), citing.one_line(title))
        self.assertEqual(fields["url"], CITATION.url)

    @patient()
    @given(TITLES)
    def test_no_title_breaks_the_ris_of_another_program(self, title):
        (record,) = rispy.loads(citing.ris(replace(CITATION, title=title)))

        self.assertEqual(record.get("title", ""), citing.one_line(title))
        self.assertEqual(record["urls"], [CITATION.url])
