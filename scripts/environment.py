"""Makes `.venv` from a lock: `python3 -m scripts.environment base|prod|dev`; and `.venv-next`, with a newer Python, for the newest Django: `… next`.

Uses only Python's own library and no recent syntax, so that an old Python can still say that it is too old.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
NEXT_VENV = BASE_DIR / ".venv-next"
OLDEST, NEXT_OLDEST = (3, 11), (3, 12)
NEXT_NAMES = ("python3.14", "python3.13", "python3.12")


def stop(line):
    """End with one line that says what to do."""
    sys.exit(line)


def run(command):
    """Run a command of our own. Returns the finished process; `stdout` holds all its words."""
    return subprocess.run(  # noqa: S603 - no shell, and nothing in it comes from outside
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def check_python():
    if sys.version_info < OLDEST:
        present = ".".join(str(number) for number in sys.version_info[:3])
        stop(f"Python {present} is too old. Install Python 3.11 or newer, or name one: make serve PYTHON=python3.11")


def check_folder():
    """Find out by writing: root may write where the permissions say no, and nobody may write on a read-only disk."""
    try:
        tempfile.TemporaryFile(dir=str(BASE_DIR)).close()
    except OSError as error:
        stop(f"This folder cannot be written to ({error.strerror}). Copy the project elsewhere and start it there.")


def next_python():
    """A Python on which the newest Django runs, by its path; None where there is none. Those of pyenv count too."""
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3.*"), reverse=True)
    found = [shutil.which(name) for name in NEXT_NAMES] + [str(path) for path in pyenv if path.name in NEXT_NAMES]
    return next((python for python in found if python and _works(python, NEXT_OLDEST)), None)


def _works(python, oldest):
    """Whether a Python is whole: that of an environment may be gone or have been replaced by another version since."""
    question = f"import sys, pip; sys.exit(sys.version_info < {oldest})"
    return Path(python).exists() and run([str(python), "-c", question]).returncode == 0


def _make(venv, python):
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        stop(
            f"Python's {missing[0]} is missing. Install it (Debian, Ubuntu: apt install python3-venv) and start again."
        )
    made = run([python, "-m", "venv", "--clear", str(venv)])
    if made.returncode:
        stop(f"The virtual environment could not be made: {' '.join(made.stdout.split())}")


def ensure(lock, venv=VENV, base=sys.executable):
    """Bring a virtual environment to requirements/<lock>.txt if that file changed since; quick where it did not."""
    requirements = BASE_DIR / "requirements" / f"{lock}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp, python = venv / f"{lock}.installed", venv / "bin" / "python"
    if not _works(python, OLDEST):
        _make(venv, base)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing requirements/{lock}.txt into {venv.name} ...", flush=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    installed = run([str(python), "-m", "pip", "install", *options, "-r", str(requirements)])
    if installed.returncode:
        print(installed.stdout, file=sys.stderr)
        stop("The libraries could not be installed; pip says why above. Check the network and start again.")
    stamp.write_text(wanted)


def ensure_next():
    base = next_python()
    if base is None:
        stop("The newest Django needs Python 3.12 or newer, and none is found: python3.12, python3.13 or python3.14.")
    ensure("next", NEXT_VENV, base)


def main():
    os.chdir(str(BASE_DIR))
    check_python()
    check_folder()
    if sys.argv[1] == "next":
        ensure_next()
    else:
        ensure(sys.argv[1])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
