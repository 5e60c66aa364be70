"""Layouts of workbooks of indicators: every one is read into the same tree, and what doesn't fit is said."""

import random
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from assessment.schemes.check_rules import flaws
from assessment.schemes.import_services import SAMPLES
from assessment.schemes.importing.doubts import NotAScheme
from assessment.schemes.importing.facts import KNOWN
from assessment.schemes.importing.reading import plan_from_json, plan_to_json, read_scheme
from assessment.schemes.importing.remarks import remarks_of
from assessment.schemes.importing.tables import points_behind
from members.workbooks.reading import UnreadableWorkbook
from scripts.make_scheme_samples import main as make_samples
from tests.assessment.schemes.indicator_files import HEADINGS, ROWS, text, workbook

FACTS = frozenset(known.metric for known in KNOWN)
PARTS = (("组织建设（10分）", "换届", 4, "未按期换届扣4分"), ("", "支委会", 6, "每少一次扣0.5分"))


def reading(path, name=None):
    return read_scheme(path, name=name or path.name, facts=FACTS, year=2026)


def tree(read):
    return [(line.code, line.title, line.max_points) for line in read.plan.indicators]


def codes(read):
    return [doubt.code for doubt in read.doubts if doubt.code != "bands_proposed"]


@pytest.fixture
def sheet(tmp_path):
    return lambda rows, **facts: reading(workbook(tmp_path / "指标.xlsx", rows, **facts))


TREE = [
    ("1", "组织建设", 10), ("1.1", "换届", 4), ("1.2", "支委会", 6), ("2", "组织生活", 10), ("2.1", "主题党日", 10),
]  # fmt: skip


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"merged": ["A3:A4"]},
        {"merged": ["A1:D1"], "title": "2026年党支部考核表"},
        {"title": ""},
        {"headings": ("一级指标", "二级指标", "满分", "扣分标准")},
        {"headings": ("项 目", "考核\n要点", "分值（分）", "计分办法")},
        {"headings": ("考评项目", "考评内容", "标准分", "评分细则")},
        {"headings": ("类别", "内容", "基本分", "考核办法")},
    ],
    ids=str,
)
def test_headings_and_merged_cells(sheet, layout):
    assert tree(sheet(ROWS, **layout)) == TREE


def test_columns_in_another_order(sheet):
    rows = [(rule, points, second, first) for first, second, points, rule in ROWS]
    read = sheet([(*row[:2], row[3], row[2]) for row in rows], headings=("评分标准", "分值", "考核项目", "考核内容"))

    assert tree(read) == TREE


def test_blank_rows_headings_again_numbers_totals_and_signatures(sheet):
    rows = [
        (1, *ROWS[0]), (), (2, *ROWS[1]), ("序号", *HEADINGS), (3, *ROWS[2]), ("合计", "", "", 20, ""),
        ("考核组签字：", "", "", "", ""), ("2026年12月31日",),
    ]  # fmt: skip
    read = sheet(rows, headings=("序号", *HEADINGS))

    assert tree(read) == TREE
    assert (read.plan.total, codes(read)) == (20, [])


def test_parts_in_rows_of_their_own(sheet):
    rows = [("一、党建工作（20分）",), *ROWS[:1], ("组织建设", "支委会", 6, "每少一次扣0.5分"), *ROWS[2:]]
    read = sheet([*rows, ("二、业务工作（5分）",), ("生产", "产量", 5, "酌情打分")])

    assert tree(read) == [
        ("1", "党建工作", 20), ("1.1", "组织建设", 10), ("1.1.1", "换届", 4), ("1.1.2", "支委会", 6),
        ("1.2", "组织生活：主题党日", 10), ("2", "业务工作", 5), ("2.1", "生产：产量", 5),
    ]  # fmt: skip
    assert {line.code for line in read.plan.indicators if line.part == "business"} == {"2", "2.1"}


def test_points_in_headings_of_the_upper_level(sheet):
    read = sheet([*PARTS, ("组织生活10分", "主题党日", 10, "每少一次扣1分")])

    assert tree(read) == TREE


def test_points_in_the_names_of_the_lines(sheet):
    rows = [(first, f"{second}（{points}分）", rule) for first, second, points, rule in ROWS]

    assert tree(sheet(rows, headings=("考核项目", "考核内容", "评分标准"))) == TREE


def test_points_of_both_levels_in_columns_of_their_own(sheet):
    rows = [("组织建设", 10, "换届", 4, "未按期换届扣4分"), ("", "", "支委会", 6, "每少一次扣0.5分"),
            ("组织生活", 10, "主题党日", 10, "每少一次扣1分")]  # fmt: skip

    assert tree(sheet(rows, headings=("一级指标", "分值", "二级指标", "满分", "评分标准"))) == TREE


