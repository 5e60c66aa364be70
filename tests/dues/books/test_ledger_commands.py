"""`import_dues` and `dues_statement`, as the contract has them."""

import json

import pytest
from django.core.management import CommandError, call_command

from dues.models import Charge, ClosedMonth, LedgerImport
from tests.dues.books.ledger_files import ledger, row
from tests.dues.making import month

pytestmark = pytest.mark.django_db
ROWS = [row(1, "张英", None, 40, [40, 40], 80), row(2, "李国强", None, 20, [20], 20), row(3, "没有人", None, 1, [1], 1)]


@pytest.fixture
def path(cast, tmp_path):
    return ledger(tmp_path / "ledger.xlsx", ROWS)


@pytest.fixture
def run(capsys):
    def running(*arguments):
        call_command(*map(str, arguments), "--json")
        return json.loads(capsys.readouterr().out)

    return running


def test_the_answer_of_an_import(run, path):
    answer = run("import_dues", path, "--org", "branch", "--year", 2026)

    assert list(answer) == ["members", "paid_total_fen", "charged_total_fen", "refused", "warnings"]
    assert (answer["members"], answer["paid_total_fen"], answer["charged_total_fen"]) == (2, 10000, 12000)
    assert [(one["row"], one["cell"], one["code"]) for one in answer["refused"]] == [(5, "B5", "member_unknown")]
    assert {one["code"] for one in answer["warnings"]} == {"category_unknown"}
    assert Charge.objects.count() == 4


def test_a_dry_run_says_the_same_and_stores_nothing(run, path):
    assert run("import_dues", path, "--org", "branch", "--year", 2026, "--dry-run")["charged_total_fen"] == 12000
    assert not LedgerImport.objects.exists()
    assert not Charge.objects.exists()


def test_the_same_file_twice_says_the_same_and_adds_nothing(run, path):
    first, second = (run("import_dues", path, "--org", "branch", "--year", 2026) for _twice in range(2))

    assert first == second
    assert Charge.objects.count() == 4


def test_a_closed_month_is_refused_and_nothing_stored(run, path, cast):
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    answer = run("import_dues", path, "--org", "branch", "--year", 2026)

    assert "month_closed" in [one["code"] for one in answer["refused"]]
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--org", "district", "--year", "2026"],
        ["--org", "nowhere", "--year", "2026"],
        ["--org", "branch", "--year", "26"],
    ],
)
def test_wrong_use_of_the_import(path, options):
    with pytest.raises(CommandError) as refusal:
        call_command("import_dues", str(path), *options)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
def test_a_file_that_cannot_be_read(cast, tmp_path, content):
    path = tmp_path / "x.xlsx"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError) as refusal:
        call_command("import_dues", str(path), "--org", "branch", "--year", "2026")
    assert refusal.value.returncode == 2


def test_the_statement_after_an_import(run, path):
    run("import_dues", path, "--org", "branch", "--year", 2026)
    answer = run("dues_statement", "--org", "branch", "--as-of", "2026-02-28")

    assert answer == {
        "charged_fen": 12000,
        "paid_fen": 10000,
        "waived_fen": 0,
        "behind": [
            {
                "name": "李国强",
                "national_id_masked": "••••••••••••••4539",
                "behind_fen": 2000,
                "months": 1,
                "carried_over_fen": 0,
            }
        ],
        "this_month_fen": 0,
    }


def test_people_read_sentences(path, capsys):
    call_command("import_dues", str(path), "--org", "branch", "--year", "2026")
    call_command("dues_statement", "--org", "branch", "--as-of", "2026-02-28")
    out = capsys.readouterr().out

    assert "没有人" in out
    assert "李国强" in out
