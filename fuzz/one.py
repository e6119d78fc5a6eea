"""Fuzz one target in this process, which atheris ends: with 0, or with the fault's traceback and its input in a file."""

import os
import sys
from pathlib import Path

import atheris

STEERING = [
    "publishing.text",
    "publishing.dates",
    "publishing.tables",
    "actors.importing",
    "markdown_it",
]  # modules whose branches steer the search


def run(target, beginnings, folder, *options):
    """Fuzz a function of bytes. folder: where inputs are kept from run to run; options: libFuzzer's."""
    inputs = Path(folder) / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(beginnings):
        (inputs / f"beginning-{number}").write_bytes(raw)
    # The target is of Python: what leaks, or is slow under a busy machine, is no finding of ours.
    common = [f"-artifact_prefix={folder}/fault-", "-detect_leaks=0", "-max_len=4096", "-timeout=60"]
    atheris.Setup([sys.argv[0], *common, *options, str(inputs)], target)
    atheris.Fuzz()


def main():
    name, folder, *options = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "defcoop_site.settings")
    with atheris.instrument_imports(include=STEERING, enable_loader_override=False):
        import django

        django.setup()
        from fuzz.targets import ALL
    run(*ALL[name], folder, *options)


if __name__ == "__main__":
    main()
