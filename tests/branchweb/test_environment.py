"""The settings as they come out of an environment: run anew for each, on a folder of its own."""

import os
import runpy
import traceback
from pathlib import Path
from unittest import mock

import pytest
from environs import EnvError

from branchweb.environment import BASE_DIR, broker_url

LONG = "x" * 40
KEY = "A" * 43 + "="
ROBOT_HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")


@pytest.fixture
def settings_with(tmp_path):
    def read(**variables):
        environment = {"BRANCHWEB_DATA": str(tmp_path / "data"), **variables}
        with mock.patch.dict(os.environ, environment, clear=True):
            return runpy.run_path(str(BASE_DIR / "branchweb" / "settings.py"))

    return read


def test_the_data_folder_is_named_or_lies_beside_the_program(tmp_path, settings_with, monkeypatch):
    monkeypatch.setattr("branchweb.environment.BASE_DIR", tmp_path / "program")

    assert settings_with(BRANCHWEB_DATA="")["DATA_DIR"] == tmp_path / "program" / "var"
    assert settings_with(BRANCHWEB_DATA=f"{tmp_path}/a/../b")["DATA_DIR"] == tmp_path / "b"
    assert (tmp_path / "b").is_dir()


@pytest.mark.parametrize(
    ("variables", "name", "value"),
    [
        ({}, "DEBUG", False),
        ({"BRANCHWEB_DEBUG": "1"}, "DEBUG", True),
        ({"BRANCHWEB_DEBUG": "Yes"}, "DEBUG", True),
        ({"BRANCHWEB_DEBUG": " on "}, "DEBUG", True),
        ({"BRANCHWEB_DEBUG": "off"}, "DEBUG", False),
        ({}, "HTTPS", False),
        ({"BRANCHWEB_HTTPS": "true"}, "HTTPS", True),
        ({"BRANCHWEB_HTTPS": "1"}, "SESSION_COOKIE_SECURE", True),
        ({}, "PROXIES", 0),
        ({"BRANCHWEB_PROXIES": "2"}, "PROXIES", 2),
        ({}, "REQUIRE_TOTP", False),
        ({"BRANCHWEB_REQUIRE_TOTP": "1"}, "REQUIRE_TOTP", True),
        ({"BRANCHWEB_SECRET_KEY": LONG}, "SECRET_KEY", LONG),
        ({}, "FIELD_KEYS", ()),
        ({"BRANCHWEB_FIELD_KEYS": f"{LONG}, {LONG}2"}, "FIELD_KEYS", (LONG, LONG + "2")),
        ({"BRANCHWEB_AUDIT_KEY": f"{LONG}, {LONG}2"}, "AUDIT_KEYS", (LONG, LONG + "2")),
        ({}, "BACKUP_DIR", None),
        ({"BRANCHWEB_BACKUP_DIR": "/srv/backups", "BRANCHWEB_BACKUP_KEY": KEY}, "BACKUP_DIR", Path("/srv/backups")),
        ({"BRANCHWEB_BACKUP_KEY": f" {KEY} "}, "BACKUP_KEY", KEY),
        ({}, "REVEALS_PER_HOUR", 30),
        ({"BRANCHWEB_REVEALS_PER_HOUR": "0"}, "REVEALS_PER_HOUR", 0),
        ({}, "STATEMENT_SECONDS", 30),
        ({"BRANCHWEB_STATEMENT_SECONDS": "0"}, "STATEMENT_SECONDS", 0),
        ({}, "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
        ({"BRANCHWEB_HOSTS": "party.example, 10.0.0.2,"}, "ALLOWED_HOSTS", ["party.example", "10.0.0.2"]),
        ({}, "CSRF_TRUSTED_ORIGINS", []),
        ({"BRANCHWEB_ORIGINS": "https://party.example"}, "CSRF_TRUSTED_ORIGINS", ["https://party.example"]),
        ({}, "REDIS_URL", ""),
        ({"REDIS_URL": "redis://localhost:6379/0"}, "REDIS_URL", "redis://localhost:6379/0"),
        ({}, "PUBLIC_URL", "http://127.0.0.1:8000"),
        ({"BRANCHWEB_ORIGINS": "https://party.example,https://x.example"}, "PUBLIC_URL", "https://party.example"),
        (
            {"BRANCHWEB_PUBLIC_URL": "https://a.example/", "BRANCHWEB_ORIGINS": "https://b.example"},
            "PUBLIC_URL",
            "https://a.example",
        ),
        ({}, "EMAIL_PORT", 25),
        ({"BRANCHWEB_EMAIL_PORT": "465"}, "EMAIL_PORT", 465),
        ({"BRANCHWEB_EMAIL_HOST": "mail.example"}, "EMAIL_HOST", "mail.example"),
        ({}, "DEFAULT_FROM_EMAIL", "branchweb@127.0.0.1"),
        ({"BRANCHWEB_PUBLIC_URL": "http://localhost:8000"}, "DEFAULT_FROM_EMAIL", "branchweb@localhost"),
        ({"BRANCHWEB_ORIGINS": "https://party.example:8443"}, "DEFAULT_FROM_EMAIL", "branchweb@party.example"),
        ({"BRANCHWEB_EMAIL_FROM": "支部 <a@party.example>"}, "DEFAULT_FROM_EMAIL", "支部 <a@party.example>"),
        ({}, "EMAIL_HOST_USER", ""),
        ({"BRANCHWEB_EMAIL_USER": "me", "BRANCHWEB_EMAIL_PASSWORD": "pw"}, "EMAIL_HOST_USER", "me"),
        ({"BRANCHWEB_EMAIL_USER": "me", "BRANCHWEB_EMAIL_PASSWORD": "pw"}, "EMAIL_HOST_PASSWORD", "pw"),
        ({}, "EMAIL_TLS", ""),
        ({"BRANCHWEB_EMAIL_TLS": "STARTTLS"}, "EMAIL_USE_TLS", True),
        ({"BRANCHWEB_EMAIL_TLS": "tls"}, "EMAIL_USE_SSL", True),
        ({}, "OUTSIDE_HOSTS", ROBOT_HOSTS),
        (
            {"BRANCHWEB_OUTSIDE_HOSTS": "Sms.example,10.0.0.9:80"},
            "OUTSIDE_HOSTS",
            (*ROBOT_HOSTS, "sms.example", "10.0.0.9:80"),
        ),
        ({}, "SMS_FIELDS", {"phone": "phone", "text": "text", "reference": "reference"}),
        (
            {"BRANCHWEB_SMS_FIELDS": "phone=mobile, text = content"},
            "SMS_FIELDS",
            {"phone": "mobile", "text": "content", "reference": "reference"},
        ),
        ({}, "SMS_TAKEN", ("", "")),
        ({"BRANCHWEB_SMS_TAKEN": "code=0"}, "SMS_TAKEN", ("code", "0")),
    ],
)
def test_reads_what_is_set_and_has_a_default_for_the_rest(settings_with, variables, name, value):
    assert settings_with(**variables)[name] == value


def test_keys_that_nobody_gave_are_made_in_the_data_folder(settings_with, tmp_path):
    made = settings_with()

    assert (tmp_path / "data" / "secret_key").read_text().strip() == made["SECRET_KEY"]
    assert made["FIELD_KEYS_FILE"] == tmp_path / "data" / "field_keys"
    assert settings_with(BRANCHWEB_FIELD_KEYS=LONG)["FIELD_KEYS_FILE"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BRANCHWEB_DEBUG", "perhaps"),
        ("BRANCHWEB_DEBUG", "2"),
        ("BRANCHWEB_HTTPS", "https"),
        ("BRANCHWEB_PUBLIC_URL", "party.example"),
        ("BRANCHWEB_REQUIRE_TOTP", "officers"),
        ("BRANCHWEB_PROXIES", "-1"),
        ("BRANCHWEB_PROXIES", "10"),
        ("BRANCHWEB_PROXIES", "nginx"),
        ("BRANCHWEB_SECRET_KEY", "short"),
        ("BRANCHWEB_SECRET_KEY", LONG[1:]),
        ("BRANCHWEB_FIELD_KEYS", "short"),
        ("BRANCHWEB_ANCHOR_FILE", "anchors"),
        ("BRANCHWEB_ANCHOR_URL", "https://safe.example/anchors"),
        ("BRANCHWEB_ANCHOR_MAIL", "keeper@party.example"),
        ("BRANCHWEB_AUDIT_KEY", "short"),
        ("BRANCHWEB_FIELD_KEYS", f"{LONG},short"),
        ("BRANCHWEB_BACKUP_KEY", KEY[1:]),
        ("BRANCHWEB_REVEALS_PER_HOUR", "-1"),
        ("BRANCHWEB_REVEALS_PER_HOUR", "many"),
        ("BRANCHWEB_REVEALS_PER_HOUR", "３０"),
        ("BRANCHWEB_STATEMENT_SECONDS", "-1"),
        ("BRANCHWEB_STATEMENT_SECONDS", "1.5"),
        ("BRANCHWEB_EMAIL_PORT", "0"),
        ("BRANCHWEB_EMAIL_PORT", "65536"),
        ("BRANCHWEB_EMAIL_PORT", "-1"),
        ("BRANCHWEB_EMAIL_PORT", "smtp"),
        ("BRANCHWEB_EMAIL_PORT", "２５"),
        ("BRANCHWEB_EMAIL_FROM", "branch"),
        ("BRANCHWEB_EMAIL_FROM", "Branch <a@party.example"),
        ("BRANCHWEB_EMAIL_FROM", "a@party.example\nBcc: b@party.example"),
        ("BRANCHWEB_EMAIL_TLS", "ssl3"),
        ("BRANCHWEB_OUTSIDE_HOSTS", "https://sms.example"),
        ("BRANCHWEB_OUTSIDE_HOSTS", "sms.example/send"),
        ("BRANCHWEB_OUTSIDE_HOSTS", "*"),
        ("BRANCHWEB_OUTSIDE_HOSTS", "me@sms.example"),
        ("BRANCHWEB_SMS_FIELDS", "mobile"),
        ("BRANCHWEB_SMS_FIELDS", "name=mobile"),
        ("BRANCHWEB_SMS_FIELDS", "phone="),
        ("BRANCHWEB_SMS_TAKEN", "0"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost:6379"),
        ("DATABASE_URL", "localhost/branchweb"),
        ("DATABASE_URL", "oracle9i://localhost/branchweb"),
        ("DATABASE_URL", "postgresql://host:port/branchweb"),
        ("DATABASE_URL", "mysql://localhost/branchweb"),
        ("BRANCHWEB_ORIGINS", "party.example"),
    ],
)
def test_refuses_what_cannot_be_meant_with_a_sentence_that_names_the_variable(settings_with, name, value):
    with pytest.raises(EnvError, match=rf'^(Environment variable "{name}" invalid: |{name} ).*\.$'):
        settings_with(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("BRANCHWEB_SECRET_KEY", "sh0rt-secret"), ("DATABASE_URL", "postgresql://me:sh0rt-secret@host:port/x")],
)
def test_a_refusal_does_not_repeat_a_secret(settings_with, name, value):
    with pytest.raises(EnvError) as refusal:
        settings_with(**{name: value})
    assert "sh0rt-secret" not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize("name", ["BRANCHWEB_EMAIL_USER", "BRANCHWEB_EMAIL_PASSWORD"])
