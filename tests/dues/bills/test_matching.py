"""Who the money on a bill is for. The table is the specification."""

import pytest
from hypothesis import given, strategies as st

from dues.bills.matching import PossiblePayer, PossiblePayers, match, sound
from dues.bills.models import BillRow
from dues.bills.queries import _offered
from dues.bills.rules import plain_name, read_note
from dues.choices import BillRowState, MatchWhy, NoMatch
from members.models import Member

BRANCH = [
    PossiblePayer("张英", "张英", helpers=("刘小红",), open_fen=(2000, 2000), monthly_fen=2000),
    PossiblePayer("李国强", "李国强", payers=("李梅",), open_fen=(9239,), monthly_fen=9239),
    PossiblePayer("王芳", "王芳", monthly_fen=100),
    PossiblePayer("王芳芳", "王芳芳", open_fen=(4500,), monthly_fen=4500),
    PossiblePayer("陈明甲", "陈明", open_fen=(3000,), monthly_fen=3000),
    PossiblePayer("陈明乙", "陈明", helpers=("陈小雨",), monthly_fen=5000),
    PossiblePayer("欧阳修文", "欧阳修文", former_names=("欧阳文",)),
    PossiblePayer("赵刚", "赵刚", helpers=("赵小兰",), open_fen=(1500,), monthly_fen=1500),
    PossiblePayer("赵强", "赵强", helpers=("赵小兰",), monthly_fen=1700),
    PossiblePayer("何亮", "何亮"),
    PossiblePayer("周敏", "周  敏", helpers=("孙磊",)),
    PossiblePayer("龚敏永", "龚敏永", helpers=("李国强",), open_fen=(3300,), monthly_fen=1100),
]
PEOPLE = PossiblePayers.of(BRANCH)

