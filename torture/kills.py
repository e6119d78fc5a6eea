"""Editors save and publish; the server is killed in the middle, started again, and everything that was answered "saved" must be there."""

import random
import time
from dataclasses import dataclass, field
from threading import Event, Thread

from django.db import connection

from defcoop_site.factories import make_article, publish_now
from torture import checks
from torture.browser import UNREACHABLE
from torture.desk import Desk, make_editors

EDITORS = 4
BETWEEN = 4  # answers between two kills, at least
LATER = 0.5  # seconds after them, at most, so that a kill meets any moment of a save
LONGEST = 30  # seconds for those answers


@dataclass
class Figures:
    kills: int = 0
    saved: int = 0
    published: int = 0
    cut_short: int = 0  # saves that got no answer
    faults: list = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.kills} kills, {self.saved} saves and {self.published} publications answered, "
            f"{self.cut_short} cut short, losses: {len(self.faults)}"
        )


class Writer(Thread):
    """An editor who writes one word after another into an article of their own, in its introduction and in its section."""

    def __init__(self, name, port, cookies, article, stop):
        super().__init__(daemon=True)
        self.word, self.desk, self.article, self.stop = name, Desk(port, cookies), article, stop
        self.saved, self.published, self.cut_short = [], [], 0

    def run(self):
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                fields = self.desk.open(self.article)
            except UNREACHABLE:
                time.sleep(0.05)
                continue
            if fields:
                self.write(fields, f"{self.word}x{number}y", "_publish" if number % 2 else "_continue")

    def write(self, fields, word, button):
        fields = {**fields, "introduction": [word], "sections-0-body": [word]}
        try:
            saved, published = self.desk.save(self.article, fields, button)
        except UNREACHABLE:
            self.cut_short += 1
            return
        self.saved += [word] * saved
        self.published += [word] * published


def promises(writers):
    return {writer.article: (list(writer.saved), list(writer.published)) for writer in writers}


def wait_for_answers(writers):
    wanted, until = sum(len(writer.saved) for writer in writers) + BETWEEN, time.monotonic() + LONGEST
    while sum(len(writer.saved) for writer in writers) < wanted and time.monotonic() < until:
        time.sleep(0.01)


def settle():
    """Wait until PostgreSQL has ended the sessions of those who were killed: it finishes the statement that it is at."""
    until = time.monotonic() + 10
    while connection.vendor == "postgresql" and _other_sessions() and time.monotonic() < until:
        time.sleep(0.02)


def _other_sessions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone()[0]


def play(server, kills, seed=1, say=lambda line: None):
    """Kill a server that many times while editors work. Returns Figures. server: not started; its database is Django's own."""
    chance, stop, figures = random.Random(seed), Event(), Figures()  # noqa: S311 - moments, not secrets
    articles = [publish_now(make_article(sections=[{"title": "One"}])).pk for _ in range(EDITORS)]
    writers = [
        Writer(name, server.port, cookies, article, stop)
        for (name, cookies), article in zip(make_editors(EDITORS), articles, strict=True)
    ]
    connection.close()
    server.start()
    for writer in writers:
        writer.start()
    try:
        for number in range(1, kills + 1):
            wait_for_answers(writers)
            time.sleep(chance.uniform(0, LATER))
            server.kill()
            settle()
            figures.kills = number
            figures.faults += checks.faults(promises(writers))
            connection.close()
            server.start()
            say(f"{number} of {kills} kills, faults so far: {len(figures.faults)}")
    finally:
        stop.set()
        for writer in writers:
            writer.join(120)
        server.stop()
    figures.saved = sum(len(writer.saved) for writer in writers)
    figures.published = sum(len(writer.published) for writer in writers)
    figures.cut_short = sum(writer.cut_short for writer in writers)
    figures.faults += checks.faults(promises(writers))
    figures.faults += [fault for writer in writers for fault in writer.desk.faults]
    return figures
