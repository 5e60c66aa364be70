"""A year's sign-in sheet: what headings and marks mean, what is stored, and the way back."""

import uuid
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from openpyxl import Workbook

from audit.models import Entry
from meetings.attendance.importing import (
    CannotUndo,
    SheetContents,
    confirm_preview,
    keep_preview,
    read_sheet,
    undo_sheet,
)
from meetings.attendance.sheets import NotASheet, day_of, kind_of, mark_of
from meetings.choices import AttendanceState
from meetings.models import AgendaItem, Attendance, AttendanceImport, Meeting
from members.choices import ImportState
from members.workbooks.reading import UnreadableWorkbook
from tests.cast import make_member, make_national_id


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("1.14主题党日", date(2026, 1, 14)),
        ("1月14日 主题党日", date(2026, 1, 14)),
        ("01-14\n主题党日", date(2026, 1, 14)),
        ("主题党日（1月14日）", date(2026, 1, 14)),
        ("2025年12月3日党课", date(2025, 12, 3)),
        ("2025-12-03 党课", date(2025, 12, 3)),
        ("2025/12/3党课", date(2025, 12, 3)),
        ("20251203党课", date(2025, 12, 3)),
        ("12.31民主评议", date(2026, 12, 31)),
        ("2.30党课", None),
        ("13.1党课", None),
        ("党课", None),
    ],
)
def test_the_day_in_a_heading(heading, day):
    assert day_of(heading, 2026) == day


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("1.14主题党日", "theme_day"),
        ("3.10党员大会", "general_meeting"),
        ("3.10支部党员大会", "general_meeting"),
        ("2.18党课", "party_lecture"),
        ("4.2支委会", "committee_meeting"),
        ("4.2支部委员会会议", "committee_meeting"),
        ("5.1党小组会", "group_meeting"),
        ("12.1组织生活会", "org_life_meeting"),
        ("12.1民主评议党员大会", "democratic_evaluation"),
        ("12.9民主生活会", "democratic_life_meeting"),
        ("6.1换届选举大会", "election"),
        ("6.1预备党员转正大会", "confirmation"),
        ("6.1发展党员大会", "admission"),
        ("1.14活动", None),
    ],
)
def test_the_kind_in_a_heading(heading, kind):
    found = kind_of(heading)

    assert (found.value if found else None) == kind


@pytest.mark.parametrize(
    ("written", "state", "leave"),
    [
        ("√", "on_site", ""), ("✓", "on_site", ""), ("到", "on_site", ""), (" 到 ", "on_site", ""), (1, "on_site", ""),
        ("出席", "on_site", ""), ("到会", "on_site", ""), ("迟到", "on_site", ""), ("线上", "online", ""),
        ("视频参加", "online", ""), ("送学上门", "visited", ""), ("补课", "made_up", ""), ("假", "leave", ""),
        ("请假", "leave", ""), ("病假", "leave", "sick"), ("事假", "leave", "personal"),
        ("公假", "leave", "official"),
        ("出差", "leave", "official"), ("因病请假", "leave", "sick"), ("", "absent", ""), (None, "absent", ""),
        ("缺", "absent", ""), ("×", "absent", ""), ("缺席", "absent", ""), ("未到", "absent", ""), ("-", "absent", ""),
        ("？", "unknown", ""),
    ],
)  # fmt: skip
def test_what_a_mark_means(written, state, leave):
    mark = mark_of(written)

    assert (mark.state.value, str(mark.leave_kind)) == (state, leave)
    assert mark.understood is (state != "unknown")


HEADINGS = ["序号", "姓名", "1.14主题党日", "2.18党课", "合计"]
ROWS = [[1, "张英", "√", "病假", 1], [2, "李 国强", "", "到", 1]]


@pytest.fixture
def workbook(tmp_path):
    def write(rows=ROWS, headings=HEADINGS, name="sheet.xlsx"):
        book = Workbook()
        for row in [["2026年签到表"], headings, *rows, ["合计：2人"]]:
            book.active.append(row)
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def found(cast, workbook):
    return read_sheet(workbook(), organization=cast.branch, year=2026)


def codes(notes):
    return [(note.row, note.code) for note in notes]


@pytest.mark.django_db
def test_each_meeting_is_counted(found):
    assert found.answer()["meetings"] == [
        {"date": "2026-01-14", "kind": "theme_day", "present": 1, "leave": 0, "absent": 1},
        {"date": "2026-02-18", "kind": "party_lecture", "present": 1, "leave": 1, "absent": 0},
    ]
    assert (found.refused, found.warnings) == ([], [])