def test_several_rows_of_one_line(sheet):
    rows = [("组织建设", "换届", 4, "未按期换届扣2分"), ("", "", "", "程序不规范扣1分"), *ROWS[2:]]
    read = sheet(rows, merged=["A3:A4", "B3:B4", "C3:C4"])
    (line,) = [one for one in read.plan.indicators if one.title.endswith("换届")]

    assert [clause.points for clause in line.clauses] == [2, 1]


def test_several_lines_under_one_name_each_with_points(sheet):
    rows = [("组织建设", "换届", 4, "未按期换届扣4分"), ("", "", 2, "没有台账扣2分"), *ROWS[2:]]
    read = sheet(rows, merged=["A3:A4", "B3:B4"])

    assert [line.max_points for line in read.plan.indicators if line.clauses] == [4, 2, 10]


def test_rows_that_share_one_cell_of_points_become_one_line(sheet):
    read = sheet(ROWS, merged=["C3:C4", "A3:A4"])

    assert "points_shared" in codes(read)
    assert [line.max_points for line in read.plan.indicators if line.clauses] == [4, 10]


def test_points_only_of_the_whole(sheet):
    rows = [("组织建设（10分）", "换届", "", "未按期换届扣4分"), ("", "支委会", "", "每少一次扣0.5分"), *ROWS[2:]]
    read = sheet(rows)

    assert "points_on_line_above" in codes(read)
    assert [len(line.clauses) for line in read.plan.indicators if line.title == "组织建设"] == [2]


def test_points_that_do_not_add_up_stay_and_are_said_with_both_numbers(sheet):
    read = sheet([("组织建设（12分）", *ROWS[0][1:]), *ROWS[1:], ("合计", "", 100)])
    said = {doubt.code: dict(doubt.about) for doubt in read.doubts}

    assert read.plan.total == 100
    assert read.plan.indicators[0].max_points == 12
    assert (said["line_sum"]["points"], said["line_sum"]["sum"]) == ("12", "10")
    assert (said["total_sum"]["points"], said["total_sum"]["sum"]) == ("100", "22")


def test_a_doubt_names_its_cell(sheet):
    read = sheet([*ROWS, ("特色", "创新", 5, "工作有声有色")])
    (doubt,) = [one for one in read.doubts if one.code == "not_understood"]

    assert (doubt.row, doubt.column, doubt.cell) == (6, "评分标准", "D6")


def test_a_sheet_of_bonuses_beyond_the_points(sheet):
    read = sheet([*ROWS, ("加分项（5分）",), ("", "表彰", 5, "获县级表彰加1分，最多加5分"), ("合计", "", 20)])

    assert (read.plan.total, codes(read)) == (20, [])


def test_sheets_that_make_a_hundred_only_together(tmp_path):
    business = [HEADINGS, ("生产", "产量", 80, "酌情打分")]
    read = reading(workbook(tmp_path / "a.xlsx", ROWS, name="党建", more=[("业务", business)]))

    assert codes(read)[:1] == ["sheets_read_together"]
    assert [(line.title, line.max_points, line.part) for line in read.plan.indicators if not line.parent] == [
        ("党建", 20, "party"), ("业务", 80, "business"),
    ]  # fmt: skip


def test_of_several_schemes_the_largest_is_read_and_the_others_are_named(tmp_path):
    other = [HEADINGS, ("生产", "产量", 100, "酌情打分")]
    read = reading(workbook(tmp_path / "a.xlsx", [*ROWS, ("其他", "特色", 80, "酌情打分")], more=[("国企", other)]))

    assert [dict(one.about)["names"] for one in read.doubts if one.code == "other_sheets_not_read"] == ["国企"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files(tmp_path, encoding):
    assert tree(reading(text(tmp_path / "指标.csv", [HEADINGS, *ROWS], encoding))) == TREE


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("姓名", "电话"), ("张三", "1")], "no_indicator_column"),
        ([HEADINGS], "no_lines"),
        ([HEADINGS, ("组织建设", "换届", "", "按情况打分")], "no_points"),
    ],
)
def test_what_is_no_scheme_is_refused_with_a_sentence(tmp_path, rows, code):
    with pytest.raises(NotAScheme) as refusal:
        reading(text(tmp_path / "a.csv", rows))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook_empty"),
        (b"PK\x03\x04broken", "workbook_broken"),
        (b"%PDF-1.7", "workbook_kind_unknown"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "workbook_is_web_page"),
    ],
)
def test_broken_files_are_refused_with_a_sentence(tmp_path, content, code):
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    with pytest.raises(UnreadableWorkbook) as refusal:
        reading(file)

    assert refusal.value.code == code


def test_a_bomb_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("_rels/.rels", "<x/>")
        for number in range(4):
            pack.writestr(f"xl/{number}.xml", b"0" * (64 * 1024 * 1024))
    with pytest.raises(UnreadableWorkbook) as refusal:
        reading(tmp_path / "bomb.xlsx")

    assert refusal.value.code == "workbook_inflates_too_large"


