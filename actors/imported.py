"""What imports made, so that a second run knows it again and an editor's work is never overwritten."""

from django.db import models


class ImportedRecord(models.Model):
    """That a record of a data set became an entry.

    record_digest: of what the record said at the last import; written_digest: of the snapshot that this import took. Where the entry's
    newest snapshot has another digest, somebody has changed it since.
    """

    data_set = models.CharField(max_length=20)
    record = models.CharField(max_length=80)
    entry = models.ForeignKey("publishing.Entry", on_delete=models.CASCADE, related_name="+")
    record_digest = models.CharField(max_length=64)
    written_digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()  # nobody writes it by hand
        constraints = [models.UniqueConstraint(fields=["data_set", "record"], name="record_is_imported_once")]

    def __str__(self):
        return f"{self.data_set} {self.record}"
