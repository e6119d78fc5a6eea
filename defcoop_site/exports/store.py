"""The SQLite file of an export: filled first, so that all else can be read from it in order, however large the library is."""

import sqlite3

from .tables import BY_NAME, TABLES

KINDS = {"integer": "INTEGER", "boolean": "INTEGER"}
# The latest word wins: what several entries say of a source or an image.
REPLACED = ("sources", "images")


def _definition(table):
    lines = [f'"{column.name}" {KINDS.get(column.type, "TEXT")}' for column in table.columns]
    lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    for column in table.columns:
        if column.to:
            lines.append(f'FOREIGN KEY ("{column.name}") REFERENCES {column.to} ({BY_NAME[column.to].key[0]})')
    return f"CREATE TABLE {table.name} ({', '.join(lines)})"


class Store:
    """A new SQLite file with the tables of an export. It is a file that nobody reads before it is whole, so nothing guards against a crash."""

    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-32000"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute("BEGIN")
        for table in TABLES:
            self.database.execute(_definition(table))
        self.insert = {
            table.name: f"INSERT {'OR REPLACE ' if table.name in REPLACED else ''}INTO {table.name}"  # noqa: S608 - our own names
            f" VALUES ({', '.join('?' * len(table.columns))})"
            for table in TABLES
        }

    def write(self, rows):
        """rows: {name of a table: [rows]}."""
        for name, values in rows.items():
            self.database.executemany(self.insert[name], values)

    def finish(self):
        """Add the indexes and see that every reference leads somewhere."""
        for table in TABLES:
            for column in table.columns:
                if column.to and column.name != table.key[0]:
                    self.database.execute(f"CREATE INDEX {table.name}_by_{column.name} ON {table.name} ({column.name})")
        self.database.execute("CREATE INDEX entries_by_kind_and_title ON entries (kind, title)")
        self.database.execute("COMMIT")
        broken = self.database.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise RuntimeError(f"A row of {broken[0]} refers to {broken[2]} and finds nothing there.")
        self.database.execute("PRAGMA optimize")

    def rows(self, table):
        """All rows of a table in the order of its key."""
        return self.database.execute(
            f"SELECT {', '.join(table.names)} FROM {table.name} ORDER BY {', '.join(table.key)}"  # noqa: S608 - our own names
        )

    def close(self):
        self.database.close()
