"""Errors that readers report: bound to the version and section that they read, for the desk alone.

A reader's address is kept until the report is closed, and a closed report for 90 days (docs/decisions/0019-reports-without-cookies.md).
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .audit import AuditEvent, record
from .public import PublicVersion

KEPT = timedelta(days=90)
LONGEST = 4000  # characters that a reader may write
RIGHT = "publishing.view_report"


class ReportQuerySet(models.QuerySet):
    def open(self):
        """What the desk has still to deal with."""
        return self.filter(state__in=Report.OPEN)


class Report(models.Model):
    """What a reader says is wrong. section: its anchor on the page, "" for the whole; section_title: as the reader saw it."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        DONE = "done", _("done")

    OPEN = (State.NEW, State.ACCEPTED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(
        "publishing.Entry", verbose_name=_("entry"), on_delete=models.CASCADE, related_name="reports"
    )
    version = models.PositiveIntegerField(_("version"))
    section = models.CharField(max_length=200, blank=True)
    section_title = models.CharField(_("section"), max_length=300, blank=True)
    words = models.TextField(_("what is wrong"), max_length=LONGEST)
    email = models.EmailField(_("the reader’s address"), blank=True)
    made_at = models.DateTimeField(_("reported"), auto_now_add=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.NEW,
        help_text=_(
            "Rejected and done close the report: the reader’s address is deleted, and after 90 days all of it."
        ),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who deals with it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.TextField(_("note"), blank=True, max_length=2000, help_text=_("For the desk. No reader sees it."))
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        default_permissions = ("view", "change")
        indexes = [models.Index(fields=["state", "-made_at"], name="report_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "accepted"], closed_at=None)
                | Q(state__in=["rejected", "done"], closed_at__isnull=False, email=""),
                name="closed_report_has_no_address",
            )
        ]
        verbose_name = _("report of an error")
        verbose_name_plural = _("reports of errors")

    def __str__(self):
        return f"{self.entry}, v{self.version}"

    @property
    def is_open(self):
        return self.state in self.OPEN

    @property
    def page_address(self):
        """Where the reader stood. One query."""
        version = PublicVersion.objects.defer("content").get(entry_id=self.entry_id, number=self.version)
        address = reverse(f"{version.kind}_version", args=[version.slug, version.number])
        return f"{address}#{self.section}" if self.section else address


def report(entry_id, version, words, *, section="", section_title="", email=""):
    """Keep what a reader says. The same words about the same place twice, while they wait, count once."""
    place = {"entry_id": entry_id, "version": version, "section": section, "words": words, "state": Report.State.NEW}
    Report.objects.get_or_create(**place, defaults={"section_title": section_title, "email": email})


@transaction.atomic
def decide(report, by):
    """Save what the desk made of a report: its state, who deals with it, a note. Closing it forgets the reader's address."""
    was = Report.objects.select_for_update().get(pk=report.pk)
    if report.is_open:
        report.closed_at = None
    else:
        report.email, report.closed_at = "", was.closed_at or timezone.now()
    report.save(update_fields=["state", "assignee", "note", "email", "closed_at"])
    if report.state != was.state:
        labels = Report.State(was.state).label, Report.State(report.state).label
        record(AuditEvent.Action.REPORT, by, report.entry, was=labels[0], became=labels[1])


def drop_closed(now):
    """Delete what has been closed for 90 days. Returns how many that were."""
    return Report.objects.filter(closed_at__lte=now - KEPT).delete()[0]


# --- The form's token ----------------------------------------------------------------------------------------------------------

_signer = signing.Signer(salt="report-an-error")


def token_of(entry_id, version, today):
    """What a form carries in place of a cookie: which version its reader saw, and on which day, signed."""
    return _signer.sign(f"{entry_id}/{version}/{today.isoformat()}")


def read_token(token, entry_id, today):
    """(version, whether the form is of today or yesterday); (None, False) for what was never a form of the entry."""
    try:
        key, version, day = _signer.unsign(token).split("/")
    except (signing.BadSignature, ValueError):
        return None, False
    if key != str(entry_id):
        return None, False
    return int(version), day in (today.isoformat(), (today - timedelta(days=1)).isoformat())
