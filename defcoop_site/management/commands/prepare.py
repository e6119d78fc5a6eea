"""manage.py prepare: what the site needs before it starts, each step only where needed. A second run does nothing."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from defcoop_site.exports.making import make_export, versions_in
from defcoop_site.seed import SeedError, fingerprint, seed
from publishing.bulk import gather_statistics
from publishing.models import SeededRecord, Snapshot
from publishing.projecting import PROJECTION
from publishing.publication import rebuild_public


def static_fingerprint():
    """A word that changes when any static file of ours or of a library does, or the place where they are collected."""
    total = hashlib.sha256(f"{settings.STATIC_ROOT} {settings.STORAGES['staticfiles']['BACKEND']}".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                total.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return total.hexdigest()


class Command(BaseCommand):
    help = "Migrate, write public rows anew after an upgrade that asks for it, load fixtures that were never loaded, collect static files, create the first administrator."

    def add_arguments(self, parser):
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the site will be")
        parser.add_argument("--only-static", action="store_true", help="only collect static files, for an image")

    def handle(self, address, only_static=False, **options):
        if only_static:
            self.collect_static()
            return
        try:
            self.migrate()
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}") from None
        was_in_use = Snapshot.objects.exists()
        self.load_fixtures()
        self.rebuild(was_in_use)
        if not was_in_use:
            self.export(address)
        self.collect_static()
        self.create_administrator(address)

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()

    def migrate(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Bringing the database up to date ...")
            call_command("migrate", interactive=False, verbosity=0)

    def rebuild(self, was_in_use):
        """Write the public rows anew where an older release wrote them."""
        if SeededRecord.objects.filter(key=PROJECTION).exists():
            return
        if was_in_use:
            self.say("Writing the public pages anew, as this release makes them ...")
            rebuild_public()
        gather_statistics()
        SeededRecord.objects.create(key=PROJECTION)

    def load_fixtures(self):
        folder = settings.BASE_DIR / "fixtures"
        if SeededRecord.objects.filter(key=fingerprint(folder)).exists():
            return
        self.say("Loading the content of fixtures/ (the first time, half a minute) ...")
        try:
            seed(folder)
        except SeedError as error:
            message = f"{len(error.mistakes)} mistakes in the fixtures, nothing loaded:\n{error}"
            if not SeededRecord.objects.exists():
                raise CommandError(message) from None
            # New files may clash with what editors made meanwhile: that must not keep their site from starting.
            self.stderr.write(message)

    def export(self, address):
        """The first files of /data/, so that the page has something to offer; later ones are the operator's."""
        if Snapshot.objects.exists() and not versions_in(settings.EXPORT_ROOT):
            make_export(settings.EXPORT_ROOT, home=address)

    def collect_static(self):
        stamp, wanted = settings.BASE_DIR / "var" / "static.stamp", static_fingerprint()
        if settings.STATIC_ROOT.is_dir() and stamp.exists() and stamp.read_text() == wanted:
            return
        self.say("Collecting the static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted)

    def create_administrator(self, address):
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        self.stdout.write("\nThe first administrator. The password is shown this once:")
        self.stdout.write(f"    address   {address}{reverse('admin:index')}")
        self.stdout.write("    user      admin")
        self.stdout.write(f"    password  {password}\n")
