"""How copies of pages are compressed: quickly when a page is rendered, and as well as can be once it is asked for again.

The best compression of a body is kept by the body's digest: a publication makes all pages anew and leaves nearly all of them as they were
(docs/decisions/0036-pages-are-compressed-twice.md).
"""

import gzip
import hashlib
import os
import sys
import threading
import time
from dataclasses import replace

import brotli

from .page_copies import Copy

QUICK, BEST = 5, 11  # of brotli's levels
MOST_WAITING = 50  # pages of a process; what finds no room is asked for again
LARGEST = 100_000  # bytes that were quickly compressed; more would take seconds
MADE_ANEW = ("x-request-id", "content-length", "content-encoding", "etag", "last-modified", "cache-control", "vary")
LENGTH = "Content-Length"


def _quickly(body, encoding):
    if encoding == "br":
        return brotli.compress(body, quality=QUICK)
    return gzip.compress(body, 6, mtime=0) if encoding == "gzip" else body


def _best_name(etag):
    """Where processes share the best compression of the body whose quick one has this tag."""
    return hashlib.sha256(f"best {etag}".encode()).hexdigest()


def _better(copy, body):
    """The copy with the best compression in place of the quick one: other bytes, so another tag."""
    headers = [header for header in copy.headers if header[0] != LENGTH]
    etag = f'{copy.etag[:-1]}-best"'
    return replace(copy, headers=[*headers, (LENGTH, str(len(body)))], body=body, etag=etag, is_quick=False)


class Compression:
    """Makes copies, and better ones in a thread beside the answering. memory, shared: where the process and where all of them keep copies."""

    def __init__(self, memory, shared):
        self.memory, self.shared = memory, shared
        self.waiting, self.thread, self.lock = {}, None, threading.Lock()

    def copy(self, headers, body, encoding):
        """The Copy of an answer that was just rendered."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}{"-" + encoding if encoding else ""}"'
        best = self.shared.get(_best_name(etag)) if self.shared and encoding == "br" else None
        sent = best.body if best else _quickly(body, encoding)
        kept = [(name, value) for name, value in headers if name.lower() not in MADE_ANEW]
        if encoding:
            kept.append(("Content-Encoding", encoding))
        return Copy(
            headers=[*kept, (LENGTH, str(len(sent)))],
            body=sent,
            encoding=encoding,
            etag=best.etag if best else etag,
            modified=int(time.time()),
            is_quick=not best and encoding == "br" and self.shared is not None and len(sent) <= LARGEST,
        )

    def improve(self, key, name, copy):
        """Have a quickly compressed copy replaced by a better one, soon. key, name: under which memory and shared store have it."""
        with self.lock:
            if len(self.waiting) < MOST_WAITING:
                self.waiting.setdefault(key, (name, copy))
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._work, daemon=True)
                self.thread.start()

    def _work(self):
        if sys.platform == "linux":  # where this is the priority of the thread alone: readers and editors go first
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        while True:
            with self.lock:
                if not self.waiting:
                    self.thread = None
                    return
                key, (name, copy) = next(iter(self.waiting.items()))
            try:
                self._improve(key, name, copy)
            finally:
                with self.lock:
                    del self.waiting[key]

    def _improve(self, key, name, copy):
        """One process at a time compresses a body; where it is another's turn, the next reader who asks finds what that has made."""
        place = _best_name(copy.etag)
        better = self.shared.get(place)
        if not better:
            turn = self.shared.claim(place)
            if not turn:
                return
            try:
                body = brotli.compress(brotli.decompress(copy.body), quality=BEST)
                better = _better(copy, body)
                self.shared.set(place, better)
            finally:
                self.shared.release(place, turn)
        better = _better(copy, better.body)
        self.memory.set(key, better)
        self.shared.set(name, better)
