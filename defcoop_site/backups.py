"""Backups: a folder for each, with the database, the files of images, what was counted, and a checksum of every file.

    20261127T043000Z/
        manifest.json      when, of which database, how many rows, whether encrypted
        SHA256SUMS         as `sha256sum --check` reads it
        database.sqlite3   or database.dump (PostgreSQL)
        media/…

Encrypted, each file but these two ends in `.age` and is what the `age` program makes and reads.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _

from .backup_databases import VENDORS, DatabaseToolError

FORMAT = 1
NAME = "%Y%m%dT%H%M%SZ"
NAMED = re.compile(r"\d{8}T\d{6}Z")
SUMS, MANIFEST, MEDIA, ENCRYPTED = "SHA256SUMS", "manifest.json", "media", ".age"
PARTIAL = "partial-"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """A backup could not be made, or does not do; the message says why and what to do."""


@dataclass(frozen=True)
class Backup:
    path: Path
    made_at: datetime


def backups_in(folder):
    """The whole backups of a folder, from old to new."""
    found = [path for path in folder.iterdir() if NAMED.fullmatch(path.name)] if folder.is_dir() else []
    return [Backup(path, datetime.strptime(path.name, NAME).replace(tzinfo=UTC)) for path in sorted(found)]


def newest(folder):
    """The newest whole backup of a folder, or None."""
    return next(reversed(backups_in(folder)), None)


def chosen(folder):
    """The backup that a path names: itself, or the newest in it."""
    if (folder / MANIFEST).exists():
        return folder
    last = newest(folder)
    if last is None:
        raise BackupError(_("There is no backup in %s.") % folder)
    return last.path


# --- Making ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """missing: how many files of images the database names and the storage does not have; faults: as of verify_backup()."""

    path: Path
    manifest: dict
    size: int  # bytes
    missing: int
    faults: list
    dropped: int


def make_backup(folder, now, keep=None, days=None, recipient=""):
    """Back up database and media into a new folder in `folder`, whole or not at all, verify it, and drop old ones. Returns Made.

    What is kept is the `keep` newest and what was made in the last `days`; without either, all. None is dropped where the new one is
    faulty. recipient: an age public key (age1…) to encrypt for; its secret half is not needed here. Raises BackupError.
    """
    now = now.astimezone(UTC)
    encrypt = _encryption(recipient)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for left in folder.glob(f"{PARTIAL}*"):  # by a run that was cut short
            shutil.rmtree(left)
        target = folder / now.strftime(NAME)
        if target.exists():
            raise BackupError(_("There is a backup of this very second. Run it again."))
        partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder))  # for its owner alone
        try:
            manifest, missing = _fill(partial, now, encrypt)
            size = sum(path.stat().st_size for path in _files(partial))
            partial.rename(target)
        except DatabaseToolError as error:
            raise BackupError(str(error)) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        _sync(folder)
        faults = verify_backup(target).faults
        old = [] if faults else _past_keeping(backups_in(folder), now, keep, days)
        for backup in old:
            shutil.rmtree(backup.path)
    return Made(target, manifest, size, missing, faults, len(old))


def _past_keeping(present, now, keep, days):
    """Those of the backups, from old to new, that neither their number nor their age keeps; never the newest."""
    if not keep and not days:
        return []
    kept = set(present[-(keep or 1) :])
    if days:
        kept |= {backup for backup in present if backup.made_at > now - timedelta(days=days)}
    return [backup for backup in present if backup not in kept]


@contextmanager
def _alone(folder):
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(_("Another backup into this folder is being made.")) from None
        yield


def _encryption(recipient):
    """A function that encrypts one open file into another, or None."""
    if not recipient:
        return None
    pyrage = _pyrage()
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient)]
    except pyrage.RecipientError:
        raise BackupError(_("BACKUP_RECIPIENT is no age public key (age1…).")) from None
    return lambda source, target: pyrage.encrypt_io(source, target, keys)


def _pyrage():
    try:
        import pyrage
    except ImportError:
        raise BackupError(_("Encrypted backups need the library pyrage: it is in requirements/prod.txt.")) from None
    return pyrage


def _fill(partial, now, encrypt):
    """Write all files of a backup. Returns (manifest, how many files of images are missing)."""
    vendor = VENDORS[connection.vendor]
    # The database first: what it names by then is in the storage by then, as files are written before the rows that name them.
    with tempfile.TemporaryDirectory() if encrypt else _same(partial) as place:
        plain = Path(place) / vendor.name
        counts, digests = vendor.copy(plain)
        if encrypt:
            with plain.open("rb") as source:
                _store(source, partial / vendor.name, encrypt)
    names = list(_stored_names())
    for name in names:
        with default_storage.open(name) as source:
            _store(source, partial / MEDIA / name, encrypt)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "vendor": connection.vendor,
        "encrypted": encrypt is not None,
        "counts": counts,
        "media": len(names),
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    lines = [f"{_digest(path)}  {path.relative_to(partial).as_posix()}\n" for path in _files(partial)]
    (partial / SUMS).write_text("".join(lines), encoding="utf-8")
    for path in [*_files(partial), *{path.parent for path in _files(partial)}]:
        _sync(path)
    originals = {Path(name).name.partition("-")[0] for name in names if "-full." in name}
    return manifest, len(digests - originals)


@contextmanager
def _same(folder):
    yield folder


def _store(source, target, encrypt):
    target = target.with_name(target.name + ENCRYPTED) if encrypt else target
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        if encrypt:
            encrypt(source, file)
        else:
            shutil.copyfileobj(source, file, CHUNK)


def _stored_names(folder=""):
    """The names of all files in the storage of media, wherever it is."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # no image was ever uploaded
        return
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _stored_names(f"{folder}{name}/")


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path):
    """Have the disk keep a file, or what a folder lists."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- Verifying ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verified:
    """faults: sentences, none where the backup is good; opened: whether its database was looked into."""

    path: Path
    faults: list
    opened: bool
    manifest: dict


def verify_backup(path, identity=None):
    """Hold a backup against its checksums, and its database against what was counted. identity: Path of an age key file. Returns Verified."""
    path = chosen(path)
    try:
        manifest = _manifest(path)
        sums = dict(reversed(line.split("  ", 1)) for line in (path / SUMS).read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        return Verified(path, [_("The list of its files cannot be read (%s).") % error], False, {})
    if manifest.get("format") != FORMAT:
        return Verified(path, [_("It was made by another release, in a form that this one does not know.")], False, {})
    faults = _wrong_files(path, sums)
    opened = not faults and (identity is not None or not manifest["encrypted"])
    if opened:
        faults += _wrong_database(path, manifest, identity)
    return Verified(path, faults, opened, manifest)


def _manifest(path):
    return json.loads((path / MANIFEST).read_text(encoding="utf-8"))


def _wrong_files(path, sums):
    there = {file.relative_to(path).as_posix() for file in _files(path)} - {SUMS}
    faults = [_("%s is missing.") % name for name in sorted(set(sums) - there)]
    faults += [_("%s does not belong to it.") % name for name in sorted(there - set(sums))]
    changed = [name for name in sorted(there & set(sums)) if _digest(path / name) != sums[name]]
    return faults + [_("%s is not what it was: its checksum differs.") % name for name in changed]


def _wrong_database(path, manifest, identity):
    vendor = VENDORS[manifest["vendor"]]
    with _opened(path / vendor.name, manifest, identity) as file:
        counts, faults = vendor.look_into(file)
    if faults:
        return faults
    return [
        _("%(table)s holds %(found)s rows instead of %(wanted)s.")
        % {"table": table, "found": counts.get(table), "wanted": wanted}
        for table, wanted in manifest["counts"].items()
        if counts.get(table) != wanted
    ]


@contextmanager
def _opened(path, manifest, identity):
    """The path of a backup's file in plain; where it is encrypted, of a copy that goes again."""
    if not manifest["encrypted"]:
        yield path
        return
    if identity is None:
        raise BackupError(_("It is encrypted. Name the file with its key: --identity FILE."))
    pyrage = _pyrage()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name
        encrypted = path.with_name(path.name + ENCRYPTED)
        try:
            with encrypted.open("rb") as source, plain.open("wb") as target:
                pyrage.decrypt_io(source, target, _identities(identity))
        except pyrage.DecryptError:
            raise BackupError(_("This key does not open it.")) from None
        yield plain


