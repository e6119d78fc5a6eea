"""Share links: one snapshot, shown to somebody without an account until a day, or until the link is revoked."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent, record
from .languages import for_the_record
from .models import Entry, Snapshot
from .review import Comment, ReviewError, comment

MOST_COMMENTS = 200  # through one link: more comes from no reader


class ShareLink(models.Model):
    """A link that shows one snapshot to whoever has it."""

    class Days(models.IntegerChoices):
        DAY = 1, gettext_lazy("a day")
        WEEK = 7, gettext_lazy("a week")
        MONTH = 30, gettext_lazy("30 days")
        QUARTER = 90, gettext_lazy("90 days")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="share_links")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(gettext_lazy("for whom"), max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        default_permissions = ()  # who may change the entry may share its draft

    def __str__(self):
        return f"{self.snapshot} · {self.label or self.created_by}"

    def get_absolute_url(self):
        return reverse("share", args=[self.token])

    def is_open(self, now):
        """Whether the link shows its snapshot at a moment; its last moment included. Nothing of an entry in the trash is shown."""
        return self.revoked_at is None and now <= self.expires_at and not self.entry.in_trash


class ShareVisit(models.Model):
    """That a link was opened. Who by is not known and nothing is kept that could tell."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        default_permissions = ()

    def __str__(self):
        return f"{self.link} {self.at:%Y-%m-%d %H:%M}"


@transaction.atomic
def share(entry, by, days, label=""):
    """Make a link to the entry's draft as it now is. days: a ShareLink.Days. Returns the ShareLink."""
    head = Entry.objects.select_related("head").get(pk=entry.pk).head
    if head is None:
        raise ReviewError(_("There is nothing to share yet. Save the draft first."))
    expires_at = timezone.now() + timedelta(days=days)
    link = ShareLink.objects.create(
        entry_id=entry.pk, snapshot=head, label=label.strip(), created_by=by, expires_at=expires_at
    )
    until = f"{expires_at:%Y-%m-%d %H:%M} UTC"
    said = for_the_record(gettext_lazy("snapshot %(number)d until %(when)s"), number=head.number, when=until)
    record(AuditEvent.Action.SHARE, by, entry, became=said)
    return link


@transaction.atomic
def revoke(link, by):
    """Close a link for good. Returns whether it was open to being revoked."""
    done = ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
    if done:
        record(AuditEvent.Action.REVOKE, by, link.entry, was=link.label)
    return bool(done)


@transaction.atomic
def open_link(link):
    """Record that the link was opened."""
    ShareVisit.objects.create(link=link)


@transaction.atomic
def remark(link, words, *, name, email, part="", approves=False):
    """Keep what a reader without an account says through a link. Raises ReviewError where too much came already."""
    ShareLink.objects.select_for_update().get(pk=link.pk)
    if Comment.objects.filter(share_link=link).count() >= MOST_COMMENTS:
        raise ReviewError(_("This link takes no more comments. Write to the editor who sent it."))
    return comment(
        link.snapshot,
        words,
        part=part,
        approves=approves,
        share_link=link,
        claimed_name=name.strip(),
        claimed_email=email,
    )
