"""Images that texts may show. The row says what is known of one; its files are stored under the digest of what is in them.

A file that was replaced stays: published versions and snapshots name it by its digest.
"""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .figures import Licence, has_licence
from .media import stored_name


class Image(models.Model):
    """One image. Its key stands in texts; credit and licence are needed before a page that shows it can be published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(
        _("key"),
        max_length=80,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9][a-z0-9-]*\Z", _("Write the key in small letters, digits and hyphens: berlin-airlift-1948.")
            )
        ],
        help_text=_("Stands in texts as image:key. Cannot be changed later, as texts depend on it."),
    )
    title = models.CharField(
        _("title"), max_length=200, help_text=_("What it is, for the desk. Readers do not see it.")
    )
    credit = models.CharField(
        _("credit"),
        max_length=300,
        blank=True,
        help_text=_("Who made it and who is to be named, for readers. Needed to publish."),
    )
    licence = models.CharField(
        _("licence"),
        max_length=20,
        choices=Licence,
        blank=True,
        help_text=_("The terms on which it may be shown. Needed to publish."),
    )
    licence_terms = models.CharField(
        _("more on the licence"),
        max_length=200,
        blank=True,
        help_text=_("For “other terms” say which; elsewhere only what the licence asks to be added."),
    )
    source_url = models.URLField(_("where it is from"), max_length=500, blank=True, help_text=_("Address of its page."))
    digest = models.CharField(_("digest of the file"), max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    form = models.CharField(_("format"), max_length=4, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), editable=False)

    class Meta:
        ordering = ["key"]
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self):
        return f"{self.title} ({self.key})"

    def clean(self):
        super().clean()
        if self.licence == Licence.OTHER and not has_licence(self):
            raise ValidationError({"licence_terms": _("Say on which terms the image may be shown.")})

    def take(self, picture, by, at):
        """Have another file, kept in the storage from now on. The row is not saved. picture: a pictures.Picture; at: a moment."""
        keep(picture)
        self.digest, self.width, self.height, self.form = picture.digest, picture.width, picture.height, picture.form
        self.uploaded_by, self.uploaded_at = by, at


def keep(picture):
    """Store the files of a picture. What stands under a digest never changes; a file that an interruption cut short is written anew."""
    files = {stored_name(picture.digest, "full", picture.form): picture.full}
    files |= {stored_name(picture.digest, *name): data for name, data in picture.renditions.items()}
    for name, data in files.items():
        if default_storage.exists(name):
            if default_storage.size(name) == len(data):
                continue
            default_storage.delete(name)
        default_storage.save(name, ContentFile(data))
