"""Settings. Everything that differs between installations comes from the environment: docs/administration.md."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from audit.keyring import read_or_make_secret
from branchweb.environment import BASE_DIR, broker_url, demand, env
from branchweb.merging import MERGING as MERGING

DATA_DIR = Path(env.str("BRANCHWEB_DATA", "") or BASE_DIR / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.switch("BRANCHWEB_DEBUG", "")
SECRET_KEY = env.text("BRANCHWEB_SECRET_KEY", "", pattern=".{40,}", like="at least 40 random characters")
SECRET_KEY = SECRET_KEY or read_or_make_secret(DATA_DIR / "secret_key")
FIELD_KEYS = env.keys("BRANCHWEB_FIELD_KEYS", "")
FIELD_KEYS_FILE = None if FIELD_KEYS else DATA_DIR / "field_keys"
AUDIT_KEYS = env.keys("BRANCHWEB_AUDIT_KEY", "")
AUDIT_KEYS_FILE = None if AUDIT_KEYS else DATA_DIR / "audit_keys"  # made with the first entry
LETTER_RECEIPT_COST = (2, 64 << 20)
"""Argon2id for each receipt that is tried: passes, and bytes of memory."""
LETTER_PASSPHRASE_COST = (4, 128 << 20)
"""The same for the passphrase over an inspector's key."""
ALLOWED_HOSTS = list(env.texts("BRANCHWEB_HOSTS", "localhost,127.0.0.1,[::1]"))
ADDRESS = {"pattern": "https?://.+", "like": "an address such as https://branchweb.example"}
CSRF_TRUSTED_ORIGINS = list(env.texts("BRANCHWEB_ORIGINS", "", **ADDRESS))
PUBLIC_URL = env.text("BRANCHWEB_PUBLIC_URL", "", **ADDRESS).rstrip("/")
PUBLIC_URL = PUBLIC_URL or next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000").rstrip("/")
"""Where people reach the pages, without a slash at the end: links in messages begin with it."""
HTTPS = env.switch("BRANCHWEB_HTTPS", "")
PROXIES = env.number("BRANCHWEB_PROXIES", "0", first=0, last=9)
REQUIRE_TOTP = env.switch("BRANCHWEB_REQUIRE_TOTP", "")
REVEALS_PER_HOUR = env.number("BRANCHWEB_REVEALS_PER_HOUR", "30", first=0, last=999_999)

INSTALLED_APPS = [
    "branchweb",
    "reminders",
    "assessment",
    "supervision",
    "dues",
    "meetings",
    "members",
    "audit",
    "rulebook",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "treebeard",
]

MIDDLEWARE = [
    "branchweb.middleware.UntracedMiddleware",
    "branchweb.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "branchweb.middleware.PagesCompressedMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.pages.navigation.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "members.access.sessions.PolicyMiddleware",
    "members.access.sessions.IdleMiddleware",
    "branchweb.body_limits.BodyLimitMiddleware",
    "members.accounts.adapters.AccountOrderMiddleware",
    "reminders.middleware.EffortMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "branchweb.urls"
WSGI_APPLICATION = "branchweb.wsgi.application"

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
                "members.pages.navigation.page_frame",
                "reminders.desk.beginning.leads_on",
            ],
        },
    },
]

NAVIGATION = "branchweb.navigation"
GUIDE = "branchweb.guide.help_with"
"""The pages, entries and tabs of each role, above all apps; see `members.pages.navigation`."""

DUTY_DISPLAY = [
    "members.duties.DISPLAY",
    "meetings.duties.DISPLAY",
    "dues.navigation.DISPLAY",
    "supervision.duties.DISPLAY",
    "assessment.duties.DISPLAY",
]
"""Dicts of the apps: kind of duty → `members.pages.links.DutyDisplay`, how a desk speaks of it and where it is done."""

FIRST_DAYS = ["meetings.planning.duty_queries.earlier_meetings", "dues.charging.queries.earlier_charges"]
"""What each app has on record of an organization from before a day, the earliest first: called with two expressions,
gives a queryset of one row with the day; see `OrganizationQuerySet.with_first_day`."""

