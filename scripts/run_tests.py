"""`make test`: the suite on SQLite, then on PostgreSQL with Redis where they answer. Arguments go to pytest.

`make test-next` runs it with `next` as the first of them: on SQLite alone, without a browser.
"""

import os
import subprocess
import sys
from pathlib import Path

import django
import psycopg
import redis

BASE_DIR = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/test"  # Django makes a database of its own beside it
REDIS = "redis://127.0.0.1:6379/1"
# The same everywhere, whatever the machine's .env says.
SETTINGS = {
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "only-for-the-test-run",
    "DJANGO_SECRET_KEY_FALLBACKS": "",
    "DJANGO_ALLOWED_HOSTS": "localhost",
    "DJANGO_CSRF_TRUSTED_ORIGINS": "",
    "DJANGO_SECURE_COOKIES": "true",
    "DJANGO_SSL_REDIRECT": "false",
    "DJANGO_BEHIND_PROXY": "false",
    "DJANGO_HSTS_SECONDS": "0",
    "DJANGO_TIME_ZONE": "UTC",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "desk@localhost",
    "CONTACT_EMAIL": "",
    "SECURITY_CONTACT": "",
    "CONTENT_LICENCE": "",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "line",
    "LOG_REQUESTS": "false",
    "METRICS_TOKEN": "",
    "DISK_FREE_MB": "500",
    "BACKUP_DIR": "",
    "BACKUP_RECIPIENT": "",
    "BACKUP_MAX_HOURS": "26",
    "PAGE_CACHE_URL": "",
    "CSP_REPORT_URL": "",
    "SEARCHES_PER_MINUTE": "60",
    "SECOND_FACTOR_DAYS": "14",
    "OIDC_SERVER_URL": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_NAME": "single sign-on",
    "OIDC_MFA_ACR": "",
    "PAGE_CACHE_MB": "32",
    "PAGE_CACHE_FOLDER": str(BASE_DIR / "var" / "pages"),
    "PAGE_CACHE_FOLDER_MB": "256",
    "API_REQUESTS_PER_MINUTE": "300",
    "PAGE_CDN_SECONDS": "0",
    "PAGE_CDN_PURGE_URL": "",
    "PAGE_CDN_PURGE_HEADER": "",
    "STATIC_ROOT": str(BASE_DIR / "staticfiles"),
    "MEDIA_ROOT": str(BASE_DIR / "media"),
    "MEDIA_STORAGE_URL": "",
    "EXPORT_ROOT": str(BASE_DIR / "exports"),
    "EXPORTS_KEPT": "5",
    "DATABASE_URL": "sqlite://:memory:",
    "DATABASE_REPLICA_URLS": "",
    "DATABASE_POOL": "0",
    "CACHE_URL": "locmemcache://",
}


def has_postgresql():
    try:
        psycopg.connect(POSTGRESQL.removesuffix("test") + "postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def has_redis():
    try:
        return redis.Redis.from_url(REDIS, socket_connect_timeout=2).ping()
    except redis.RedisError:
        return False


def run(name, *more, arguments, **settings):
    print(f"\nTests on {name}:", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *more, *arguments]
    environment = {**os.environ, **SETTINGS, **settings}
    return subprocess.run(command, env=environment, cwd=BASE_DIR).returncode  # noqa: S603 - no shell


# What a browser shows does not depend on the database; playing it twice would cost minutes.
WITHOUT_BROWSER = ("-m", "not browser")


def run_next(arguments):
    return run(f"SQLite with Django {django.__version__}", *WITHOUT_BROWSER, arguments=arguments)


def run_all(arguments):
    found = {"PostgreSQL": has_postgresql(), "Redis": has_redis(), "browser (no /usr/bin/chromium)": CHROMIUM.exists()}
    missing = [name for name, there in found.items() if not there]
    if missing and os.environ.get("REQUIRE_SERVICES") == "1":
        sys.exit(f"REQUIRE_SERVICES=1 is set, and these are missing: {', '.join(missing)}.")
    if missing:
        print(f"Left out, because missing on this machine: {', '.join(missing)}.")
    result = run("SQLite", arguments=arguments)
    if result == 0 and found["PostgreSQL"]:
        cache = {"CACHE_URL": REDIS} if found["Redis"] else {}
        name = "PostgreSQL and Redis" if cache else "PostgreSQL"
        result = run(name, *WITHOUT_BROWSER, arguments=arguments, DATABASE_URL=POSTGRESQL, **cache)
    return result


def main():
    arguments = sys.argv[1:]
    sys.exit(run_next(arguments[1:]) if arguments[:1] == ["next"] else run_all(arguments))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
