"""manage.py backup DIR: database and files of images, as they are at one moment, while the site is used."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from defcoop_site.backups import BackupError, make_backup


class Command(BaseCommand):
    help = "Back up the database and the files of images into a new folder in DIR, then verify it. The site may be used meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default=settings.BACKUP_DIR, metavar="DIR", help="default: BACKUP_DIR")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="delete all but the N newest backups in DIR afterwards"
        )
        parser.add_argument(
            "--keep-days",
            type=int,
            metavar="D",
            help="delete those that are older than D days; with --keep, only what neither keeps",
        )
        parser.add_argument(
            "--recipient",
            default=settings.BACKUP_RECIPIENT,
            help="an age public key to encrypt for; default: BACKUP_RECIPIENT",
        )

    def handle(self, folder, keep, keep_days, recipient, **options):
        if not folder:
            raise CommandError("Name a folder, or set BACKUP_DIR.")
        if any(number is not None and number < 1 for number in (keep, keep_days)):
            raise CommandError("--keep and --keep-days take a number, 1 or more.")
        try:
            made = make_backup(Path(folder), timezone.now(), keep, keep_days, recipient)
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        if made.faults:
            raise CommandError("\n".join([f"{made.path} is damaged, and no older one was deleted:", *made.faults]))
        if made.missing:
            self.stderr.write(f"{made.missing} images are named in the database, and their files are gone.")
        self.stdout.write(
            f"{made.path}: {filesizeformat(made.size)}, {made.manifest['media']} files of images"
            f"{', encrypted' if recipient else ''}; {made.dropped} older ones deleted."
        )