def _identities(path):
    pyrage = _pyrage()
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    try:
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        raise BackupError(_("%s is no age key file.") % path) from None


# --- Restoring ---------------------------------------------------------------------------------------------------------------


def restore_backup(path, identity=None):
    """Bring a backup back into an empty database and an empty storage. Returns its manifest. Raises BackupError, and then nothing is there."""
    path = chosen(path)
    _refuse_what_is_not_empty()
    verified = verify_backup(path, identity)
    if verified.faults:
        raise BackupError(" ".join([_("This backup is damaged."), *verified.faults]))
    manifest = verified.manifest
    if manifest["vendor"] != connection.vendor:
        raise BackupError(
            _("It is of %(vendor)s. Point DATABASE_URL to an empty database of that kind.")
            % {"vendor": manifest["vendor"]}
        )
    vendor, brought = VENDORS[connection.vendor], []
    try:
        for file in _files(path / MEDIA):
            name = file.relative_to(path / MEDIA).as_posix().removesuffix(ENCRYPTED)
            with _opened(path / MEDIA / name, manifest, identity) as plain, plain.open("rb") as source:
                brought.append(default_storage.save(name, File(source)))
        with _opened(path / vendor.name, manifest, identity) as plain:
            vendor.bring_back(plain)
    except BaseException as error:
        for name in brought:
            default_storage.delete(name)
        if isinstance(error, DatabaseToolError):
            raise BackupError(str(error)) from None
        raise
    return manifest


def _refuse_what_is_not_empty():
    if connection.introspection.table_names():
        raise BackupError(
            _("This database is not empty, and a backup never overwrites. Point DATABASE_URL to an empty one.")
        )
    if next(_stored_names(), None):
        raise BackupError(
            _("%s is not empty, and a backup never overwrites. Point MEDIA_ROOT to an empty folder.")
            % settings.MEDIA_ROOT
        )