MERGE_OBSTACLES = ["dues.merging.obstacles"]
"""What has to be settled first: called with the entry that stays and the one that goes, gives links with sentences."""
MERGE_ACTS = {"dues.merging.reverse_doubled": "dues.merging.charge_doubled_again"}
"""What is done with a merging, and what takes it back. The first: called with the entry that stays and the one that
goes, `by=` and `on=`, gives what the second needs. That: called with the entry that goes and this."""
MERGE_SENTENCES = ["dues.merging.reversals"]
"""What the acts will do, in sentences: called with the entry that stays and the one that goes."""
MERGE_LEDGERS = "dues.merging.lines_of_both"
"""How much each of two entries has that never moves: called with the entry that stays and the one that goes, gives two
numbers."""

METRICS = [
    "members.metrics.METRICS",
    "meetings.metrics.METRICS",
    "dues.metrics.METRICS",
    "supervision.metrics.METRICS",
    "assessment.metrics.METRICS",
]
"""Tuples of the apps: `rulebook.metric.Metric`s that a scheme may count by name."""

RETENTION = [
    "members.retained.RETAINED",
    "meetings.minutes.services.RETAINED",
    "dues.retained.RETAINED",
    "supervision.letters.services.RETAINED",
    "reminders.messages.services.RETAINED",
]
"""What each app keeps for a time, and what for good: `members.trail.retention.Kind` and `ForGood`, as the page shows
them."""

EXPORTS = {
    "roster": "members.roster.exporting.ROSTER",
    "dues-ledger": "dues.exporting.ledger.LEDGER",
}
"""Workbooks that may be made in the background: name → `members.exports.kinds.Kind`."""

START_LINKS = [
    "members.roster.merge_queries.start_links",
    "members.accounts.queries.start_links",
    "members.exports.queries.start_links",
    "members.roster.merge_queries.dispute_links",
    "assessment.navigation.start_links",
    "assessment.navigation.objection_links",
    "assessment.navigation.waiting_links",
    "meetings.votes.correction_queries.start_links",
    "meetings.votes.queries.start_links",
    "meetings.minutes.queries.start_links",
    "dues.navigation.start_links",
    "supervision.letters.queries.start_links",
    "reminders.messages.queries.start_links",
]
OWN_LINKS = [
    "meetings.votes.correction_queries.own_links",
    "dues.navigation.own_links",
    "supervision.suggestions.queries.own_links",
    "supervision.talks.queries.own_links",
    "supervision.appraisals.queries.own_links",
    "supervision.problems.queries.own_links",
    "assessment.assessments.judging_queries.own_links",
    "assessment.navigation.own_links",
    "reminders.messages.queries.own_links",
]
RENEWED_WITH_KEYS = ["supervision.letters.key_services.renew_recovery_proof"]
"""What each app vouches for with the key ring besides private fields: called when the ring has a new key."""
MEETING_LINKS = ["dues.navigation.meeting_links", "supervision.navigation.meeting_links"]
MEMBER_LINKS = [
    "dues.navigation.member_links",
    "meetings.pages.queries.member_links",
    "members.contacts.queries.member_links",
    "supervision.problems.queries.member_links",
    "meetings.votes.queries.member_links",
    "reminders.channels.queries.member_links",
]
ORGANIZATION_FIGURES = [
    "assessment.navigation.organization_figures",
    "supervision.suggestions.queries.organization_figures",
]
"""What other apps add to the start page, of one's work and of one's own affairs, to a member's page and to an
organization's; see `members.pages.links`."""
DASHBOARD_BURDEN = "reminders.desk.count_queries.burden"
"""What a committee asks of its branches, for the dashboard: see `assessment.dashboard.queries`."""

