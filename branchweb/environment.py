"""What may be set from outside, with its type and its default. Settings are built from this and from nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
ROBOT_HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")
WATCHING = {
    "django.db.backends.postgresql": "audit.databases.postgresql",
    "django.db.backends.sqlite3": "audit.databases.sqlite3",
}
"""Both databases with connections that sum up what they write: docs/adr/0018."""
SMS_FIELDS = ("phone", "text", "reference")


@dataclass(frozen=True)
class Environment:
    """The configuration of one installation; `from_mapping` refuses what cannot be meant."""

    data_dir: Path
    debug: bool
    secret_key: str
    """Empty: one is made in the data directory."""
    field_keys: tuple[str, ...]
    """The key ring of private fields, newest first, apart from the secret key. Empty: made in the data directory."""
    audit_keys: tuple[str, ...]
    """The key ring of the audit record, newest first, likewise. Empty: made in the data directory."""
    backup_dir: Path | None
    """Where a backup is put each night; None: nowhere."""
    backup_key: str
    """The public key to which backups are sealed."""
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    public_url: str
    """Where people reach the pages, without a slash at the end: links in messages begin with it."""
    https: bool
    proxies: int
    """How many proxies stand between visitors and the program, so that it knows the visitors' addresses."""
    database: dict[str, Any]
    statement_seconds: int
    """After how long PostgreSQL gives up a query of a page; 0: never. Commands and workers wait as long as it takes."""
    redis_url: str
    """Empty: no Redis; Celery then keeps its wake-ups in files below the data directory."""
    require_totp: bool
    """Whether people with an office must log in with a one-time code."""
    reveals_per_hour: int
    """How many private values one person may reveal in an hour."""
    email_host: str
    email_port: int
    email_from: str
    """Whom messages come from, as it stands in a mail."""
    email_user: str
    email_password: str
    email_tls: str
    """`tls` from the first byte, `starttls`, or empty: not encrypted."""
    outside_hosts: tuple[str, ...]
    """Where messages may be sent by HTTP: `host` or `host:port`, besides the three makers of group robots."""
    anchor_file: Path | None
    """Where anchors of the audit record are written too: on another mount."""
    anchor_url: str
    """The service to which they are sent; empty: none. Its host is one of `outside_hosts`."""
    anchor_mail: str
    """Who gets them by mail; empty: nobody."""
    sms_fields: dict[str, str]
    """What the gateway for text messages calls phone, text and reference."""
    sms_taken: tuple[str, str]
    """Field of its answer and what it says when it took the message; empty: any answer of 2xx."""

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> "Environment":
        """Read the variables. Raises ImproperlyConfigured with a sentence that names the variable and its values."""
        data_dir = Path(variables.get("BRANCHWEB_DATA") or BASE_DIR / "var").resolve()
        return cls(
            data_dir=data_dir,
            debug=_switch(variables, "BRANCHWEB_DEBUG"),
            secret_key=_secret(variables, "BRANCHWEB_SECRET_KEY"),
            field_keys=_keys(variables, "BRANCHWEB_FIELD_KEYS"),
            audit_keys=_keys(variables, "BRANCHWEB_AUDIT_KEY"),
            backup_dir=_backup_dir(variables),
            backup_key=_backup_key(variables, "BRANCHWEB_BACKUP_KEY"),
            hosts=_names(variables, "BRANCHWEB_HOSTS", ("localhost", "127.0.0.1", "[::1]")),
            origins=_origins(variables, "BRANCHWEB_ORIGINS"),
            public_url=_public_url(variables),
            https=_switch(variables, "BRANCHWEB_HTTPS"),
            proxies=_number(variables, "BRANCHWEB_PROXIES"),
            database=_database(
                variables.get("DATABASE_URL") or f"sqlite:///{data_dir / 'branchweb.sqlite3'}",
                _switch(variables, "BRANCHWEB_POOLED"),
            ),
            statement_seconds=_count(variables, "BRANCHWEB_STATEMENT_SECONDS", 30),
            redis_url=_redis_url(variables.get("REDIS_URL", "")),
            require_totp=_switch(variables, "BRANCHWEB_REQUIRE_TOTP"),
            reveals_per_hour=_count(variables, "BRANCHWEB_REVEALS_PER_HOUR", 30),
            email_host=variables.get("BRANCHWEB_EMAIL_HOST", ""),
            email_port=_port(variables, "BRANCHWEB_EMAIL_PORT", 25),
            email_from=_email_from(variables),
            email_user=_beside(variables, "BRANCHWEB_EMAIL_USER", "BRANCHWEB_EMAIL_PASSWORD"),
            email_password=_beside(variables, "BRANCHWEB_EMAIL_PASSWORD", "BRANCHWEB_EMAIL_USER"),
            email_tls=_one_of(variables, "BRANCHWEB_EMAIL_TLS", ("", "starttls", "tls")),
            outside_hosts=_outside_hosts(variables, "BRANCHWEB_OUTSIDE_HOSTS"),
            anchor_file=_anchor_file(variables, data_dir),
            anchor_url=_anchor_url(variables),
            anchor_mail=_anchor_mail(variables),
            sms_fields=_pairs(variables, "BRANCHWEB_SMS_FIELDS", {one: one for one in SMS_FIELDS}),
            sms_taken=_pair(variables, "BRANCHWEB_SMS_TAKEN"),
        )

    @property
    def broker_url(self) -> str:
        """The address of Redis in Celery's spelling, which differs for sockets. Without Redis: files."""
        if self.redis_url.startswith("unix://"):
            return self.redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
        return self.redis_url or "filesystem://localhost"