@pytest.mark.django_db
def test_reading_writes_nothing(found):
    assert not Meeting.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([3, "没有人", "√", "√"], "member_unknown"),
        ([3, "王秀兰", "√", "√"], "member_unknown"),  # of the next branch
        ([3, "张英", "√", "√"], "member_twice"),
    ],
)
def test_rows_that_are_nobodys_are_refused(cast, workbook, row, code):
    found = read_sheet(workbook([*ROWS, row]), organization=cast.branch, year=2026)

    assert codes(found.refused) == [(5, code)]


@pytest.mark.django_db
def test_of_two_members_of_one_name_neither_is_guessed(cast, workbook):
    make_member("张英", cast.branch)

    assert codes(read_sheet(workbook(), organization=cast.branch, year=2026).refused) == [(3, "member_ambiguous")]


@pytest.mark.django_db
def test_the_identity_number_tells_namesakes_apart(cast, workbook):
    make_member("张英", cast.branch)
    number = make_national_id("19750109", 349)
    path = workbook([[1, "张英", number, "√"]], ["序号", "姓名", "身份证号", "1.14主题党日"])

    assert list(read_sheet(path, organization=cast.branch, year=2026).marks[3]) == [cast.zhang.pk]


@pytest.mark.django_db
def test_a_mark_nobody_understands_stays_unrecorded_and_is_said(cast, workbook):
    found = read_sheet(workbook([[1, "张英", "？", "√"]]), organization=cast.branch, year=2026)

    assert codes(found.warnings) == [(3, "mark_unclear")]
    assert found.marks[2][cast.zhang.pk].state == AttendanceState.UNKNOWN


@pytest.mark.django_db
def test_a_column_without_a_day_is_left_out_and_said(cast, workbook):
    headings = ["序号", "姓名", "1.14主题党日", "主题党日"]

    assert codes(read_sheet(workbook(headings=headings), organization=cast.branch, year=2026).warnings) == [
        (2, "column_unclear")
    ]


@pytest.mark.django_db
def test_a_column_that_names_no_meeting_at_all_is_said(cast, workbook):
    path = workbook([[1, "张英", "√", "√"]], ["序号", "姓名", "1.14主题党日", "联欢"])
    found = read_sheet(path, organization=cast.branch, year=2026)

    assert (codes(found.warnings), found.warnings[0].column) == ([(2, "column_unclear")], "联欢")
    assert len(found.meetings) == 1


@pytest.mark.django_db
def test_of_two_columns_of_one_meeting_the_first_is_read_and_the_other_said(cast, workbook):
    path = workbook([[1, "张英", "√", "缺"]], ["序号", "姓名", "1.14主题党日", "1月14日主题党日"])
    found = read_sheet(path, organization=cast.branch, year=2026)

    assert codes(found.warnings) == [(2, "meeting_twice")]
    assert [(one["present"], one["absent"]) for one in found.answer()["meetings"]] == [(1, 0)]


@pytest.mark.django_db
def test_a_preview_says_which_meetings_are_on_record_already(kept, cast, as_user):
    Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=date(2026, 1, 14), counts_for_year=2026, state="held"
    )
    page = as_user(cast.secretary).get(reverse("meetings:import-detail", args=[kept.pk]))

    assert [one["is_known"] for one in page.context["listing"].rows] == [True, False]
    assert page.content.decode().count("已有记录，不重复登记") == 1


@pytest.mark.django_db
def test_a_sheet_without_meetings_says_what_is_missing(cast, workbook):
    with pytest.raises(NotASheet, match="姓名"):
        read_sheet(workbook(headings=["序号", "姓名", "职务"]), organization=cast.branch, year=2026)


@pytest.mark.django_db
def test_a_file_that_is_no_workbook_is_refused(cast, tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)

    with pytest.raises(UnreadableWorkbook):
        read_sheet(path, organization=cast.branch, year=2026)


@pytest.fixture
def kept(cast, found):
    return keep_preview(
        key=uuid.uuid4(), found=found, organization=cast.branch, year=2026, file_name="sheet.xlsx", by=cast.secretary
    )


@pytest.mark.django_db
def test_a_preview_is_kept_whole(kept, found):
    assert SheetContents.restored(AttendanceImport.objects.get().found).answer() == found.answer()