# --- Data -----------------------------------------------------------------------------------------------------------
SQLITE = f"sqlite:///{DATA_DIR / 'branchweb.sqlite3'}"
DATABASES = {"default": env.database("DATABASE_URL", SQLITE, pooled=env.switch("BRANCHWEB_POOLED", ""))}
# For pages: branchweb/wsgi.py.
STATEMENT_SECONDS = env.number("BRANCHWEB_STATEMENT_SECONDS", "30", first=0, last=999_999)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA_DIR / "media"
IMPORT_ROOT = DATA_DIR / "imports"
EXPORT_ROOT = DATA_DIR / "exports"  # large workbooks, sealed, until they are fetched or EXPORTS_KEPT_DAYS are over
EXPORTS_KEPT_DAYS = 7
OTHER_TRIGGERS = "members.verification.triggers"
"""The statements of triggers besides those of append-only tables: called with the vendor of the database."""
BACKUP_DIR = env.text("BRANCHWEB_BACKUP_DIR", "", pattern="/.*", like="a whole path such as /srv/backups")
BACKUP_DIR = Path(BACKUP_DIR) if BACKUP_DIR else None  # of a backup each night
BACKUP_KEY = env.text(
    "BRANCHWEB_BACKUP_KEY", "",
    pattern="[A-Za-z0-9+/]{43}=", like="a public key of 44 characters; manage.py backup_key makes a pair",
)  # fmt: skip
demand(
    BACKUP_KEY or not BACKUP_DIR,
    "BRANCHWEB_BACKUP_KEY is missing: backups of the night are sealed to it. Make a pair of keys with manage.py "
    "backup_key before you set BRANCHWEB_BACKUP_DIR.",
)
AUDIT_ROUND = DATA_DIR / "audit_round"  # the last round of the sums over rows: audit/row_checks.py
AUDIT_ANCHORS = DATA_DIR / "audit_anchors"  # carried off the machine by the ways below
ANCHOR_FILE = env.text("BRANCHWEB_ANCHOR_FILE", "", pattern="/.*", like="a whole path such as /mnt/safe/anchors")
ANCHOR_FILE = Path(ANCHOR_FILE) if ANCHOR_FILE else None
demand(
    not (ANCHOR_FILE and ANCHOR_FILE.is_relative_to(DATA_DIR)),
    "BRANCHWEB_ANCHOR_FILE is a file outside the data folder, such as /mnt/safe/anchors.",
)
POST_JSON = "reminders.channels.senders.post_json"
"""Sends to the hosts that are allowed: called with an address and an object."""
REDIS_URL = env.text("REDIS_URL", "", pattern="(redis|rediss|unix)://.*", like="redis://…, rediss://… or unix://…")
CACHES = {
    "default": (
        {"BACKEND": "branchweb.cache.ForbearingRedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- People and access ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "members.accounts.adapters.GuessedHereValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "members.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_FORMS = {"change_password": "members.accounts.forms.OwnPasswordForm"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False  # until the browser closes, at most SESSION_COOKIE_AGE
# Wrong passwords are counted by axes, by user and address (AccountAdapter.pre_authenticate); what is left for
# "login_failed" are wrong one-time codes, which only somebody with the password can send, and wrong present passwords
# (OwnPasswordForm): new ones that are refused don't count.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "6/15m/key", "change_password": "300/m/user"}
MFA_FORMS = {
    "authenticate": "members.accounts.forms.CodeForm",
    "reauthenticate": "members.accounts.forms.CodeAgainForm",
    "activate_totp": "members.accounts.forms.FirstCodeForm",
}
MFA_ADAPTER = "members.accounts.adapters.CodeAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Branchweb"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_VERBOSE = False  # no line for every command that starts
AXES_RESET_ON_SUCCESS = True
LOGINS_KEPT_DAYS = 190  # when, who, from which address: the law asks for at least six months, and nobody for more
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
SESSION_COOKIE_AGE = 12 * 3600
OFFICE_IDLE = timedelta(minutes=30)  # without a page, whoever holds an office is logged out
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "members.access.sessions"

# --- The browser ----------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether subdomains are served by TLS only, and preloading, are for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "members.access.sessions.AccessTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["members.access.policy.ApiPolicy"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "PAGE_SIZE": 60,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Branchweb",
    "VERSION": "0.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "MeetingKindEnum": "meetings.choices.MeetingKind",
        "OrganizationKindEnum": "members.choices.OrganizationKind",
        "SituationKindEnum": "members.choices.SituationKind",
        "SuggestionKindEnum": "supervision.choices.SuggestionKind",
        "MatterKindEnum": "supervision.choices.MatterKind",
        "ProblemStateEnum": "supervision.choices.ProblemState",
        "InspectionStateEnum": "supervision.choices.InspectionState",
        "ReportStateEnum": "supervision.choices.ReportState",
        "RoundStateEnum": "supervision.choices.RoundState",
        "AssessmentStateEnum": "assessment.choices.AssessmentState",
        "ScoreStateEnum": "assessment.choices.ScoreState",
        "SchemeStateEnum": "assessment.choices.SchemeState",
        "GoalStateEnum": "assessment.choices.GoalState",
        "PracticeStateEnum": "assessment.choices.PracticeState",
        "ShareStateEnum": "assessment.dashboard.rules.STATE_CODES",
    },
}

# --- Jobs: rows are the truth, Celery only does the work --------------------------------------------------------------
CELERY_BROKER_URL = broker_url(REDIS_URL)
if not REDIS_URL:
    QUEUE_DIR = DATA_DIR / "queue"
    for name in ("messages", "control", "processed"):
        (QUEUE_DIR / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "processed_folder": str(QUEUE_DIR / "processed"),
        "store_processed": False,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "max_retries": 0,  # of who sends; workers wait for Redis, pages don't
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that was away for a day finds its workers waiting
CELERY_TASK_ROUTES = {
    "reminders.tasks.count_*": "rollups",
    "assessment.tasks.*rollup*": "rollups",
    "assessment.tasks.freshen_*": "rollups",
    "reminders.tasks.*": "messages",
    "members.tasks.*import*": "imports",
    "members.tasks.*export*": "exports",
}
"""Queues, so that ten thousand messages don't keep an import waiting; whatever isn't named goes to `celery`."""
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), name) for name in ("celery", "messages", "imports", "exports", "rollups")
]
"""A worker serves all of them unless it is started with `--queues`."""
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the broker: the minute's beat finds the row
CELERY_BEAT_SCHEDULER = "branchweb.beat:LivingScheduler"
CELERY_BEAT_SCHEDULE = {
    "continue-imports": {"task": "members.tasks.continue_imports", "schedule": 60.0},
    "continue-exports": {"task": "members.tasks.continue_exports", "schedule": 60.0},
    "remove-overdue": {"task": "members.tasks.remove_overdue", "schedule": crontab(hour="3", minute="23")},
    "refresh-rosters": {"task": "members.tasks.refresh_rosters", "schedule": crontab(hour="0", minute="5")},
    "compute-assessments": {"task": "assessment.tasks.compute_assessments", "schedule": 60.0},
    "charge-dues": {"task": "dues.tasks.charge_current_month", "schedule": crontab(hour="0", minute="35")},
    "anchor-record": {"task": "audit.tasks.anchor_record", "schedule": 60.0, "options": {"expires": 55}},
    "number-rows": {"task": "audit.tasks.number_rows", "schedule": 60.0, "options": {"expires": 55}},
    "back-up": {"task": "branchweb.tasks.back_up", "schedule": crontab(minute="43")},
    "check-record": {"task": "audit.tasks.check_record", "schedule": crontab(hour="4", minute="17")},
    "plan-messages": {"task": "reminders.tasks.plan_messages", "schedule": 60.0, "options": {"expires": 55}},
    "dispatch-messages": {"task": "reminders.tasks.dispatch_messages", "schedule": 60.0, "options": {"expires": 55}},
    "settle-messages": {"task": "reminders.tasks.settle_messages", "schedule": crontab(hour="2", minute="11")},
    "count-desks": {"task": "reminders.tasks.count_desks", "schedule": crontab(minute="29")},
    "follow-rollups": {"task": "assessment.tasks.follow_rollups", "schedule": 60.0, "options": {"expires": 55}},
    "rebuild-rollups": {"task": "assessment.tasks.rebuild_rollups", "schedule": crontab(hour="0", minute="47")},
    "freshen-assessments": {"task": "assessment.tasks.freshen_assessments", "schedule": 600.0},
    "refresh-medians": {"task": "assessment.tasks.refresh_rollup_medians", "schedule": crontab(minute="37")},
}

