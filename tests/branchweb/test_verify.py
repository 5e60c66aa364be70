"""`manage.py verify`: one answer for the whole installation, with an exit code that a script can read."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from audit.models import ChainCheck
from audit.services import record
from branchweb.management.commands import verify
from members.models import Member
from rulebook.console import WrongUse


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHORS = tmp_path / "anchors"


def answer():
    output = StringIO()
    call_command("verify", "--json", stdout=output)
    return json.loads(output.getvalue())


def run():
    command = verify.Command(stdout=StringIO())
    call_command(command)
    return command.exit_code, command.stdout.getvalue()


def test_a_whole_installation_is_said_to_be_whole(cast):
    record(action="edit_member", by=cast.secretary, subject=cast.zhang)
    told = answer()

    assert list(told) == ["ok", "checks"]
    assert told["ok"] is True
    assert [list(check) for check in told["checks"]] == [["name", "ok", "detail"]] * len(told["checks"])
    assert {"audit_chain", "audit_anchors", "append_only_audit_entry", "roster_paths", "search_index"} <= {
        check["name"] for check in told["checks"]
    }
    assert run()[0] == 0


def test_an_empty_installation_is_whole(db):
    assert answer()["ok"] is True


def test_one_check_that_fails_makes_the_whole_fail(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    told = answer()

    assert told["ok"] is False
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["roster_paths"]
    assert run()[0] == 1


def test_a_person_reads_a_line_each(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    lines = run()[1].splitlines()

    assert any(line.startswith("WRONG roster_paths") for line in lines)
    assert any(line.startswith("ok    audit_chain") for line in lines)


def test_the_audit_page_learns_what_was_found(cast):
    answer()

    assert ChainCheck.objects.count() == 1


def test_every_app_with_derived_data_is_asked(cast, monkeypatch):
    asked = []
    monkeypatch.setattr("members.verification.checks", lambda: asked.append("members") or iter(()))
    monkeypatch.setattr("audit.verification.checks", lambda: asked.append("audit") or iter(()))
    answer()

    assert sorted(asked) == ["audit", "members"]


def test_nothing_private_is_told(cast):
    Member.objects.update(roster_path="", search_terms="", national_id_print="")
    told = json.dumps(answer(), ensure_ascii=False)

    assert not any(text in told for text in ("张英", "15695900689", "19750109"))


def test_missing_keys_are_told_in_a_sentence(cast, settings, tmp_path):
    """No traceback before it."""
    record(action="edit_member", by=cast.secretary, subject=cast.zhang)
    settings.FIELD_KEYS_FILE, settings.FIELD_KEYS = tmp_path / "nowhere", ()

    with pytest.raises(WrongUse, match="nowhere isn't there"):
        answer()
