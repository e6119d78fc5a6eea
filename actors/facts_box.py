"""What the pages of actors and of agreements share: the lines of their facts boxes, and the entries that lead to them."""

from dataclasses import dataclass

from publishing.public import PublicLink

from .as_of import as_known
from .order import AGREEMENT_DATES

# Facts that may lie after a day that a reader asks for.
LATER_DATES = ("founded", "dissolved", *AGREEMENT_DATES)


@dataclass(frozen=True)
class Fact:
    """A line of a facts box. Exactly one of text, term (a word of a closed list), dispute, date (a date text), entries (PublicEntry or plain
    names) and url is set. note: the number of the note that names its source; None for what is classified or computed here."""

    label: str
    text: str = ""
    term: str = ""
    dispute: object = None
    date: str = ""
    entries: tuple = ()
    url: str = ""
    note: int | None = None

    @property
    def words(self):
        """What it says, unless that is a date, an address or entries."""
        return str(self.text or self.term or self.dispute or "")


def named(keys, entry, targets):
    """The live entries, or the names they had, for keys."""
    return tuple(targets.get(key) or entry.page["labels"].get(key, "") for key in keys if key)


def by_way(links_here, way):
    return [link.entry for link in links_here if link.way == way]


def articles_about(links_here):
    """The articles whose text mentions the entry."""
    return [entry for entry in by_way(links_here, PublicLink.Way.MENTION) if entry.kind == "article"]


def linked_from(links_here, shown):
    """The entries whose text mentions the entry and that its page does not show in another place."""
    return [entry for entry in by_way(links_here, PublicLink.Way.MENTION) if str(entry.pk) not in shown]


def filled(facts):
    return [fact for fact in facts if fact.words or fact.date or fact.url or any(fact.entries)]


def facts_on(entry, as_of):
    """The values of the facts box, without what came later than the day that a reader asked for."""
    facts = {**entry.page["facts"]}
    if as_of.text:
        for name in LATER_DATES:
            if facts.get(name):
                facts[name] = as_known(facts[name], as_of.day)
        if "terminated" in facts and not facts["terminated"]:
            facts["termination_cause"] = facts["superseded_by"] = ""
    return facts
