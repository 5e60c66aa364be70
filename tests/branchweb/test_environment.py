from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from branchweb.environment import BASE_DIR, ROBOT_HOSTS, Environment

LONG = "x" * 40
KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({}, "data_dir", BASE_DIR / "var"),
        ({"BRANCHWEB_DATA": ""}, "data_dir", BASE_DIR / "var"),
        ({"BRANCHWEB_DATA": "/srv/branchweb"}, "data_dir", Path("/srv/branchweb")),
        ({"BRANCHWEB_DATA": "/srv/../opt/data"}, "data_dir", Path("/opt/data")),
        ({}, "debug", False),
        ({"BRANCHWEB_DEBUG": "1"}, "debug", True),
        ({"BRANCHWEB_DEBUG": "Yes"}, "debug", True),
        ({"BRANCHWEB_DEBUG": " on "}, "debug", True),
        ({"BRANCHWEB_DEBUG": "off"}, "debug", False),
        ({}, "https", False),
        ({"BRANCHWEB_HTTPS": "true"}, "https", True),
        ({}, "proxies", 0),
        ({"BRANCHWEB_PROXIES": "2"}, "proxies", 2),
        ({}, "require_totp", False),
        ({"BRANCHWEB_REQUIRE_TOTP": "1"}, "require_totp", True),
        ({}, "secret_key", ""),
        ({"BRANCHWEB_SECRET_KEY": LONG}, "secret_key", LONG),
        ({}, "field_keys", ()),
        ({"BRANCHWEB_FIELD_KEYS": f"{LONG}, {LONG}2"}, "field_keys", (LONG, LONG + "2")),
        ({"BRANCHWEB_AUDIT_KEY": f"{LONG}, {LONG}2"}, "audit_keys", (LONG, LONG + "2")),
        ({}, "backup_dir", None),
        ({"BRANCHWEB_BACKUP_DIR": "/srv/backups", "BRANCHWEB_BACKUP_KEY": KEY}, "backup_dir", Path("/srv/backups")),
        ({"BRANCHWEB_BACKUP_KEY": f" {KEY} "}, "backup_key", KEY),
        ({}, "reveals_per_hour", 30),
        ({"BRANCHWEB_REVEALS_PER_HOUR": "0"}, "reveals_per_hour", 0),
        ({}, "statement_seconds", 30),
        ({"BRANCHWEB_STATEMENT_SECONDS": "0"}, "statement_seconds", 0),
        ({}, "hosts", ("localhost", "127.0.0.1", "[::1]")),
        ({"BRANCHWEB_HOSTS": "party.example, 10.0.0.2,"}, "hosts", ("party.example", "10.0.0.2")),
        ({}, "origins", ()),
        ({"BRANCHWEB_ORIGINS": "https://party.example"}, "origins", ("https://party.example",)),
        ({}, "redis_url", ""),
        ({"REDIS_URL": "redis://localhost:6379/0"}, "redis_url", "redis://localhost:6379/0"),
        ({}, "public_url", "http://127.0.0.1:8000"),
        ({"BRANCHWEB_ORIGINS": "https://party.example,https://x.example"}, "public_url", "https://party.example"),
        (
            {"BRANCHWEB_PUBLIC_URL": "https://a.example/", "BRANCHWEB_ORIGINS": "https://b.example"},
            "public_url",
            "https://a.example",
        ),
        ({}, "email_port", 25),
        ({"BRANCHWEB_EMAIL_PORT": "465"}, "email_port", 465),
        ({"BRANCHWEB_EMAIL_HOST": "mail.example"}, "email_host", "mail.example"),
        ({}, "email_from", "branchweb@127.0.0.1"),
        ({"BRANCHWEB_PUBLIC_URL": "http://localhost:8000"}, "email_from", "branchweb@localhost"),
        ({"BRANCHWEB_ORIGINS": "https://party.example:8443"}, "email_from", "branchweb@party.example"),
        ({"BRANCHWEB_EMAIL_FROM": "支部 <a@party.example>"}, "email_from", "支部 <a@party.example>"),
        ({}, "email_user", ""),
        ({"BRANCHWEB_EMAIL_USER": "me", "BRANCHWEB_EMAIL_PASSWORD": "pw"}, "email_user", "me"),
        ({"BRANCHWEB_EMAIL_USER": "me", "BRANCHWEB_EMAIL_PASSWORD": "pw"}, "email_password", "pw"),
        ({}, "email_tls", ""),
        ({"BRANCHWEB_EMAIL_TLS": "STARTTLS"}, "email_tls", "starttls"),
        ({}, "outside_hosts", ROBOT_HOSTS),
        (
            {"BRANCHWEB_OUTSIDE_HOSTS": "Sms.example,10.0.0.9:80"},
            "outside_hosts",
            (*ROBOT_HOSTS, "sms.example", "10.0.0.9:80"),
        ),
        ({}, "sms_fields", {"phone": "phone", "text": "text", "reference": "reference"}),
        (
            {"BRANCHWEB_SMS_FIELDS": "phone=mobile, text = content"},
            "sms_fields",
            {"phone": "mobile", "text": "content", "reference": "reference"},
        ),
        ({}, "sms_taken", ("", "")),
        ({"BRANCHWEB_SMS_TAKEN": "code=0"}, "sms_taken", ("code", "0")),
    ],
)
def test_reads_what_is_set_and_has_a_default_for_the_rest(variables, field, value):
    assert getattr(Environment.from_mapping(variables), field) == value


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
        ("BRANCHWEB_EMAIL_PORT", "２５００００"),
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
def test_refuses_what_cannot_be_meant_with_a_sentence_that_names_the_variable(name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} .*\.$"):
        Environment.from_mapping({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("BRANCHWEB_SECRET_KEY", "sh0rt-secret"), ("DATABASE_URL", "postgresql://me:sh0rt-secret@host:port/x")],
)
def test_a_refusal_does_not_repeat_a_secret(name, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        Environment.from_mapping({name: value})
    assert "sh0rt-secret" not in str(refusal.value)


@pytest.mark.parametrize("name", ["BRANCHWEB_EMAIL_USER", "BRANCHWEB_EMAIL_PASSWORD"])
def test_a_user_of_the_mail_server_without_a_password_is_refused_and_the_other_way_round(name):
    with pytest.raises(ImproperlyConfigured, match=rf"belongs to {name}\.$") as refusal:
        Environment.from_mapping({name: "sh0rt-secret"})
    assert "sh0rt-secret" not in str(refusal.value)


def test_sqlite_is_the_default_and_lets_readers_and_a_writer_work_side_by_side():
    database = Environment.from_mapping({"BRANCHWEB_DATA": "/srv/data"}).database
    assert database["ENGINE"] == "audit.databases.sqlite3"
    assert database["NAME"] == "/srv/data/branchweb.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "user"),
    [
        ("postgresql://me:secret@db:5432/branchweb", "db", 5432, "branchweb", "me"),
        ("postgres://me@%2Frun%2Fpostgresql/branchweb", "/run/postgresql", "", "branchweb", "me"),
    ],
)
def test_postgresql_is_reached_by_its_address_or_its_socket(url, host, port, name, user):
    database = Environment.from_mapping({"DATABASE_URL": url}).database
    assert database["ENGINE"] == "audit.databases.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"], database["USER"]) == (host, port, name, user)
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"] == {"options": "-c jit=off"}


