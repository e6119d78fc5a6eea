"""Makes `.venv` from a lock: `python3 -m scripts.environment base|prod|dev`.

Uses only Python's own library and no recent syntax, so that an old Python can still say that it is too old.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


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


def _works():
    """Whether `.venv` is whole: its Python may be gone or have been replaced by another version since."""
    question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return PYTHON.exists() and run([str(PYTHON), "-c", question]).returncode == 0


def _make():
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        stop(
            f"Python's {missing[0]} is missing. Install it (Debian, Ubuntu: apt install python3-venv) and start again."
        )
    made = run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode:
        stop(f"The virtual environment could not be made: {' '.join(made.stdout.split())}")


def ensure(lock):
    """Bring `.venv` to requirements/<lock>.txt if that file changed since; quick where it did not."""
    requirements = BASE_DIR / "requirements" / f"{lock}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"{lock}.installed"
    if not _works():
        _make()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing requirements/{lock}.txt into .venv ...", flush=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    installed = run([str(PYTHON), "-m", "pip", "install", *options, "-r", str(requirements)])
    if installed.returncode:
        print(installed.stdout, file=sys.stderr)
        stop("The libraries could not be installed; pip says why above. Check the network and start again.")
    stamp.write_text(wanted)


def main():
    os.chdir(str(BASE_DIR))
    check_python()
    check_folder()
    ensure(sys.argv[1])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
