"""manage.py verify_backup DIR: whether a backup is whole and can be opened."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from defcoop_site.backups import BackupError, verify_backup


class Command(BaseCommand):
    help = "Check a backup: checksums, then its database is opened and counted. DIR is a backup, or a folder of them, of which the newest is taken."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default=settings.BACKUP_DIR, metavar="DIR", help="default: BACKUP_DIR")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the key file (age) of an encrypted backup")

    def handle(self, folder, identity, **options):
        if not folder:
            raise CommandError("Name a folder, or set BACKUP_DIR.")
        try:
            verified = verify_backup(Path(folder), identity)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        if verified.faults:
            raise CommandError("\n".join([f"{verified.path} does not do:", *verified.faults]))
        how = "" if verified.opened else " Its checksums are right; to open it, name its key: --identity FILE."
        counts = ", ".join(f"{count} {table}" for table, count in verified.manifest["counts"].items())
        self.stdout.write(f"{verified.path} is whole.{how}\n{counts}, {verified.manifest['media']} files of images.")
