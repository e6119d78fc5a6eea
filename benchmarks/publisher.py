"""Publishes a changed entry each second, while others read. Arguments: size of the library, seconds. Prints the milliseconds of each publication."""

import json
import sys
import time

from .measure import Library, changed, publish, timed


def main(size, seconds):
    library = Library(size)
    numbers = range(size // 3, size // 3 + seconds)
    snapshots = [changed(library, number) for number in numbers]
    print("ready", flush=True)
    times = []
    for snapshot in snapshots:
        began = time.monotonic()
        times.append(timed(lambda snapshot=snapshot: publish(snapshot, minor=True))[0])
        time.sleep(max(0, began + 1 - time.monotonic()))
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
