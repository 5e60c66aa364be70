"""Columns that are likely and not certain: asked about before anything is stored, and remembered."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members import tasks
from members.imports.queries import column_lines
from members.models import ColumnMapping, Member, Organization, RosterImport, User
from tests.cast import Cast
from tests.members.imports.roster_files import HEADINGS, person, roster

As = Callable[[User], Client]
DETAIL, COLUMNS, CONFIRM = "members:import-detail", "members:import-columns", "members:import-confirm"
ASKED, UNKNOWN = "月工资", "血型"
NUMBER = len(HEADINGS[:8])


@pytest.fixture(autouse=True)
def work_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "start", lambda task, key: task(str(key)))


def upload(client: Client, path: Path, place: Organization) -> RosterImport:
    key = uuid4()
    workbook = SimpleUploadedFile("名册.xlsx", path.read_bytes())
    client.post(reverse("members:import-new"), {"key": key, "organization": place.code, "workbook": workbook})
    return RosterImport.objects.get(key=key)


def url(name: str, roster_import: RosterImport) -> str:
    return reverse(name, args=[roster_import.key])


def with_wages(path: Path) -> Path:
    people = [person(f"张{name}", number, 月工资=5000 + number, 血型="A型") for number, name in enumerate("三四五", 1)]
    return roster(path, people, headings=[*HEADINGS[:8], ASKED, UNKNOWN])


def answers(begun: RosterImport, answer: str, other: str = "") -> dict[str, str]:
    """The form as a browser sends it."""
    sent = {f"column-{number}": column["field"] for number, column in enumerate(begun.columns)}
    return {**sent, f"answer-{NUMBER}": answer, f"column-{NUMBER}": other}


def test_the_question_shows_what_stands_below_and_what_it_would_mean(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    begun = upload(client, with_wages(tmp_path / "a.xlsx"), cast.branch)
    page = client.get(url(COLUMNS, begun)).content.decode()
    assert all(part in page for part in ("<q>5001</q>", "<q>5003</q>", "<q>A型</q>", 'value="yes"'))
    assert "月工资" in page and url(CONFIRM, begun) not in client.get(url(DETAIL, begun)).content.decode()


def test_an_amount_is_not_agreed_to_in_passing(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    begun = upload(client, with_wages(tmp_path / "a.xlsx"), cast.branch)
    assert "checked" not in client.get(url(COLUMNS, begun)).content.decode()
    sent = answers(begun, "yes")
    del sent[f"answer-{NUMBER}"]
    assert client.post(url(COLUMNS, begun), sent).status_code == 200
    assert not ColumnMapping.objects.exists()


def test_nothing_is_stored_before_the_question_is_answered(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    begun = upload(client, with_wages(tmp_path / "a.xlsx"), cast.branch)
    client.post(url(CONFIRM, begun))
    begun.refresh_from_db()
    assert (begun.state, Member.objects.filter(name="张三").exists()) == ("preview", False)


@pytest.mark.parametrize(
    ("answer", "other", "field"), [("yes", "", "dues_base"), ("no", "", ""), ("other", "remark", "remark")]
)
def test_an_answer_is_stored_and_remembered(
    cast: Cast, as_user: As, tmp_path: Path, answer: str, other: str, field: str
) -> None:
    client, path = as_user(cast.secretary), with_wages(tmp_path / "a.xlsx")
    begun = upload(client, path, cast.branch)
    client.post(url(COLUMNS, begun), answers(begun, answer, other))
    assert ColumnMapping.objects.get(heading=ASKED).field == field

    again = upload(client, path, cast.branch)
    column = again.columns[NUMBER]
    assert (column["field"], column["proposal"]) == (field, "")
    client.post(url(CONFIRM, again))
    assert Member.objects.filter(name="张三").exists()


def test_a_column_without_a_heading_is_not_remembered(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    people = [person(f"张{name}", number, **{"": 5000 + number}) for number, name in enumerate("三四五", 1)]
    begun = upload(client, roster(tmp_path / "a.xlsx", people, headings=[*HEADINGS[:8], ""]), cast.branch)
    client.post(url(COLUMNS, begun), answers(begun, "yes"))
    begun.refresh_from_db()
    assert begun.columns[NUMBER]["field"] == "dues_base"
    assert not ColumnMapping.objects.exists()


def test_cells_are_shown_to_nobody_but_who_uploaded_them(cast: Cast, as_user: As, tmp_path: Path) -> None:
    begun = upload(as_user(cast.secretary), with_wages(tmp_path / "a.xlsx"), cast.branch)
    assert column_lines(begun, cast.secretary)[NUMBER].samples == ["5001", "5002", "5003"]
    assert column_lines(begun, cast.officer)[NUMBER].samples == []


def test_the_same_meaning_twice_is_refused_at_the_question(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    begun = upload(client, with_wages(tmp_path / "a.xlsx"), cast.branch)
    assert client.post(url(COLUMNS, begun), answers(begun, "other", "name")).status_code == 200
    assert not ColumnMapping.objects.exists()