# who paid, note, fen, what comes out
CASES = [
    # the note names a member, in every form
    ("金瑞", "党费 李国强", 9239, "certain 李国强"),
    ("金瑞", "李国强党费", 9239, "certain 李国强"),
    ("金瑞", "李国强3月", 9239, "certain 李国强"),
    ("金瑞", "李国强6个月党费", 9239, "certain 李国强"),
    ("金瑞", "李国强1-6月党费", 9239, "certain 李国强"),
    ("金瑞", "李国强第三季度党费", 9239, "certain 李国强"),
    ("金瑞", "李国强2026年上半年党费", 9239, "certain 李国强"),
    ("金瑞", "李国强十月份党费", 9239, "certain 李国强"),
    ("金瑞", "李国强党费92.39元", 9239, "certain 李国强"),
    ("金瑞", "补交李国强八月党费", 9239, "certain 李国强"),
    ("金瑞", "李国强同志的党费，请查收，谢谢", 9239, "certain 李国强"),
    ("金瑞", "转账备注:党费 李国强", 9239, "certain 李国强"),
    ("金瑞", "收款方备注:二维码收款付款方留言:李国强党费", 9239, "certain 李国强"),
    ("金瑞", "李 国 强 党 费", 9239, "certain 李国强"),
    ("金瑞", "李国强dangfei", 9239, "certain 李国强"),
    ("金瑞", "周敏党费", 5, "certain 周敏"),
    ("金瑞", "党员：李国强，缴纳党费", 9239, "certain 李国强"),
    ("李国强", "李国强", 9239, "certain 李国强"),
    ("李国强", "李国强党费", 9239, "certain 李国强"),
    ("李国强", "党费（李国强）", 9239, "certain 李国强"),
    ("金瑞", "李国强", 9239, "certain 李国强"),
    ("金瑞", "何亮", 777, "certain 何亮"),
    ("金瑞", "欧阳文党费", 777, "certain 欧阳修文"),
    # a relative or another member pays
    ("金瑞", "给我妈张英交党费", 2000, "certain 张英"),
    ("金瑞", "代张英交党费", 2000, "certain 张英"),
    ("金瑞", "张英党费 女儿代交", 2000, "certain 张英"),
    ("金瑞", "张英女儿代交党费", 2000, "certain 张英"),
    ("金瑞", "张英党费 金瑞代", 2000, "certain 张英"),
    ("何亮", "何亮代张英交党费", 2000, "certain 张英"),
    ("何亮", "张英党费 何亮代交", 2000, "certain 张英"),
    # note and payer disagree: the note speaks
    ("何亮", "李国强党费", 9239, "certain 李国强"),
    ("何亮", "李国强10月", 9239, "certain 李国强"),
    ("刘小红", "李国强党费", 9239, "certain 李国强"),
    # who paid says it
    ("何亮", "", 777, "certain 何亮"),
    ("张英", "", 4000, "certain 张英"),
    ("张英", "", 6000, "certain 张英"),
    ("张英", "党费", 2000, "certain 张英"),
    ("张英", "10月党费", 2000, "certain 张英"),
    ("张英", "党费", 2500, "certain 张英"),
    ("张 英", "转账", 2000, "certain 张英"),
    ("张英", "恭喜发财，大吉大利", 2000, "certain 张英"),
    ("欧阳文", "党费", 777, "certain 欧阳修文"),
    ("刘小红", "党费", 2000, "certain 张英"),
    ("刘小红", "", 2000, "certain 张英"),
    ("李梅", "", 9239, "certain 李国强"),
    ("孙磊", "党费", 777, "certain 周敏"),
    ("李国强", "", 9239, "certain 李国强"),
    # one name inside another
    ("金瑞", "王芳芳党费", 4500, "certain 王芳芳"),
    ("金瑞", "王芳党费", 100, "certain 王芳"),
    ("王芳", "", 100, "certain 王芳"),
    ("王芳芳", "", 4500, "certain 王芳芳"),
    ("金瑞", "王芳菲党费", 100, "doubtful 王芳 note longer_name"),
    ("金瑞", "小王芳党费", 100, "doubtful 王芳 note longer_name"),
    ("王芳", "王芳菲党费", 100, "doubtful 王芳 longer_name"),
    ("金瑞", "王芳 王芳芳 党费", 4600, "doubtful 王芳,王芳芳 several_names"),
    # two members of one name
    ("金瑞", "陈明党费", 3000, "doubtful 陈明甲,陈明乙 namesake"),
    ("金瑞", "陈明党费", 5000, "doubtful 陈明乙,陈明甲 namesake"),
    ("陈小雨", "陈明党费", 7, "doubtful 陈明乙,陈明甲 namesake"),
    ("陈明", "党费", 3000, "doubtful 陈明甲,陈明乙 namesake"),
    # several people, or somebody else
    ("金瑞", "张英 李国强党费", 11239, "doubtful 张英,李国强 several_names"),
    ("金瑞", "张英和李国强党费", 11239, "doubtful 张英,李国强 several_names"),
    ("金瑞", "张英 孙悟空党费", 2000, "doubtful 张英 other_name"),
    ("张英", "孙悟空党费", 2000, "doubtful 张英 payer other_name"),
    ("刘小红", "孙悟空党费", 2000, "doubtful 张英 helper other_name"),
    ("金瑞", "张英妈妈党费", 2000, "doubtful 张英 relation"),
    ("张英", "张英代交党费", 2000, "doubtful 张英 other_name"),
    ("金瑞", "孙悟空党费", 2000, "unmatched nobody_of_that_name"),
    ("金瑞", "党费 孙悟空", 777, "unmatched nobody_of_that_name"),
    ("孙悟空", "孙悟空党费", 777, "unmatched nobody_of_that_name"),
    ("孙悟空", "党费 孙悟空", 2000, "unmatched nobody_of_that_name"),
    ("刘小红", "刘小红党费", 2000, "certain 张英"),
    # written otherwise
    ("金瑞", "gong min yong dang fei", 1100, "doubtful 龚敏永 sound"),
    ("金瑞", "党费 龚敏勇", 1100, "doubtful 龚敏永 sound"),
    # about something else
    ("张英", "还饭钱", 2000, "unmatched not_dues"),
    ("张英", "团费", 2000, "unmatched not_dues"),
    ("金瑞", "张英工会会费", 2000, "unmatched not_dues"),
    ("何亮", "房租", 2000, "unmatched not_dues"),
    ("何亮", "不是党费", 2000, "unmatched not_dues"),
    ("", "结息", 123, "unmatched not_dues"),
    ("红旗超市", "退款", 2000, "unmatched not_dues"),
    ("李国强", "捐款", 9239, "unmatched not_dues"),
    ("金瑞", "张英党费和餐费", 5000, "doubtful 张英 mixed"),
    ("张英", "自愿多交党费", 100000, "doubtful 张英 voluntary"),
    ("金瑞", "张英特殊党费", 100000, "doubtful 张英 voluntary"),
    ("张英", "一点心意", 2000, "doubtful 张英 note_unclear"),
    ("金瑞", "张英 一点心意", 2000, "doubtful 张英 note_unclear"),
    # an odd amount
    ("张英", "", 2500, "doubtful 张英 payer amount_odd"),
    ("金瑞", "张英", 2500, "doubtful 张英 note amount_odd"),
    ("刘小红", "党费", 2500, "doubtful 张英 helper amount_odd"),
    ("金瑞", "张英党费", 2500, "certain 张英"),
    ("孙磊", "", 777, "doubtful 周敏 helper note_unclear"),
    # who paid looks after several, or after somebody beside himself
    ("赵小兰", "党费", 1500, "doubtful 赵刚,赵强 several_helped"),
    ("赵小兰", "赵强党费", 1700, "certain 赵强"),
    ("李国强", "", 3300, "doubtful 龚敏永,李国强 several_helped"),
    ("李国强", "党费", 7, "doubtful 龚敏永,李国强 several_helped"),
    # a relative's surname, an amount, a hidden name
    ("龚丽", "党费", 3300, "doubtful 龚敏永 surname amount"),
    ("龚丽", "", 3300, "doubtful 龚敏永 surname amount"),
    ("龚丽", "", 7, "unmatched payer_unknown"),
    ("金瑞", "党费", 1500, "doubtful 王芳,赵刚 amount"),
    ("金瑞", "", 1500, "unmatched payer_unknown"),
    ("金瑞", "党费", 7, "unmatched payer_unknown"),
    ("", "", 7, "unmatched payer_unknown"),
    ("*敏永", "", 1100, "doubtful 龚敏永 masked amount"),
    ("龚**", "党费", 7, "doubtful 龚敏永 masked"),
    ("*敏永", "", 7, "unmatched payer_unknown"),
    ("张*", "张英党费", 2000, "certain 张英"),
]


