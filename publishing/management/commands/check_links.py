"""manage.py check_links: visit the addresses of sources. Exit codes: 0 done; 1 could not run; 3 done, and an address was found dead."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from publishing.link_check import check_links
from publishing.visiting import Outcome, Visitor


class Command(BaseCommand):
    help = (
        "Visit the addresses of sources, those visited longest ago first, each at most once a day. An address that fails on three "
        "different days is dead: readers are led to its archived copy. Ends with 3 where an address was newly found dead."
    )

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=200, help="how many addresses at most (200)")
        parser.add_argument("--max-minutes", type=float, default=15, help="begin no visit after so many minutes (15)")
        parser.add_argument("--delay", type=float, default=2, help="seconds between two requests to one host (2)")

    def handle(self, limit, max_minutes, delay, **options):
        if limit < 1 or not 0 < max_minutes <= 1440 or not 0 <= delay <= 600:
            raise CommandError("--limit takes 1 or more, --max-minutes more than 0 and at most 1440, --delay 0 to 600.")
        report = check_links(Visitor(user_agent(), delay=delay), limit=limit, seconds=max_minutes * 60)
        self.say(report)
        if report.cut_off:
            raise CommandError("Nothing answered. Is this machine online? The failures were not kept.")
        if report.died:
            sys.exit(3)

    def say(self, report):
        counts = report.counts
        self.stdout.write(
            f"{sum(counts.values())} visited: {counts[Outcome.GOOD]} good, {counts[Outcome.FAILED]} failed, "
            f"{counts[Outcome.UNCLEAR]} unclear. {report.left} left for another run."
        )
        for words, addresses in (("Dead", report.died), ("Answers again", report.revived)):
            for address in addresses:
                self.stdout.write(f"{words}: {address}")


def user_agent():
    """Who visits: the publication, and whom to write to."""
    contact = f" ({settings.CONTACT_EMAIL})" if settings.CONTACT_EMAIL.isascii() and settings.CONTACT_EMAIL else ""
    name = _("Defence cooperation").replace(" ", "-")
    return f"{name}-link-check/1.0{contact}"