def _switch(variables: Mapping[str, str], name: str) -> bool:
    value = variables.get(name, "").strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} is a switch: write 1 or 0, not {value!r}.")
    return value in YES


def _names(variables: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    given = tuple(part.strip() for part in variables.get(name, "").split(",") if part.strip())
    return given or default


def _origins(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = _names(variables, name, ())
    for origin in origins:
        if not origin.startswith(("https://", "http://")):
            raise ImproperlyConfigured(f"{name} lists addresses such as https://branchweb.example, not {origin!r}.")
    return origins


def _public_url(variables: Mapping[str, str]) -> str:
    given = _origins(variables, "BRANCHWEB_PUBLIC_URL") or _origins(variables, "BRANCHWEB_ORIGINS")
    return given[0].rstrip("/") if given else "http://127.0.0.1:8000"


def _email_from(variables: Mapping[str, str]) -> str:
    host = urlsplit(_public_url(variables)).hostname or ""
    value = variables.get("BRANCHWEB_EMAIL_FROM", "").strip() or f"branchweb@{host if '.' in host else 'localhost'}"
    if not re.fullmatch(r"(?:[^<>\r\n]*<)?[^<>@\s]+@[^<>@\s]+>?", value) or ("<" in value) != value.endswith(">"):
        raise ImproperlyConfigured(
            "BRANCHWEB_EMAIL_FROM is an address such as branch@party.example, or Branchweb <branch@party.example>."
        )
    return value


def _beside(variables: Mapping[str, str], name: str, other: str) -> str:
    """One of two that are of use only together."""
    value = variables.get(name, "")
    if not value and variables.get(other, ""):
        raise ImproperlyConfigured(f"{name} is missing: it belongs to {other}.")
    return value


def _one_of(variables: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    value = variables.get(name, "").strip().lower()
    if value not in values:
        raise ImproperlyConfigured(f"{name} is {' or '.join(one or 'empty' for one in values)}, not {value!r}.")
    return value


def _outside_hosts(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in _names(variables, name, ()))
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?", host):
            raise ImproperlyConfigured(f"{name} lists hosts such as sms.example or 10.0.0.9:8080, not {host!r}.")
    return (*ROBOT_HOSTS, *hosts)


def _anchor_file(variables: Mapping[str, str], data_dir: Path) -> Path | None:
    value = variables.get("BRANCHWEB_ANCHOR_FILE", "").strip()
    if value and (not value.startswith("/") or Path(value).is_relative_to(data_dir)):
        raise ImproperlyConfigured(
            "BRANCHWEB_ANCHOR_FILE is a file outside the data folder, such as /mnt/safe/anchors."
        )
    return Path(value) if value else None


def _anchor_url(variables: Mapping[str, str]) -> str:
    value = variables.get("BRANCHWEB_ANCHOR_URL", "").strip()
    if value and urlsplit(value).netloc not in _outside_hosts(variables, "BRANCHWEB_OUTSIDE_HOSTS"):
        raise ImproperlyConfigured(
            "BRANCHWEB_ANCHOR_URL is an address such as https://safe.example/anchors, whose host also stands in "
            "BRANCHWEB_OUTSIDE_HOSTS."
        )
    return value


def _anchor_mail(variables: Mapping[str, str]) -> str:
    value = variables.get("BRANCHWEB_ANCHOR_MAIL", "").strip()
    if value and not (re.fullmatch(r"[^<>@\s,]+@[^<>@\s,]+", value) and variables.get("BRANCHWEB_EMAIL_HOST")):
        raise ImproperlyConfigured("BRANCHWEB_ANCHOR_MAIL is one address, and needs BRANCHWEB_EMAIL_HOST to be sent.")
    return value


def _pairs(variables: Mapping[str, str], name: str, default: dict[str, str]) -> dict[str, str]:
    """`phone=mobile,text=content`: what isn't named keeps its own name."""
    given = dict(_split(part, name) for part in _names(variables, name, ()))
    if unknown := given.keys() - default.keys():
        raise ImproperlyConfigured(f"{name} names {', '.join(default)}, not {min(unknown)!r}.")
    return default | given


def _pair(variables: Mapping[str, str], name: str) -> tuple[str, str]:
    value = variables.get(name, "").strip()
    return _split(value, name) if value else ("", "")


def _split(text: str, name: str) -> tuple[str, str]:
    before, sign, after = (part.strip() for part in text.partition("="))
    if not (before and sign and after):
        raise ImproperlyConfigured(f"{name} is written like phone=mobile, not {text!r}.")
    return before, after


def _number(variables: Mapping[str, str], name: str) -> int:
    value = variables.get(name, "") or "0"
    if not value.isdecimal() or int(value) > 9:
        raise ImproperlyConfigured(f"{name} is a number from 0 to 9, not {value!r}.")
    return int(value)


def _port(variables: Mapping[str, str], name: str, default: int) -> int:
    value = variables.get(name, "") or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ImproperlyConfigured(f"{name} is a port number from 1 to 65535, not {value!r}.")
    return int(value)


def _count(variables: Mapping[str, str], name: str, default: int) -> int:
    value = variables.get(name, "") or str(default)
    if not (value.isascii() and value.isdecimal()) or len(value) > 6:
        raise ImproperlyConfigured(f"{name} is a number from 0 to 999999, not {value!r}.")
    return int(value)


def _keys(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    keys = _names(variables, name, ())
    if any(len(key) < 40 for key in keys):
        raise ImproperlyConfigured(f"{name} has a key too short to protect anything: give at least 40 characters each.")
    return keys


def _secret(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "")
    if value and len(value) < 40:
        raise ImproperlyConfigured(f"{name} is too short to protect log-ins: give at least 40 random characters.")
    return value


def _backup_dir(variables: Mapping[str, str]) -> Path | None:
    value = variables.get("BRANCHWEB_BACKUP_DIR", "").strip()
    if not value:
        return None
    if not variables.get("BRANCHWEB_BACKUP_KEY", "").strip():
        raise ImproperlyConfigured(
            "BRANCHWEB_BACKUP_KEY is missing: backups of the night are sealed to it. Make a pair of keys with "
            "manage.py backup_key before you set BRANCHWEB_BACKUP_DIR."
        )
    if not value.startswith("/"):
        raise ImproperlyConfigured(f"BRANCHWEB_BACKUP_DIR is a whole path such as /srv/backups, not {value!r}.")
    return Path(value)


def _backup_key(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if value and not re.fullmatch(r"[A-Za-z0-9+/]{43}=", value):
        raise ImproperlyConfigured(f"{name} is no public key: it has 44 characters; manage.py backup_key makes a pair.")
    return value


def _redis_url(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"REDIS_URL begins with redis://, rediss:// or unix://, not with {url[:10]!r}.")
    return url


def _database(url: str, pooled: bool) -> dict[str, Any]:
    """`pooled`: nothing may be left with the server between two transactions, another connection may meet it there."""
    try:
        database: dict[str, Any] = {
            **dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True, disable_server_side_cursors=pooled)
        }
    except ValueError:
        database = {"ENGINE": ""}
    if database["ENGINE"] not in WATCHING:
        raise ImproperlyConfigured(
            "DATABASE_URL is no database address: write postgresql://user:password@host:5432/name or sqlite:///path."
        )
    database["ENGINE"] = WATCHING[database["ENGINE"]]
    if database["ENGINE"] == "audit.databases.sqlite3":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
        }
        return database
    # Compiling a query takes PostgreSQL half a second, more than any query here takes to run. Who asks for it, has it.
    options: dict[str, Any] = database.get("OPTIONS", {})
    return {**database, "OPTIONS": {**options, "options": f"-c jit=off {options.get('options', '')}".strip()}}


def limited(database: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The same database, but PostgreSQL gives up each query after so many seconds; 0: never."""
    if not seconds or database["ENGINE"] != "audit.databases.postgresql":
        return database
    options = database.get("OPTIONS", {})
    limit = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
    return {**database, "OPTIONS": {**options, "options": limit}}
