"""What scenario tests share: after each of them the public rows are what the live snapshots give."""

from django.test import TestCase

from publishing import kinds
from publishing.check import check_public
from publishing.public import PublicEntry, PublicVersion, Redirect


class ScenarioTestCase(TestCase):
    def tearDown(self):
        self.assertEqual(check_public(), [])
        super().tearDown()


def public_tables():
    """{table: its rows as sorted texts} of everything that readers read; the counted keys of rows that are written anew are left out."""
    models = {PublicEntry, PublicVersion, Redirect, *(model for kind in kinds.every() for model in kind.public_models)}
    models |= {model for tally in kinds.tallies() for model in tally.models}
    tables = {}
    for model in models:
        counted = model not in (PublicEntry, PublicVersion)
        names = [field.attname for field in model._meta.concrete_fields if not (counted and field.primary_key)]
        tables[model.__name__] = sorted(repr(row) for row in model.objects.values_list(*names))
    return tables
