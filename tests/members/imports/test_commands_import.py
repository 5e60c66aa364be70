import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from members.choices import OrganizationKind
from members.management.commands.import_roster import Command
from members.models import Member, Organization, RosterImport
from tests.cast import make_organization
from tests.members.imports.roster_files import HEADINGS, person, roster, three


@pytest.fixture
def branch(db: None) -> Organization:
    return make_organization("b1", "红旗社区第一党支部", OrganizationKind.BRANCH)


def run(*arguments: object, **options: object) -> dict[str, object]:
    out = StringIO()
    call_command(*map(str, arguments), json=True, stdout=out, stderr=StringIO(), **options)
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


def test_the_answer_has_what_the_contract_says(branch: Organization, tmp_path: Path) -> None:
    people = [person("张三", 1, 爱好="下棋"), person("李四", 2, 入党时间="八几年")]
    path = roster(tmp_path / "名册.xlsx", people, headings=[*HEADINGS, "爱好"])
    answer = run("import_roster", path, into="b1")
    assert list(answer) == [
        *("file", "sheet", "header_row", "columns", "unknown_columns", "asked", "rows", "created", "updated"),
        *("unchanged", "refused", "warnings", "import_id"),
    ]
    assert (answer["file"], answer["sheet"], answer["header_row"]) == ("名册.xlsx", "花名册", 3)
    assert (answer["rows"], answer["created"], answer["updated"], answer["unchanged"]) == (2, 1, 0, 0)
    assert (answer["columns"]["身份证号码"], answer["unknown_columns"]) == ("national_id", ["爱好"])  # type: ignore[index]
    [refused] = answer["refused"]  # type: ignore[misc]
    assert (refused["row"], refused["column"], refused["code"]) == (5, "入党时间", "date_unreadable")
    assert refused["message"]
    assert answer["import_id"] == str(RosterImport.objects.get().pk)


def test_a_text_file_has_its_own_name_for_the_sheet(branch: Organization, tmp_path: Path) -> None:
    path = tmp_path / "一支部名册.csv"
    path.write_text("姓名,性别,联系电话\n张三,男,13800000000\n")
    answer = run("import_roster", path, into="b1")
    assert (answer["file"], answer["sheet"]) == ("一支部名册.csv", "一支部名册")


@pytest.mark.parametrize("accept", [False, True])
def test_a_likely_column_is_read_only_when_proposals_are_accepted(
    branch: Organization, tmp_path: Path, accept: bool
) -> None:
    people = [person(f"张{name}", number, 月工资=5000 + number) for number, name in enumerate("三四五", 1)]
    path = roster(tmp_path / "a.xlsx", people, headings=[*HEADINGS[:8], "月工资"])
    answer = run("import_roster", path, into="b1", accept_proposals=accept)
    assert answer["asked"] == [
        {"column": "月工资", "letter": "I", "proposal": "dues_base", "samples": ["5001", "5002", "5003"]}
    ]
    assert (answer["columns"].get("月工资"), answer["unknown_columns"]) == ("dues_base" if accept else None, [])  # type: ignore[attr-defined]
    base = Member.objects.get(name="张三").dues_base
    assert (base.open() if base else "") == ("500100" if accept else "")


@pytest.mark.parametrize(("accept", "code"), [(False, 1), (True, 0)])
def test_what_was_not_asked_makes_the_exit_code_1(
    branch: Organization, tmp_path: Path, accept: bool, code: int
) -> None:
    people = [person(f"张{name}", number, 月工资=5000 + number) for number, name in enumerate("三四五", 1)]
    path = roster(tmp_path / "a.xlsx", people, headings=[*HEADINGS[:8], "月工资"])
    command = Command(stdout=StringIO(), stderr=StringIO())
    call_command(command, str(path), into="b1", accept_proposals=accept, json=True)
    assert command.exit_code == code


def test_undo_says_how_many(branch: Organization, tmp_path: Path) -> None:
    answer = run("import_roster", three(tmp_path / "a.xlsx"), into="b1")
    assert run("undo_import", answer["import_id"]) == {"undone": 3, "refused": []}
    assert Member.objects.count() == 0


def test_a_dry_run_has_no_import(branch: Organization, tmp_path: Path) -> None:
    answer = run("import_roster", three(tmp_path / "a.xlsx"), into="b1", dry_run=True)
    assert (answer["created"], answer["import_id"], Member.objects.count()) == (3, None, 0)


@pytest.mark.parametrize(
    ("into", "file"), [("b1", "none.xlsx"), ("no-such", "a.xlsx"), (None, "a.xlsx"), ("b1", "text.xlsx")]
)
def test_wrong_use_is_a_sentence_and_stores_nothing(
    branch: Organization, tmp_path: Path, into: str | None, file: str
) -> None:
    three(tmp_path / "a.xlsx")
    (tmp_path / "text.xlsx").write_text("只是一些文字")
    with pytest.raises(CommandError) as wrong:
        run("import_roster", tmp_path / file, **({"into": into} if into else {}))
    assert wrong.value.returncode == 2
    assert str(wrong.value)
    assert RosterImport.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["nonsense", "12345678-1234-1234-1234-123456789012"])
def test_undoing_what_is_no_import_is_wrong_use(key: str) -> None:
    with pytest.raises(CommandError) as wrong:
        run("undo_import", key)
    assert wrong.value.returncode == 2


def test_undoing_twice_is_wrong_use(branch: Organization, tmp_path: Path) -> None:
    key = run("import_roster", three(tmp_path / "a.xlsx"), into="b1")["import_id"]
    run("undo_import", key)
    with pytest.raises(CommandError):
        run("undo_import", key)


def test_without_json_a_person_reads_sentences(branch: Organization, tmp_path: Path) -> None:
    out = StringIO()
    path = roster(tmp_path / "a.xlsx", [person("张三", 1), person("李四", 2, 入党时间="八几年")])
    call_command("import_roster", str(path), into="b1", stdout=out, stderr=StringIO())
    first, refused = out.getvalue().strip().split("\n")
    assert "a.xlsx" in first
    assert refused.startswith("5 入党时间: ")