@pytest.mark.django_db
def test_confirming_stores_meetings_with_everybody_in_the_sheet(kept, cast):
    confirm_preview(attendance_import=kept, by=cast.secretary)

    states = Attendance.objects.order_by("meeting__day", "member__name_key").values_list("name", "state", "leave_kind")
    assert list(states) == [
        ("李国强", "absent", ""), ("张英", "on_site", ""), ("李国强", "on_site", ""), ("张英", "leave", "sick"),
    ]  # fmt: skip
    assert Entry.objects.filter(action="import_attendance").count() == 1


@pytest.mark.django_db
def test_confirming_twice_stores_once(kept, cast):
    for _twice in range(2):
        confirm_preview(attendance_import=kept, by=cast.secretary)

    assert Meeting.objects.count() == 2


@pytest.mark.django_db
def test_the_same_sheet_again_adds_no_meeting(kept, found, cast):
    confirm_preview(attendance_import=kept, by=cast.secretary)
    again = keep_preview(
        key=uuid.uuid4(), found=found, organization=cast.branch, year=2026, file_name="again.xlsx", by=cast.secretary
    )
    confirm_preview(attendance_import=again, by=cast.secretary)

    assert Meeting.objects.count() == 2
    assert again.meetings.count() == 0


@pytest.mark.django_db
def test_undoing_takes_the_meetings_away(kept, cast):
    confirm_preview(attendance_import=kept, by=cast.secretary)

    assert undo_sheet(attendance_import=kept, by=cast.secretary) == 2
    assert not Meeting.objects.exists()
    assert AttendanceImport.objects.get().state == ImportState.UNDONE


@pytest.mark.django_db
def test_what_was_built_on_an_import_keeps_it(kept, cast):
    confirm_preview(attendance_import=kept, by=cast.secretary)
    AgendaItem.objects.create(meeting=Meeting.objects.first(), position=1, title="补记")

    with pytest.raises(CannotUndo):
        undo_sheet(attendance_import=kept, by=cast.secretary)
    assert Meeting.objects.count() == 2


@pytest.mark.django_db
def test_a_preview_cannot_be_undone(kept, cast):
    with pytest.raises(CannotUndo):
        undo_sheet(attendance_import=kept, by=cast.secretary)


# --- Shell and pages --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(("options", "stored"), [([], 2), (["--dry-run"], 0)])
def test_the_command_stores_unless_told_not_to(cast, workbook, options, stored, capsys):
    call_command("import_attendance", str(workbook()), "--org", "branch", "--year", "2026", "--json", *options)

    assert '"theme_day"' in capsys.readouterr().out
    assert Meeting.objects.count() == stored


def upload(client, path, **more):
    file = SimpleUploadedFile("签到表.xlsx", path.read_bytes())
    typed = {"key": uuid.uuid4(), "organization": "branch", "year": 2026, "file": file, **more}
    return client.post(reverse("meetings:import-new"), typed)


@pytest.mark.django_db
def test_the_whole_way_by_pages(as_user, cast, workbook):
    client = as_user(cast.secretary)
    page = upload(client, workbook()).url
    client.post(f"{page}confirm/")
    assert Meeting.objects.count() == 2
    client.post(f"{page}undo/")

    assert not Meeting.objects.exists()
    assert client.get(page).status_code == 200
    assert "签到表.xlsx" in client.get(reverse("meetings:import-list")).content.decode()


@pytest.mark.django_db
def test_a_broken_file_is_refused_beside_its_field(as_user, cast):
    broken = SimpleUploadedFile("x.xlsx", BytesIO(b"not a workbook").getvalue())
    typed = {"key": uuid.uuid4(), "organization": "branch", "year": 2026, "file": broken}
    answer = as_user(cast.secretary).post(reverse("meetings:import-new"), typed)

    assert answer.context["form"].errors["file"]
    assert not AttendanceImport.objects.exists()


@pytest.mark.django_db
def test_a_branch_of_others_is_no_choice(as_user, cast, workbook):
    answer = upload(as_user(cast.secretary), workbook(), organization="next-branch")

    assert answer.context["form"].errors["organization"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["import-detail", "import-confirm", "import-undo"])
@pytest.mark.parametrize(("actor", "status"), [("next_secretary", 404), ("district_staff", 404), ("member", 403)])
def test_others_get_nothing(as_user, cast, kept, name, actor, status):
    client = as_user(getattr(cast, actor))
    address = reverse(f"meetings:{name}", args=[kept.pk])

    assert (client.get if name == "import-detail" else client.post)(address).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["import-confirm", "import-undo"])
def test_acts_are_posted(as_user, cast, kept, name):
    assert as_user(cast.secretary).get(reverse(f"meetings:{name}", args=[kept.pk])).status_code == 405
