"""The pages of a ledger: upload, look through, store, take back; and the ledger of the year."""

import io
import uuid
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from dues.books.importing import open_after
from dues.books.queries import LedgerRow, ledger_rows, remark_of
from dues.models import Charge, ClosedMonth, LedgerImport, Payment
from members.choices import DuesCategory, ImportState
from members.models import Member
from tests.cast import make_member, make_national_id
from tests.dues.books.ledger_files import ledger, row
from tests.dues.making import charge, fix, month, pay

pytestmark = pytest.mark.django_db
NEW, LIST, DETAIL = "dues:ledger-new", "dues:ledger-list", "dues:ledger-detail"
CONFIRM, UNDO, REFUSED = "dues:ledger-confirm", "dues:ledger-undo", "dues:ledger-refused"
YEAR, EXPORT = "dues:ledger-year", "dues:ledger-export"
SHEET = [row(1, "张英", 4321, 43.21, [43.21, 43.21], 86.42), row(2, "没有人", None, 1, [1], 1)]


@pytest.fixture
def employed(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category=DuesCategory.EMPLOYED)


@pytest.fixture
def upload(cast, employed, as_user, tmp_path):
    def uploading(rows=SHEET, user=None, content=None, **typed):
        content = content if content is not None else ledger(tmp_path / "ledger.xlsx", rows).read_bytes()
        form = {"key": uuid.uuid4(), "organization": "branch", "year": 2026, **typed}
        form["file"] = SimpleUploadedFile("台账.xlsx", content)
        return as_user(user or cast.officer).post(reverse(NEW), form)

    return uploading


@pytest.fixture
def kept(upload):
    upload()
    return LedgerImport.objects.get()


def page(client, name, kept, post=False):
    return getattr(client, "post" if post else "get")(reverse(name, args=[kept.pk]))


def workbook(answer):
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


# --- Works ------------------------------------------------------------------------------------------------------------
def test_the_whole_way_by_pages(upload, cast, as_user):
    address = upload().url
    kept, client = LedgerImport.objects.get(), as_user(cast.officer)
    shown = client.get(address).content.decode()
    assert all(text in shown for text in ("86.42", "B4", "没有人", "4,321.00"))
    page(client, CONFIRM, kept, post=True)
    assert (Charge.objects.count(), Payment.objects.count()) == (2, 2)
    assert "4,321.00" not in client.get(address).content.decode()
    page(client, UNDO, kept, post=True)

    kept.refresh_from_db()
    assert kept.state == ImportState.UNDONE
    assert client.get(address).status_code == 200
    assert "台账.xlsx" in client.get(reverse(LIST)).content.decode()


def test_the_same_form_sent_twice_keeps_one(upload):
    key = uuid.uuid4()
    assert upload(key=key).url == upload(key=key).url
    assert LedgerImport.objects.count() == 1


def test_refused_rows_come_back_with_their_reason(kept, cast, as_user):
    sheet = workbook(page(as_user(cast.officer), REFUSED, kept))

    assert (sheet["B1"].value, sheet["B2"].value, sheet.max_row) == ("姓名", "没有人", 2)
    assert "没有人" in sheet.cell(2, sheet.max_column).value
    assert "B4" in sheet.cell(2, sheet.max_column).value


def test_a_closed_month_is_said_and_cannot_be_stored(upload, cast, as_user):
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    upload()
    kept, client = LedgerImport.objects.get(), as_user(cast.officer)

    assert reverse(CONFIRM, args=[kept.pk]) not in page(client, DETAIL, kept).content.decode()
    assert "2026-02" in client.get(page(client, CONFIRM, kept, post=True).url).content.decode()
    assert not Charge.objects.exists()


def test_an_import_that_others_built_on_says_so(kept, cast, as_user):
    client = as_user(cast.officer)
    page(client, CONFIRM, kept, post=True)
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    answer = client.get(page(client, UNDO, kept, post=True).url)

    assert "2026-02" in answer.content.decode()
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(cast, as_user, django_assert_num_queries, rows):
    for _number in range(rows):
        LedgerImport.objects.create(organization=cast.branch, year=2026, file_name="a.xlsx", uploaded_by=cast.officer)
    client = as_user(cast.officer)
    client.get(reverse(LIST))

    with django_assert_num_queries(5):
        client.get(reverse(LIST))


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["secretary", "group_leader", "member", "district_staff", "county_secretary"])
def test_only_who_fixes_bases_imports(kept, cast, as_user, part):
    client = as_user(getattr(cast, part))

    assert [client.get(reverse(name)).status_code for name in (LIST, NEW)] == [403, 403]
    assert [page(client, name, kept).status_code for name in (DETAIL, REFUSED)] == [403, 403]
    assert [page(client, name, kept, post=True).status_code for name in (CONFIRM, UNDO)] == [403, 403]


