"""The pages of an import: works, wrong office, out of scope, wrong method, bad input."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError

from members import tasks
from members.choices import ImportState
from members.imports.running import file_of
from members.models import ColumnMapping, Member, Organization, RosterImport, User
from tests.cast import Cast
from tests.members.imports.roster_files import HEADINGS, person, roster, three
from tests.members.workbooks.workbook_files import identity, xlsx

As = Callable[[User], Client]
NEW, LIST, TEMPLATE = "members:import-new", "members:import-list", "members:import-template"
DETAIL, PROGRESS, COLUMNS = "members:import-detail", "members:import-progress", "members:import-columns"
CONFIRM, UNDO, REFUSED = "members:import-confirm", "members:import-undo", "members:import-refused"


@pytest.fixture(autouse=True)
def work_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker would do happens in the request."""
    monkeypatch.setattr(tasks, "start", lambda task, key: task(str(key)))


def uploaded(path: Path, name: str = "名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, path.read_bytes())


def upload(client: Client, path: Path, place: Organization, key: object = None) -> RosterImport:
    key = key or uuid4()
    client.post(reverse(NEW), {"key": key, "organization": place.code, "workbook": uploaded(path)})
    return RosterImport.objects.get(key=key)


def url(name: str, roster_import: RosterImport) -> str:
    return reverse(name, args=[roster_import.key])


# Works


def test_a_workbook_becomes_a_preview_and_then_a_roster(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    before = Member.objects.count()
    begun = upload(client, three(tmp_path / "a.xlsx"), cast.branch)
    assert (begun.state, begun.counts, Member.objects.count()) == (ImportState.PREVIEW, {"new": 3}, before)

    page = client.get(url(DETAIL, begun)).content.decode()
    assert "李四" in page and "年老体弱" in page

    client.post(url(CONFIRM, begun))
    begun.refresh_from_db()
    assert (begun.state, begun.rows_total, Member.objects.count()) == (ImportState.APPLIED, 3, before + 3)
    assert Member.objects.get(name="李四").get_absolute_url() in client.get(url(DETAIL, begun)).content.decode()

    client.post(url(UNDO, begun))
    begun.refresh_from_db()
    assert (begun.state, Member.objects.count()) == (ImportState.UNDONE, before)


def test_the_workbook_is_gone_from_the_disk_once_it_is_read(cast: Cast, as_user: As, tmp_path: Path) -> None:
    assert not file_of(upload(as_user(cast.secretary), three(tmp_path / "a.xlsx"), cast.branch)).exists()


def test_until_then_only_the_program_can_read_it(
    cast: Cast, as_user: As, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "start", lambda task, key: None)
    path = file_of(upload(as_user(cast.secretary), three(tmp_path / "a.xlsx"), cast.branch))
    assert path.stat().st_mode & 0o777 == 0o600


def test_private_values_do_not_stand_on_the_preview(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    people = [person("张三", 1, 联系电话="没有记"), person("李四", 2, 入党时间="八几年", 党费缴纳基数=4321)]
    page = client.get(url(DETAIL, upload(client, roster(tmp_path / "a.xlsx", people), cast.branch))).content.decode()
    assert "八几年" in page
    for private in (identity(number=1), identity(number=2), "13800000002", "4321", "没有记"):
        assert private not in page


def test_a_change_shows_what_was_and_what_will_be(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    client.post(url(CONFIRM, upload(client, three(tmp_path / "a.xlsx"), cast.branch)))
    changed = roster(tmp_path / "b.xlsx", [person("张三", 11, 工作单位及职务="红旗中学", 联系电话="13900000000")])
    page = client.get(url(DETAIL, upload(client, changed, cast.branch))).content.decode()
    assert "<del>原红旗机械厂</del>" in page and "<ins>红旗中学</ins>" in page
    assert "13900000000" not in page and "13800000011" not in page


def test_rows_can_be_narrowed_to_a_verdict(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    people = [person("张三", 1), person("李四", 2, 入党时间="八几年"), person("王五", 3, 备注="年老体弱")]
    begun = upload(client, roster(tmp_path / "a.xlsx", people), cast.branch)

    def names(verdict: str) -> set[str]:
        page = client.get(url(DETAIL, begun), {"verdict": verdict}).content.decode()
        return set(re.findall("张三|李四|王五", page))

    assert [names(verdict) for verdict in ("", "new", "refused", "remarks", "unchanged", "nonsense")] == [
        {"张三", "李四", "王五"}, {"张三", "王五"}, {"李四"}, {"李四", "王五"}, set(), {"张三", "李四", "王五"},
    ]  # fmt: skip


def test_what_has_to_be_looked_at_stands_first(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    people = [person("张三", 1), person("李四", 2, 入党时间="八几年"), person("王五", 3, 备注="年老体弱")]
    answer = client.get(url(DETAIL, upload(client, roster(tmp_path / "a.xlsx", people), cast.branch)))

    assert [line.row.name for line in answer.context["rows"].rows] == ["李四", "王五", "张三"]


def test_a_corrected_column_is_read_again_and_remembered_for_the_branch(
    cast: Cast, as_user: As, tmp_path: Path
) -> None:
    client = as_user(cast.secretary)
    path = xlsx(tmp_path / "a.xlsx", [["姓名", "性别", "打哪个号码"], ["张三", "男", "13800000001"]])
    begun = upload(client, path, cast.branch)
    assert [column["field"] for column in begun.columns] == ["name", "sex", ""]

    client.post(url(COLUMNS, begun), {"column-0": "name", "column-1": "sex", "column-2": "phone"})
    begun.refresh_from_db()
    assert (begun.state, [column["field"] for column in begun.columns]) == ("preview", ["name", "sex", "phone"])
    assert ColumnMapping.objects.get().field == "phone"

    again = upload(client, path, cast.branch)
    assert [column["field"] for column in again.columns] == ["name", "sex", "phone"]
    client.post(url(CONFIRM, again))
    assert Member.objects.get(name="张三").phone.open() == "13800000001"


def test_rows_that_were_left_out_come_back_with_their_reasons(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    formula = '=HYPERLINK("http://127.0.0.1/x")'
    people = [person("张三", 1), person("李四", 2, 入党时间="八几年", 备注=formula)]
    begun = upload(client, roster(tmp_path / "a.xlsx", people), cast.branch)
    answer = client.get(url(REFUSED, begun))
    page = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    headings, row = [[cell.value for cell in line] for line in page.iter_rows()]
    assert headings == [*HEADINGS, "退回原因"]
    cells = dict(zip(headings, row, strict=True))
    assert (cells["姓名"], cells["身份证号码"], cells["备注"]) == ("李四", identity(number=2), formula)
    assert cells["退回原因"].startswith("入党时间：")
    assert {cell.data_type for line in page.iter_rows() for cell in line} <= {"s", "n"}


def test_a_workbook_of_refused_rows_can_be_corrected_and_imported(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    begun = upload(client, roster(tmp_path / "a.xlsx", [person("李四", 2, 入党时间="八几年")]), cast.branch)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(url(REFUSED, begun)).streaming_content)))  # type: ignore[attr-defined]
    column = [cell.value for cell in book.active[1]].index("入党时间") + 1
    book.active.cell(row=2, column=column, value="1980.7")
    book.save(tmp_path / "b.xlsx")
    again = upload(client, tmp_path / "b.xlsx", cast.branch)
    assert again.counts == {"new": 1}


def test_the_blank_workbook_is_understood_by_the_program_itself(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(reverse(TEMPLATE)).streaming_content)))  # type: ignore[attr-defined]
    page = book["花名册"]
    headings = [cell.value for cell in page[1]]
    for heading, value in {"姓名": "张三", "性别": "男"}.items():
        page.cell(row=2, column=headings.index(heading) + 1, value=value)
    book.save(tmp_path / "a.xlsx")
    begun = upload(client, tmp_path / "a.xlsx", cast.branch)
    assert all(column["field"] for column in begun.columns)
    assert begun.counts == {"new": 1}


def test_progress_is_asked_for_until_the_work_is_done(cast: Cast, as_user: As) -> None:
    client = as_user(cast.secretary)
    begun = RosterImport.objects.create(
        organization=cast.branch, file_name="a.xlsx", state=ImportState.APPLYING, rows_total=200, rows_done=50
    )
    page = client.get(url(DETAIL, begun)).content.decode()
    assert '<meta http-equiv="refresh"' in page and 'value="50" max="200"' in page
    part = client.get(url(PROGRESS, begun))
    assert "<html" not in part.content.decode() and 'hx-get="' in part.content.decode()
    RosterImport.objects.update(state=ImportState.APPLIED, applied_at="2026-11-24T00:00Z")
    assert client.get(url(PROGRESS, begun)).headers["HX-Refresh"] == "true"


def test_without_a_broker_the_upload_waits_for_the_minutes_round(
    cast: Cast, as_user: As, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_arguments: object) -> None:
        raise OperationalError

    monkeypatch.undo()
    monkeypatch.setattr(tasks.read_import, "delay", unreachable)
    begun = upload(as_user(cast.secretary), three(tmp_path / "a.xlsx"), cast.branch)
    assert begun.state == ImportState.UPLOADED
    tasks.continue_imports()
    begun.refresh_from_db()
    assert begun.state == ImportState.PREVIEW


def test_a_double_click_uploads_once_and_confirms_once(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client, key = as_user(cast.secretary), uuid4()
    path = three(tmp_path / "a.xlsx")
    upload(client, path, cast.branch, key)
    begun = upload(client, path, cast.branch, key)
    before = Member.objects.count()
    client.post(url(CONFIRM, begun))
    client.post(url(CONFIRM, begun))
    assert (RosterImport.objects.count(), Member.objects.count()) == (1, before + 3)


def test_committee_staff_may_set_up_branches_by_a_merged_roster(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.district_staff)
    people = [person("张三", 1, 所在党支部="城关镇党委/新村党支部")]
    begun = upload(client, roster(tmp_path / "a.xlsx", people, headings=["所在党支部", *HEADINGS]), cast.district)
    assert not Organization.objects.filter(name="新村党支部").exists()
    client.post(url(CONFIRM, begun))
    assert Member.objects.get(name="张三").roster_path == Organization.objects.get(name="新村党支部").path


# Wrong office, out of scope, wrong method


@pytest.mark.parametrize(
    "part", ["member", "group_leader", "inspector", "county_secretary", "administrator", "stranger"]
)
@pytest.mark.parametrize("name", [NEW, LIST, TEMPLATE])
def test_an_office_that_keeps_no_roster_is_refused(cast: Cast, as_user: As, part: str, name: str) -> None:
    assert as_user(cast.users()[part]).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", [DETAIL, PROGRESS, COLUMNS, REFUSED])
def test_another_branchs_import_is_not_there(cast: Cast, as_user: As, name: str) -> None:
    theirs = RosterImport.objects.create(organization=cast.next_branch, file_name="a.xlsx", state="preview")
    assert as_user(cast.secretary).get(url(name, theirs)).status_code == 404


@pytest.mark.parametrize("name", [CONFIRM, UNDO, COLUMNS])
def test_another_branchs_import_cannot_be_changed(cast: Cast, as_user: As, name: str) -> None:
    theirs = RosterImport.objects.create(organization=cast.next_branch, file_name="a.xlsx", state="preview")
    assert as_user(cast.secretary).post(url(name, theirs)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "preview"


def test_nobody_imports_into_another_branch(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    form = {"key": uuid4(), "organization": cast.next_branch.code, "workbook": uploaded(three(tmp_path / "a.xlsx"))}
    assert client.post(reverse(NEW), form).status_code == 200
    assert RosterImport.objects.count() == 0


def test_the_list_shows_ones_own_imports(cast: Cast, as_user: As) -> None:
    RosterImport.objects.create(organization=cast.branch, file_name="ours.xlsx")
    RosterImport.objects.create(organization=cast.next_branch, file_name="theirs.xlsx")
    page = as_user(cast.secretary).get(reverse(LIST)).content.decode()
    assert "ours.xlsx" in page and "theirs.xlsx" not in page


@pytest.mark.parametrize("name", [CONFIRM, UNDO])
def test_what_changes_something_is_no_get(cast: Cast, as_user: As, name: str) -> None:
    ours = RosterImport.objects.create(organization=cast.branch, file_name="a.xlsx", state="preview")
    assert as_user(cast.secretary).get(url(name, ours)).status_code == 405


# Bad input


def test_a_file_that_is_no_workbook_fails_with_its_sentence(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7")
    begun = upload(client, tmp_path / "a.xlsx", cast.branch)
    assert begun.state == ImportState.FAILED
    assert begun.failure in client.get(url(DETAIL, begun)).content.decode()
    assert not file_of(begun).exists()


@pytest.mark.parametrize("form", [{}, {"organization": "branch"}, {"key": "x", "organization": "branch"}])
def test_a_form_without_a_file_is_shown_again(cast: Cast, as_user: As, form: dict[str, str]) -> None:
    assert as_user(cast.secretary).post(reverse(NEW), form).status_code == 200
    assert RosterImport.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"column-0": "", "column-1": "sex", "column-2": "phone"},
        {"column-0": "name", "column-1": "name", "column-2": ""},
        {"column-0": "nonsense", "column-1": "", "column-2": ""},
    ],
)
def test_columns_that_make_no_roster_are_shown_again(
    cast: Cast, as_user: As, tmp_path: Path, fields: dict[str, str]
) -> None:
    client = as_user(cast.secretary)
    path = xlsx(tmp_path / "a.xlsx", [["姓名", "性别", "打哪个号码"], ["张三", "男", "1"]])
    begun = upload(client, path, cast.branch)
    assert client.post(url(COLUMNS, begun), fields).status_code == 200
    assert ColumnMapping.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "name"), [("applied", COLUMNS), ("failed", CONFIRM), ("preview", UNDO), ("undone", CONFIRM)]
)
def test_what_can_no_longer_be_done_is_said(cast: Cast, as_user: As, state: str, name: str) -> None:
    ours = RosterImport.objects.create(
        organization=cast.branch,
        file_name="a.xlsx",
        state=state,
        applied_at=None if state == "preview" else "2026-11-24T00:00Z",
        columns=[{"heading": "姓名", "field": "name", "doubt": ""}, {"heading": "x", "field": "", "doubt": ""}],
    )
    answer = as_user(cast.secretary).post(url(name, ours), {"column-0": "name", "column-1": "sex"}, follow=True)
    assert answer.status_code == 200
    assert len(list(answer.context["messages"])) == 1
    ours.refresh_from_db()
    assert ours.state == state


# Lists


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_the_pages_ask_the_same_however_many_rows(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    asked = []
    for number in (1, 3):
        people = [person(f"张{'一二三'[i]}", number * 10 + i) for i in range(number)]
        begun = upload(client, roster(tmp_path / f"{number}.xlsx", people), cast.branch)
        asked.append((queries_of(client, url(DETAIL, begun)), queries_of(client, reverse(LIST))))
    assert asked == [(12, 5), (12, 5)]  # six for the step that comes next, as long as the branch begins


def test_the_title_of_another_branch_is_told_until_it_is_stored(cast: Cast, as_user: As, tmp_path: Path) -> None:
    client = as_user(cast.secretary)
    path = roster(tmp_path / "a.xlsx", [person("张三", 1)], title=f"{cast.next_branch.name}党员花名册")
    begun = upload(client, path, cast.branch)
    assert cast.next_branch.name in client.get(url(DETAIL, begun)).content.decode()

    client.post(url(CONFIRM, begun))
    assert cast.next_branch.name not in client.get(url(DETAIL, begun)).content.decode()
