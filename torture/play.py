"""Plays both tests in the database of DATABASE_URL. Run by `torture`, in a process of its own for each database."""

import argparse
import sys
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - after the setup

from torture import crowd, kills, upgrades  # noqa: E402
from torture.server import Server, address_of  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("database")
    for name in ("kills", "editors", "rounds"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    address, log = address_of(connection), options.folder / "server.log"
    # Before the crowd merges topics: the first release knew of no merged ones, and what leads to them is gone once its tables are back.
    faults = upgrades.play()
    print(f"{options.database}: all migrations undone and done again; faults: {len(faults)}", *faults[:20], sep="\n  ")
    lost = bool(faults)
    for play, arguments in (
        (kills.play, {"kills": options.kills, "say": lambda line: print(line, flush=True)}),
        (crowd.play, {"number": options.editors, "rounds": options.rounds}),
    ):
        figures = play(Server(address, log), **arguments)
        print(f"{options.database}: {figures}", *figures.faults[:20], sep="\n  ", flush=True)
        lost = lost or bool(figures.faults)
    if lost:
        print(log.read_text()[-6000:])
    sys.exit(lost)


if __name__ == "__main__":
    main()
