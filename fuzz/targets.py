"""What is fuzzed: functions of bytes that raise where a reader breaks, and the inputs from which they set out."""

import tempfile
from pathlib import Path

from actors.importing import atop, dcad, uk_treaties, un_status
from actors.importing.reading import FileRefused, Reading
from actors.importing.states import States
from actors.tests.data_files import write_atop, write_dcad, write_uk, write_un
from publishing.dates import bounds
from publishing.tests.test_dates import REFUSED
from publishing.tests.test_text import FORGED, HOSTILE, LINKS, TARGETS, HostileTextTests, sources
from publishing.text import Notes, to_html, with_links

DATA_SETS = ((atop, write_atop), (dcad, write_dcad), (un_status, write_un), (uk_treaties, write_uk))


class NoLibrary(States):
    """The states of states.csv, in a library without actors: no database is asked."""

    def _find_actors(self):
        self.others = {}


STATES, HARMLESS = NoLibrary(), HostileTextTests()


def _text(raw):
    return raw.decode("utf-8", "replace")


def markdown(raw):
    """Any text becomes allowed tags, attributes and addresses."""
    HARMLESS.assert_harmless(with_links(to_html(_text(raw), links=LINKS, notes=Notes(sources("a"))), TARGETS))


def dates(raw):
    """Any text is a date with its bounds, or refused."""
    try:
        found = bounds(_text(raw))
    except ValueError:
        return
    if found is not None and found[0] > found[1]:
        raise AssertionError(found)


def _files():
    """[(number of the data set, name of a file, what a good one holds)]"""
    found = []
    for number, (_module, write) in enumerate(DATA_SETS):
        with tempfile.TemporaryDirectory() as folder:
            write(folder)
            found += [(number, path.name, path.read_bytes()) for path in sorted(Path(folder).iterdir())]
    return found


FILES = _files()


def data_sets(raw):
    """Any bytes in place of a file of a data set, which the first byte chooses, are read or refused in words."""
    if not raw:
        return
    number, name, _good = FILES[raw[0] % len(FILES)]
    with tempfile.TemporaryDirectory() as folder:
        for other, beside, good in FILES:
            if other == number:
                (Path(folder) / beside).write_bytes(raw[1:] if beside == name else good)
        try:
            reading = DATA_SETS[number][0].read(folder, STATES)
        except FileRefused as refused:
            if not str(refused):
                raise AssertionError("refused without a word") from refused
        else:
            if not isinstance(reading, Reading):
                raise AssertionError(reading)


# {name: (function, inputs to begin with)}
ALL = {
    "markdown": (markdown, [text.encode(errors="replace") for text in [*HOSTILE, *FORGED]]),
    "dates": (dates, [text.encode(errors="replace") for text in [*REFUSED, "1949-04-04", "1949-04", "1949", ""]]),
    "data_sets": (data_sets, [bytes([place]) + good for place, (_number, _name, good) in enumerate(FILES)]),
}