def test_another_branchs_officer_finds_nothing(kept, cast, as_user, upload):
    client = as_user(cast.officer)
    LedgerImport.objects.update(organization=cast.next_branch)

    assert [page(client, name, kept).status_code for name in (DETAIL, REFUSED)] == [404, 404]
    assert [page(client, name, kept, post=True).status_code for name in (CONFIRM, UNDO)] == [404, 404]
    assert "台账.xlsx" not in client.get(reverse(LIST)).content.decode()


def test_another_branch_is_no_choice(upload):
    assert upload(organization="next-branch").context["form"].errors["organization"]


def test_what_changes_something_is_posted(kept, cast, as_user):
    client = as_user(cast.officer)

    assert [page(client, name, kept).status_code for name in (CONFIRM, UNDO)] == [405, 405]
    assert [page(client, name, kept, post=True).status_code for name in (DETAIL, REFUSED)] == [405, 405]


# --- Bad input --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content", [b"", b"not a workbook at all", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"PK\x03\x04broken"]
)
def test_a_file_that_is_no_ledger_is_refused_beside_its_field(upload, content):
    assert upload(content=content).context["form"].errors["file"]
    assert not LedgerImport.objects.exists()


@pytest.mark.parametrize(("field", "typed"), [("year", "26"), ("year", "x"), ("key", "x"), ("organization", "nowhere")])
def test_bad_fields_are_refused(upload, field, typed):
    assert upload(**{field: typed}).context["form"].errors[field]
    assert not LedgerImport.objects.exists()


# --- The ledger of the year -------------------------------------------------------------------------------------------
@pytest.fixture
def year(cast):
    fix(cast.zhang, 4321, base=432100)
    charge(cast.zhang, "2025-12", 4321)
    for text in ("2026-09", "2026-10"):
        charge(cast.zhang, text, 4321)
    charge(cast.li, "2026-10", 2000, waived=2000)
    pay(cast.zhang, 4321, "2026-10-20", reason="补交")
    pay(cast.zhang, 4321, "2026-10-21")


def test_the_year_as_a_page(year, cast, as_user):
    shown = as_user(cast.officer).get(reverse(YEAR), {"org": "branch", "year": 2026}).content.decode()

    assert all(text in shown for text in ("4,321.00", "86.42", "李国强", "10月"))


def test_the_year_as_a_workbook_in_the_customary_shape(year, cast, as_user):
    sheet = workbook(as_user(cast.officer).get(reverse(EXPORT), {"org": "branch", "year": 2026}))
    headings = [cell.value for cell in sheet[2]]
    zhang = dict(zip(headings, (cell.value for cell in sheet[3]), strict=True))

    assert sheet["A1"].value == "红旗社区第一党支部2026年度党费收缴台账"
    assert headings == ["序号", "姓名", "月应交", *(f"{one}月" for one in range(1, 13)), "合计", "备注"]
    assert (zhang["姓名"], zhang["月应交"]) == ("张英", 43.21)
    assert (zhang["9月"], zhang["10月"], zhang["合计"]) == (None, 86.42, 86.42)
    assert sheet[4][1].value == "李国强"
    assert "10月" in sheet[4][-1].value
    sums = dict(zip(headings, (cell.value for cell in sheet[5]), strict=True))
    assert (sums["姓名"], sums["9月"], sums["10月"], sums["合计"]) == ("合计", 0, 86.42, 86.42)
    assert Entry.objects.get(action="export_dues_ledger").details == {"year": 2026, "rows": 2}


def test_whoever_does_not_fix_bases_gets_none(year, cast, as_user):
    client = as_user(cast.secretary)
    sheet = workbook(client.get(reverse(EXPORT), {"org": "branch", "year": 2026}))

    assert "党费基数" not in [cell.value for cell in sheet[2]]
    assert 4321 not in [cell.value for cells in sheet for cell in cells]
    assert "4,321.00" not in client.get(reverse(YEAR), {"org": "branch", "year": 2026}).content.decode()


