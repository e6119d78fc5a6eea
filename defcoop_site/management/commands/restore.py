"""manage.py restore DIR: bring a backup back into an empty place."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from defcoop_site.backups import BackupError, restore_backup
from defcoop_site.readiness import pending_migrations
from publishing.check import check_public


class Command(BaseCommand):
    help = "Bring a backup back into an empty database and an empty folder of media. It never overwrites. DIR is a backup, or a folder of them, of which the newest is taken."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the key file (age) of an encrypted backup")

    def handle(self, folder, identity, **options):
        try:
            manifest = restore_backup(Path(folder), identity)
        except (BackupError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        self.stdout.write(f"Restored what was backed up at {manifest['made_at']}.")
        if pending_migrations():
            self.stdout.write("It is of an older release: run manage.py prepare, then manage.py check_public.")
            return
        differences = check_public()
        if differences:
            raise CommandError("\n".join([*differences, "Run manage.py rebuild_public to write them anew."]))
        self.stdout.write("The public rows are what the live snapshots give.")
