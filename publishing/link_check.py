"""Visiting the addresses of sources, and keeping what was found. Run by `manage.py check_links`, never for a page."""

import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from .health import AddressHealth
from .models import Source
from .publication import raise_generation
from .visiting import Outcome, host_of

# So many failures and not one answer mean that this machine is cut off, not that the sources are gone.
SUSPICIOUS = 3


@dataclass
class Report:
    """What a run did. counts: visits by Outcome; died, revived: addresses; left: how many wait for another run; cut_off: no answer at all."""

    counts: Counter = field(default_factory=Counter)
    died: list = field(default_factory=list)
    revived: list = field(default_factory=list)
    left: int = 0
    cut_off: bool = False


def due_addresses(today):
    """{address: archive address} of the sources not visited today, never visited first, then the oldest visit."""
    archives = dict(Source.objects.exclude(url="").order_by("key").values_list("url", "archive_url"))
    checked = dict(AddressHealth.objects.exclude(checked_at=None).values_list("url", "checked_at"))
    due = [url for url in archives if url not in checked or timezone.localdate(checked[url]) != today]
    due.sort(key=lambda url: (url in checked, checked.get(url)) if url in checked else (False,))
    return {url: archives[url] for url in due}


def check_links(visitor, *, limit, seconds, clock=time.monotonic):
    """Visit at most `limit` due addresses, beginning none after `seconds`. Returns a Report."""
    due = due_addresses(timezone.localdate())
    waiting, report, failures = dict(list(due.items())[:limit]), Report(), []
    until, answered = clock() + seconds, False
    while waiting and clock() < until:
        # The first whose host may be asked, so that one host's many addresses do not hold up the rest.
        url = min(waiting, key=visitor.wait_for)
        archive_url, visit = waiting.pop(url), visitor.visit(url)
        report.counts[visit.outcome] += 1
        if visit.outcome == Outcome.FAILED and not answered:
            failures.append((url, archive_url, visit))
            continue
        answered = True
        for kept in [*failures, (url, archive_url, visit)]:
            _keep(*kept, report)
        failures = []
    hosts = {host_of(url) for url, _archive, _visit in failures}
    report.cut_off = len(hosts) >= SUSPICIOUS
    for kept in [] if report.cut_off else failures:
        _keep(*kept, report)
    report.left = len(due) - (0 if report.cut_off else sum(report.counts.values()))
    return report


@transaction.atomic
def _keep(url, archive_url, visit, report):
    health, _made = AddressHealth.objects.select_for_update().get_or_create(url=url)
    was_dead, was_archive, today = health.is_dead, health.archive_url, timezone.localdate()
    health.checked_at, health.finding, health.archive_url = timezone.now(), visit.finding[:200], archive_url
    if visit.outcome == Outcome.GOOD:
        health.last_good_on, health.failed_days = today, 0
    elif visit.outcome == Outcome.FAILED and health.last_failed_on != today:
        health.last_failed_on, health.failed_days = today, min(health.failed_days + 1, 30_000)
    health.save()
    if health.is_dead != was_dead:
        (report.died if health.is_dead else report.revived).append(url)
    if health.is_dead != was_dead or (health.is_dead and was_archive != archive_url):
        raise_generation()


@transaction.atomic
def keep_archive_address(source):
    """Have readers find what an editor gave as the archive address of a source at a dead address."""
    dead = AddressHealth.objects.dead().filter(url=source.url).exclude(archive_url=source.archive_url)
    if source.url and dead.update(archive_url=source.archive_url):
        raise_generation()