def test_what_is_exported_can_be_imported_again(year, cast, as_user, upload):
    answer = as_user(cast.officer).get(reverse(EXPORT), {"org": "branch", "year": 2026})
    upload(content=b"".join(answer.streaming_content))

    found = LedgerImport.objects.get().found
    assert found["paid_total_fen"] == 8642
    assert not [note for note in found["notes"] if note["row"] == 5]


def test_names_that_look_like_formulas_stay_text(cast, as_user):
    make_member("=1+1", cast.branch)
    sheet = workbook(as_user(cast.officer).get(reverse(EXPORT), {"org": "branch"}))
    cell = next(cell for cells in sheet for cell in cells if cell.value == "=1+1")

    assert cell.data_type == "s"


@pytest.mark.parametrize("name", [YEAR, EXPORT])
@pytest.mark.parametrize(
    ("part", "org", "status"),
    [("secretary", "branch", 200), ("secretary", "next-branch", 404), ("officer", "nowhere", 404),
     ("member", "branch", 403),
     ("district_staff", "branch", 403), ("county_secretary", "branch", 403)],
)  # fmt: skip
def test_who_sees_the_ledger_of_which_branch(cast, as_user, name, part, org, status):
    assert as_user(getattr(cast, part)).get(reverse(name), {"org": org}).status_code == status


@pytest.mark.parametrize("year", ["x", "1", "99999", ""])
def test_an_unreadable_year_is_this_years(cast, as_user, year):
    assert as_user(cast.officer).get(reverse(YEAR), {"org": "branch", "year": year}).context["year"] == 2026


@pytest.mark.parametrize("members", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, as_user, members, django_assert_num_queries):
    for number in range(members):
        one = make_member(f"王{number}", cast.branch, national_id=make_national_id("19800101", 100 + number))
        fix(one, 4000, base=400000)
        charge(one, "2026-10", 4000)
        pay(one, 4000, "2026-10-20")
    client = as_user(cast.officer)
    client.get(reverse(YEAR), {"org": "branch"})

    with django_assert_num_queries(12):
        client.get(reverse(YEAR), {"org": "branch"})


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "免交：5月、6月"), ("en", "waived: May, Jun")])
def test_a_remark_names_waived_months_in_the_readers_language(language, said):
    with translation.override(language):
        assert remark_of(LedgerRow("", "李秀英", waived=[5, 6])).startswith(said)


def test_a_reduced_month_is_not_called_waived_where_something_is_still_asked(cast):
    charge(cast.zhang, "2026-05", 1000, waived=500)
    charge(cast.zhang, "2026-06", 1000, waived=500)
    charge(cast.zhang, "2026-07", 1000, waived=1000)
    row = next(one for one in ledger_rows(cast.branch, 2026, bases=False) if one.name == "张英")

    with translation.override("zh-hans"):
        assert remark_of(row) == "免交：7月；减为每月5.00元：5月、6月"


def test_the_preview_says_how_many_months_will_be_open(cast, as_user, tmp_path):
    """66 yuan in November alone: January is settled by it, ten months are not."""
    path = ledger(tmp_path / "t.xlsx", [["张英", 66, 66]], ["姓名", "月应交", "11月"])
    client = as_user(cast.officer)
    with path.open("rb") as file:
        new = client.get(reverse("dues:ledger-new"))
        given = {"key": new.context["form"]["key"].value(), "organization": "branch", "year": 2026, "file": file}
        page = client.post(reverse("dues:ledger-new"), given, follow=True)

    assert "将有 10 个月未交</dt><dd><strong>660.00" in page.text
    assert (page.context["lines"][0]["open_months"], page.context["lines"][0]["open"]) == (10, 66000)


@pytest.mark.parametrize(
    ("opening", "paid", "left"),
    [(4600, [], (0, 4600)), (4600, [4000], (0, 4600)), (4600, [4600, 4000], (0, 0)), (0, [4000], (0, 0))],
)
def test_what_is_carried_over_and_unpaid_stays_open(opening, paid, left):
    charged = [(1, 4000, 0)] if paid else []
    line = SimpleNamespace(opening=opening, payments=[(1, "", fen) for fen in paid], charges=charged)

    assert open_after(line, 2026) == left
