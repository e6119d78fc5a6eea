"""Settings. What differs between deployments is read here, at the top, from the environment or from `.env` (docs/configuration.md)."""

import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from defcoop_site.media_storage import storage_of

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("DJANGO_SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
# Off for plain http on one's own machine; `make serve` writes it into .env. Behind TLS it stays on.
SECURE_COOKIES = env.bool("DJANGO_SECURE_COOKIES", default=True)
# Only behind a proxy that sets X-Forwarded-Proto itself.
BEHIND_PROXY = env.bool("DJANGO_BEHIND_PROXY", default=False)
HSTS_SECONDS = env.int("DJANGO_HSTS_SECONDS", default=0)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DATABASE_REPLICA_URLS = env.list("DATABASE_REPLICA_URLS", default=[])
DATABASE_POOL = env.int("DATABASE_POOL", default=0)
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    CACHES["default"].setdefault("OPTIONS", {})["MAX_ENTRIES"] = (
        20_000  # of 300 a few strangers would drive out all counts
    )
PAGE_CACHE_URL = env.str("PAGE_CACHE_URL", default="")
PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", default=12)
PAGE_CACHE_FOLDER = env.str("PAGE_CACHE_FOLDER", default=str(BASE_DIR / "var" / "pages"))
PAGE_CACHE_FOLDER_MB = env.int("PAGE_CACHE_FOLDER_MB", default=256)
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=300)
PAGE_CDN_SECONDS = env.int("PAGE_CDN_SECONDS", default=0)
PAGE_CDN_PURGE_URL = env.str("PAGE_CDN_PURGE_URL", default="")
PAGE_CDN_PURGE_HEADER = env.str("PAGE_CDN_PURGE_HEADER", default="")
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
EXPORT_ROOT = Path(env.str("EXPORT_ROOT", default=str(BASE_DIR / "exports")))
EXPORTS_KEPT = env.int("EXPORTS_KEPT", default=5)
MEDIA_STORAGE_URL = env.str("MEDIA_STORAGE_URL", default="")
TIME_ZONE = env.str("DJANGO_TIME_ZONE", default="UTC")
EMAIL = env.email_url("EMAIL_URL", default="consolemail://")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="desk@localhost")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
CONTENT_LICENCE = env.str("CONTENT_LICENCE", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
DISK_FREE_MB = env.int("DISK_FREE_MB", default=500)
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")
BACKUP_MAX_HOURS = env.int("BACKUP_MAX_HOURS", default=26)
CSP_REPORT_URL = env.str("CSP_REPORT_URL", default="")
SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", default=60)
SECOND_FACTOR_DAYS = env.int("SECOND_FACTOR_DAYS", default=14)
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
OIDC_MFA_ACR = env.list("OIDC_MFA_ACR", default=[])

if not SECRET_KEY:
    if "pytest" not in sys.modules:
        raise ImproperlyConfigured(
            "DJANGO_SECRET_KEY is not set. `make serve` writes a .env with one; or set it in the environment."
        )
    SECRET_KEY = "only-for-the-test-run"  # noqa: S105 - never used outside pytest
if not ALLOWED_HOSTS and not DEBUG and "pytest" not in sys.modules:
    raise ImproperlyConfigured(
        "DJANGO_ALLOWED_HOSTS is not set. Name the hosts that the site answers for, with commas between them."
    )

INSTALLED_APPS = [
    "taggit",
    "defcoop_site",
    "articles",
    "actors",
    "topics",
    "publishing",
    "django.contrib.sitemaps",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "publishing.desk_app.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "defcoop_site.logs.with_request_id",
    "django.middleware.security.SecurityMiddleware",
    "defcoop_site.middleware.say_who_may_embed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "defcoop_site.middleware.choose_language",
    "defcoop_site.api.middleware.answer_programs",
    "defcoop_site.middleware.refuse_malformed_addresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "defcoop_site.urls"
WSGI_APPLICATION = "defcoop_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

if DATABASE_REPLICA_URLS and DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    raise ImproperlyConfigured("DATABASE_REPLICA_URLS needs PostgreSQL at DATABASE_URL: SQLite has no replicas.")

# --- Data -------------------------------------------------------------------------------------------------------------------
# A save that waits longer for another one is refused, and its form given back.
LOCK_SECONDS = 20
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers never wait for a writer (WAL); a writer takes its lock at the start instead of failing in the middle, and is told
    # "saved" once the disk has it (docs/decisions/0029-saved-is-on-the-disk.md).
    # The map is as large as SQLite allows: address space, not memory; a large library is read without a system call for each page.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": LOCK_SECONDS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4000; PRAGMA mmap_size=2147418112;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
    if "pytest" in sys.modules:
        # A file, as threads that share a database in memory lock each other out of its tables without waiting; gone after a crash.
        DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "var" / "test.sqlite3")}
        DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    DATABASES |= {f"replica{number}": env.db_url_config(url) for number, url in enumerate(DATABASE_REPLICA_URLS, 1)}
    DATABASE_ROUTERS = ["defcoop_site.replicas.Router"] if DATABASE_REPLICA_URLS else []
    for database in DATABASES.values():
        # A machine that does not answer must not hold a reader up for minutes.
        database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
        database["CONN_HEALTH_CHECKS"] = True
        if DATABASE_POOL:
            # Django lends a connection per request then, and asks for no age of its own.
            database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 5}
            database["CONN_MAX_AGE"] = 0
        else:
            database.setdefault("CONN_MAX_AGE", 60)

