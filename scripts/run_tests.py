"""`make test`: the suite on SQLite, then on PostgreSQL with Redis where they answer. Arguments go to pytest.

Its first argument may be a word: `next` (make test-next) runs it on SQLite alone, without a browser; `check` (make check) leaves out on
PostgreSQL what is alike on both; `alike` runs that, there.
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
    # Three on two cores: tests in a browser and with servers wait for a quarter of their time.
    command = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal", *more, *arguments]
    environment = {**os.environ, **SETTINGS, **settings}
    return subprocess.run(command, env=environment, cwd=BASE_DIR).returncode  # noqa: S603 - no shell


# What a browser shows does not depend on the database; playing it twice would cost minutes.
WITHOUT_BROWSER = ("-m", "not browser")


# Rights, forms, words and files: what these play asks PostgreSQL nothing that the other modules do not ask it too.
ALIKE = [
    BASE_DIR / "defcoop_site" / "tests" / f"test_{name}.py"
    for name in (
        "buffers",
        "conflicts",
        "desk",
        "downloads",
        "entry_forms",
        "for_machines",
        "headers",
        "images",
        "languages",
        "leaks",
        "least_right",
        "releases",
        "reports",
        "restricted",
        "review",
        "sharing",
        "sign_in",
        "single_sign_on",
        "translations",
        "trash",
        "upkeep",
        "writing_help",
    )
]


def run_next(arguments):
    return run(f"SQLite with Django {django.__version__}", *WITHOUT_BROWSER, arguments=arguments)


def run_on_postgresql(*more, arguments, with_redis):
    cache = {"CACHE_URL": REDIS} if with_redis else {}
    name = "PostgreSQL and Redis" if cache else "PostgreSQL"
    return run(name, *WITHOUT_BROWSER, *more, arguments=arguments, DATABASE_URL=POSTGRESQL, **cache)


def run_all(arguments, part=""):
    """part: "" for everything; "check", "alike" as above."""
    found = {"PostgreSQL": has_postgresql(), "Redis": has_redis(), "browser (no /usr/bin/chromium)": CHROMIUM.exists()}
    missing = [name for name, there in found.items() if not there]
    if missing and os.environ.get("REQUIRE_SERVICES") == "1":
        sys.exit(f"REQUIRE_SERVICES=1 is set, and these are missing: {', '.join(missing)}.")
    if missing:
        print(f"Left out, because missing on this machine: {', '.join(missing)}.")
    result = 0 if part == "alike" else run("SQLite", arguments=arguments)
    if result == 0 and found["PostgreSQL"]:
        modules = {"": [], "check": [f"--ignore={path}" for path in ALIKE], "alike": map(str, ALIKE)}[part]
        result = run_on_postgresql(*modules, arguments=arguments, with_redis=found["Redis"])
    return result


def main():
    part, arguments = "", sys.argv[1:]
    if arguments[:1] in (["next"], ["check"], ["alike"]):
        part, *arguments = arguments
    sys.exit(run_next(arguments) if part == "next" else run_all(arguments, part))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
