"""Whether anything was written to an SQLite database since one last looked, without asking SQLite.

In WAL mode each commit changes the header of the log's index, the file ending in -shm, before any other connection sees what was committed
(https://sqlite.org/walformat.html, section 2.1). All processes share that file's memory: a look takes a microsecond where a query takes dozens.
"""

import mmap
import os

HEADER = 96  # bytes; it stands there twice
KEPT = []  # For ever: closing a file takes away the locks that SQLite holds on it in this process (https://sqlite.org/howtocorrupt.html, 2.2).


class WalIndex:
    """The index of the log of a database. database: its file, which may not exist."""

    def __init__(self, database):
        self.path = f"{database}-shm"
        self.place = self.memory = None

    def header(self):
        """What differs after each commit; None where that cannot be told, as no connection has the database open in WAL mode."""
        try:
            found = os.stat(self.path)
            if found.st_size < HEADER:
                return None
            if (found.st_dev, found.st_ino) != self.place:
                self._open()
        except OSError:
            return None
        return self.place, self.memory[:HEADER]

    def _open(self):
        """Look at the file that is there now: the last connection to close deletes it, and the next one makes another."""
        file = open(self.path, "rb", buffering=0)  # noqa: SIM115 - see KEPT
        KEPT.append(file)
        self.memory = mmap.mmap(file.fileno(), HEADER, access=mmap.ACCESS_READ)
        found = os.fstat(file.fileno())
        self.place = (found.st_dev, found.st_ino)
        KEPT.append(self.memory)