# --- Caches ------------------------------------------------------------------------------------------------------------------
if PAGE_CACHE_URL:
    CACHES["pages"] = env.cache_url_config(PAGE_CACHE_URL)
for cache in CACHES.values():
    if "redis" in cache["BACKEND"].lower():
        cache.setdefault("OPTIONS", {}).update(socket_timeout=2, socket_connect_timeout=2)
# The cache in which all machines keep pages: that of PAGE_CACHE_URL, or a Redis at CACHE_URL; "" for PAGE_CACHE_FOLDER.
PAGE_CACHE_ALIAS = next(
    (name for name in ("pages", "default") if "redis" in CACHES.get(name, {}).get("BACKEND", "").lower()), ""
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TAGGIT_CASE_INSENSITIVE = True

# --- See also (topics/see_also.py) -------------------------------------------------------------------------------------------
# Added to the rarity of the shared topics, in millionths of a natural logarithm, if the candidate links to the page. As much as one more
# shared topic that one entry in twenty carries: ln(1 + 20) is 3.04. At 0, links do not count.
SEE_ALSO_LINK_BONUS = 3_000_000
# How many suggestions a section with topics of its own shows, and how many stand at the page's end.
SEE_ALSO_INLINE = 1
SEE_ALSO_AT_END = 6

# --- Language and time -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# Each in its own words. Reading a language other than the first adds its code before an address: /fr/articles/.
LANGUAGES = [("en-gb", "English"), ("fr", "Français")]
# The desk is in the editor's own choice, or else in what the browser asks for. Public pages know no cookie.
LANGUAGE_COOKIE_PATH = "/admin/"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
LOCALE_PATHS = [BASE_DIR / "defcoop_site" / "locale"]
FORMAT_MODULE_PATH = ["defcoop_site.formats"]
USE_I18N = True
USE_TZ = True

# --- Static files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "defcoop_site.sheets.SheetFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    if "pytest" in sys.modules
    else storage_of(MEDIA_STORAGE_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or "pytest" in sys.modules
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 60
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# --- Safety ------------------------------------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if "pytest" in sys.modules:
    EXPORT_ROOT = BASE_DIR / "var" / "no-exports"  # what an operator tries out is no part of a test
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # some hundred editors are made; a good one costs half a second
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Signing in (publishing/sign_in.py): only accounts that administrators made, by user name.
ACCOUNT_ADAPTER = "publishing.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"reset_password": "publishing.sign_in.ForgottenPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}  # publishing/delays.py, which no process forgets
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_USER_DISPLAY = "publishing.buffers.name_of"
SOCIALACCOUNT_ADAPTER = "publishing.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
MFA_ADAPTER = "publishing.sign_in.SecretAdapter"
MFA_FORMS = {"authenticate": "publishing.sign_in.CodeForm", "reauthenticate": "publishing.sign_in.ConfirmingCodeForm"}
USERSESSIONS_ADAPTER = "publishing.sign_in.SessionsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half a minute that a clock may be off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators write the addresses
# A form that was filled in under another sign-in is shown again, not lost.
CSRF_FAILURE_VIEW = "publishing.buffer_pages.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = HSTS_SECONDS
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_SECONDS > 0
SECURE_SSL_REDIRECT = env.bool("DJANGO_SSL_REDIRECT", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
if CSP_REPORT_URL:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["report-uri"] = [CSP_REPORT_URL]
PERMISSIONS_POLICY = dict.fromkeys(("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort"), [])
# The largest form is an agreement with a few hundred participations of some 25 fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Mail --------------------------------------------------------------------------------------------------------------------
vars().update(EMAIL)
MAIL_IS_SET = EMAIL["EMAIL_BACKEND"] != "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10  # a server that does not answer must not hold up an editor

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "defcoop_site.logs.LineFormatter"},
        "json": {"()": "defcoop_site.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
