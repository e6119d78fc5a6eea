"""Many editors at once: they save the same and different entries, publish and merge topics, and none loses what another wrote."""

import random
from collections import Counter
from dataclasses import dataclass, field
from threading import Thread

from django.db import connection

from articles.models import Article
from defcoop_site.factories import make_article, make_topic, publish_now
from topics.vocabulary import MergedTopic
from torture import checks
from torture.browser import UNREACHABLE
from torture.desk import Desk, make_editors

SHARED = 2  # articles in which all write
TRIES = 30  # of one change; each one before met another editor's
ACTIONS = ("own", "own", "part", "part", "same", "same", "merge")


@dataclass
class Figures:
    editors: int = 0
    done: Counter = field(default_factory=Counter)
    met: int = 0  # saves that met another change of the same field, and were begun anew
    refused: int = 0  # by a database that was busy for too long; each was begun anew, too
    faults: list = field(default_factory=list)

    def __str__(self):
        done = ", ".join(f"{number} {name}" for name, number in sorted(self.done.items()))
        return (
            f"{self.editors} editors: {done}; {self.met} met another's change, "
            f"{self.refused} waited too long; faults: {len(self.faults)}"
        )


class Editor(Thread):
    """One of many. article: of their own; shared: articles in which they have the section of their number; spare: topics that may go."""

    def __init__(self, number, name, desk, article, shared, spare, rounds):
        super().__init__(daemon=True)
        self.number, self.word, self.desk, self.rounds = number, name, desk, rounds
        self.article, self.shared, self.spare = article, shared, spare
        self.chance = random.Random(number)  # noqa: S311 - moments, not secrets
        self.saved, self.published, self.done, self.met = {}, {}, Counter(), 0
        self.last = {}  # {(article, field of their own): the word that must stand there}
        self.gathered = {}  # {article: words that must stand in the field in which all write}

    def run(self):
        try:
            for turn in range(self.rounds):
                action = self.chance.choice(ACTIONS)
                getattr(self, action)(f"{self.word}x{turn}y", "_publish" if self.chance.random() < 0.4 else "_continue")
        except UNREACHABLE as error:
            self.desk.faults.append(f"no answer: {error!r}")

    def change(self, article, word, button, write):
        """Open, write, save; anew where another editor's change of the same field is in the way. Returns whether it was saved."""
        for _ in range(TRIES):
            refused, fields = self.desk.refused, self.desk.open(article)
            if not fields:
                return False
            write(fields)
            saved, published = self.desk.save(article, fields, button)
            if saved:
                self.saved.setdefault(article, []).append(word)
                if published:
                    self.published.setdefault(article, []).append(word)
                self.done["saves"] += 1
                self.done["publications"] += published
                return True
            self.met += self.desk.refused == refused
        self.desk.faults.append(f"{word} could not be saved in {TRIES} tries")
        return False

    def own_part(self, article, word, button, name):
        if self.change(article, word, button, lambda fields: fields.update({name: [word]})):
            self.last[article, name] = word

    def own(self, word, button):
        self.own_part(self.article, word, button, "introduction")

    def part(self, word, button):
        self.own_part(self.chance.choice(self.shared), word, button, f"sections-{self.number}-body")

    def same(self, word, button):
        article = self.chance.choice(self.shared)

        def write(fields):
            fields["introduction"] = [f"{fields['introduction'][0]} {word}".strip()]

        if self.change(article, word, button, write):
            self.gathered.setdefault(article, []).append(word)

    def merge(self, word, button):
        if self.spare:
            self.done["merges"] += self.desk.merge(self.spare.pop(), "kept")


def _lost(editors):
    """Words that an editor's last save put there and that the article does not hold."""
    for editor in editors:
        for (article, name), word in editor.last.items():
            row = Article.objects.get(pk=article)
            text = (
                row.introduction if name == "introduction" else row.sections.get(position=(editor.number + 1) * 10).body
            )
            if text != word:
                yield f"{word} was saved last and {name} says {text!r}"
        for article, words in editor.gathered.items():
            text = Article.objects.get(pk=article).introduction
            yield from (f"{word} was overwritten" for word in words if word not in text.split())


def _promised(editors):
    promised = {}
    for editor in editors:
        for mine, kept in ((editor.saved, 0), (editor.published, 1)):
            for article, words in mine.items():
                promised.setdefault(article, ([], []))[kept].extend(words)
    return promised


def play(server, number, rounds):
    """Have that many editors work at once for some rounds. Returns Figures. server: not started; its database is Django's own."""
    make_topic("kept")
    spare = [make_topic(f"spare {index}") for index in range(number // 2)]
    parts = [{"title": f"Part {index}", "body": "Text."} for index in range(number)]
    shared = [publish_now(make_article(sections=parts, topics=spare[:3])).pk for _ in range(SHARED)]
    own = [publish_now(make_article(topics=spare[index % len(spare) :][:2])).pk for index in range(number)]
    waiting = [topic.pk for topic in spare]
    editors = [
        Editor(index, name, Desk(server.port, cookies), own[index], shared, waiting, rounds)
        for index, (name, cookies) in enumerate(make_editors(number))
    ]
    connection.close()
    server.start()
    try:
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join(600)
    finally:
        server.stop()
    return _figures(editors)


def _figures(editors):
    figures = Figures(editors=len(editors), met=sum(editor.met for editor in editors))
    for editor in editors:
        figures.done.update(editor.done)
        figures.refused += editor.desk.refused
        figures.faults += [f"{editor.word}: {fault}" for fault in editor.desk.faults]
    figures.faults += [*_lost(editors), *checks.faults(_promised(editors))]
    merged = MergedTopic.objects.count()
    if merged != figures.done["merges"]:
        figures.faults.append(f"{figures.done['merges']} merges were answered, and {merged} topics are merged")
    return figures
