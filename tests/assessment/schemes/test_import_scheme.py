"""`import_scheme` from the shell: what it prints, stores, and refuses."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from assessment.models import Scheme
from assessment.schemes.import_services import SAMPLES
from audit.models import Entry
from rulebook.console import DONE, WrongUse
from tests.assessment.schemes.indicator_files import ROWS, text, workbook

pytestmark = pytest.mark.django_db


def run(file, **options):
    out = StringIO()
    call_command("import_scheme", str(file), stdout=out, json=True, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path):
    return workbook(tmp_path / "指标.xlsx", [*ROWS, ("", "特色", 5, "工作有声有色"), ("合计", "", 25)])


def test_it_prints_what_was_understood_and_stores_a_draft(cast, file):
    answer = run(file)
    scheme = Scheme.objects.get(code=answer["code"])

    assert (str(scheme.pk), scheme.state, scheme.organization, scheme.year) == (
        answer["scheme"], "draft", cast.county, 2026,
    )  # fmt: skip
    assert (answer["version"], answer["title"], answer["total"]) == (1, "2026年党支部考核表", 25)
    assert (answer["sheet"], answer["header_row"]) == ("Sheet1", 2)
    assert answer["columns"] == {
        "考核项目": "level", "考核内容": "level", "分值": "points", "评分标准": "method",
    }  # fmt: skip
    assert answer["indicators"][1] == {
        "code": "1.1", "title": "换届", "parent": "1", "max": 4, "points": None, "state": "unknown",
        "kinds": ["deduct_flat"], "metrics": ["members.terms"], "evidence": [],
    }  # fmt: skip
    assert (answer["band"], answer["veto"], answer["refused"]) == (None, None, [])
    assert [(one["row"], one["column"], one["code"]) for one in answer["warnings"] if one["row"]] == [
        (6, "评分标准", "not_understood")
    ]
    assert Entry.objects.filter(action="build_scheme", actor="shell").count() == 1


def test_a_second_import_is_no_second_version_unless_something_changed(cast, file, tmp_path):
    first, again = run(file, code="X"), run(file, code="X")
    changed = run(workbook(tmp_path / "b.xlsx", ROWS), code="X")

    assert [(one["version"], one["new"]) for one in (first, again, changed)] == [(1, True), (1, False), (2, True)]
    assert again["scheme"] == first["scheme"]


def test_nothing_is_stored_when_only_asked(cast, file):
    answer = run(file, dry_run=True)

    assert (answer["scheme"], len(answer["indicators"])) == (None, 6)
    assert not Scheme.objects.exists()


def test_what_is_said_on_the_command_line_holds(cast, file):
    answer = run(file, org="district", code="KH-1", year=2025)

    assert Scheme.objects.get().organization == cast.district
    assert (answer["code"], answer["year"]) == ("KH-1", 2025)
    assert "year_contradicts" in [one["code"] for one in answer["warnings"]]


def test_another_committees_code_is_not_taken_over(cast, file):
    run(file, org="district", code="X")
    with pytest.raises(WrongUse):
        run(file, org="county", code="X")

    assert Scheme.objects.count() == 1


def test_wrong_use_says_so(cast, file, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    people = text(tmp_path / "people.csv", [("姓名", "电话"), ("张三", "1")])
    for given, options in (
        (tmp_path / "none.xlsx", {}),
        (tmp_path / "empty.csv", {}),
        (people, {}),
        (file, {"org": "nowhere"}),
        (file, {"year": 12}),
    ):
        with pytest.raises(WrongUse) as refusal:
            run(given, **options)
        assert (refusal.value.returncode, bool(str(refusal.value))) == (2, True)


def test_without_a_root_or_with_two_it_asks_whose_scheme_it_is(db, file):
    with pytest.raises(WrongUse):
        run(file)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.number)
def test_the_samples_are_stored_and_can_be_assessed(cast, sample):
    answer, out = run(sample.path), StringIO()
    call_command("assess", scheme=answer["code"], org="branch", json=True, stdout=out)

    assert sum(line["max"] for line in answer["indicators"] if not line["parent"]) == 100
    assert len(json.loads(out.getvalue())["indicators"]) == len(answer["indicators"])


def test_it_tells_a_person_in_sentences(cast, file):
    out = StringIO()
    call_command("import_scheme", str(file), stdout=out)

    assert len(out.getvalue().splitlines()) > 2
    assert DONE == 0
