"""The fuzzing of `make fuzz`, in short: every target takes some hundred inputs, and one that breaks is found out."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from unittest import skipUnless

from django.test import SimpleTestCase

from fuzz.__main__ import BASE_DIR, NAMES, fuzz

RUNS = {"markdown": 1500, "dates": 3000, "data_sets": 600}


@skipUnless(
    find_spec("atheris"), "atheris is not installed: it has wheels for Linux on x86-64 and Python before 3.14 alone"
)
class FuzzTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_every_target_takes_what_it_is_given(self):
        self.assertEqual(set(RUNS), set(NAMES))
        for name in NAMES:
            with self.subTest(name):
                done = fuzz(name, self.folder / name, f"-runs={RUNS[name]}", capture_output=True, text=True)

                self.assertEqual(done.returncode, 0, done.stderr[-3000:])
                self.assertIn(f"Done {RUNS[name]} runs", done.stderr)
                self.assertGreater(len(list((self.folder / name / "inputs").iterdir())), 5)

    def test_target_that_breaks_is_found_out_and_its_input_kept(self):
        planted = "from fuzz.one import run\ndef target(raw):\n    assert b'!' not in raw\nrun(target, [b'a'], %r, '-runs=100000')"
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            [sys.executable, "-c", planted % str(self.folder)], cwd=BASE_DIR, capture_output=True, text=True
        )

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("AssertionError", done.stdout + done.stderr)
        self.assertEqual(len(list(self.folder.glob("fault-*"))), 1)
