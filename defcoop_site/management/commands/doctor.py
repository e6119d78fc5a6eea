"""manage.py doctor: looks over the whole installation and says what to do."""

import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from defcoop_site.doctor import examine


class Command(BaseCommand):
    help = "Look over settings, permissions, disk, backup and integrity, and say in plain words what to do. Changes nothing; ends with 1 where there is something to do."
    requires_system_checks = []

    def handle(self, **options):
        findings = examine(timezone.now())
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            self.stdout.write(f"{finding.name.ljust(width)}  {'ok' if finding.ok else finding.advice}")
        wanting = sum(not finding.ok for finding in findings)
        self.stdout.write(f"\n{wanting} to look at." if wanting else "\nAll is well.")
        if wanting:
            sys.exit(1)
