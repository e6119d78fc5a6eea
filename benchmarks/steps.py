"""What is measured, step by step. Each step gives its raw figures as a dictionary; `targets.py` says what they should be."""

import json
import os
import subprocess
import sys
import threading
import time
from itertools import cycle, islice

from defcoop_site.library_words import QUALITIES, SUBJECTS, topic_names

from .libraries import BASE_DIR, FOLDER, collect_static, environment, make
from .others import our_site, plain_site, wagtail_site
from .servers import median_ratio, quantile, requests_a_second, serving

LIST_PAGE, SAMPLE = 50, 20
TURNS = 3
PORTED = {"Host": "127.0.0.1", "Accept-Encoding": "br"}


def _spread(first, end, count):
    """So many numbers from first to end - 1, evenly spread."""
    count = min(count, end - first)
    return [first + (end - first) * place // count for place in range(count)]


def _deep(path, entries):
    """The first, a middle and the last page of a list."""
    last = max(1, -(-entries // LIST_PAGE))
    return [f"{path}?page={number}" for number in sorted({1, (last + 1) // 2, last})]


def _slug(name):
    return name.replace(" ", "-")


def _topics(size):
    """Addresses of five topics from the most frequent down; a small library uses only the first of them all."""
    last = 60 if size >= 1000 else 10
    return [_slug(name) for name in islice(topic_names(), 0, last, last // 5)]


def article_paths(size, count=SAMPLE):
    """Our articles, the last two fifths of a made-up library. The other sites have the same entries under the same addresses."""
    return [f"/articles/article-{number}/" for number in _spread(size // 5 + size * 2 // 5, size, count)]


def our_paths(size):
    agreements = _spread(size // 5, size // 5 + size * 2 // 5, SAMPLE // 2)
    topics = _topics(size)
    return {
        "article": article_paths(size),
        "agreement": [f"/agreements/agreement-{number}/" for number in agreements],
        "list": _deep("/articles/", size * 2 // 5),
        "topic": [f"/topics/{topic}/" for topic in topics] + _deep(f"/topics/{topics[0]}/", size // 5)[1:],
        "search": [f"/search/?q={'+'.join(words)}" for words in searches()],
    }


def plain_paths(size):
    return {
        "article": article_paths(size),
        "list": _deep("/articles/", size),
        "topic": [f"/tags/{topic}/" for topic in _topics(size)],
        "search": [f"/search/?q={'+'.join(words)}" for words in searches()],
    }


def searches():
    """Questions from very common words to a rare one."""
    common = [(word,) for word in ("parties", "agreement", SUBJECTS[0], QUALITIES[3])]
    return [*common, (SUBJECTS[1], QUALITIES[1]), ("annual", "exercises", "coasts"), ("treaty", "7"), ("glenport",)]


def uncached(site, paths, rounds):
    """{name of pages: {"wall", "cpu": [milliseconds of each page at its quickest], "queries", "bytes"}}"""
    done = subprocess.run(  # noqa: S603 - our own script, no shell
        [site.python, str(BASE_DIR / "benchmarks" / "uncached.py")],
        cwd=site.folder,
        env={**os.environ, **site.environment},
        input=json.dumps({"paths": paths, "rounds": rounds}),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def in_turns(sites, rounds):
    """Each site's pages, the sites one after the other, so that what else the machine does hits all alike; each page at its quickest.

    sites: {name: (Site, paths)}.
    """
    found = {}
    for _turn in range(min(TURNS, rounds)):
        for name, (site, paths) in sites.items():
            for pages, figures in uncached(site, paths, rounds).items():
                kept = found.setdefault(name, {}).setdefault(pages, figures)
                for kind in ("wall", "cpu"):
                    kept[kind] = list(map(min, kept[kind], figures[kind]))
    return found


def against_others(size, rounds, with_wagtail):
    """Uncached pages of ours, the plain site and Wagtail with the same entries."""
    make("SQLite", size)
    sites = {"ours": (our_site("SQLite", size), our_paths(size)), "plain": (plain_site(size), plain_paths(size))}
    if with_wagtail:
        sites["Wagtail"] = wagtail_site(size), {"article": article_paths(size)}
    return in_turns(sites, rounds)


def pages(database, size, rounds):
    """Our own uncached pages."""
    make(database, size)
    return in_turns({"ours": (our_site(database, size), our_paths(size))}, rounds)["ours"]


def in_process(database, size, rounds):
    """See also, pages of one and two topics, publishing, and similar_objects(), by `measure.py`."""
    make(database, size)
    command = [sys.executable, "-m", "benchmarks.measure", str(size), str(rounds)]
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        command, env=environment(database, size), cwd=BASE_DIR, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def _bare(answer, name):
    """The environment of a bare application that gives the same answer."""
    status, headers, body = answer
    path = FOLDER / f"bare-{name}"
    path.write_bytes(body)
    words = {200: "200 OK", 304: "304 Not Modified"}[status]
    kept = [header for header in headers if header[0].lower() not in ("server", "date", "connection")]
    path.with_name(f"{path.name}.json").write_text(json.dumps([words, kept]))
    return {"BARE_BODY": str(path)}


def settled(server, path):
    """The answer that stays: each worker, asked again, compresses its copy better within a second."""
    for _ in range(20):
        server.get(path)
        time.sleep(0.1)
    return server.get(path)


def served(library, path, seconds, rounds):
    """A cached page and its 304 against a bare application with the same bytes, in paired rounds; cold start; bytes over the wire."""
    make("SQLite", library)
    collect_static()
    found = {"start": [], "rate": {}, "p50": {}, "p99": {}, "cpu": {}}
    values = environment("SQLite", library)
    for _start in range(min(TURNS, rounds)):
        with serving("defcoop_site.wsgi", values, path) as server:
            found["start"].append(server.seconds)
    with serving("defcoop_site.wsgi", values, path) as ours:
        page = settled(ours, path)
        known = {"If-None-Match": dict(page[1])["ETag"]}
        unchanged = ours.get(path, If_None_Match=known["If-None-Match"])
        with (
            serving("benchmarks.bare:application", _bare(page, "page"), path) as bare,
            serving("benchmarks.bare:application", _bare(unchanged, "304"), path) as bare_304,
        ):
            asked = {"ours": (ours, {}), "bare": (bare, {}), "ours 304": (ours, known), "bare 304": (bare_304, known)}
            for _round in range(rounds):
                for name, (server, headers) in asked.items():
                    figures = requests_a_second(server, path, seconds, {**PORTED, **headers})
                    for kind, value in figures.items():
                        found[kind].setdefault(name, []).append(value)
        found["bytes"] = wire(ours, path)
    found["ratio"] = median_ratio(found["rate"]["ours"], found["rate"]["bare"])
    found["ratio 304"] = median_ratio(found["rate"]["ours 304"], found["rate"]["bare 304"])
    found["cpu ratio"] = median_ratio(found["cpu"]["ours"], found["cpu"]["bare"])
    found["cpu ratio 304"] = median_ratio(found["cpu"]["ours 304"], found["cpu"]["bare 304"])
    return found


def wire(server, path):
    """Bytes of an answer's body in brotli: the page, and the style sheets and scripts that it names."""
    sizes = {"page": len(server.get(path)[2])}
    text = server.get(path, Accept_Encoding="identity")[2].decode()
    for kind, name in (("style", 'rel="stylesheet" href="'), ("script", '<script type="module" src="')):
        named = [part.split('"')[0] for part in text.split(name)[1:]]
        sizes[kind] = sum(len(server.get(address)[2]) for address in named)
    return sizes


def readers_while_publishing(size, seconds):
    """How long readers of pages that nobody has asked for wait (milliseconds), without publications and with one each second."""
    make("SQLite", size)
    collect_static()
    values = environment("SQLite", size)
    paths = cycle(article_paths(size, 20_000))
    with serving("defcoop_site.wsgi", values, "/healthz") as server:
        alone = _reading(server, paths, seconds)
        command = [sys.executable, "-m", "benchmarks.publisher", str(size), str(seconds)]
        publisher = subprocess.Popen(command, env=values, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)  # noqa: S603
        publisher.stdout.readline()  # it is about to begin
        meanwhile = _reading(server, paths, seconds)
        published = json.loads(publisher.communicate()[0])
    return {"alone": alone, "meanwhile": meanwhile, "publications": published}


def _reading(server, paths, seconds):
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        server.get(next(paths))
        times.append((time.perf_counter() - began) * 1000)
    return {"requests": len(times), "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "slowest": max(times)}


def _different(size, count):
    """The addresses of so many entries, of all kinds."""
    ends = {"article": size, "agreement": size // 5 + size * 2 // 5, "actor": size // 5}
    firsts = {"article": ends["agreement"], "agreement": ends["actor"], "actor": 0}
    numbers = ((kind, number) for kind, end in ends.items() for number in range(firsts[kind], end))
    return [f"/{kind}s/{kind}-{number}/" for kind, number in islice(numbers, count)]


def memory(size, count):
    """Megabytes of two workers together after so many different pages."""
    make("SQLite", size)
    collect_static()
    paths, lock, failures = iter(_different(size, count)), threading.Lock(), []
    with serving("defcoop_site.wsgi", environment("SQLite", size), "/healthz") as server:
        at_first = server.megabytes()
        asked = 0

        def ask():
            nonlocal asked
            while True:
                with lock:
                    path = next(paths, None)
                if path is None:
                    return
                status, _headers, _body = server.get(path)
                with lock:
                    asked += 1
                    if status != 200:
                        failures.append(path)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise SystemExit(f"{len(failures)} pages were refused, the first is {failures[0]}.")
        held = {"megabytes": server.megabytes(), "with master": server.megabytes(with_master=True)}
        return {"at first": at_first, **held, "pages": asked}
