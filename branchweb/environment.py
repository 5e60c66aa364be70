"""Kinds of values that settings take from the environment, besides those of environs.

What can't be meant is refused with a sentence that names the variable and says what to write instead. The value is not
repeated: it may be a secret.
"""

import os
import re
from pathlib import Path
from typing import Any

import dj_database_url
from environs import Env, EnvError, EnvValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
SHORTEST_KEY = 40
WATCHING = {
    "django.db.backends.postgresql": "audit.databases.postgresql",
    "django.db.backends.sqlite3": "audit.databases.sqlite3",
}
"""Both databases with connections that sum up what they write: docs/adr/0018."""


class Environment(Env):
    def _get_value(self, env_key: str, default: Any) -> Any:
        """Empty is the same as not set: docker-compose.yml passes on what nobody gave."""
        return os.environ.get(env_key) or default


env = Environment()


def demand(condition: object, sentence: str) -> None:
    """For what several variables have to do with each other."""
    if not condition:
        raise EnvValidationError(sentence, [sentence])


@env.parser_for("switch")
def _switch(text: str) -> bool:
    value = text.strip().lower()
    if value not in YES | NO:
        raise EnvError("write 1 or 0.")
    return value in YES


@env.parser_for("number")
def _number(text: str, first: int, last: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and first <= int(text) <= last):
        raise EnvError(f"write a number from {first} to {last}.")
    return int(text)


@env.parser_for("text")
def _text(text: str, pattern: str, like: str) -> str:
    """`pattern` of the whole text, unless it is empty; `like`: an example."""
    value = text.strip()
    if value and not re.fullmatch(pattern, value):
        raise EnvError(f"write {like}.")
    return value


@env.parser_for("texts")
def _texts(text: str, pattern: str = ".+", like: str = "") -> tuple[str, ...]:
    """Separated by commas."""
    return tuple(_text(part, pattern, like) for part in text.split(",") if part.strip())


@env.parser_for("keys")
def _keys(text: str) -> tuple[str, ...]:
    keys = _texts(text)
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise EnvError(f"too short to protect anything: write at least {SHORTEST_KEY} random characters.")
    return keys


@env.parser_for("pairs")
def _pairs(text: str, like: str, names: tuple[str, ...] = ()) -> dict[str, str]:
    """`phone=mobile,text=content`; `names`: those that there are."""
    found = [[half.strip() for half in part.split("=", 1)] for part in _texts(text)]
    if not all(len(halves) == 2 and all(halves) and (not names or halves[0] in names) for halves in found):
        raise EnvError(f"write {like}.")
    return dict(found)


@env.parser_for("database")
def _database(url: str, pooled: bool) -> dict[str, Any]:
    """`pooled`: nothing may be left with the server between two transactions, another connection may meet it there."""
    try:
        read = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True, disable_server_side_cursors=pooled)
        database: dict[str, Any] = {**read, "ENGINE": WATCHING[read["ENGINE"]]}
    except (ValueError, KeyError):
        raise EnvError("write postgresql://user:password@host:5432/name or sqlite:///path.") from None
    if database["ENGINE"] == "audit.databases.sqlite3":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
        }
        return database
    # Compiling a query takes PostgreSQL half a second, more than any query here takes to run. Who asks for it, has it.
    # Tables lie in `public`, whatever a role's or a database's own search path says: another may hold their doubles.
    options: dict[str, Any] = database.get("OPTIONS", {})
    ours = f"-c jit=off -c search_path=public {options.get('options', '')}".strip()
    return {**database, "OPTIONS": {**options, "options": ours}}


def limited(database: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The same database, but PostgreSQL gives up each query after so many seconds; 0: never."""
    if not seconds or database["ENGINE"] != "audit.databases.postgresql":
        return database
    options = database.get("OPTIONS", {})
    limit = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
    return {**database, "OPTIONS": {**options, "options": limit}}


def broker_url(redis_url: str) -> str:
    """The address of Redis in Celery's spelling, which differs for sockets. Without Redis: files."""
    if redis_url.startswith("unix://"):
        return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
    return redis_url or "filesystem://localhost"
