"""Making an export: everything that readers can read, as files, whole or not at all.

The library is read in one transaction, a few hundred entries at a time, into a SQLite file; CSV and JSON Lines are written from that. So the
memory that it takes does not grow with the texts, and all files speak of the same moment. The folder gets its name last.
"""

import csv
import fcntl
import hashlib
import json
import re
import shutil
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from publishing.public import Generation, PublicEntry, PublicLink, PublicVersion, Redirect
from publishing.tables import cell
from topics.lists import live_topics
from topics.public import PublicTagging
from topics.vocabulary import MergedTopic, Topic, TopicAlias, lines_above

from .describing import as_json, datasette, package, readme
from .rows import Content, rows_of
from .store import Store
from .tables import NAME, TABLES

AT_ONCE = 200
VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d+)")  # day and number: the name of an export's folder
SUMS = "SHA256SUMS"


class ExportBusy(Exception):
    """Another export is being made in the same folder."""


def versions_in(root):
    """The names of the exports in a folder, the newest first."""
    names = [path.name for path in root.iterdir() if VERSION.fullmatch(path.name)] if root.is_dir() else []
    return sorted(names, key=lambda name: (name[:10], int(name[11:])), reverse=True)


def make_export(root, home="", keep=0, say=lambda done: None):
    """Make an export in a folder of `root`, named after the day. Returns its path.

    home: the site's address; keep: how many exports stay in `root`, 0 for all; say(entries done) is told of the progress.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        for left in root.glob(".*.part"):  # of a run that was cut short
            shutil.rmtree(left)
        now = timezone.now()
        today = timezone.localdate(now).isoformat()
        numbers = [int(name[11:]) for name in versions_in(root) if name.startswith(today)]
        name = f"{today}-{max(numbers, default=0) + 1}"
        part = root / f".{name}.part"
        part.mkdir()
        try:
            _write(part, name, now, home, say)
            part.rename(root / name)
        except BaseException:
            shutil.rmtree(part)
            raise
        for old in versions_in(root)[keep:] if keep else []:
            shutil.rmtree(root / old)
    return root / name


@contextmanager
def _alone(root):
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportBusy from error
        yield


@contextmanager
def one_moment():
    """Have all that is read inside be of one moment, without keeping anybody from writing meanwhile."""
    if connection.in_atomic_block:  # as in a test: it is one already
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Not atomic(), which takes SQLite's lock for writing at once (settings.py). Without the map, through which the whole library would
        # come to stand in this process's memory.
        with connection.cursor() as cursor:
            mapped = cursor.execute("PRAGMA mmap_size").fetchone()[0]
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
                cursor.execute(f"PRAGMA mmap_size={mapped}")


def _write(folder, name, now, home, say):
    store = Store(folder / f"{NAME}.sqlite")
    try:
        with one_moment():
            generation = Generation.objects.values_list("number", flat=True).first() or 0
            _fill(store, say)
        store.finish()
        counts = _write_tables(store, folder)
    finally:
        store.close()
    (folder / "README.md").write_text(readme(name, now, home))
    (folder / "metadata.json").write_text(as_json(datasette()))
    files = {
        path: {"bytes": (folder / path).stat().st_size, "hash": f"sha256:{digest_of(folder / path)}"}
        for path in sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    }
    described = {path: {**facts, **({"rows": counts[path]} if path in counts else {})} for path, facts in files.items()}
    (folder / "datapackage.json").write_text(as_json(package(name, now, generation, home, described)))
    sums = {path: facts["hash"].removeprefix("sha256:") for path, facts in files.items()}
    sums["datapackage.json"] = digest_of(folder / "datapackage.json")
    (folder / SUMS).write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items())))


def digest_of(path):
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fill(store, say):
    topics = {str(topic.pk): topic for topic in Topic.objects.all()}
    merged = {str(key): str(topic) for key, topic in MergedTopic.objects.values_list("key", "topic_id")}
    keys = {str(key) for key in PublicEntry.objects.values_list("pk", flat=True).iterator()}
    contents = Content(keys, {key: topic.name for key, topic in topics.items()}, merged)
    done = 0
    for entries in _batches():
        store.write(_rows_of_batch(contents, entries))
        done += len(entries)
        say(done)
    store.write({"redirects": _redirects(keys)})
    named = contents.named | {str(key) for key in live_topics().values_list("pk", flat=True)}
    store.write(_topic_rows(topics, named))


def _batches():
    """PublicEntries without their pages, a batch at a time, in the order of their keys."""
    rows = PublicEntry.objects.only(*PublicEntry.LIST_FIELDS, "featured", "checked_on").order_by("pk")
    batch = list(rows[:AT_ONCE])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:AT_ONCE])


def _rows_of_batch(contents, entries):
    found, keys = defaultdict(list), [entry.pk for entry in entries]
    versions = defaultdict(list)
    for version in PublicVersion.objects.filter(entry_id__in=keys).order_by("entry_id", "number"):
        versions[version.entry_id].append(version)
    for entry in sorted(entries, key=lambda entry: entry.revised_at):
        for table, row in rows_of(contents, entry, versions[entry.pk]):
            found[table].append(row)
    for entry, topic in PublicTagging.objects.own().filter(entry__in=keys).values_list("entry_id", "topic_id"):
        found["entry_topics"].append((str(entry), str(topic)))
    links = PublicLink.objects.filter(entry__in=keys).values_list("entry_id", "way", "target_id")
    found["links"] = [(str(entry), way, str(target)) for entry, way, target in links if contents.known(str(target))]
    return found


def _redirects(keys):
    """Every former address with the page that it leads to in the end."""
    leads = {}
    every = list(Redirect.objects.values_list("kind", "slug", "owner_id", "target_id"))
    for _kind, _slug, owner, target in every:
        leads[str(owner)] = str(target) if target else None

    def final(target):
        for _step in range(5):
            if target is None or target in keys:
                return target
            target = leads.get(target)
        return None

    return [(kind, slug, str(owner), final(str(target) if target else None)) for kind, slug, owner, target in every]


def _topic_rows(topics, named):
    """The topics that pages name, those above them, and what leads to them."""
    above = lines_above(named)
    wanted = sorted(named.union(*above.values()))
    rows = {"topics": [], "topic_aliases": [], "merged_topics": []}
    for key in wanted:
        topic = topics[key]
        broader = str(topic.broader_id) if topic.broader_id else None
        rows["topics"].append((key, topic.name, topic.slug, topic.get_absolute_url(), topic.description, broader))
    for topic, name in TopicAlias.objects.values_list("topic_id", "name"):
        if str(topic) in wanted:
            rows["topic_aliases"].append((str(topic), name))
    for key, slug, topic in MergedTopic.objects.values_list("key", "slug", "topic_id"):
        if str(topic) in wanted:
            rows["merged_topics"].append((str(key), slug, str(topic)))
    return rows


def _write_tables(store, folder):
    """CSV and JSON Lines of every table. Returns {path: number of rows}."""
    counts = {}
    for form, write in (("csv", _write_csv), ("jsonl", _write_lines)):
        (folder / form).mkdir()
        for table in TABLES:
            path = f"{form}/{table.name}.{form}"
            counts[path] = write(table, store.rows(table), folder / path)
    return counts


def _write_csv(table, rows, path):
    places = [place for place, column in enumerate(table.columns) if column.in_csv]
    booleans = {place for place, column in enumerate(table.columns) if column.type == "boolean"}
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.in_csv])
        for row in rows:
            writer.writerow(
                [("true" if row[place] else "false") if place in booleans else cell(row[place]) for place in places]
            )
            count += 1
    return count


def _write_lines(table, rows, path):
    booleans = [column.name for column in table.columns if column.type == "boolean"]
    raw = next((column.name for column in table.columns if column.type == "object"), None)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            record = dict(zip(table.names, row, strict=True))
            record |= {name: bool(record[name]) for name in booleans}
            content = record.pop(raw) if raw else None
            line = json.dumps(record, ensure_ascii=False)
            # It is JSON already: reading it to write it again would take most of the time.
            file.write(f'{line[:-1]}, "{raw}": {content}}}\n' if raw else f"{line}\n")
            count += 1
    return count
