"""Settings of the tests: the product's own, with quick hashing and mail kept in memory."""

import os
import tempfile

os.environ.setdefault("DIEUTRA_VAR", tempfile.mkdtemp(prefix="dieutra-tests-"))
os.environ.setdefault("DIEUTRA_LOG", "WARNING")
os.environ.setdefault("DIEUTRA_SECOND_FACTOR", "off")

from dieutra.settings import *  # noqa: F403

STATIC_ROOT = BASE_DIR / "dieutra" / "static"  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
