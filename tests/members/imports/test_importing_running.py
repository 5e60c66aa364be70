"""Whole workbooks through the importer: what is stored, refused, warned about, and what a second time changes."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from members.choices import ImportState, OrganizationKind, RowVerdict, SituationKind
from members.dates import PartialDate
from members.fields import opened
from members.imports.organization_resolver import NotARoster
from members.imports.running import Report, import_roster
from members.models import Affiliation, Member, Organization, RosterImport, RosterImportRow, Situation
from members.workbooks.reading import UnreadableWorkbook
from tests.cast import TODAY, Cast, make_member, make_organization
from tests.members.imports.roster_files import HEADINGS, person, roster, three
from tests.members.workbooks.workbook_files import identity, xlsx, xlsx_sheets

QUERIES = 54
"""Of an import into a branch, one row or sixty; on PostgreSQL a few less."""
COUNTED = (Organization, Member, Affiliation, Situation, RosterImport, RosterImportRow, Entry)


@pytest.fixture
def branch(db: None) -> Organization:
    return make_organization("b1", "红旗社区第一党支部", OrganizationKind.BRANCH)


def run(path: Path, into: Organization | None, *, may_build: bool = True, dry_run: bool = False) -> Report:
    return import_roster(path, into=into, may_build=may_build, on=TODAY, by="shell", dry_run=dry_run)


def faults(report: Report) -> list[tuple[int, str]]:
    return [(note.row, note.problem.code) for note in report.refused]


def warned(report: Report) -> list[tuple[int, str]]:
    return [(note.row, note.problem.code) for note in report.warnings]


def counts() -> list[int]:
    return [model._base_manager.count() for model in COUNTED]


def stored() -> list[list[dict[str, object]]]:
    """Every value on the roster, sealed ones as they lie there."""
    return [list(model._base_manager.order_by("pk").values()) for model in (Member, Affiliation, Situation)]


# What is stored


def test_every_fact_of_a_row_is_stored(branch: Organization, tmp_path: Path) -> None:
    run(three(tmp_path / "a.xlsx"), branch)
    member = Member.objects.get(name="张三")
    assert (member.sex, member.ethnicity, member.education, member.membership, member.dues_category) == (
        "male", "汉族", "college", "formal_member", "retired",
    )  # fmt: skip
    assert (member.born, member.joined, member.confirmed) == (
        PartialDate(date(1958, 11, 26)), PartialDate(date(1980, 7, 1), "month"), PartialDate(date(1981, 7, 1), "month"),
    )  # fmt: skip
    assert (member.national_id.open(), member.phone.open(), member.dues_base.open()) == (
        identity(number=11), "13800000011", "300050",
    )  # fmt: skip
    assert (member.work_post, member.roster_path) == ("原红旗机械厂", branch.path)
    assert Affiliation.objects.formal().get(member=member).organization == branch


def test_what_is_stored_can_be_found_and_seen(branch: Organization, tmp_path: Path) -> None:
    run(three(tmp_path / "a.xlsx"), branch)
    for typed in ("张三", "zhangsan", "zs", "0011", identity(number=11)[-6:]):
        assert [member.name for member in Member.objects.search(typed).filter(name="张三")] == ["张三"], typed


def test_situations_follow_from_category_mobile_column_and_remark(branch: Organization, tmp_path: Path) -> None:
    report = run(three(tmp_path / "a.xlsx"), branch)
    found = {(row.member.name, row.kind, row.place) for row in Situation.objects.select_related("member")}
    assert found == {
        ("张三", SituationKind.RETIRED, ""),
        ("李四", SituationKind.RETIRED, ""),
        ("李四", SituationKind.FRAIL, ""),
        ("王五", SituationKind.MOBILE, "浙江杭州"),
    }
    assert warned(report) == [(5, "situation_from_remark")]


def test_the_import_is_on_record_once_with_its_counts(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1), person("李四", 2, 入党时间="八几年")]), branch)
    [entry] = Entry.objects.filter(action="import_roster")
    assert (entry.organization_code, entry.details) == ("b1", {"new": 1, "refused": 1, "organizations": 0})
    assert Entry.objects.count() == 1


def test_a_formula_is_stored_as_its_text(branch: Organization, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://127.0.0.1/x","点我")'
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1, 备注=formula)]), branch)
    assert Member.objects.get().remark == formula
    assert (4, "formula_text") in warned(report)


# What is refused


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"姓名": "  "}, "name_missing"),
        ({"姓名": 12}, "name_unreadable"),
        ({"身份证号码": identity()[:17] + ("1" if identity()[17] != "1" else "2")}, "national_id_checksum"),
        ({"身份证号码": "12345"}, "national_id_checksum"),
        ({"身份证号码": 1.002291945092592e17}, "national_id_rounded_by_excel"),
        ({"身份证号码": "1.00229E+17"}, "national_id_rounded_by_excel"),
        ({"出生年月": "1959-01-01"}, "birth_date_contradicts_national_id"),
        ({"性别": "女"}, "sex_contradicts_national_id"),
        ({"入党时间": "八几年"}, "date_unreadable"),
        ({"转正时间": "三月"}, "date_unreadable"),
        ({"入党时间": "1973-05-01"}, "joined_before_eighteen"),
        ({"入党时间": "2027-05-01"}, "date_in_future"),
        ({"入党时间": "1982-06-01"}, "full_before_joined"),
    ],
)
def test_a_row_with_a_fault_is_refused_and_the_others_are_stored(
    branch: Organization, tmp_path: Path, cells: dict[str, object], code: str
) -> None:
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1, **cells), person("李四", 2)]), branch)
    assert faults(report) == [(4, code)]
    assert [member.name for member in Member.objects.all()] == ["李四"]


def test_of_two_rows_with_one_identity_number_the_second_is_refused(branch: Organization, tmp_path: Path) -> None:
    twin = person("李四", 1, male=True) | {"性别": "女", "出生年月": "1960.1"}
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1), twin]), branch)
    assert faults(report) == [(5, "duplicate_national_id")]
    assert report.refused[0].problem.about == {"row": 4}


def test_a_refused_row_keeps_its_cells_sealed_for_the_workbook_that_goes_back(
    branch: Organization, tmp_path: Path
) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1), person("李四", 2, 入党时间="八几年")]), branch)
    stored, refused = RosterImportRow.objects.order_by("number")
    assert (stored.verdict, stored.cells, refused.verdict) == (RowVerdict.NEW, "", RowVerdict.REFUSED)
    assert "八几年" in refused.cells.open()
    assert identity(number=2) not in RosterImportRow.objects.values_list("cells", flat=True)[1]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"身份证号码": None}, "national_id_missing"),
        ({"联系电话": "没记"}, "phone_unreadable"),
        ({"民族": "外星族"}, "ethnicity_unknown"),
        ({"学历": "自学"}, "education_unknown"),
        ({"党员类别": None}, "membership_assumed"),
        ({"人员类别": "其他"}, "category_unknown"),
        ({"党费缴纳基数": "很多"}, "amount_unreadable"),
        ({"是否流动党员": "不好说"}, "answer_unreadable"),
        ({"流动去向": "浙江杭州"}, "mobile_from_place"),
        ({"是否流动党员": "否", "流动去向": "浙江杭州"}, "place_without_mobile"),
        ({"是否流动党员": "是", "流动去向": "美国加州"}, "maybe_abroad"),
        ({"备注": "失联"}, "situation_from_remark"),
        ({"入党时间": "1976.10.1"}, "joined_in_eighteenth_year"),
        ({"转正时间": "2027.7"}, "full_in_future"),
        ({"党员类别": "预备党员"}, "membership_contradicts_dates"),
        ({"出生年月": 1958.1}, "date_only_year"),
        ({"出生年月": "1900.1", "身份证号码": identity("19000105", 1)}, "birth_date_unlikely"),
        ({"出生年月": None, "身份证号码": identity("18581126", 1)}, "birth_date_unlikely"),
    ],
)
def test_what_is_doubtful_in_a_cell_is_said_and_the_row_is_stored(
    branch: Organization, tmp_path: Path, cells: dict[str, object], code: str
) -> None:
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1, **cells)]), branch)
    assert (faults(report), warned(report)) == ([], [(4, code)])
    assert Member.objects.count() == 1


def test_an_illness_in_a_remark_invents_no_situation(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1, 人员类别="在职", 备注="因病住院")]), branch)
    assert Situation.objects.count() == 0


def test_a_date_cell_on_a_first_day_is_the_month_that_was_typed(branch: Organization, tmp_path: Path) -> None:
    """Excel turns 1958-11 into the first of November."""
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1, 出生年月=date(1958, 11, 1))]), branch)
    assert faults(report) == []
    assert Member.objects.get().born == PartialDate(date(1958, 11, 26))


# Again, and in part


def test_the_same_file_twice_changes_nothing(branch: Organization, tmp_path: Path) -> None:
    path = three(tmp_path / "a.xlsx")
    run(path, branch)
    before = [
        Member.objects.values().order_by("pk"),
        list(Situation.objects.values()),
        list(Affiliation.objects.values()),
    ]
    before[0] = list(before[0])
    again = run(path, branch)
    assert again.counts == {RowVerdict.UNCHANGED: 3}
    after = [
        Member.objects.values().order_by("pk"),
        list(Situation.objects.values()),
        list(Affiliation.objects.values()),
    ]
    after[0] = list(after[0])
    assert before == after


def test_blank_cells_do_not_clear_and_absent_rows_are_not_touched(branch: Organization, tmp_path: Path) -> None:
    run(three(tmp_path / "a.xlsx"), branch)
    sparse = roster(tmp_path / "b.xlsx", [{"姓名": "张三", "身份证号码": identity(number=11), "学历": "本科"}])
    assert run(sparse, branch).counts == {RowVerdict.CHANGED: 1}
    member = Member.objects.get(name="张三")
    assert (member.education, member.phone.open(), member.membership) == ("bachelor", "13800000011", "formal_member")
    assert Member.objects.count() == 3


def test_a_less_precise_date_does_not_blur_what_is_known(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1, 入党时间="1980.7.15")]), branch)
    assert run(roster(tmp_path / "b.xlsx", [person("张三", 1, 入党时间="1980.7")]), branch).counts == {"unchanged": 1}
    assert Member.objects.get().joined == PartialDate(date(1980, 7, 15))


def test_a_member_without_a_number_is_known_by_name_within_the_branch(branch: Organization, tmp_path: Path) -> None:
    path = roster(tmp_path / "a.xlsx", [person("张三", 1, 身份证号码=None)])
    run(path, branch)
    assert run(path, branch).counts == {"unchanged": 1}
    assert run(roster(tmp_path / "b.xlsx", [person("张三", 1)]), branch).counts == {"changed": 1}
    assert Member.objects.get().national_id.open() == identity(number=1)


def test_two_namesakes_and_no_number_wait_for_a_person(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1), person("张三", 2)]), branch)
    report = run(roster(tmp_path / "b.xlsx", [person("张三", 1, 身份证号码=None)]), branch)
    assert (faults(report), report.counts) == ([(4, "several_of_that_name")], {RowVerdict.DOUBTFUL: 1})


def test_a_namesake_born_on_another_day_waits_for_a_person(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1)]), branch)
    other = person("张三", 1, 身份证号码=None, 出生年月="1970.1", 入党时间="1990.1", 转正时间="1991.1")
    assert faults(run(roster(tmp_path / "b.xlsx", [other]), branch)) == [(4, "identity_differs")]


def test_a_number_under_another_name_waits_for_a_person(branch: Organization, tmp_path: Path) -> None:
    run(roster(tmp_path / "a.xlsx", [person("张三", 1)]), branch)
    assert faults(run(roster(tmp_path / "b.xlsx", [person("李四", 1)]), branch)) == [(4, "name_differs")]


def test_the_same_name_twice_without_a_number_waits_for_a_person(branch: Organization, tmp_path: Path) -> None:
    twice = [person("张三", 1, 身份证号码=None), person("张三", 2, 身份证号码=None)]
    assert faults(run(roster(tmp_path / "a.xlsx", twice), branch)) == [(5, "same_name_in_file")]


def test_a_situation_the_sheet_denies_is_left_and_said(branch: Organization, tmp_path: Path) -> None:
    run(three(tmp_path / "a.xlsx"), branch)
    back = person("王五", 13, **{"是否流动党员": "否", "人员类别": "在职"})
    assert (4, "situation_still_open") in warned(run(roster(tmp_path / "b.xlsx", [back]), branch))
    assert Situation.objects.filter(kind=SituationKind.MOBILE, valid_until=None).count() == 1


def test_somebody_of_another_branch_is_refused_without_saying_which(cast: Cast, tmp_path: Path) -> None:
    wang = cast.wang
    row = person("王秀兰", 1, male=False, born="19520318", 身份证号码=opened(wang.national_id), 性别=None)
    report = run(roster(tmp_path / "a.xlsx", [row]), cast.branch)
    assert faults(report) == [(4, "belongs_to_another_branch")]
    assert cast.next_branch.name not in report.refused[0].problem.message


def test_somebody_who_left_the_roster_waits_for_a_person(cast: Cast, tmp_path: Path) -> None:
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    row = person(
        "张英", 1, born="19750109", 身份证号码=opened(cast.zhang.national_id), 入党时间="2000.1", 转正时间="2001.1"
    )
    assert faults(run(roster(tmp_path / "a.xlsx", [row]), cast.branch)) == [(4, "not_on_roster_any_more")]


# The tree


PLACED = ["所在党支部", *HEADINGS]


def placed(name: str, number: int, place: str, **cells: object) -> dict[str, object]:
    return person(name, number, 所在党支部=place, **cells)


@pytest.mark.django_db
def test_a_merged_roster_builds_the_tree_at_the_root(tmp_path: Path) -> None:
    people = [
        placed("张三", 1, "中共红旗市直属机关工作委员会/第一机关党委/第1党支部"),
        placed("李四", 2, "中共红旗市直属机关工作委员会/第一机关党委/第1党支部"),
        placed("王五", 3, "中共红旗市直属机关工作委员会/红旗学院党总支/离退休党支部/第一党小组"),
    ]
    run(roster(tmp_path / "a.xlsx", people, headings=PLACED), None)
    tree = [(place.depth, place.name, place.kind) for place in Organization.objects.in_tree_order()]
    assert tree == [
        (1, "中共红旗市直属机关工作委员会", "committee"),
        (2, "第一机关党委", "committee"),
        (3, "第1党支部", "branch"),
        (2, "红旗学院党总支", "general_branch"),
        (3, "离退休党支部", "branch"),
        (4, "第一党小组", "group"),
    ]
    assert sorted(member.roster_path for member in Member.objects.all()) == [
        Organization.objects.get(name=name).path for name in ("第1党支部", "第1党支部", "第一党小组")
    ]


@pytest.mark.parametrize("separator", ["/", "\\", " > ", "→", "、", "／", "|", "->"])
def test_paths_may_be_written_with_any_separator(cast: Cast, tmp_path: Path, separator: str) -> None:
    path = separator.join(["县委", "城关镇党委", "新村党支部"])
    run(roster(tmp_path / "a.xlsx", [placed("张三", 1, path)], headings=PLACED), None)
    assert Organization.objects.get(name="新村党支部").parent_path == cast.district.path


@pytest.mark.parametrize(
    "written",
    ["红旗社区第一党支部", "中共红旗社区第一党支部", "县委/城关镇党委/红旗社区第一党支部", " 红旗社区 第一党支部 "],
)
def test_a_branch_that_stands_is_found_however_it_is_written(cast: Cast, tmp_path: Path, written: str) -> None:
    run(roster(tmp_path / "a.xlsx", [placed("张三", 1, written)], headings=PLACED), cast.county, may_build=False)
    assert Member.objects.get(name="张三").roster_path == cast.branch.path


def test_a_path_below_the_place_imported_into_may_begin_there_or_above(cast: Cast, tmp_path: Path) -> None:
    people = [
        placed("张三", 1, "城关镇党委/新村党支部"),
        placed("李四", 2, "县委/城关镇党委/新村党支部"),
        placed("王五", 3, "新村党支部"),
    ]
    run(roster(tmp_path / "a.xlsx", people, headings=PLACED), cast.district)
    assert Organization.objects.filter(name="新村党支部").count() == 1
    assert Organization.objects.get(name="新村党支部").parent_path == cast.district.path


def test_committee_and_branch_may_stand_in_columns_of_their_own(db: None, tmp_path: Path) -> None:
    headings = ["所属党委", "党支部", "姓名", "性别"]
    run(xlsx(tmp_path / "a.xlsx", [headings, ["红旗镇党委", "第一党支部", "张三", "男"]]), None)
    assert [place.name for place in Organization.objects.in_tree_order()] == ["红旗镇党委", "第一党支部"]


def test_who_may_not_set_up_organizations_gets_the_row_back(cast: Cast, tmp_path: Path) -> None:
    before = Organization.objects.count()
    path = roster(tmp_path / "a.xlsx", [placed("张三", 1, "新村党支部")], headings=PLACED)
    assert faults(run(path, cast.district, may_build=False)) == [(4, "organization_unknown")]
    assert Organization.objects.count() == before


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("城关镇党委", "organization_takes_no_members"),
        ("", "organization_missing"),
        ("红旗社区第一党支部/另一党支部", "organization_cannot_stand_there"),
        ("第一党支部/x", "organization_cannot_stand_there"),
    ],
)
def test_a_place_that_cannot_be_is_refused(cast: Cast, tmp_path: Path, place: str, code: str) -> None:
    path = roster(
        tmp_path / "a.xlsx", [placed("张三", 1, place), placed("李四", 2, "红旗社区第二党支部")], headings=PLACED
    )
    assert faults(run(path, cast.district)) == [(4, code)]


def test_a_name_that_several_branches_have_is_refused(cast: Cast, tmp_path: Path) -> None:
    make_organization("twin", "红旗社区第一党支部", OrganizationKind.BRANCH, cast.other_district)
    path = roster(tmp_path / "a.xlsx", [placed("张三", 1, "红旗社区第一党支部")], headings=PLACED)
    assert faults(run(path, cast.county)) == [(4, "organization_ambiguous")]


def test_another_branch_in_the_sheet_of_one_is_refused(cast: Cast, tmp_path: Path) -> None:
    people = [placed("张三", 1, "第一党支部"), placed("李四", 2, "红旗社区第二党支部")]
    report = run(roster(tmp_path / "a.xlsx", people, headings=PLACED), cast.branch, may_build=False)
    assert faults(report) == [(5, "organization_unknown")]


def test_groups_are_found_or_the_member_stands_in_the_branch(cast: Cast, tmp_path: Path) -> None:
    people = [person("张三", 1, 党小组="第一党小组"), person("李四", 2, 党小组="第九党小组")]
    report = run(roster(tmp_path / "a.xlsx", people, headings=["党小组", *HEADINGS]), cast.branch, may_build=False)
    assert warned(report) == [(5, "group_unknown")]
    assert Member.objects.get(name="张三").roster_path == cast.group.path
    assert Member.objects.get(name="李四").roster_path == cast.branch.path


def test_a_member_may_move_to_another_group_of_the_branch(cast: Cast, tmp_path: Path) -> None:
    row = person("张英", 1, born="19750109", 身份证号码=opened(cast.zhang.national_id), 党小组="第一党小组")
    row |= {"性别": None, "入党时间": None, "转正时间": None, "出生年月": None}
    Affiliation.objects.filter(member=cast.zhang).update(valid_from=date(2020, 1, 1))
    report = run(roster(tmp_path / "a.xlsx", [row], headings=["党小组", *HEADINGS]), cast.branch)
    assert report.counts == {RowVerdict.CHANGED: 1}
    assert Affiliation.objects.get(member=cast.zhang, valid_until=None).organization == cast.group


def test_a_sheet_without_a_group_leaves_the_group_as_it_is(cast: Cast, tmp_path: Path) -> None:
    row = {"姓名": "李国强", "身份证号码": opened(cast.li.national_id), "学历": "本科"}
    run(roster(tmp_path / "a.xlsx", [row]), cast.branch)
    cast.li.refresh_from_db()
    assert (cast.li.education, cast.li.roster_path) == ("bachelor", cast.group.path)


# The file as a whole


def test_a_dry_run_says_the_same_and_stores_nothing(branch: Organization, tmp_path: Path) -> None:
    path = roster(tmp_path / "a.xlsx", [person("张三", 1), person("李四", 2, 入党时间="八几年")])
    before = counts()
    dry = run(path, branch, dry_run=True)
    assert counts() == before
    wet = run(path, branch)
    assert (dry.counts, faults(dry), dry.roster_import) == (wet.counts, faults(wet), None)


def test_a_dry_run_of_a_merged_roster_builds_nothing(db: None, tmp_path: Path) -> None:
    report = run(
        roster(tmp_path / "a.xlsx", [placed("张三", 1, "甲党委/乙党支部")], headings=PLACED), None, dry_run=True
    )
    assert (report.counts, Organization.objects.count()) == ({RowVerdict.NEW: 1}, 0)


def test_a_sheet_that_says_no_branch_needs_one(db: None, cast: Cast, tmp_path: Path) -> None:
    for into in (None, cast.district):
        with pytest.raises(NotARoster):
            run(three(tmp_path / "a.xlsx"), into)


def test_a_sheet_without_headings_is_no_roster(branch: Organization, tmp_path: Path) -> None:
    with pytest.raises(NotARoster):
        run(xlsx(tmp_path / "a.xlsx", [["张三", "男"], ["李四", "女"]]), branch)


def test_a_failure_in_the_middle_leaves_nothing(
    branch: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts()

    def fail(**_options: object) -> None:
        raise UnreadableWorkbook("workbook_broken")

    monkeypatch.setattr("members.imports.services.finish_import", fail)
    with pytest.raises(UnreadableWorkbook):
        run(three(tmp_path / "a.xlsx"), branch)
    assert counts() == before


def test_other_sheets_that_look_like_rosters_are_named(branch: Organization, tmp_path: Path) -> None:
    sheets = {
        "一支部": [["姓名", "性别"], ["张三", "男"], ["赵六", "男"]],
        "二支部": [["姓名", "性别"], ["李四", "女"]],
    }
    report = run(xlsx_sheets(tmp_path / "a.xlsx", sheets), branch)
    assert report.layout.sheet_name == "一支部"
    assert [note.problem.about for note in report.warnings if note.row == 0] == [{"names": "二支部"}]


def test_an_import_is_marked_as_stored(branch: Organization, tmp_path: Path) -> None:
    report = run(three(tmp_path / "a.xlsx"), branch)
    stored = RosterImport.objects.get()
    assert (stored, stored.state, stored.counts, stored.sheet, stored.header_row) == (
        report.roster_import, ImportState.APPLIED, {"new": 3}, "花名册", 3,
    )  # fmt: skip


def test_queries_do_not_grow_with_the_rows(branch: Organization, tmp_path: Path) -> None:
    asked = []
    for first, number in ((0, 1), (1, 1), (2, 60)):  # the first also begins the audit trail
        people = [
            person(f"张{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{'子丑寅卯辰巳'[i // 10]}", first + i) for i in range(number)
        ]
        path = roster(tmp_path / f"{first}.xlsx", people)
        with CaptureQueriesContext(connection) as queries:
            run(path, branch)
        asked.append(len(queries))
    assert asked[1] == asked[2] <= QUERIES


def test_a_member_made_by_hand_is_known_too(branch: Organization, tmp_path: Path) -> None:
    make_member("张三", branch, national_id=identity(number=1))
    report = run(roster(tmp_path / "a.xlsx", [person("张三", 1)]), branch)
    assert report.counts == {RowVerdict.CHANGED: 1}
