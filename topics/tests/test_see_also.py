import math
import random
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from articles.models import Section
from defcoop_site.factories import make_actor, make_article, make_topic, publish_now
from publishing import kinds
from publishing.models import Entry, EntryAlias
from publishing.public import PublicEntry
from publishing.publication import unpublish
from publishing.tests.scenario import ScenarioTestCase
from topics.models import SeeAlsoChoice


@dataclass
class Described:
    """An entry of a random library, as the test knows it. Others are named by their number."""

    number: int
    kind: str
    title: str
    topics: set
    mentions: list = field(default_factory=list)
    pins: list = field(default_factory=list)
    exclusions: list = field(default_factory=list)
    sections: list = field(default_factory=list)  # the topics of each
    state: str = "live"
    key: str = ""


# (seeds, letters of the topics, most entries, how many topics an entry carries)
SHAPES = {
    "of all sorts": (range(6), "abcdefg", 40, [0, 1, 1, 2, 3, 6]),
    # Far more entries for each combination than a page reads.
    "crowded": (range(6, 8), "abc", 90, [1, 2, 2, 3]),
    # More topics than are compared.
    "heavily tagged": (range(8, 10), "abcdefghijklmno", 14, [1, 3, 11, 13, 15]),
}


def random_library(shape, seed):
    """Entries with few topics, so that ties are many."""
    _seeds, letters, most, counts = SHAPES[shape]
    chance = random.Random(seed)  # noqa: S311 - a repeatable test
    size, topics = chance.randint(most // 2, most), [f"topic {letter}" for letter in letters]
    entries = []
    for number in range(size):
        kind = chance.choice(["article", "article", "actor"])
        carried = set(chance.sample(topics, chance.choice(counts)))
        entries.append(
            Described(
                number,
                kind,
                f"Title {chance.randint(1, max(2, size // 2))}",
                carried,
                state=chance.choice(["live"] * 8 + ["withdrawn", "draft"]),
            )
        )
    for entry in entries:
        others = [other.number for other in entries if other is not entry]
        chance.shuffle(others)
        chosen = others[: chance.choice([0, 0, 1, 3])]
        cut = chance.randint(0, len(chosen))
        entry.pins, entry.exclusions = chosen[:cut], chosen[cut:]
        entry.mentions = chance.sample(others, min(len(others), chance.choice([0, 0, 1, 2])))
        if entry.kind == "article":
            entry.sections = [
                set(chance.sample(topics, chance.choice([0, 1, 2]))) for _ in range(chance.choice([0, 1, 3]))
            ]
    return topics, entries


class Reference:
    """The rule in the plainest words: every live entry is looked at for every page."""

    def __init__(self, entries, keys):
        """keys: {name of a topic: its key as text}"""
        self.entries, self.keys = entries, keys
        self.live = [entry for entry in entries if entry.state == "live"]

    def rarity(self, topic):
        carrying = sum(topic in entry.topics for entry in self.live)
        return round(1_000_000 * math.log(1 + len(self.live) / carrying)) if carrying else 0

    def shared(self, candidate, own):
        """What both share of the first twelve topics of each, by key."""
        first = [set(sorted(topics, key=self.keys.get)[:12]) for topics in (candidate.topics, own)]
        return first[0] & first[1]

    def by_rarity(self, topics):
        return sorted(topics, key=lambda topic: (-self.rarity(topic), topic))

    def ranked(self, page, own, left_out):
        rows = []
        for candidate in self.live:
            shared = self.shared(candidate, own)
            if shared and candidate.number not in left_out:
                links, counting = page.number in candidate.mentions, self.by_rarity(shared)[:3]
                total = sum(self.rarity(topic) for topic in counting) + (settings.SEE_ALSO_LINK_BONUS if links else 0)
                score = total * 1000 // math.isqrt(len(candidate.topics) * 1_000_000)
                rows.append((-score, candidate.key, candidate.number, counting))
        return [row[2:] for row in sorted(rows)]

    def see_also(self, page):
        """([a suggestion list for each section with topics], the list at the end); a suggestion is (number, shared topics, pinned)."""
        left_out = {page.number, *page.mentions, *page.exclusions}
        if page.kind == "actor":  # its page lists the articles that are about it
            left_out |= {
                entry.number for entry in self.live if entry.kind == "article" and page.number in entry.mentions
            }
        inline = []
        for own in filter(None, page.sections):
            best = self.ranked(page, own, left_out | set(page.pins))[: settings.SEE_ALSO_INLINE]
            left_out |= {number for number, _topics in best}
            inline.append([(number, topics, False) for number, topics in best])
        pinned = [
            self.entries[number]
            for number in page.pins
            if number not in left_out and self.entries[number].state == "live"
        ]
        end = [(entry.number, self.by_rarity(self.shared(entry, page.topics))[:3], True) for entry in pinned]
        end += [(number, topics, False) for number, topics in self.ranked(page, page.topics, left_out | set(page.pins))]
        return inline, end[: settings.SEE_ALSO_AT_END]


class RandomLibraryTests(ScenarioTestCase):
    def build(self, topics, entries):
        rows = {name: make_topic(name) for name in topics}
        self.keys = {name: str(topic.pk) for name, topic in rows.items()}
        made = []
        for entry in entries:
            make = make_article if entry.kind == "article" else make_actor
            row = make(title=entry.title, topics=[rows[name] for name in sorted(entry.topics)])
            EntryAlias.objects.create(entry=row, name=f"number {entry.number}")
            entry.key = str(row.pk)
            made.append(row)
        for entry, row in zip(entries, made, strict=True):
            text = " ".join(f"[[number {number}]]" for number in entry.mentions)
            setattr(row, "introduction" if entry.kind == "article" else "body", text)
            row.save()
            for position, own in enumerate(entry.sections):
                Section.objects.create(article=row, title=f"S{position}", position=position).topics.set(
                    [rows[name] for name in own]
                )
            choices = [(number, "pin") for number in entry.pins] + [
                (number, "exclusion") for number in entry.exclusions
            ]
            for position, (number, choice) in enumerate(choices):
                SeeAlsoChoice.objects.create(entry=row, target=made[number], choice=choice, position=position)
        for entry, row in zip(entries, made, strict=True):
            if entry.state != "draft":
                row = publish_now(row)
            if entry.state == "withdrawn":
                unpublish(row, Entry.State.WITHDRAWN)

    def assert_equal_to_the_rule(self, shape, seed):
        topics, entries = random_library(shape, seed)
        self.build(topics, entries)
        reference, numbers = Reference(entries, self.keys), {entry.key: entry.number for entry in entries}
        for page in reference.live:
            with self.subTest(f"{shape}, seed {seed}, entry {page.number}"):
                around = kinds.get(page.kind).context(PublicEntry.objects.get(pk=page.key))["around"]

                inline, end = reference.see_also(page)
                places = (*around.inline.values(), around.see_also)
                found = [
                    [(numbers[str(s.entry.pk)], [topic.name for topic in s.topics], s.pinned) for s in place]
                    for place in places
                ]
                self.assertEqual(found, [*inline, end])

    def test_see_also_equals_the_plain_rule_in_entries_order_and_reasons(self):
        for shape, (seeds, *_rest) in SHAPES.items():
            for seed in seeds:
                with transaction.atomic():
                    self.assert_equal_to_the_rule(shape, seed)
                    transaction.set_rollback(True)


class SeeAlsoPageTests(ScenarioTestCase):
    def see_also(self, address):
        return [(s.entry.title, s.reason, s.pinned) for s in self.client.get(address).context["around"].see_also]

    def test_reason_names_the_rarest_three_shared_topics(self):
        topics = [make_topic(name) for name in ("airlift", "bases", "crises", "drills")]
        publish_now(make_article(slug="page", topics=topics))
        publish_now(make_article(title="Twin", topics=topics))
        publish_now(make_article(title="Other", topics=topics[:1]))

        found = self.see_also("/articles/page/")

        self.assertEqual(found[0], ("Twin", "both about bases, crises and drills", False))
        self.assertEqual(found[1], ("Other", "both about airlift", False))
        self.assertContains(self.client.get("/articles/page/"), "both about bases, crises and drills")

    def test_pin_without_shared_topics_is_the_editors_choice_and_comes_first(self):
        topic = make_topic()
        pinned = publish_now(make_article(title="Pinned"))
        publish_now(make_article(title="Near", topics=[topic]))
        page = make_article(slug="page", topics=[topic])
        SeeAlsoChoice.objects.create(entry=page, target=pinned, choice="pin")

        publish_now(page)

        self.assertEqual(
            [(title, pin) for title, _reason, pin in self.see_also("/articles/page/")],
            [("Pinned", True), ("Near", False)],
        )
        self.assertEqual(self.see_also("/articles/page/")[0][1], "chosen by the editors")

    def test_pin_stays_at_the_end_where_a_section_would_offer_it_too(self):
        topic = make_topic()
        pinned = publish_now(make_article(title="Pinned", topics=[topic]))
        page = make_article(slug="page", sections=[{"topics": [topic]}])
        SeeAlsoChoice.objects.create(entry=page, target=pinned, choice="pin")

        publish_now(page)

        around = self.client.get("/articles/page/").context["around"]
        self.assertEqual([(s.entry.title, s.pinned) for s in around.see_also], [("Pinned", True)])
        self.assertEqual(list(around.inline.values()), [[]])

    def test_excluded_entry_is_not_shown(self):
        topic = make_topic()
        excluded = publish_now(make_article(topics=[topic]))
        page = make_article(slug="page", topics=[topic])
        SeeAlsoChoice.objects.create(entry=page, target=excluded, choice="exclusion")

        publish_now(page)

        self.assertEqual(self.see_also("/articles/page/"), [])

    def test_entry_that_links_here_comes_before_one_with_the_same_topics(self):
        topic = make_topic()
        publish_now(make_article(slug="page", title="Page", topics=[topic]))
        publish_now(make_article(title="A stranger", topics=[topic]))
        publish_now(make_article(title="Z friend", topics=[topic], introduction="[[Page]]"))

        self.assertEqual(
            [title for title, _reason, _pin in self.see_also("/articles/page/")], ["Z friend", "A stranger"]
        )

    def test_entry_with_many_topics_does_not_win_by_size(self):
        topic = make_topic()
        publish_now(make_article(slug="page", topics=[topic]))
        publish_now(make_article(title="A heavy one", topics=[topic, *(make_topic() for _ in range(8))]))
        publish_now(make_article(title="Z light one", topics=[topic]))

        self.assertEqual(
            [title for title, _reason, _pin in self.see_also("/articles/page/")], ["Z light one", "A heavy one"]
        )

    def test_draft_is_not_shown(self):
        topic = make_topic()
        publish_now(make_article(slug="page", topics=[topic]))
        make_article(topics=[topic])

        self.assertEqual(self.see_also("/articles/page/"), [])
