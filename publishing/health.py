"""Whether sources' addresses still answer. Live data, as topics are: readers see it at once, and no snapshot is written anew
(docs/decisions/0007-addresses-are-live-data.md)."""

from django.db import connections, models, router
from django.utils.translation import gettext_lazy as _

DAYS_UNTIL_DEAD = 3
# As SQL: for a page with many notes the ORM takes longer to write the query than the database to answer it.
ARCHIVES = "SELECT url, archive_url FROM publishing_addresshealth WHERE failed_days >= %s AND url IN ({urls})"


class AddressHealthQuerySet(models.QuerySet):
    def dead(self):
        """Addresses that failed on three different days and have not answered since."""
        return self.filter(failed_days__gte=DAYS_UNTIL_DEAD)


class AddressHealth(models.Model):
    """What visits to one address found. archive_url: where the source can be read instead, as its row said last."""

    url = models.CharField(_("address"), max_length=500, unique=True)
    archive_url = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField(null=True)
    last_good_on = models.DateField(null=True)
    last_failed_on = models.DateField(null=True)
    failed_days = models.PositiveSmallIntegerField(default=0)  # since it last answered; a day counts once
    finding = models.CharField(max_length=200, blank=True)

    objects = AddressHealthQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # written by visits alone

    def __str__(self):
        return self.url

    @property
    def is_dead(self):
        return self.failed_days >= DAYS_UNTIL_DEAD


def notes_for_readers(notes):
    """A page's notes, those at dead addresses marked `dead` and with an archive address where one is known. One query, none without addresses."""
    urls = list({note["url"] for note in notes if note["url"]})
    if not urls:
        return notes
    asked = ARCHIVES.format(urls=", ".join(["%s"] * len(urls)))
    with connections[router.db_for_read(AddressHealth)].cursor() as cursor:
        cursor.execute(asked, [DAYS_UNTIL_DEAD, *urls])
        archives = dict(cursor.fetchall())
    if not archives:
        return notes
    return [
        {**note, "dead": True, "archive_url": archives[note["url"]] or note["archive_url"]}
        if note["url"] in archives
        else note
        for note in notes
    ]
