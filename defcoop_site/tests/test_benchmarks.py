"""The benchmarks themselves: that they run, whatever the figures are."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import skipUnless

from django.conf import settings
from django.db import connection
from django.test import SimpleTestCase


# It chooses its databases itself: whichever the suite runs on, it measures the same.
@skipUnless(connection.vendor == "sqlite", "the run on SQLite plays it")
class QuickRunTests(SimpleTestCase):
    def test_quick_run_measures_every_promise_and_writes_table_figures_and_pictures(self):
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "results"
            command = [sys.executable, "-m", "benchmarks", "--quick", "--results", str(results)]
            environment = {**os.environ, "BENCH_FOLDER": folder}

            done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)

            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            names = {"README.md", "figures.json", "article.svg", "cached.svg", "growth.svg"}
            self.assertEqual({path.name for path in results.iterdir()}, names)
            steps = json.loads((results / "figures.json").read_text())["steps"]
            self.assertEqual(steps["memory"]["pages"], 50)
            for promise in (
                "cached article",
                "304",
                "cold start",
                "over the wire",
                "plain Django",
                "See also",
                "reader",
            ):
                self.assertIn(promise, done.stdout)
