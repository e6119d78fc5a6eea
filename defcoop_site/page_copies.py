"""Where rendered pages are kept: in the memory of a process, and for all processes in a folder (one machine) or in Redis (any number).

A shared store also says whose turn it is to render a page. It may fail at any moment, and readers go on.
"""

import fcntl
import json
import logging
import os
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import caches

logger = logging.getLogger(__name__)

LONGEST_TURN = 5  # seconds for which one renders and others wait; whoever has died or hangs keeps nobody longer
REST = 10  # times as long as its failure took is a store left alone
DAY = 24 * 60 * 60
SHARDS = 256
OVERHEAD = 3000  # bytes of a copy's headers and of its place in the memory


@dataclass(frozen=True)
class Copy:
    """A rendered page. headers: [(name, value)] that do not depend on who asks; body: compressed as `encoding` says ("" for not at all)."""

    headers: list
    body: bytes
    encoding: str
    etag: str
    modified: int  # seconds since 1970
    is_quick: bool = False  # whether it could be compressed better

    @property
    def size(self):
        return len(self.body) + OVERHEAD

    def packed(self):
        head = json.dumps([self.headers, len(self.body), self.encoding, self.etag, self.modified, self.is_quick])
        return head.encode() + b"\n" + self.body

    @classmethod
    def unpacked(cls, data):
        """None for what no Copy ever wrote, a file cut short by a power failure, say."""
        head, _, body = data.partition(b"\n")
        with suppress(ValueError):
            headers, length, encoding, etag, modified, is_quick = json.loads(head)
            if len(body) == length:
                return cls([tuple(header) for header in headers], body, encoding, etag, modified, is_quick)
        return None


class Memory:
    """The copies of one process, at most so many bytes; those asked for least recently go first."""

    def __init__(self, most):
        self.most, self.size, self.copies, self.lock = most, 0, OrderedDict(), threading.Lock()

    def get(self, key):
        with self.lock:
            copy = self.copies.get(key)
            if copy is not None:
                self.copies.move_to_end(key)
            return copy

    def set(self, key, copy):
        with self.lock:
            before = self.copies.pop(key, None)
            self.size += copy.size - (before.size if before else 0)
            self.copies[key] = copy
            while self.size > self.most:
                _key, old = self.copies.popitem(last=False)
                self.size -= old.size


class Folder:
    """The copies of one machine: a file for each, in folders that are each kept within their share of the bytes; those read least recently go first.

    A turn is a lock on one byte of one file, which the system takes back when its process ends.
    """

    def __init__(self, path, most):
        self.path, self.most = Path(path), most // SHARDS
        self.turns = None

    def _place(self, name):
        return self.path / name[:2] / name[2:]

    def get(self, name):
        place = self._place(name)
        try:
            data = place.read_bytes()
            os.utime(place)
        except FileNotFoundError:
            return None
        return Copy.unpacked(data)

    def set(self, name, copy):
        data, place = copy.packed(), self._place(name)
        if len(data) > self.most:
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = place.with_name(f".{secrets.token_hex(8)}")
        try:
            unfinished.write_bytes(data)
            unfinished.replace(place)
        except OSError:  # a full disk leaves no half behind
            unfinished.unlink(missing_ok=True)
            raise
        self._shrink(place.parent)

    def _shrink(self, shard):
        files = []
        for entry in os.scandir(shard):
            with suppress(FileNotFoundError):  # another process shrinks too
                files.append((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path))
        size = sum(size for _time, size, _path in files)
        for _time, length, path in sorted(files):
            if size <= self.most:
                break
            Path(path).unlink(missing_ok=True)
            size -= length

    def claim(self, name):
        """A truth if it is this process's turn to render the page. A process asks with one thread at a time for one page."""
        if self.turns is None:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.turns = open(self.path / "turns", "wb")  # noqa: SIM115 - open as long as the process: closing it would end every turn
        try:
            fcntl.lockf(self.turns, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._byte(name))
        except BlockingIOError:
            return False
        return True

    def release(self, name, _turn):
        if self.turns is not None:
            fcntl.lockf(self.turns, fcntl.LOCK_UN, 1, self._byte(name))

    @staticmethod
    def _byte(name):
        return int(name[:15], 16)

    def note(self, generation):
        """Keep the newest generation, for whoever cannot ask the database."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.path / f".{secrets.token_hex(8)}"
        unfinished.write_text(json.dumps(generation))
        unfinished.replace(self.path / "generation")

    def noted(self):
        with suppress(FileNotFoundError, ValueError):
            return tuple(json.loads((self.path / "generation").read_text()))
        return None


class Server:
    """The copies of all machines, in the Redis of one of CACHES. How much that keeps and what goes first is its own setting (docs/configuration.md)."""

    def __init__(self, alias):
        self.alias = alias

    def get(self, name):
        data = caches[self.alias].get(f"page:{name}")
        return data and Copy.unpacked(data)

    def set(self, name, copy):
        caches[self.alias].set(f"page:{name}", copy.packed(), DAY)

    def claim(self, name):
        turn = secrets.token_hex(8)
        return caches[self.alias].add(f"turn:{name}", turn, LONGEST_TURN) and turn

    def release(self, name, turn):
        if caches[self.alias].get(f"turn:{name}") == turn:  # not one that another has taken since
            caches[self.alias].delete(f"turn:{name}")

    def note(self, generation):
        caches[self.alias].set("generation", generation, DAY)

    def noted(self):
        return caches[self.alias].get("generation")


class Forgiving:
    """A shared store that may fail. What it cannot do is left undone: no copy is found, and it is everybody's turn.

    A refusal costs next to nothing, and the store is asked again at once. One that does not answer for seconds is left alone for longer.
    """

    def __init__(self, store):
        self.store, self.rests_until, self.fails = store, 0, False

    def _try(self, name, instead, *arguments):
        began = time.monotonic()
        if began < self.rests_until:
            return instead
        try:
            found = getattr(self.store, name)(*arguments)
        except Exception as error:  # whatever a client library raises
            now = time.monotonic()
            self.rests_until = now + REST * (now - began)
            if not self.fails:
                logger.warning("Pages are not shared for now: %s: %s", type(error).__name__, error)
            self.fails = True
            return instead
        self.fails = False
        return found

    def get(self, name):
        return self._try("get", None, name)

    def set(self, name, copy):
        self._try("set", None, name, copy)

    def claim(self, name):
        return self._try("claim", True, name)

    def release(self, name, turn):
        self._try("release", None, name, turn)

    def note(self, generation):
        self._try("note", None, generation)

    def noted(self):
        return self._try("noted", None)