# --- E-mail and logs ------------------------------------------------------------------------------------------------
EMAIL_HOST = env.str("BRANCHWEB_EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.number("BRANCHWEB_EMAIL_PORT", "25", first=1, last=65_535)
EMAIL_HOST_USER = env.str("BRANCHWEB_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.str("BRANCHWEB_EMAIL_PASSWORD", "")
demand(
    bool(EMAIL_HOST_USER) == bool(EMAIL_HOST_PASSWORD),
    "BRANCHWEB_EMAIL_USER and BRANCHWEB_EMAIL_PASSWORD belong together: set both, or none.",
)
EMAIL_TLS = env.text("BRANCHWEB_EMAIL_TLS", "", pattern="(?i)starttls|tls", like="starttls or tls, or nothing").lower()
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "tls"
EMAIL_TIMEOUT = 10
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
DEFAULT_FROM_EMAIL = env.text(
    "BRANCHWEB_EMAIL_FROM", f"branchweb@{PUBLIC_HOST if '.' in PUBLIC_HOST else 'localhost'}",
    pattern=r"[^<>@\s]+@[^<>@\s]+|[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>",
    like="an address such as branch@party.example, or Branchweb <branch@party.example>",
)  # fmt: skip
OUTSIDE_HOSTS = env.texts(
    "BRANCHWEB_OUTSIDE_HOSTS", "",
    pattern=r"(?i)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?", like="hosts such as sms.example or 10.0.0.9:8080",
)  # fmt: skip
OUTSIDE_HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", *map(str.lower, OUTSIDE_HOSTS))
"""Nothing is sent by HTTP to any other host, whatever address somebody types."""
ANCHOR_URL = env.str("BRANCHWEB_ANCHOR_URL", "").strip()
demand(
    not ANCHOR_URL or urlsplit(ANCHOR_URL).netloc in OUTSIDE_HOSTS,
    "BRANCHWEB_ANCHOR_URL has a host that isn't named in BRANCHWEB_OUTSIDE_HOSTS: add it there.",
)
ANCHOR_MAIL = env.text("BRANCHWEB_ANCHOR_MAIL", "", pattern=r"[^<>@\s,]+@[^<>@\s,]+", like="one address")
demand(EMAIL_HOST or not ANCHOR_MAIL, "BRANCHWEB_ANCHOR_MAIL is set, but no mail server: set BRANCHWEB_EMAIL_HOST too.")
SMS_FIELDS = {"phone": "phone", "text": "text", "reference": "reference"} | env.pairs(
    "BRANCHWEB_SMS_FIELDS", "", like="phone=mobile,text=content", names=("phone", "text", "reference")
)
SMS_TAKEN = next(iter(env.pairs("BRANCHWEB_SMS_TAKEN", "", like="code=0").items()), ("", ""))
"""Field of its answer, and what that says when it took the message; empty: any answer of 2xx."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"anonymous_pages": {"()": "branchweb.middleware.AnonymousPagesFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["anonymous_pages"]}},
    "loggers": {
        # Before any handler. Django's own would send a mail of what was refused, with all that was posted.
        "django": {"handlers": []},
        "django.request": {"filters": ["anonymous_pages"]},
        **dict.fromkeys(["httpx", "httpcore"], {"level": "WARNING"}),  # below it they say addresses, which have tokens
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