def told(found):
    """The outcome in a line: state, keys or reason, and the reasons of the first candidate."""
    return (
        found.state.value,
        ",".join(one.key for one in found.candidates) or str(found.reason),
        {why.value for one in found.candidates[:1] for why in one.why},
    )


@pytest.mark.parametrize(("payer", "note", "fen", "expected"), CASES, ids=[f"{c[0]}: {c[1]} {c[2]}" for c in CASES])
def test_who_a_row_is_for(payer, note, fen, expected):
    state, who, *why = expected.split()
    got_state, got_who, got_why = told(match(payer=payer, note=note, amount_fen=fen, people=PEOPLE))
    assert (got_state, got_who) == (state, who)
    assert set(why) <= got_why


def test_the_table_is_long_and_names_every_reason():
    words = {word for *_row, expected in CASES for word in expected.split()}
    assert len(CASES) >= 60
    assert {reason.value for reason in NoMatch} <= words
    assert {why.value for why in MatchWhy} - {"former_name", "before"} <= words


def test_a_former_name_and_an_earlier_payment_are_said():
    former = match(payer="金瑞", note="欧阳文党费", amount_fen=7, people=PEOPLE)
    before = match(payer="李梅", note="", amount_fen=9239, people=PEOPLE)
    assert former.candidates[0].why == (MatchWhy.FORMER_NAME,)
    assert set(before.candidates[0].why) == {MatchWhy.BEFORE, MatchWhy.AMOUNT, MatchWhy.SURNAME}


@pytest.mark.parametrize(
    ("fen", "fits"),
    [(2000, True), (5000, True), (1000, True), (24000, True), (25000, False), (2001, False)],
)
def test_what_is_open_from_the_oldest_month_on_and_whole_months_fit(fen, fits):
    assert PossiblePayer(1, "张英", open_fen=(2000, 3000), monthly_fen=1000).fits(fen) is fits


def test_an_amount_says_nothing_where_nothing_is_known():
    assert PossiblePayer(1, "张英").fits(2000) is None


def test_a_branch_without_members_matches_nobody():
    found = match(payer="金瑞", note="张英党费", amount_fen=2000, people=PossiblePayers.of([]))
    assert (found.state, found.reason) == ("unmatched", "nobody_of_that_name")


@pytest.mark.parametrize(
    ("note", "dues", "other"),
    [
        ("党费", True, False),
        ("党 费", True, False),
        ("党员会费", True, False),
        ("缴党费", True, False),
        ("饭钱", False, True),
        ("AA", False, True),
        ("非党费", False, True),
        ("", False, False),
        ("10月", False, False),
    ],
)
def test_what_a_note_is_about(note, dues, other):
    said = read_note(note, [])
    assert (said.about_dues, said.about_other) == (dues, other)


@pytest.mark.parametrize(
    ("written", "plain"), [("张　英", "张英"), ("金瑞(女儿)", "金瑞"), ("Ａｎｎ", "ann"), ("", "")]
)
def test_names_are_compared_without_spaces_and_brackets(written, plain):
    assert plain_name(written) == plain


def test_names_that_sound_alike():
    assert sound("龚敏永") == sound("龚敏勇") == "gongminyong"


PIECES = st.sampled_from(
    [
        "党费",
        "张英",
        "李国强",
        "王芳",
        "王芳芳",
        "陈明",
        "欧阳文",
        "龚敏勇",
        "代",
        "妈妈",
        "3月",
        "和",
        "饭",
        "自愿",
        " ",
        "孙悟空",
        "*",
    ]
)


@given(
    payer=st.one_of(st.text(max_size=6), PIECES),
    note=st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=6).map("".join)),
    fen=st.integers(1, 10**8),
)
def test_whatever_is_written_certain_means_one_and_nobody_has_a_reason(payer, note, fen):
    found = match(payer=payer, note=note, amount_fen=fen, people=PEOPLE)
    keys = [one.key for one in found.candidates]
    assert len(keys) == len(set(keys)) <= 5
    if found.state == "certain":
        assert len(keys) == 1
        assert not found.reason
    elif found.state == "doubtful":
        assert keys
        assert not found.reason
    else:
        assert not keys
        assert found.reason in NoMatch.values


@pytest.mark.parametrize("among", [[], ["other"], ["other", "decided"]])
def test_who_was_decided_for_stands_first_also_where_nobody_had_proposed_them(among):
    people = {name: Member(pk=number, name=name) for number, name in enumerate(("other", "decided"), 1)}
    candidates = [{"member": name, "why": [MatchWhy.NOTE]} for name in among]
    row = BillRow(state=BillRowState.CERTAIN, candidates=candidates, member=people["decided"])

    assert [member.name for member, _why in _offered(row, people)] == ["decided", *(set(among) - {"decided"})]
