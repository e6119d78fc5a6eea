from unittest.mock import Mock, patch

from django.test import SimpleTestCase

from scripts import audit, licences


class LicenceTests(SimpleTestCase):
    def test_every_library_may_be_used(self):
        said = {name: licences.licence_of(name) for name in licences.libraries()}

        self.assertGreater(len(said), 30)
        self.assertEqual(
            {name: said[name] for name in said if said[name] is not None and not licences.is_allowed(said[name])}, {}
        )

    def test_licence_that_is_not_on_the_list_is_found(self):
        for licence in ("", "GPL-3.0-only", "AGPLv3", "Proprietary"):
            self.assertFalse(licences.is_allowed(licence), licence)

    def test_page_is_what_the_libraries_say(self):
        self.assertEqual(licences.PAGE.read_text(encoding="utf-8"), licences.page())


class AuditTests(SimpleTestCase):
    def end(self, code, said):
        with (
            patch("subprocess.run", return_value=Mock(returncode=code, stdout=said)),
            patch("builtins.print") as told,
            self.assertRaises(SystemExit) as ended,
        ):
            audit.main()
        return ended.exception.code, told.call_args[0][0]

    def test_what_nobody_could_be_asked_about_is_not_called_safe(self):
        code, said = self.end(1, "Traceback\nrequests.exceptions.ConnectionError: no route")

        self.assertEqual(code, 2)
        self.assertIn("Nothing was audited", said)

    def test_library_that_the_index_knows_nothing_of_is_not_called_safe(self):
        code, said = self.end(0, "django  Dependency not found and could not be audited: django (5.2.19)")

        self.assertEqual(code, 2)
        self.assertIn("1 libraries could not be audited", said)

    def test_vulnerability_ends_with_one_and_none_with_zero(self):
        self.assertEqual(self.end(1, "Found 1 known vulnerability")[0], 1)
        self.assertEqual(self.end(0, "No known vulnerabilities found"), (0, "No known vulnerabilities found"))