def test_formulas_and_strange_cells_stay_text(sheet):
    rows = [("=HYPERLINK(1)", "+cmd|' /C calc'!A0", 4, "未按期换届扣4分"), ("x" * 3000, "y", "很多", "扣" * 9000)]
    read = sheet(rows)

    assert all(len(line.title) <= 200 for line in read.plan.indicators)
    assert [flaw for flaw in flaws(read.plan, metrics=FACTS) if flaw.hard and flaw.path != "code"] == []


@pytest.mark.parametrize(
    ("remark", "bands"),
    [
        ("90分以上为好，80-89分为较好，60-79分为一般，60分以下为差", "好:90 较好:80 一般:60 差:0"),
        ("优秀：90分以上；良好：75分以上；合格：60分以上；不合格：60分以下", "优秀:90 良好:75 合格:60 不合格:0"),
        ("备注：1. 得分在120分及以上的为优秀；100分以上为良好；80分以上为一般；80分以下为较差",
         "优秀:120 良好:100 一般:80 较差:0"),
        ("90分（含）以上为先进、80分（含）以上为较好、60分（含）以上为一般、60分以下为后进",
         "先进:90 较好:80 一般:60 后进:0"),
        ("90分以上为优秀，80分以上为良好", "优秀:90 良好:80 未定等次:0"),
        ("考核组由三人组成", ""),
    ],
)  # fmt: skip
def test_bands_in_a_remark(remark, bands):
    found = remarks_of([(9, remark)]).bands

    assert " ".join(f"{band.name}:{band.at_least:f}" for band in found) == bands


@pytest.mark.parametrize(
    ("remark", "weights"),
    [
        ("自评占30%，上级考核占70%", (30, 0, 70, 0)),
        ("支部自评20%、支部互评20%、党员测评10%、党委考核50%", (20, 20, 50, 10)),
        ("总分=自评×30%+上级评价×70%", (30, 0, 70, 0)),
        ("到会率不低于80%", (0, 0, 100, 0)),
        ("自评占30%，上级考核占60%", (0, 0, 100, 0)),
    ],
)
def test_weights_in_a_remark(remark, weights):
    found = remarks_of([(9, remark)])
    given = found.weights

    assert (given.self_view, given.peer, given.superior, given.members) == weights
    assert ("60" in remark) == bool(found.doubts)


def test_quotas_vetoes_and_the_document():
    found = remarks_of(
        [
            (9, "90分以上为好，60分以上为一般，60分以下为差。好等次不超过30%。"),
            (10, "发生重大责任事故的，一票否决；书记被撤职的，直接定为差。"),
            (1, "依据某党〔2026〕8号文件制定"),
        ]
    )

    assert [band.quota_percent for band in found.bands] == [30, None, None]
    assert [row for row, _sentence in found.vetoes] == [10, 10]
    assert "8号" in found.document


@pytest.mark.parametrize(
    ("title", "name", "points"),
    [
        ("班子建设（10分）", "班子建设", 10),
        ("党建工作30分", "党建工作", 30),
        ("组织生活(满分12.5分)", "组织生活", Decimal("12.5")),
        ("三会一课", "三会一课", None),
        ("10分", "10分", None),
    ],
)
def test_points_behind_a_name(title, name, points):
    assert points_behind(title) == (name, points)


@pytest.mark.parametrize(("name", "year"), [("2025年考核.xlsx", 2025), ("考核.xlsx", 2026)])
def test_the_year_of_the_file_name(tmp_path, name, year):
    read = reading(workbook(tmp_path / "a.xlsx", ROWS, title="党支部考核指标"), name)

    assert (read.plan.year, read.plan.title) == (year, "党支部考核指标")
    assert ("year_taken" in codes(read)) == (year == 2026)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.number)
def test_a_sample_adds_up_and_comes_back_from_json(sample):
    read = reading(sample.path)

    assert [flaw for flaw in flaws(read.plan, metrics=FACTS) if flaw.path != "code"] == []
    assert read.plan.total == 100
    assert plan_from_json(plan_to_json(read.plan)) == read.plan


def test_the_samples_are_what_their_script_makes(tmp_path):
    make_samples(tmp_path)

    assert [(tmp_path / sample.name).read_bytes() == sample.path.read_bytes() for sample in SAMPLES] == [True] * 4


CELLS = st.one_of(
    st.none(), st.integers(-5, 200), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from([*HEADINGS, "合计", "备注：90分以上为好", "一、党建（20分）", "扣1分", "加分项", "每少一次扣1分"]),
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=10), seed=st.integers(0, 9))
def test_no_sheet_breaks_the_reading(tmp_path, rows, seed):
    chosen = [row for row in rows if not any(isinstance(cell, str) and not cell.isprintable() for cell in row)]
    random.Random(seed).shuffle(chosen)
    file = text(tmp_path / "a.csv", [HEADINGS, *chosen])
    try:
        read = reading(file)
    except (NotAScheme, UnreadableWorkbook) as refusal:
        assert str(refusal)
    else:
        assert [flaw for flaw in flaws(read.plan, metrics=FACTS) if flaw.hard and flaw.path != "code"] == []