def test_a_user_of_the_mail_server_without_a_password_is_refused_and_the_other_way_round(settings_with, name):
    with pytest.raises(EnvError, match="belong together") as refusal:
        settings_with(**{name: "sh0rt-secret"})
    assert "sh0rt-secret" not in str(refusal.value)


def test_sqlite_is_the_default_and_lets_readers_and_a_writer_work_side_by_side(settings_with, tmp_path):
    database = settings_with()["DATABASES"]["default"]
    assert database["ENGINE"] == "audit.databases.sqlite3"
    assert database["NAME"] == str(tmp_path / "data" / "branchweb.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "user"),
    [
        ("postgresql://me:secret@db:5432/branchweb", "db", 5432, "branchweb", "me"),
        ("postgres://me@%2Frun%2Fpostgresql/branchweb", "/run/postgresql", "", "branchweb", "me"),
    ],
)
def test_postgresql_is_reached_by_its_address_or_its_socket(settings_with, url, host, port, name, user):
    database = settings_with(DATABASE_URL=url)["DATABASES"]["default"]
    assert database["ENGINE"] == "audit.databases.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"], database["USER"]) == (host, port, name, user)
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"] == {"options": "-c jit=off -c search_path=public"}


@pytest.mark.parametrize(("pooled", "is_disabled"), [("0", False), ("1", True)])
def test_behind_a_pooler_nothing_is_left_with_the_server(settings_with, pooled, is_disabled):
    databases = settings_with(DATABASE_URL="postgresql://me@db/branchweb", BRANCHWEB_POOLED=pooled)["DATABASES"]
    assert databases["default"]["DISABLE_SERVER_SIDE_CURSORS"] is is_disabled


