"""Which agreements of the library a record may describe already, so that no import makes a double.

Certain: `known.csv`, a list by hand of records and the addresses of agreements in the first content; a record without an address there is
certainly none of them. Doubtful: an agreement from elsewhere
that shares a day of signature or adoption, and the parties: both of two, or of more at least half of the shorter list.
"""

import csv
from collections import defaultdict
from pathlib import Path

from ..models import Agreement, Participation

FILE = Path(__file__).with_name("known.csv")


def known_agreements(data_set):
    """({record id: Agreement}, {ids that are none of them}) of the list by hand, as far as the library has them."""
    with FILE.open(encoding="utf-8", newline="") as file:
        wanted = {row["record"]: row["slug"] for row in csv.DictReader(file) if row["data_set"] == data_set}
    found = {row.slug: row for row in Agreement.objects.filter(slug__in=wanted.values(), trashed=None)}
    known = {record: found[slug] for record, slug in wanted.items() if slug in found}
    return known, {record for record, slug in wanted.items() if not slug}


class Likely:
    """The agreements of the library by their days, without those that the same data set made (`own`: keys)."""

    def __init__(self, own):
        self.by_day, self.titles, self.parties = defaultdict(set), {}, defaultdict(set)
        rows = Agreement.objects.filter(trashed=None).values_list(
            "pk", "title", "signed", "opened", "adopted", "other_reading"
        )
        for key, title, *days in rows.iterator():
            days = [text for text in days if len(text) == 10]
            if days and key not in own:
                self.titles[key] = title
                for text in days:
                    self.by_day[text].add(key)
        for agreement, actor in Participation.objects.values_list("agreement", "actor").iterator():
            if agreement in self.titles:
                self.parties[agreement].add(str(actor))

    def same(self, days, parties):
        """The titles of agreements that are probably the same. days: date texts known to the day; parties: keys of actors as text."""
        near = {key for text in days for key in self.by_day.get(text, ())}
        return sorted(self.titles[key] for key in near if _alike(self.parties[key], parties))


def _alike(one, two):
    if len(one) < 3 or len(two) < 3:
        return one == two
    return len(one & two) * 2 >= min(len(one), len(two))
