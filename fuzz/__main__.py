"""`python -m fuzz`: all targets, one after the other, each for some time or number of inputs. Ends with 1 where one broke."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
NAMES = ("markdown", "dates", "data_sets")
# No database, no secret and no mail is behind a target.
SETTINGS = {
    "DJANGO_SECRET_KEY": "only-for-fuzzing",
    "DJANGO_ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "sqlite://:memory:",
    "CACHE_URL": "locmemcache://",
}


def fuzz(name, folder, *options, **how):
    """The finished process that fuzzed a target."""
    command = [sys.executable, "-m", "fuzz.one", name, str(folder), *options]
    return subprocess.run(command, env={**os.environ, **SETTINGS}, cwd=BASE_DIR, **how)  # noqa: S603 - our own, no shell


def main():
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300, help="for each target (300)")
    parser.add_argument("--only", choices=NAMES)
    options = parser.parse_args()
    if not find_spec("atheris"):
        sys.exit(
            "atheris is not installed: it has wheels for Linux on x86-64 alone. The property tests are fuzzed without it."
        )
    broken = []
    for name in [options.only] if options.only else NAMES:
        print(f"{name}: {options.seconds} seconds", flush=True)
        folder = BASE_DIR / "var" / "fuzz" / name
        if fuzz(name, folder, f"-max_total_time={options.seconds}", "-print_final_stats=1").returncode:
            broken.append(f"{name} (see {folder})")
    if broken:
        sys.exit("Broken: " + ", ".join(broken))


if __name__ == "__main__":
    main()
