"""How each database is copied whole while it is used, looked into, and brought back: SQLite by its backup API, PostgreSQL by its own programs."""

import os
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.translation import gettext as _

from publishing.audit import AuditEvent
from publishing.models import Entry, Image, Snapshot
from publishing.public import PublicEntry, PublicImage, PublicVersion
from topics.vocabulary import Topic

COUNTED = (Entry, Snapshot, PublicVersion, PublicEntry, Topic, Image, AuditEvent, get_user_model())
DIGESTS = f"SELECT digest FROM {Image._meta.db_table} UNION SELECT digest FROM {PublicImage._meta.db_table}"  # noqa: S608 - our own names


class DatabaseToolError(Exception):
    """A database could not be copied or brought back; the message says why."""


def tables():
    """The tables whose rows are counted, so that a backup can be held against what it was made of."""
    return [model._meta.db_table for model in COUNTED]


class SQLite:
    name = "database.sqlite3"

    @staticmethod
    def copy(target):
        """Copy the database to a file, as it is at one moment. Returns ({table: rows}, {digests of images})."""
        # A connection of its own: in one step the copy holds a reader's view, which lets writers go on and sees nothing of them.
        with (
            SQLite._told(),
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a journal beside it
            counts = SQLite._counts(copy)
            return counts, {digest for (digest,) in copy.execute(DIGESTS)}

    @staticmethod
    @contextmanager
    def _told():
        try:
            yield
        except sqlite3.OperationalError as error:  # as of a full disk
            raise DatabaseToolError(f"SQLite: {error}.") from None

    @staticmethod
    def _counts(database):
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in tables()
        }

    @staticmethod
    def look_into(path):
        """({table: rows}, sentences on what is wrong) of a copy."""
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            try:
                said = [row[0] for row in database.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
                said += [
                    _("A row of %s refers to nothing.") % row[0] for row in database.execute("PRAGMA foreign_key_check")
                ]
                return SQLite._counts(database), list(dict.fromkeys(said))
            except sqlite3.Error as error:
                return {}, [str(error)]

    @staticmethod
    def bring_back(path):
        """Make a copy the database, which is empty."""
        target = Path(connection.settings_dict["NAME"])
        connection.close()
        beside = target.with_name(f"{target.name}.restoring")
        try:
            with SQLite._told(), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(beside)) as copy:
                source.backup(copy)
        except DatabaseToolError:
            beside.unlink(missing_ok=True)
            raise
        for journal in ("-wal", "-shm"):
            target.with_name(target.name + journal).unlink(missing_ok=True)
        os.replace(beside, target)


class PostgreSQL:
    name = "database.dump"

    @staticmethod
    def _run(program, *parameters, **options):
        """Run a program of PostgreSQL's on the site's database."""
        arguments, variables = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
        return PostgreSQL._call([program, *arguments[1:-1], *parameters], variables, **options)

    @staticmethod
    def _call(command, variables=None, **options):
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and nothing in it comes from outside
                command,
                env={**os.environ, **(variables or {})},
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                **options,
            )
        except FileNotFoundError:
            raise DatabaseToolError(
                _("%s is missing. Install PostgreSQL’s client programs, of the server’s version or newer.") % command[0]
            ) from None
        if done.returncode:
            raise DatabaseToolError(f"{command[0]}: {' '.join(done.stderr.split())}")
        return done.stdout

    @staticmethod
    def copy(target):
        """Copy the database to a file, as it is at one moment. Returns ({table: rows}, {digests of images})."""
        with transaction.atomic(), connection.cursor() as cursor:
            # The counts and the dump see one and the same moment.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            counts = {model._meta.db_table: model.objects.count() for model in COUNTED}
            cursor.execute(DIGESTS)
            digests = {digest for (digest,) in cursor.fetchall()}
            database = connection.settings_dict["NAME"]
            PostgreSQL._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}", database)
        return counts, digests

    @staticmethod
    def look_into(path):
        """({table: rows}, sentences on what is wrong) of a copy: each table is read out of it whole."""
        wanted, counts, table = tables(), Counter(), None
        try:
            PostgreSQL._call(["pg_restore", "--list", str(path)], stdout=subprocess.PIPE)
            chosen = [f"--table={name}" for name in wanted]
            with subprocess.Popen(  # noqa: S603 - no shell, and nothing in it comes from outside
                ["pg_restore", "--data-only", *chosen, "--file=-", str(path)],  # noqa: S607 - whichever the operator has
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            ) as reading:
                for line in reading.stdout:
                    if table is None and line.startswith("COPY "):
                        table = line.split()[1].rpartition(".")[2].strip('"')
                        counts[table] += 0
                    elif line == "\\.\n":
                        table = None
                    elif table:
                        counts[table] += 1
        except DatabaseToolError as error:
            return {}, [str(error)]
        return dict(counts), [_("The copy cannot be read to its end.")] if reading.returncode else []

    @staticmethod
    def bring_back(path):
        """Make a copy the database, which is empty: all of it or nothing."""
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        PostgreSQL._run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(path))


VENDORS = {"sqlite": SQLite, "postgresql": PostgreSQL}
