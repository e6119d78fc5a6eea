"""`make soak`: readers ask for mixed pages while one entry is published each second. Exits with 1 at any error, stale page or leak of memory.

A page is stale if it shows what an earlier publication made, though it was asked for after a later one had ended.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import brotli
import psycopg

from .libraries import BASE_DIR, POSTGRESQL, collect_static, environment, file_of, has_postgresql, make
from .servers import serving

SIZE, READERS = 200, 4
MEGABYTES = 2  # of kept pages in each worker, so that their memory is full long before it is looked at
GROWTH = 20  # megabytes that the workers together may grow by in the last two thirds
MARK = re.compile(r"Publication no (\d+)")
MOST_FAULTS = 20


def title(number):
    return f"Publication no {number}"


@dataclass
class Soak:
    """One entry is published, all that mention it are read. server: get() and megabytes(); publish: called with the number."""

    server: object
    publish: object
    paths: list
    growth: int = GROWTH
    published: int = 0
    asked: int = 0
    unchanged: int = 0
    megabytes: tuple = (0, 0)
    faults: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def fault(self, said):
        self.faults.append(said)
        if len(self.faults) >= MOST_FAULTS:
            self.over.set()

    def read(self, seed):
        """Ask for one page after another, now and then with what was got before."""
        chance, known = random.Random(seed), {}  # noqa: S311 - a repeatable choice
        while not self.over.is_set():
            path = chance.choice(self.paths)
            etag, shown = known.get(path, ("", None)) if chance.random() < 0.3 else ("", None)
            least = self.published
            try:
                status, headers, body = self.server.get(path, **({"If_None_Match": etag} if etag else {}))
            except OSError as error:
                self.fault(f"{path}: {error}")
                continue
            self.asked += 1
            if status == 200:
                headers = {name.lower(): value for name, value in headers}
                text = brotli.decompress(body) if headers.get("content-encoding") == "br" else body
                shown = min(map(int, MARK.findall(text.decode())), default=None)
                known[path] = headers.get("etag", ""), shown
            elif status == 304 and etag:
                self.unchanged += 1
            else:
                self.fault(f"{path} was answered with {status}")
            if shown is not None and shown < least:
                self.fault(f"{path} ({status}) shows publication {shown} after {least} had ended")

    def write(self):
        """Publish each second."""
        while not self.over.is_set():
            began = time.monotonic()
            try:
                self.publish(self.published + 1)
            except Exception as error:
                self.fault(f"publication {self.published + 1}: {error}")
            else:
                self.published += 1
            self.over.wait(max(0, began + 1 - time.monotonic()))

    def run(self, seconds):
        threads = [threading.Thread(target=self.read, args=[seed]) for seed in range(READERS)]
        threads.append(threading.Thread(target=self.write))
        for thread in threads:
            thread.start()
        self.over.wait(seconds / 3)
        before = self.server.megabytes()
        self.over.wait(seconds * 2 / 3)
        self.megabytes = before, self.server.megabytes()
        self.over.set()
        for thread in threads:
            thread.join()
        if self.megabytes[1] - self.megabytes[0] > self.growth:
            self.fault("the workers grew from {:.0f} to {:.0f} MB".format(*self.megabytes))

    def report(self):
        said = f"{self.asked:,} answers ({self.unchanged:,} of them 304), {self.published} publications"
        return f"{said}, {self.megabytes[0]:.0f} MB after a third of the time and {self.megabytes[1]:.0f} at the end"


def publisher():
    """What gives the main entry a new title and publishes it. Django is set up."""
    from django.db import connection

    from articles.models import Article
    from publishing.publication import publish
    from publishing.snapshots import take_snapshot

    article = Article.objects.exclude(entry_ptr__live=None).order_by("pk").first()

    def new(number):
        article.title = title(number)
        article.save()
        publish(take_snapshot(article), minor=True)
        connection.close()  # each call may be in another thread

    return article, new


def mixed(article):
    """The entry's page, those that list it, and pages that know nothing of it."""
    from publishing.public import PublicEntry

    entries = PublicEntry.objects.live().order_by("pk")[:30]
    lists = [
        "/",
        "/articles/",
        "/articles/?order=revised",
        "/actors/",
        "/agreements/",
        "/topics/",
        "/feed/",
        "/search/?q=publication",
    ]
    return [article.get_absolute_url()] * 10 + lists * 2 + [entry.get_absolute_url() for entry in entries]


def copy_library(database):
    """A copy of the small library under the name "soak", as the measured one stays as it is."""
    make(database, SIZE)
    if database == "SQLite":
        shutil.copy(file_of(SIZE), file_of("soak"))
        for ending in ("-wal", "-shm"):
            file_of("soak").with_name(f"soak.sqlite3{ending}").unlink(missing_ok=True)
    else:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS defcoop_bench_soak")
            server.execute(f"CREATE DATABASE defcoop_bench_soak TEMPLATE defcoop_bench_{SIZE}")


def play(database, seconds):
    """Soak one database. Run in a process of its own, which Django's settings belong to."""
    import django

    django.setup()
    article, publish = publisher()
    publish(0)
    paths = mixed(article)
    with serving("defcoop_site.wsgi", {"PAGE_CACHE_MB": str(MEGABYTES)}, "/") as server:
        soak = Soak(server, publish, paths)
        soak.run(seconds)
    print(f"{database}: {soak.report()}", *soak.faults, sep="\n", flush=True)
    return bool(soak.faults)


def main():
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="how long on each database (600)")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        sys.exit(play(options.database, options.seconds))
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    collect_static()
    failed = False
    for database in databases:
        copy_library(database)
        command = [sys.executable, "-m", "benchmarks.soak", "--play", "--database", database]
        command += ["--seconds", str(options.seconds)]
        values = {**os.environ, **environment(database, "soak")}
        failed |= bool(subprocess.run(command, env=values, cwd=BASE_DIR).returncode)  # noqa: S603 - our own command
    sys.exit("The soak found faults." if failed else 0)


if __name__ == "__main__":
    main()
