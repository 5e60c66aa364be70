"""Anchors find what the chain alone can't know, and are carried off the machine whatever is out of order there."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit import services
from audit.anchors import Anchor, anchors_in, last_anchor, seconds_unanchored, write_anchor
from audit.carrying import AT_ONCE, carried
from audit.keyring import audit_keys
from audit.models import ChainCheck, Entry
from audit.queries import anchor_breaks, breaks
from audit.services import anchor, record
from tests.audit.rewriting import cut_behind, lifted, rechain
from tests.reminders.channels.outside import closed_port, http_service, mail_server

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHORS = tmp_path / "anchors"
    return settings.AUDIT_ANCHORS


def append(count=1):
    return [record(action="edit_member", by="somebody", subject=None) for _turn in range(count)]


def found(path):
    return [(gap.number, gap.what) for gap in anchor_breaks(path)]


def verify(*options):
    output = StringIO()
    call_command("verify", "--json", *options, stdout=output)
    return {one["name"]: one["detail"] for one in json.loads(output.getvalue())["checks"] if not one["ok"]}


# --- The attacks ------------------------------------------------------------------------------------------------------
def test_a_tail_cut_together_with_its_head_is_found_by_the_anchor(anchors):
    append(3)
    write_anchor(anchors, at=NOON)
    cut_behind(1)

    assert list(breaks()) == []  # the chain alone can't know
    assert found(anchors) == [(3, "not what was anchored")]


def test_the_whole_record_emptied_is_found_by_the_anchor(anchors):
    append(3)
    write_anchor(anchors, at=NOON)
    cut_behind(0)

    assert found(anchors) == [(3, "not what was anchored")]


@pytest.mark.parametrize("signature", ["", f" {NOON:%Y-%m-%dT%H:%M:%SZ} {'0' * 64}"])
def test_a_chain_and_its_anchors_written_anew_are_found(anchors, signature):
    append(3)
    write_anchor(anchors, at=NOON)
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")
    rechain(key=b"a key of one's own")
    anchors.write_text(f"3 {Entry.objects.get(number=3).digest}{signature}\n")

    assert list(breaks())
    assert found(anchors) == [(3, "an anchor that was not signed here")]


def test_with_the_key_only_an_anchor_that_was_carried_off_finds_it(anchors, tmp_path):
    """The negative control, and what root on the machine can do."""
    append(3)
    write_anchor(anchors, at=NOON)
    kept = tmp_path / "kept"
    kept.write_text(anchors.read_text())
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")
    rechain(key=audit_keys()[-1])
    anchors.unlink()
    write_anchor(anchors, at=NOON)

    assert verify() == {}
    assert verify("--anchors", str(kept)) == {"anchors_elsewhere": "entry 3: not what was anchored"}


def test_anchors_cut_with_the_tail_are_found_by_those_that_were_carried_off(anchors, settings, tmp_path):
    settings.ANCHOR_FILE = tmp_path / "elsewhere"
    for turn in range(3):
        append()
        anchor(anchors, at=NOON + turn * MINUTE)
    cut_behind(1)
    anchors.write_text(anchors.read_text().splitlines(keepends=True)[0])

    assert verify() == {}
    assert verify("--anchors", str(settings.ANCHOR_FILE))["anchors_elsewhere"].startswith("entry 2: not what was")


def test_the_next_minute_finds_a_tail_cut_and_says_so(anchors, caplog):
    append(3)
    anchor(anchors, at=NOON)
    cut_behind(2)
    anchor(anchors, at=NOON + MINUTE)

    assert "The audit record is not whole: entry 3" in caplog.text
    assert (ChainCheck.objects.get().broken_at, ChainCheck.objects.get().found) == (3, "not what was anchored")


def test_the_open_window_is_what_was_recorded_since_the_last_minute(anchors, monkeypatch):
    """Three minutes of simulated time, an entry every ten seconds: what can be cut unseen is never older than one."""
    widest = 0
    for second in range(0, 180, 10):
        now = NOON + timedelta(seconds=second)
        monkeypatch.setattr(services.timezone, "now", lambda now=now: now)
        widest = max(widest, seconds_unanchored(anchors, now))
        if second % 60 == 0:
            anchor(anchors, at=now)
            assert seconds_unanchored(anchors, now) == 0
        append()
    last = last_anchor(anchors).number
    cut_behind(last)
    assert found(anchors) == []
    cut_behind(last - 1)

    assert found(anchors) == [(last, "not what was anchored")]
    assert 50 <= widest <= 60


# --- The file ---------------------------------------------------------------------------------------------------------
def test_an_anchor_is_written_once_for_each_end_of_the_chain(anchors):
    append()
    for turn in range(3):
        write_anchor(anchors, at=NOON + turn * MINUTE)
    append()
    write_anchor(anchors, at=NOON + 3 * MINUTE)

    assert [Anchor.from_line(line).at for line in anchors.read_text().splitlines()] == [
        "2026-12-01T04:00:00Z",
        "2026-12-01T04:03:00Z",
    ]
    assert found(anchors) == []
    assert anchors.stat().st_mode & 0o077 == 0


def test_nothing_is_anchored_before_the_first_entry(anchors):
    write_anchor(anchors, at=NOON)

    assert not anchors.exists()


def test_a_line_torn_off_by_a_power_cut_spoils_no_other(anchors):
    append()
    anchors.write_text("1 abc")
    write_anchor(anchors, at=NOON)

    assert last_anchor(anchors).is_ours
    assert len(found(anchors)) == 1


def test_anchors_from_before_they_were_signed_count_for_entries_without_a_key_only(anchors):
    append(2)
    rechain()
    anchors.write_text(f"2 {Entry.objects.get(number=2).digest}\n")
    assert found(anchors) == []

    rechain(key=audit_keys()[-1])
    anchors.write_text(f"2 {Entry.objects.get(number=2).digest}\n")
    assert found(anchors) == [(2, "an anchor that was not signed here")]


def test_anchors_signed_with_an_older_key_still_count(anchors, settings):
    append()
    write_anchor(anchors, at=NOON)
    settings.AUDIT_KEYS = ("a newer key of the record, of forty or more characters", *settings.AUDIT_KEYS)

    assert found(anchors) == []


def test_anchors_are_found_in_a_mail_and_other_text_is_not_one():
    line = f"> 3 {'a' * 64} 2026-12-01T04:00:00Z {'b' * 64}\r\n"

    assert [one.number for one in anchors_in(["Subject: 3 anchors\n", "\n", line])] == [3]


@pytest.mark.parametrize("indent", [None, 2])
def test_anchors_are_found_in_what_a_service_was_sent(db, indent):
    """Kept as it came, a body a line, or laid out."""
    lines = [str(Anchor(number, "a" * 64, "2026-07-01T00:00:00Z", "b" * 64)) for number in (3, 4)]
    kept = json.dumps({"anchors": lines, "wrong": "4: cut"}, indent=indent)

    assert [one.number for one in anchors_in(kept.splitlines())] == [3, 4]


@pytest.mark.parametrize("text", ["", "nothing of that kind"])
def test_a_file_without_an_anchor_is_refused(tmp_path, text):
    (tmp_path / "kept").write_text(text)

    with pytest.raises(CommandError) as error:
        verify("--anchors", str(tmp_path / "kept"))
    assert error.value.returncode == 2


# --- Carried off ------------------------------------------------------------------------------------------------------
def test_the_file_elsewhere_has_every_anchor_also_after_its_disk_was_away(anchors, settings, tmp_path, caplog):
    mount = tmp_path / "mount"
    settings.ANCHOR_FILE = mount / "anchors"
    for turn in range(3):
        append()
        anchor(anchors, at=NOON + turn * MINUTE)
    behind = carried(anchors)["file"].seconds_behind(NOON + 2 * MINUTE)
    mount.mkdir()
    append()
    anchor(anchors, at=NOON + 3 * MINUTE)

    assert behind == 120
    assert "could not be carried off (file)" in caplog.text
    assert settings.ANCHOR_FILE.read_text() == anchors.read_text()
    assert carried(anchors)["file"].problem == ""


def test_the_service_is_sent_every_anchor_also_after_it_was_out_of_order(anchors, settings):
    with http_service() as service:
        settings.ANCHOR_URL, settings.OUTSIDE_HOSTS = service.url("/anchors"), (service.host,)
        service.status = 503
        append()
        anchor(anchors, at=NOON)
        assert carried(anchors)["http"].problem
        service.status, service.asked[:] = 200, []
        append()
        anchor(anchors, at=NOON + MINUTE)
        anchor(anchors, at=NOON + 2 * MINUTE)

    [(path, _headers, body)] = service.asked
    assert path == "/anchors"
    assert body == {"anchors": anchors.read_text().splitlines(), "wrong": ""}
    assert carried(anchors)["http"].failing_since == ""


def test_nothing_is_sent_to_a_host_that_is_not_allowed(anchors, settings):
    with http_service() as service:
        settings.ANCHOR_URL, settings.OUTSIDE_HOSTS = service.url("/anchors"), ()
        append()
        anchor(anchors, at=NOON)

    assert service.asked == []
    assert carried(anchors)["http"].problem


@pytest.fixture
def mails(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.ANCHOR_MAIL = "keeper@party.example"
        yield server.mails


def test_a_mail_comes_once_an_hour_with_everything_since_the_last(anchors, mails):
    for minute in range(0, 121, 30):
        append()
        anchor(anchors, at=NOON + minute * MINUTE)

    numbers = [[one.number for one in anchors_in(mail.splitlines())] for mail in mails]
    assert numbers == [[1], [2, 3], [4, 5]]


def test_that_something_is_wrong_is_mailed_at_once_and_not_every_minute(anchors, mails):
    append(3)
    anchor(anchors, at=NOON)
    cut_behind(2)
    for minute in range(1, 6):
        anchor(anchors, at=NOON + minute * MINUTE)

    assert len(mails) == 2
    assert "manage.py verify" in mails[1]


def test_a_mail_server_that_is_away_loses_nothing(anchors, mails, settings):
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, closed_port()
    append()
    anchor(anchors, at=NOON)
    assert carried(anchors)["mail"].problem
    settings.EMAIL_PORT = there
    append()
    anchor(anchors, at=NOON + MINUTE)

    assert [one.number for one in anchors_in("".join(mails).splitlines())] == [1, 2]


def test_one_way_that_fails_does_not_hold_up_the_others(anchors, settings, tmp_path):
    settings.ANCHOR_URL, settings.OUTSIDE_HOSTS = f"http://127.0.0.1:{closed_port()}/", ()
    settings.ANCHOR_FILE = tmp_path / "elsewhere"
    append()
    anchor(anchors, at=NOON)

    assert settings.ANCHOR_FILE.read_text() == anchors.read_text()


def test_when_nothing_can_be_written_the_program_goes_on(settings, tmp_path, caplog):
    append()
    anchor(tmp_path / "not there" / "anchors", at=NOON)

    assert "could not be written" in caplog.text


def test_many_anchors_are_carried_in_parts(anchors, settings, tmp_path):
    settings.ANCHOR_FILE = tmp_path / "elsewhere"
    anchors.write_text("".join(f"{number} x\n" for number in range(1, AT_ONCE + 3)) + "torn")
    settings.AUDIT_KEYS = ()
    anchor(anchors, at=NOON)

    assert settings.ANCHOR_FILE.read_text().count("\n") == AT_ONCE + 2


def test_a_lost_note_of_what_was_carried_sends_all_once_more(anchors, settings, tmp_path):
    settings.ANCHOR_FILE = tmp_path / "elsewhere"
    append()
    anchor(anchors, at=NOON)
    (tmp_path / "anchors_carried").write_text("{")
    anchor(anchors, at=NOON + MINUTE)

    assert settings.ANCHOR_FILE.read_text() == anchors.read_text() * 2


def test_a_monitor_is_told_when_anchors_stay_here(anchors, settings, tmp_path, client):
    settings.ANCHOR_FILE = tmp_path / "not there" / "anchors"
    append()
    anchor(anchors, at=timezone.now() - timedelta(minutes=61))
    answer = client.get("/health/jobs/")

    assert answer.status_code == 503
    assert answer.json()["anchors_behind_seconds"] >= 3660
    assert answer.json()["unanchored_seconds"] == 0


def test_jobs_that_are_due_anchor_too(anchors):
    append()
    call_command("run_due_jobs", "--json", stdout=StringIO())

    assert last_anchor(anchors).number == Entry.objects.count()
