"""A workbook of another kind, or with another branch's title, is said and led to its place."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members import tasks
from members.imports.kinds import workbook_kind
from members.models import RosterImport, User
from members.workbooks.reading import UnreadableWorkbook, open_workbook
from tests.cast import Cast
from tests.members.imports.roster_files import HEADINGS, person, roster
from tests.members.workbooks.workbook_files import packed, xlsx

As = Callable[[User], Client]
ROWS: dict[str, list[list[object]]] = {
    "sign_in": [["序号", "姓名", "1.14主题党日", "2.18党课", "3.10党员大会"], [1, "张三", "√", "√", "缺"]],
    "ledger": [["序号", "姓名", "党费基数", "1月", "2月", "3月", "4月"], [1, "张三", 3000, 15, 15, 15, 15]],
    "bill": [["交易时间", "交易类型", "交易对方", "收/支", "金额(元)", "交易单号"], ["2026-10-29", "转账", "张"]],
    "roster": [["姓名", "性别", "民族", "身份证号", "入党时间", "1月", "2月", "3月"], ["张三", "男", "汉"]],
    "": [["姓名", "性别"], ["张三", "男"]],
}  # fmt: skip
UPLOAD = {
    "sign_in": "meetings:import-new", "ledger": "dues:ledger-new", "bill": "dues:bill-new",
    "roster": "members:import-new",
}  # fmt: skip


@pytest.fixture(autouse=True)
def work_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "start", lambda task, key: task(str(key)))


@pytest.mark.parametrize("kind", ROWS)
def test_the_kind_shows_in_the_headings(kind: str, tmp_path: Path) -> None:
    with open_workbook(xlsx(tmp_path / "a.xlsx", ROWS[kind])) as book:
        assert workbook_kind(book.heads) == kind


@pytest.mark.parametrize("kind", ["sign_in", "ledger", "bill"])
def test_another_workbook_uploaded_as_a_roster_is_led_to_its_place(
    cast: Cast, as_user: As, tmp_path: Path, kind: str
) -> None:
    client, key = as_user(cast.secretary), uuid4()
    workbook = SimpleUploadedFile("a.xlsx", xlsx(tmp_path / "a.xlsx", ROWS[kind]).read_bytes())
    form = {"key": key, "organization": cast.branch.code, "workbook": workbook}
    page = client.post(reverse("members:import-new"), form, follow=True).content.decode()
    assert RosterImport.objects.get(key=key).state == "failed"
    assert f'href="{reverse(UPLOAD[kind])}"' in page


@pytest.mark.parametrize("place", ["sign_in", "bill", "ledger"])
def test_a_roster_uploaded_elsewhere_is_led_back(cast: Cast, as_user: As, tmp_path: Path, place: str) -> None:
    people = [person("张三", 1), person("李四", 2)]
    path = roster(tmp_path / "a.xlsx", people, headings=HEADINGS[1:9])
    given = SimpleUploadedFile("a.xlsx", path.read_bytes())
    form = {"key": uuid4(), "organization": cast.branch.code, "file": given, "year": 2026}
    client = as_user(cast.officer if place == "ledger" else cast.secretary)
    page = client.post(reverse(UPLOAD[place]), form).content.decode()
    assert f'<a href="{reverse("members:import-new")}">' in page


def test_the_title_of_another_branch_is_said(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    for title, said in (("云岭镇第九党支部党员花名册", True), (f"中共{cast.branch.name}党员花名册", False)):
        key = uuid4()
        path = roster(tmp_path / "a.xlsx", [person("张三", 1)], title=title)
        workbook = SimpleUploadedFile("a.xlsx", path.read_bytes())
        client.post(reverse("members:import-new"), {"key": key, "organization": cast.branch.code, "workbook": workbook})
        begun = RosterImport.objects.get(key=key)
        page = client.get(begun.get_absolute_url()).content.decode()
        assert ("another_branchs_title" in {note["code"] for note in begun.notes}) is said
        assert ("第九党支部" in page and f'href="{reverse("members:import-new")}"' in page) is said


def test_a_text_document_is_no_empty_table(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.xlsx", {"_rels/.rels": "<a/>", "word/document.xml": "<a/>"})
    with pytest.raises(UnreadableWorkbook) as refusal, open_workbook(path):
        pass
    assert refusal.value.code == "workbook_is_text_document"
