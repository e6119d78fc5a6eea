"""Sites under gunicorn, each with the same number of workers and the same options, and what asks them: wrk where it is installed."""

import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
WORKERS = 2
PATIENCE = 60  # seconds until a server must answer
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    first, last = map(int, os.environ.get("BENCH_PORTS", "0-0").split("-"))
    for port in range(first, last + 1):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return trial.getsockname()[1]
    raise SystemExit("No port of BENCH_PORTS is free.")


class Server:
    """A running gunicorn. seconds: from its start to the first byte of its first answer."""

    def __init__(self, application, environment, path, *, python=sys.executable, folder=BASE_DIR):
        self.port = free_port()
        command = [python, "-m", "gunicorn", "--config", str(BASE_DIR / "scripts" / "gunicorn.conf.py")]
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS), "--threads", "1"]
        command += ["--no-control-socket", "--log-level", "error", application]
        began = time.monotonic()
        self.process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, start_new_session=True)  # noqa: S603
        while True:
            try:
                self.get(path)
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > began + PATIENCE:
                    self.stop()
                    raise SystemExit(f"{application} does not answer.") from None
                time.sleep(0.005)
        self.seconds = time.monotonic() - began

    def get(self, path, **headers):
        """(status, headers, body) of a page as a browser asks for it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": "127.0.0.1", "Accept-Encoding": "br", **names})
        answer = connection.getresponse()
        found = answer.status, answer.getheaders(), answer.read()
        connection.close()
        return found

    def megabytes(self, with_master=False):
        """What the workers hold in memory together, what they share counted once (proportional set size).

        Not the pages of the database's file that SQLite maps: they are the system's, kept as long as nobody needs the room.
        """
        workers = self._workers()
        return sum(map(_kilobytes, [*workers, self.process.pid] if with_master else workers)) / 1024

    def processor_seconds(self):
        """What the workers have used of the processor, in the kernel too."""
        fields = (Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split() for worker in self._workers())
        return sum(int(user) + int(kernel) for *_, user, kernel in (each[:13] for each in fields)) / TICKS

    def _workers(self):
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def _kilobytes(process):
    total, is_counted = 0, True
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        name, _, rest = line.partition(" ")
        if "-" in name:  # the head of a mapping: addresses, rights, file
            is_counted = ".sqlite3" not in rest
        elif name == "Pss:" and is_counted:
            total += int(rest.split()[0])
    return total


@contextmanager
def serving(*arguments, **options):
    server = Server(*arguments, **options)
    try:
        yield server
    finally:
        server.stop()


def requests_a_second(server, path, seconds, headers):
    """How many answers a second a few connections get, the 50th and 99th percentile of how long they take, in milliseconds, and the server's
    processor time for one, in microseconds.
    """
    before = server.processor_seconds()
    found = (_by_wrk if shutil.which("wrk") else _by_threads)(server, path, seconds, headers)
    return {**found, "cpu": (server.processor_seconds() - before) / (found["rate"] * seconds) * 1e6}


def _by_wrk(server, path, seconds, headers):
    command = ["wrk", "-t1", f"-c{2 * WORKERS}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command.append(f"http://127.0.0.1:{server.port}{path}")
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    if "Non-2xx" in said and "304" not in str(headers.get("Expect-Status", "")):
        raise SystemExit(f"{path} was answered with errors:\n{said}")
    units = {"us": 0.001, "ms": 1, "s": 1000}
    shares = {share: float(n) * units[unit] for share, n, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", said)}
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        "p50": shares["50"],
        "p99": shares["99"],
    }


def _by_threads(server, path, seconds, headers):
    """Without wrk: a few threads of this process. It is slower than most servers, so its figures are upper bounds of their differences."""
    times, until = [], time.monotonic() + seconds

    def ask():
        while time.monotonic() < until:
            began = time.perf_counter()
            server.get(path, **headers)
            times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"rate": len(times) / seconds, "p50": quantile(times, 0.5), "p99": quantile(times, 0.99)}


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median_ratio(ours, theirs):
    """The median of the ratios of paired rounds."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
