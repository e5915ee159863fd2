"""Settings. Every value that differs between installations comes from an environment variable DIEUTRA_*."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("DIEUTRA_VAR", BASE_DIR / "var")).resolve()
KINDS_DIR = Path(os.environ.get("DIEUTRA_KINDS", BASE_DIR / "campaign_kinds"))
DEBUG = os.environ.get("DIEUTRA_DEBUG") == "1"


def _secret_key() -> str:
    """The installation's key: from the environment, or made once and kept in var/ readable by its owner only."""
    if key := os.environ.get("DIEUTRA_SECRET_KEY"):
        return key
    kept = VAR / "secret-key"
    VAR.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return kept.read_text()


def _database(url: str) -> dict[str, object]:
    """Django's database entry for sqlite:///path or postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;",
            },
            "CONN_MAX_AGE": 60,  # a new connection reads the whole schema: more work than what most requests ask
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


SECRET_KEY = _secret_key()
DATABASES = {"default": _database(os.environ.get("DIEUTRA_DATABASE", f"sqlite:///{VAR / 'dieutra.sqlite3'}"))}
ALLOWED_HOSTS = os.environ.get("DIEUTRA_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SITE_URL = os.environ.get("DIEUTRA_SITE_URL", "http://127.0.0.1:8000")
HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "dieutra.events",
    "dieutra.jobs",
    "dieutra.places",
    "dieutra.people",
    "dieutra.forms",
    "dieutra.campaigns",
    "dieutra.frames",
    "dieutra.carrying",
    "dieutra.rosters",
    "dieutra.cases",
    "dieutra.supervision",
    "dieutra.incidents",
    "dieutra.reports",
    "dieutra.messages",
    "dieutra.opinions",
    "dieutra.indices",
    "dieutra.samples",
    "dieutra.interference",
    "dieutra.teams",
    "dieutra.publicity",
    "dieutra.channels.workbook",
    "dieutra.accounts",
    "dieutra.selfcheck",
    "dieutra.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "dieutra.web.middleware.SecurityHeaders",
    "dieutra.web.respondent.apart.Apart",  # before the session, which it leaves out
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dieutra.web.middleware.BackToThePage",
    "dieutra.web.middleware.IdleLock",
    "dieutra.web.second_factor.SecondFactor",
    "dieutra.web.password_age.PasswordAge",
    "dieutra.web.see_as.SeeAs",
    "dieutra.web.middleware.NoNul",
    "dieutra.web.middleware.PlainRefusals",
]

ROOT_URLCONF = "dieutra.urls"
WSGI_APPLICATION = "dieutra.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "dieutra" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dieutra.web.context.place_in_the_house",
                "dieutra.web.guides.help_link",
            ],
        },
    },
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "dieutra" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "dieutra.people.passwords.FourClasses"},
    {"NAME": "dieutra.people.passwords.NotOneOfTheLastTen"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "dieutra.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Offices share one address, so the general limit is wide; failures are counted per account (5 in 5 minutes).
ACCOUNT_RATE_LIMITS = {"login": "1200/m/ip", "login_failed": "300/m/ip,5/5m/key", "reset_password": "60/m/ip"}

# "required": the roles that the campaign's kind names set up a second factor before they work; "off" asks nobody.
SECOND_FACTOR = os.environ.get("DIEUTRA_SECOND_FACTOR", "required")
MFA_ADAPTER = "dieutra.accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "dieutra"
MFA_TOTP_TOLERANCE = 1  # half a minute of difference between the clocks
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are the administrator's matter here

# How many reverse proxies stand before the site: the client's address is read behind so many.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("DIEUTRA_PROXIES", "0"))

# Counts of failed sign-ins and used Digest nonces lie here: with Django's 300 entries a crowd would push them out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dieutra_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
IDLE_SECONDS = 15 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "dieutra.web.errors.csrf_failure"

EMAIL_BACKEND = os.environ.get("DIEUTRA_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_FILE_PATH = os.environ.get("DIEUTRA_EMAIL_DIR", str(VAR / "mail"))
EMAIL_HOST = os.environ.get("DIEUTRA_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("DIEUTRA_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("DIEUTRA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("DIEUTRA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("DIEUTRA_SMTP_TLS") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DIEUTRA_MAIL_FROM", "dieutra <khong-tra-loi@dieutra.localhost>")
# Short messages: "" for none, "console", or a TOML file that describes the gateway; its secrets come from the environment.
SMS_GATEWAY = os.environ.get("DIEUTRA_SMS", "")
# How long a message is a worker's: a killed worker's messages are free again after so many seconds.
MAIL_LEASE = int(os.environ.get("DIEUTRA_MAIL_LEASE", "120"))
# A PEM file with an RSA or Ed25519 key; mail is signed when it is there.
DKIM_KEY_FILE = Path(os.environ["DIEUTRA_DKIM_KEY"]) if os.environ.get("DIEUTRA_DKIM_KEY") else None
DKIM_SELECTOR = os.environ.get("DIEUTRA_DKIM_SELECTOR", "dieutra")
DKIM_DOMAIN = os.environ.get("DIEUTRA_DKIM_DOMAIN", "")  # the sender's when left out

# Who may show the news page made for embedding in a frame: a CSP source list. No other page may be framed.
EMBED_IN = os.environ.get("DIEUTRA_EMBED_IN", "*")
# The access log of the server in front, of which the self-check reads a sample.
ACCESS_LOG = Path(os.environ["DIEUTRA_ACCESS_LOG"]) if os.environ.get("DIEUTRA_ACCESS_LOG") else None

ACTIVATION_HOURS = 72
FILE_LIMIT = 10 * 1024 * 1024
UPLOAD_LIMIT = 10 * 1024 * 1024
# Keys of anonymous surveys: outside of the database and of its backups; every web node and worker must see them.
KEYS_DIR = Path(os.environ.get("DIEUTRA_KEYS", VAR / "keys"))
# Files of cases, and workbooks on their way; every web node and worker must see the same folder.
FILES_DIR = Path(os.environ.get("DIEUTRA_FILES", VAR / "files"))
BATCH_LIMIT = 300 * 1024 * 1024  # bytes of workbooks sent back at once
BATCH_FILES = 1_000  # picked one by one; a .zip may hold more
FILE_UPLOAD_HANDLERS = [
    "dieutra.web.uploads.ToStore",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = BATCH_FILES + 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_tokens": {"()": "dieutra.web.logs.NoTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_tokens"]}
    },
    "root": {"handlers": ["console"], "level": os.environ.get("DIEUTRA_LOG", "INFO")},
}
