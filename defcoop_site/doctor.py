"""What `manage.py doctor` looks at beyond `readiness`: settings, permissions, integrity. Each finding says in plain words what to do."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _

from publishing import single_sign_on
from publishing.check import check_public
from publishing.images import Image
from publishing.media import stored_name
from publishing.public import PublicVersion

from .backups import newest, verify_backup
from .readiness import Finding, kept_in, look, status

NAMED = 5  # of many that are wrong


def examine(now):
    """Findings on everything, the database's content last and only where it can be read. now: a moment."""
    found = [*look(now), *_settings(), _env_file(), *_writable(), _backup_place(), *_single_sign_on()]
    if status(found) != "unready":
        found += [_integrity(), _public_rows(), _image_files(), _clock(now), *_newest_backup()]
    return found


def _finding(name, advice):
    return Finding(name, ok=not advice, advice=advice)


def _settings():
    wrong = [message for message in checks.run_checks(include_deployment_checks=True) if not message.is_silenced()]
    for message in wrong:
        yield _finding(f"setting ({message.id})", " ".join(f"{message.msg} {message.hint or ''}".split()))
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield _finding("mail", _("Mail to editors goes to the log. Set EMAIL_URL."))
    if not wrong:
        yield _finding("settings", "")


def _env_file():
    path = settings.BASE_DIR / ".env"
    open_to_others = path.exists() and path.stat().st_mode & 0o077
    return _finding(
        ".env", _("Others on this machine can read the secret key. Run: chmod 600 .env") if open_to_others else ""
    )


def _writable():
    for name, folder in kept_in().items():
        there = next(path for path in [folder, *folder.parents] if path.exists())
        trial = there / ".doctor"
        try:
            trial.touch()
            trial.unlink()
            yield _finding(f"{name} folder", "")
        except OSError as error:
            yield _finding(
                f"{name} folder",
                _("%(folder)s cannot be written to (%(error)s). Give it to the account that runs the site.")
                % {"folder": there, "error": error.strerror},
            )


def _backup_place():
    if not settings.BACKUP_DIR:
        return _finding(
            "backup place",
            _("No BACKUP_DIR is set, so nobody knows of a backup. Set it, and run manage.py backup every day."),
        )
    folder, media = Path(settings.BACKUP_DIR).resolve(), Path(settings.MEDIA_ROOT).resolve()
    inside = folder == media or media in folder.parents
    return _finding(
        "backup place",
        _("BACKUP_DIR is inside MEDIA_ROOT: backups would hold backups. Take another folder.") if inside else "",
    )


def _single_sign_on():
    if single_sign_on.is_set() and not single_sign_on.check_settings(None):
        from publishing.openid import fault_of_provider  # its libraries are an extra

        fault = fault_of_provider()
        yield _finding("single sign-on", _("Nobody gets in by it: %(fault)s") % {"fault": fault} if fault else "")


def _integrity():
    if connection.vendor != "sqlite":
        return _finding("integrity", "")  # PostgreSQL finds damage where it reads; `pg_amcheck` looks for it
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(5)")
        said = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
    advice = _("The database file is damaged (%s). Stop the site, keep the file, and restore the newest backup.")
    return _finding("integrity", advice % "; ".join(said) if said else "")


def _public_rows():
    differences = check_public()
    advice = _("%(number)d public rows are not what the live snapshots give (%(first)s). Run manage.py rebuild_public.")
    return _finding(
        "public rows", advice % {"number": len(differences), "first": differences[0]} if differences else ""
    )


def _image_files():
    rows = Image.objects.values_list("key", "digest", "form")
    missing = [key for key, digest, form in rows if not default_storage.exists(stored_name(digest, "full", form))]
    advice = _("Files of %(number)d images are gone (%(first)s). Bring them back from a backup, or upload them again.")
    first = ", ".join(missing[:NAMED])
    return _finding("image files", advice % {"number": len(missing), "first": first} if missing else "")


def _clock(now):
    ahead = PublicVersion.objects.filter(published_at__gt=now + timedelta(minutes=1)).count()
    advice = _("%d versions bear a moment that has not come. Set the machine’s clock by a time server.")
    return _finding("clock", advice % ahead if ahead else "")


def _newest_backup():
    last = newest(Path(settings.BACKUP_DIR)) if settings.BACKUP_DIR else None
    if last:
        faults = verify_backup(last.path).faults
        yield _finding(
            "newest backup", " ".join([*faults, _("Make another one now: manage.py backup.")]) if faults else ""
        )
