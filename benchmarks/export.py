"""python -m benchmarks.export: how long an export of a library takes, and how much memory; exits with 1 where a target is missed."""

import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .alone import SIZE, main

MOST_SECONDS, MOST_MB = 180, 300  # for an export of SIZE entries


def inside():
    """{seconds, cpu, mb, files_mb} of an export."""
    from defcoop_site.exports.making import make_export

    with TemporaryDirectory() as folder:
        began, cpu = time.monotonic(), time.process_time()
        made = make_export(Path(folder))
        took = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
        took["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took["files_mb"] = sum(path.stat().st_size for path in made.rglob("*") if path.is_file()) / 1024**2
    return took


def lines_of(database, size, took):
    """[(line, whether a target is missed)]"""
    seconds = MOST_SECONDS * size / SIZE
    for name, figure, target, unit in (
        ("time", took["seconds"], seconds, "s"),
        ("memory", took["mb"], MOST_MB, "MB"),
    ):
        missed = figure > target
        verdict = "MISSED" if missed else "kept"
        yield f"{database}, {size:,} entries: {name} {figure:.1f} {unit}; target {target:.0f} {unit}: {verdict}", missed
    yield f"{database}: {took['cpu']:.1f} s of this process's processor time; files of {took['files_mb']:.0f} MB", False


if __name__ == "__main__":
    main("benchmarks.export", __doc__, inside, lines_of)
