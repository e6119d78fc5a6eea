"""Whether the site can do its work: what `/readyz`, the metrics and `manage.py doctor` look at."""

import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from publishing.releases import Release
from publishing.scheduling import PublicationSchedule

from .backups import newest

LATE = timedelta(minutes=5)  # `run_due` is meant to run every minute
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at. needed: whether the site cannot answer without it; figures: for machines; advice: what to do, in plain words."""

    name: str
    ok: bool
    needed: bool = False
    figures: dict = field(default_factory=dict)
    advice: str = ""


def pending_migrations():
    """How many migrations of this release the database has not had yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def look(now=None):
    """Findings on the database, its migrations, overdue jobs, disk and backup. now: a moment."""
    now = now or timezone.now()
    try:
        found = [_database(), _migrations()]
        if found[-1].ok:
            found.append(_jobs(now))
    except Error as error:
        found = [Finding("database", ok=False, needed=True, advice=_cannot_be_used(error))]
    return [*found, *_disk(), *_backup(now)]


def _cannot_be_used(error):
    said = " ".join(str(error).split())
    return _("The database cannot be used (%(error)s). See whether it runs and whether DATABASE_URL is right.") % {
        "error": said
    }


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", ok=True, needed=True)


def _migrations():
    pending = pending_migrations()
    advice = _("The database is of an older release. Run manage.py prepare.") if pending else ""
    return Finding("migrations", ok=not pending, needed=True, figures={"pending": pending}, advice=advice)


def _jobs(now):
    late = now - LATE
    overdue = PublicationSchedule.objects.due(late).count() + Release.objects.due(late).count()
    advice = _("What was scheduled was not published in time. Run manage.py run_due every minute.") if overdue else ""
    return Finding("jobs", ok=not overdue, figures={"overdue": overdue}, advice=advice)


def kept_in():
    """{name: folder on this machine} of what grows: the database, the files of images, the backups."""
    folders = {}
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():
        folders["database"] = Path(connection.settings_dict["NAME"]).parent
    if isinstance(default_storage, FileSystemStorage):
        folders["media"] = Path(settings.MEDIA_ROOT)
    if settings.BACKUP_DIR:
        folders["backup"] = Path(settings.BACKUP_DIR)
    return folders


def _disk():
    free = {}
    for name, folder in kept_in().items():
        there = next((path for path in [folder, *folder.parents] if path.exists()), None)
        if there:
            free[name] = shutil.disk_usage(there).free // MEGABYTE
    if not free:
        return []
    ok = min(free.values()) >= settings.DISK_FREE_MB
    advice = "" if ok else _("The disk is nearly full: %(free)s MB are left. Make room, or saving will fail.")
    figures = {f"{name}_free_mb": megabytes for name, megabytes in free.items()}
    return [Finding("disk", ok=ok, figures=figures, advice=advice and advice % {"free": min(free.values())})]


def _backup(now):
    if not settings.BACKUP_DIR:
        return []
    last = newest(Path(settings.BACKUP_DIR))
    hours = round((now - last.made_at).total_seconds() / 3600, 1) if last else None
    ok = hours is not None and -1 <= hours <= settings.BACKUP_MAX_HOURS
    advice = "" if ok else _("There is no backup of the last %(hours)s hours. Run manage.py backup every day.")
    return [
        Finding(
            "backup",
            ok=ok,
            figures={"age_hours": hours},
            advice=advice and advice % {"hours": settings.BACKUP_MAX_HOURS},
        )
    ]


def status(findings):
    """ "ready", "degraded" where something wants the operator, or "unready" where the site cannot answer."""
    if any(finding.needed and not finding.ok for finding in findings):
        return "unready"
    return "ready" if all(finding.ok for finding in findings) else "degraded"


@never_cache
@require_safe
def ready(request):
    """For the operator, as JSON: 200 while the site can do its work, 503 while it cannot. What wants attention alone is named and answers 200."""
    findings = look()
    found = status(findings)
    checks = {finding.name: {"ok": finding.ok, **finding.figures} for finding in findings}
    return JsonResponse({"status": found, "checks": checks}, status=503 if found == "unready" else 200)
