"""The settings under test: the real ones on a throw-away data folder, with cheap passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

TEST_DATA = Path(tempfile.mkdtemp(prefix="branchweb-test-"))
atexit.register(shutil.rmtree, TEST_DATA, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("BRANCHWEB_") or name == "REDIS_URL"]:
    del os.environ[name]
os.environ["BRANCHWEB_DATA"] = str(TEST_DATA)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps an event loop in the thread of the tests

from audit.keyring import new_key  # noqa: E402
from branchweb.settings import *  # noqa: E402, F403
from branchweb.settings import DATABASES, STORAGES  # noqa: E402

# In a file, not in memory: threads of a live server then have connections and locks of their own, as in real use.
if DATABASES["default"]["ENGINE"] == "audit.databases.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DATA / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
DATABASES["default"]["CONN_MAX_AGE"] = 0

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # or every client of every test reads all static files first
FIELD_KEYS_FILE = None  # tests give other keys by FIELD_KEYS
AUDIT_KEYS_FILE, AUDIT_KEYS = None, ("the key of the record under test has forty or more characters",)
FIELD_KEYS = (new_key(),)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LETTER_RECEIPT_COST = LETTER_PASSPHRASE_COST = (1, 8 << 10)
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
