"""Files of data sets that nobody made by hand: whatever is in them, a reader reads them or says in words why not."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from actors.importing import atop, dcad, uk_treaties, un_status
from actors.importing.reading import FileRefused, Reading, read_rows
from actors.importing.states import States
from publishing.tests.properties import patient

from .data_files import write_atop, write_dcad, write_uk, write_un

READERS = ((atop, write_atop), (dcad, write_dcad), (un_status, write_un), (uk_treaties, write_uk))
# What breaks readers: other kinds of numbers, days that are none, quotes, ends of lines, half of a character, far too much of one thing.
NASTY = [
    "",
    " ",
    "0",
    "-1",
    "-9",
    "99",
    "13",
    "9999999999",
    "1e9",
    "²",
    "١٩٥٠",
    "NaN",
    "None",
    "1950-02-30",
    "31/12/1950",
    '"',
    '""',
    ",",
    "\n",
]
NASTY += [
    "\r",
    "\x00",
    "\ufeff",
    "\u202e",
    "é",
    "=1+1",
    "<script>",
    "[[",
    "a" * 5000,
    "|" * 300,
    ";" * 300,
    "{}",
    "%s",
    "../..",
]


class HostileFileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.states = States()

    def read(self, module, folder):
        try:
            return module.read(folder, self.states)
        except FileRefused as refused:
            self.assertTrue(str(refused))
            return None

    @patient(60)
    @given(st.data())
    def test_damaged_file_is_read_or_refused_in_words(self, data):
        module, write = data.draw(st.sampled_from(READERS))
        with tempfile.TemporaryDirectory() as folder:
            write(folder)
            path = data.draw(st.sampled_from(sorted(Path(folder).iterdir())))
            whole = path.read_bytes()
            start = data.draw(st.integers(0, len(whole)))
            end = data.draw(st.integers(start, min(len(whole), start + 12)))
            put = data.draw(st.one_of(st.sampled_from(NASTY).map(str.encode), st.binary(max_size=6)))
            path.write_bytes(whole[:start] + put + whole[end:])

            reading = self.read(module, folder)

        self.assertTrue(reading is None or isinstance(reading, Reading))

    @patient(60)
    @given(st.data())
    def test_any_value_in_any_column_is_read_or_left_out(self, data):
        module, write = data.draw(st.sampled_from(READERS))
        with tempfile.TemporaryDirectory() as folder:
            write(folder)
            path = data.draw(st.sampled_from(sorted(Path(folder).iterdir())))
            heading, row, *rest = path.read_text().splitlines()
            column = data.draw(st.integers(0, heading.count(",")))
            value = data.draw(st.one_of(st.sampled_from(NASTY), st.text(max_size=12)))
            values = row.split(",")
            values[min(column, len(values) - 1)] = '"' + value.replace('"', '""') + '"'
            path.write_text("\n".join([heading, ",".join(values), *rest]) + "\n", errors="replace")

            reading = self.read(module, folder)

        self.assertTrue(reading is None or isinstance(reading, Reading))

    @patient()
    @given(st.binary(max_size=200))
    def test_any_bytes_give_rows_with_their_columns_or_a_reason(self, raw):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.csv").write_bytes(b"a,b\n" + raw)
            try:
                rows = read_rows(folder, "a.csv", ["a", "b"])
            except FileRefused as refused:
                self.assertIn("a.csv", str(refused))
            else:
                self.assertTrue(all(set(row.values) == {"a", "b"} for row in rows))
