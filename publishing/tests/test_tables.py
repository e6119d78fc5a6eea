import csv
import io

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from publishing.tables import FORMULA, Table, to_csv
from publishing.tests.properties import patient

CELLS = st.text(alphabet=st.sampled_from("=+-@\t\r\n\",';#a é"), max_size=8)


class TableTests(SimpleTestCase):
    @patient()
    @given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
    def test_every_cell_comes_back_and_none_begins_a_formula(self, rows):
        title, readme, table = to_csv(Table("T", ["a", "b"], rows, ["From: x,\n“y”"])).split("\r\n", 2)
        read = list(csv.reader(io.StringIO(table, newline="")))

        self.assertEqual((title, readme), ("# T", "# From: x, “y”"))
        self.assertEqual(read[0], ["a", "b"])
        for got, meant in zip(read[1:], rows, strict=True):
            for shown, text in zip(got, meant, strict=True):
                self.assertFalse(shown.startswith(FORMULA))
                self.assertEqual(shown, f"'{text}" if text.startswith(FORMULA) else text)
