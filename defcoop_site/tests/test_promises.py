"""docs/security.md promises nothing that no test holds."""

import ast
import re

from django.conf import settings
from django.test import SimpleTestCase

ROOMS = ("publishing", "topics", "actors", "articles", "defcoop_site")
NAMED = re.compile(r"`((?:[a-z_]+/)*test_\w+\.py)((?:::\w+)+)`")


def names_in(path):
    """The names of a file's tests, as "::Class::test" or "::test"."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield f"::{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from (f"::{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef))


class PromiseTests(SimpleTestCase):
    def promises(self):
        """[(promise, what is in its column of tests)] of every table that has one."""
        text = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
        found = []
        for table in re.findall(r"^\| promise \| test \|\n\| --- \| --- \|\n((?:\|.*\n)+)", text, re.MULTILINE):
            found += [tuple(line.strip("| \n").split(" | ")) for line in table.splitlines()]
        return found

    def test_every_promise_names_tests_that_exist(self):
        files = {path.name: path for room in ROOMS for path in (settings.BASE_DIR / room / "tests").glob("test_*.py")}

        promises = self.promises()

        self.assertGreater(len(promises), 40)
        for promise, tests in promises:
            named = NAMED.findall(tests)
            with self.subTest(promise):
                self.assertTrue(named)
                for file, name in named:
                    self.assertIn(name, set(names_in(files[file.rpartition("/")[2]])))