def test_behind_a_pooler_nothing_is_left_with_the_server():
    variables = {"DATABASE_URL": "postgresql://me@db/branchweb"}
    assert Environment.from_mapping(variables).database["DISABLE_SERVER_SIDE_CURSORS"] is False
    pooled = Environment.from_mapping(variables | {"BRANCHWEB_POOLED": "1"}).database
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_what_an_address_says_of_postgresql_comes_after_what_we_say():
    url = "postgresql://me@db/branchweb?sslmode=require&options=-c%20jit%3Don"
    database = Environment.from_mapping({"DATABASE_URL": url}).database
    assert database["OPTIONS"] == {"sslmode": "require", "options": "-c jit=off -c jit=on"}


@pytest.mark.parametrize(
    ("redis_url", "broker_url"),
    [
        ("", "filesystem://localhost"),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
    ],
)
def test_celery_is_told_the_address_of_redis_in_its_own_spelling(redis_url, broker_url):
    assert Environment.from_mapping({"REDIS_URL": redis_url}).broker_url == broker_url


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"BRANCHWEB_BACKUP_DIR": "/srv/backups"}, "BRANCHWEB_BACKUP_KEY"),
        ({"BRANCHWEB_BACKUP_DIR": "backups", "BRANCHWEB_BACKUP_KEY": KEY}, "BRANCHWEB_BACKUP_DIR"),
    ],
)
def test_backups_of_the_night_are_sealed_and_have_a_whole_path(variables, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        Environment.from_mapping(variables)


def test_anchors_go_where_they_can_be_sent():
    read = Environment.from_mapping(
        {
            "BRANCHWEB_ANCHOR_FILE": "/mnt/safe/anchors",
            "BRANCHWEB_ANCHOR_URL": "https://safe.example/anchors",
            "BRANCHWEB_OUTSIDE_HOSTS": "safe.example",
            "BRANCHWEB_ANCHOR_MAIL": "keeper@party.example",
            "BRANCHWEB_EMAIL_HOST": "mail.party.example",
        }
    )

    assert str(read.anchor_file) == "/mnt/safe/anchors"
    assert (read.anchor_url, read.anchor_mail) == ("https://safe.example/anchors", "keeper@party.example")


def test_anchors_in_the_data_folder_would_be_nowhere_else(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="BRANCHWEB_ANCHOR_FILE"):
        Environment.from_mapping(
            {"BRANCHWEB_DATA": str(tmp_path), "BRANCHWEB_ANCHOR_FILE": str(tmp_path / "more" / "anchors")}
        )