def test_what_an_address_says_of_postgresql_comes_after_what_we_say(settings_with):
    url = "postgresql://me@db/branchweb?sslmode=require&options=-c%20jit%3Don"
    database = settings_with(DATABASE_URL=url)["DATABASES"]["default"]
    assert database["OPTIONS"] == {"sslmode": "require", "options": "-c jit=off -c search_path=public -c jit=on"}


@pytest.mark.parametrize(
    ("redis_url", "spelling"),
    [
        ("", "filesystem://localhost"),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
    ],
)
def test_celery_is_told_the_address_of_redis_in_its_own_spelling(redis_url, spelling):
    assert broker_url(redis_url) == spelling


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"BRANCHWEB_BACKUP_DIR": "/srv/backups"}, "BRANCHWEB_BACKUP_KEY"),
        ({"BRANCHWEB_BACKUP_DIR": "backups", "BRANCHWEB_BACKUP_KEY": KEY}, "BRANCHWEB_BACKUP_DIR"),
    ],
)
def test_backups_of_the_night_are_sealed_and_have_a_whole_path(settings_with, variables, named):
    with pytest.raises(EnvError, match=named):
        settings_with(**variables)


def test_anchors_go_where_they_can_be_sent(settings_with):
    read = settings_with(
        **{
            "BRANCHWEB_ANCHOR_FILE": "/mnt/safe/anchors",
            "BRANCHWEB_ANCHOR_URL": "https://safe.example/anchors",
            "BRANCHWEB_OUTSIDE_HOSTS": "safe.example",
            "BRANCHWEB_ANCHOR_MAIL": "keeper@party.example",
            "BRANCHWEB_EMAIL_HOST": "mail.party.example",
        }
    )

    assert str(read["ANCHOR_FILE"]) == "/mnt/safe/anchors"
    assert (read["ANCHOR_URL"], read["ANCHOR_MAIL"]) == ("https://safe.example/anchors", "keeper@party.example")


def test_anchors_in_the_data_folder_would_be_nowhere_else(settings_with, tmp_path):
    with pytest.raises(EnvError, match="BRANCHWEB_ANCHOR_FILE"):
        settings_with(BRANCHWEB_ANCHOR_FILE=str(tmp_path / "data" / "more" / "anchors"))
