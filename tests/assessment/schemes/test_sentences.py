"""What a sentence of scoring is read as. The table is the specification."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings, strategies as st

from assessment.choices import ClauseKind
from assessment.schemes.check_rules import clause_flaws
from assessment.schemes.importing.doubts import Around
from assessment.schemes.importing.sentences import read
from assessment.schemes.importing.wording import number, sentences_of, wording

BANDS = ("好", "较好", "一般", "较差")
EACH, FLAT, TIERED, RATIO = "deduct_per_missing", "deduct_flat", "tiered", "ratio_step"
BONUS, MANUAL, VETO = "bonus", "manual", "veto"
GENERAL, COMMITTEE, GROUP = "meetings.general_meeting", "meetings.committee_meeting", "meetings.group_meeting"
LECTURE, THEME = "meetings.party_lecture", "meetings.theme_day"

# text, title of the line, points of the line, (kind, metric, points) of each clause
TAKEN = [
    ("每少一次扣0.5分", "支部党员大会", 4, [(EACH, GENERAL, "0.5")]),
    ("每缺1次扣1分", "支委会", 4, [(EACH, COMMITTEE, "1")]),
    ("支委会每少开一次扣0.5分", "", 4, [(EACH, COMMITTEE, "0.5")]),
    ("少一次扣１分，扣完为止", "党小组会", 4, [(EACH, GROUP, "1")]),
    ("每月召开一次，含假期，每缺一次扣0.5分", "支委会", 4, [(EACH, COMMITTEE, "0.5")]),
    ("主题党日活动每少开展一次扣半分", "", 4, [(EACH, THEME, "0.5")]),
    ("未按期换届扣3分", "", 3, [(FLAT, "members.terms", "3")]),
    ("没有按时换届的，扣三分", "", 3, [(FLAT, "members.terms", "3")]),
    ("未开展的不得分", "主题党日", 2, [(FLAT, THEME, "2")]),
    ("未开展不得分，扣完为止", "民主评议党员", 3, [(FLAT, "meetings.democratic_evaluation", "3")]),
    ("未召开组织生活会得0分", "", 3, [(FLAT, "meetings.org_life_meeting", "3")]),
    ("未召开组织生活会扣该项全部分", "", 3, [(FLAT, "meetings.org_life_meeting", "3")]),
    ("缺1份扣0.2分", "资料归档", 2, [(EACH, "", "0.2")]),
    ("签到表每缺一份扣0.5分", "支委会", 4, [(EACH, "", "0.5")]),
    ("程序不规范扣1分，拉票贿选扣2分", "按期换届", 2, [(FLAT, "", "1"), (FLAT, "", "2")]),
    ("1.未交计划扣1分；2.内容空泛扣0.5分", "", 2, [(FLAT, "", "1"), (FLAT, "", "0.5")]),
    ("（1）迟交扣1分。（2）未交扣2分。", "", 2, [(FLAT, "", "1"), (FLAT, "", "2")]),
    ("①迟交扣1分②未交扣2分", "", 2, [(FLAT, "", "1"), (FLAT, "", "2")]),
    ("迟到每人次扣1分；无故缺席每人次扣2分", "", 3, [(EACH, "", "1"), (EACH, "meetings.explained", "2")]),
    ("不请假缺席一人次扣0.5分", "", 3, [(EACH, "meetings.explained", "0.5")]),
    ("党费未按月足额收缴扣1分，账目混乱扣1分", "", 2, [(FLAT, "dues.paid", "1"), (FLAT, "", "1")]),
    ("欠缴党费的每人扣0.1分", "", 2, [(EACH, "dues.paid", "0.1")]),
    ("未按时上缴党费扣1分", "", 2, [(FLAT, "dues.remitted", "1")]),
    ("党费收支未公示扣1分", "", 2, [(FLAT, "dues.disclosure", "1")]),
    ("组织关系未及时转接每人次扣1分", "", 2, [(EACH, "members.transfers", "1")]),
    ("书记年内未讲党课的扣2分；过程不完整扣1分", "", 2, [(FLAT, "", "2"), (FLAT, "", "1")]),
    ("七名以上党员未设立支部委员会扣1分", "", 2, [(FLAT, "members.committee", "1")]),
    ("未配备支部书记扣1分", "", 2, [(FLAT, "members.secretary", "1")]),
    ("没有开展谈心谈话扣1分", "", 2, [(FLAT, "supervision.talks", "1")]),
    ("谈心谈话流于形式扣1分", "", 2, [(FLAT, "", "1")]),
    ("三重一大事项未经集体研究扣1分", "", 2, [(FLAT, "supervision.matters", "1")]),
    ("支部书记培训学时未达标扣1分", "", 2, [(FLAT, "assessment.training", "1")]),
    ("党员培训学时未达标扣1分", "", 2, [(FLAT, "", "1")]),
    ("到期问题未整改的，每个扣1分", "", 5, [(EACH, "supervision.problems", "1")]),
    ("党员意见建议未按期答复，每件扣1分", "", 5, [(EACH, "supervision.suggestions", "1")]),
    ("未按期走访联系，每人次扣0.5分", "", 5, [(EACH, "members.contact", "0.5")]),
    ("未配备专职党务工作者扣2分", "", 2, [(FLAT, "assessment.posts_filled", "2")]),
    ("会议没有记录扣2分；填写不规范扣1分", "", 4, [(FLAT, "meetings.minutes", "2"), (FLAT, "", "1")]),
    ("各类会议每缺一份记录扣0.5分", "", 4, [(EACH, "meetings.minutes", "0.5")]),
    ("谈话没有记录扣1分", "", 4, [(FLAT, "", "1")]),
    ("制度不健全扣2分", "", 4, [(FLAT, "", "2")]),
    ("双重组织生活落实不好扣1分", "", 4, [(FLAT, "", "1")]),
    ("三会一课质量不高扣1分", "", 4, [(FLAT, "", "1")]),
    ("每迟报１次扣０．５分", "信息报送", 1, [(EACH, "", "0.5")]),
    ("发现一起扣2分", "信访", 4, [(EACH, "", "2")]),
    ("未完成减半扣分", "任务", 4, [(FLAT, "", "2")]),
    ("未达标-1分", "阵地", 4, [(FLAT, "", "1")]),
    ("按时换届得2分，否则不得分", "", 2, [(FLAT, "members.terms", "2")]),
    ("有计划得1分；有总结得1分；有台账得1分", "", 3, [(FLAT, "", "1")] * 3),
    ("十分重视，每季度研究一次，未研究扣1分", "党建工作", 2, [(FLAT, "", "1")]),
]


def kinds(found):
    return [(clause.kind, clause.metric, clause.points) for clause in found.clauses]


def around(title="", points=None):
    return Around(Decimal(points) if points else None, (title,) if title else (), BANDS)


@pytest.mark.parametrize(("text", "title", "points", "clauses"), TAKEN)
def test_what_takes_points(text, title, points, clauses):
    found = read(text, around(title, points))

    assert kinds(found) == [(kind, metric, Decimal(number)) for kind, metric, number in clauses]
    assert found.doubts == []


@pytest.mark.parametrize(
    ("text", "title", "metric", "full_at", "step", "points"),
    [
        ("参会率每低于90%一个百分点扣0.5分", "", "meetings.attendance", 90, 1, "0.5"),
        ("参会率低于90%的，每低10%扣0.5分", "", "meetings.attendance", 90, 10, "0.5"),
        ("到会率达到95%以上，每下降百分之五扣1分", "", "meetings.attendance", 95, 5, "1"),
        ("党费收缴率达到100%，每下降1个百分点扣0.1分", "", "dues.paid", 100, 1, "0.1"),
        ("党费收缴率每低一个百分点扣0.5分", "", "dues.paid", 100, 1, "0.5"),
        ("出勤率低于80%扣2分", "", "meetings.attendance", 80, 100, "2"),
        ("每低10%扣1分", "党员到会率", "meetings.attendance", 100, 10, "1"),
        ("整改率未达到100%的，每低10个百分点扣1分", "", "supervision.problems", 100, 10, "1"),
        ("满意率低于90%的，每低5%扣1分", "", "", 90, 5, "1"),
        ("任务完成率每低5%扣2分", "", "", 100, 5, "2"),
    ],
)
def test_steps_of_a_ratio(text, title, metric, full_at, step, points):
    (clause,) = read(text, around(title, 5)).clauses

    assert (clause.kind, clause.metric, clause.full_at, clause.step, clause.points) == (
        RATIO, metric, full_at, step, Decimal(points),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title", "metric", "counted", "tiers"),
    [
        ("每季度召开得5分，每半年得2分，很少召开得1分，从不召开0分", "支部党员大会", GENERAL, "share",
         "100:5 50:2 12:1 0:0"),
        ("每月2分、每季度1分、很少0.5分、从不0分", "支委会", COMMITTEE, "share", "100:2 33:1 4:0.5 0:0"),
        ("每半年一次得2分；每年一次得1分；没有的0分", "党课", LECTURE, "share", "100:2 50:1 0:0"),
        ("每年开展得3分，没有开展0分", "民主评议党员", "meetings.democratic_evaluation", "share", "100:3 0:0"),
        ("到会率90%以上得16分，80%以上得12分，60%以上得6分，60%以下0分", "", "meetings.attendance", "share",
         "90:16 80:12 60:6 0:0"),
        ("100%得10分，90%-99%得8分，80%-89%得5分，不足80%得0分", "任务完成", "", "share", "100:10 90:8 80:5 0:0"),
        ("规范3分、较规范2分、较差1分、无0分", "会议记录", "", "done", "3:3 2:2 1:1 0:0"),
        ("好10分，较好8分，一般5分，差0分", "群众评价", "", "done", "10:10 8:8 5:5 0:0"),
        ("4次以上得5分，2-3次得3分，1次得1分，未开展得0分", "志愿服务", "", "done", "4:5 2:3 1:1 0:0"),
        ("每季度研究得2分，每半年研究得1分", "意识形态", "", "done", "4:2 2:1 0:0"),
    ],
)  # fmt: skip
def test_tiers(text, title, metric, counted, tiers):
    (clause,) = read(text, around(title, 16)).clauses

    assert (clause.kind, clause.metric, clause.counted) == (TIERED, metric, counted)
    assert " ".join(f"{bound:f}:{points:f}" for bound, points in clause.tiers) == tiers


@pytest.mark.parametrize(
    ("text", "points", "caps"),
    [
        ("获校级加1分、市级加2分、省级加3分，最多加2分", "1 2 3", [2, 2, 2]),
        ("获得表彰每次加0.5分，最高不超过2分", "0.5", [2]),
        ("有创新做法的加2分", "2", [None]),
        ("每发表一篇得1分，5分封顶", "1", [5]),
    ],
)
def test_what_adds_points(text, points, caps):
    found = read(text, around("创新", None))

    assert [clause.kind for clause in found.clauses] == [BONUS] * len(caps)
    assert [clause.points for clause in found.clauses] == [Decimal(number) for number in points.split()]
    assert [clause.cap for clause in found.clauses] == caps


@pytest.mark.parametrize(
    ("text", "rank", "metric"),
    [
        ("连续两年不开展活动的，直接定为较差", 4, ""),
        ("支部书记严重违纪的，一票否决", 4, ""),
        ("发生重大事故的，年度考核定为一般", 3, ""),
        ("未按期换届的，直接定为较差", 4, "members.terms"),
        ("长期未换届的，直接定为较差", 4, ""),
    ],
)
def test_vetoes(text, rank, metric):
    (clause,) = read(text, around()).clauses

    assert (clause.kind, clause.band_rank, clause.metric) == (VETO, rank, metric)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("根据工作实绩酌情打分", "given_by_person"),
        ("由上级党组织综合评定", "given_by_person"),
        ("工作有声有色", "not_understood"),
        ("", "no_scoring"),
    ],
)
def test_what_a_person_gives_is_said(text, code):
    found = read(text, around("特色工作", 5))

    assert [clause.kind for clause in found.clauses] == [MANUAL]
    assert [doubt.code for doubt in found.doubts] == [code]


@pytest.mark.parametrize(
    ("text", "title", "code"),
    [
        ("酌情扣0.5—1分", "纪律", "range_by_person"),
        ("每缺2次扣1分", "支委会", "per_several"),
        ("未开展扣1分", "支部党员大会和支委会", "one_of_several"),
        ("支委会每缺一次记录扣0.5分", "", "fact_is_broader"),
        ("规范3分、较规范2分、较差1分", "会议记录", "tiers_in_words"),
        ("每少一次扣1分", "谈心谈话", "fact_is_whole"),
        ("每少一次扣1分", "党课", "no_number"),
        ("每年1次得4分，半年1次得2分，全年1次得1分", "党课", "tiers_overlap"),
        ("有特色的得2分；没有计划扣1分", "党建", ""),
        ("未开展扣1分。要有方案和总结。", "主题党日", "left_out"),
        ("未开展扣1分，其余由考核组另行研究", "主题党日", "rest_not_understood"),
    ],
)
def test_what_is_understood_in_part_is_said(text, title, code):
    codes = [doubt.code for doubt in read(text, around(title, 6)).doubts]

    assert code in codes if code else codes == []


def test_all_three_meetings_and_the_lecture_count_each_by_itself():
    found = read("支部党员大会每季度、支委会每月、党小组会每月、党课每季度，每缺一次扣1分", around("三会一课", 4))

    assert [(one.metric, one.expected, one.every) for one in found.clauses] == [
        (GENERAL, None, ""), (COMMITTEE, None, ""), (GROUP, None, ""), (LECTURE, 1, "quarter"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "metric", "expected", "every"),
    [
        ("党课每季度至少一次，少一次扣一分", LECTURE, 1, "quarter"),
        ("党课每半年一次，每少一次扣2分", LECTURE, 1, "half"),
        ("支委会每季度召开一次，每少一次扣1分", COMMITTEE, 1, "quarter"),
        ("支委会每月召开一次，每少一次扣1分", COMMITTEE, None, ""),
        ("主题党日每月2次，每少一次扣1分", THEME, 2, "month"),
        ("三重一大事项每年集体研究少于2次的，扣0.5分", "supervision.matters_studied", 2, "year"),
    ],
)
def test_what_a_scheme_expects_beside_the_rules(text, metric, expected, every):
    (clause,) = read(text, around()).clauses

    assert (clause.metric, clause.expected, clause.every) == (metric, expected, every)


def test_the_words_of_a_clause_stand_as_they_were_written():
    found = read("１、未按期换届，扣３分；　２、程序不规范，扣半分。", around("换届", 4))

    assert [clause.text for clause in found.clauses] == ["未按期换届，扣３分", "程序不规范，扣半分"]


def test_points_to_give_beside_points_to_take_are_taken_instead():
    found = read("未召开扣2分；质量由上级酌情打分", around("组织生活会", 5))

    assert [clause.kind for clause in found.clauses] == [FLAT, EACH]
    assert found.clauses[1].cap == 5
    assert "tiers_beside_deductions" in {doubt.code for doubt in found.doubts}


@pytest.mark.parametrize(
    ("words", "value"), [("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("一百", 100), ("一百五十", 150)]
)
def test_numbers_in_words(words, value):
    assert number(words) == value


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("扣一分", "扣1分"),
        ("扣一点五分", "扣1.5分"),
        ("扣半分", "扣0.5分"),
        ("百分之八十以上", "80%以上"),
        ("每低一个百分点", "每低1个百分点"),
        ("十分重视", "十分重视"),
        ("三会一课", "三会一课"),
        ("一般", "一般"),
        ("９０％", "90%"),
        ("1. 90分以上", "1、90分以上"),
    ],
)
def test_text_made_plain(written, plain):
    assert wording(written).text == plain


LETTERS = st.text(
    st.sampled_from(
        "未不没每少缺扣加减得给计分次份率%％.。；，、（）()0123456789一二三两半十百点个人月季年"
        "党课会支部大委组书记换届直接定为较差否决酌情以上下低于-—\n 　①"
    )
)


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=200), LETTERS), title=LETTERS, points=st.decimals(0, 100, places=1))
@example(text="", title=" ", points=0)
def test_no_text_breaks_the_reading(text, title, points):
    found = read(text, Around(points or None, (title,), BANDS))

    for clause in found.clauses:
        hard = [flaw for flaw in clause_flaws(clause, "", ranks=range(1, 5), metrics=[clause.metric]) if flaw.hard]
        assert hard == []
        assert isinstance(clause.kind, ClauseKind)
    assert all(doubt.message for doubt in found.doubts)
    list(sentences_of(wording(text)))
