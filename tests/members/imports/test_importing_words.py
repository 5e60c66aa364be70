"""What branches write, word by word."""

import pytest

from members.choices import DuesCategory, Education, Membership, OrganizationKind, Sex, SituationKind
from members.imports.organization_resolver import key_of, kind_of
from members.roster import headings
from members.workbooks import vocabulary

RETIRED, EMPLOYED, UNEMPLOYED = DuesCategory.RETIRED, DuesCategory.EMPLOYED, DuesCategory.UNEMPLOYED


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *[
            (word, EMPLOYED)
            for word in ("在职", "在岗职工", "公务员", "事业单位工作人员", "企业职工", "教师", "社区工作者")
        ],
        *[(word, RETIRED) for word in ("退休", "离休", "离退休", "退休干部", "企业退休职工", "内退")],
        *[(word, UNEMPLOYED) for word in ("下岗失业", "无业", "待业", "下岗职工", "未就业")],
        *[(word, DuesCategory.FARMER) for word in ("农民", "务农", "村民", "农牧渔民")],
        *[(word, DuesCategory.STUDENT) for word in ("学生", "在读研究生", "大学生")],
        *[(word, DuesCategory.RELIEF) for word in ("抚恤", "依靠抚恤或救济生活")],
        *[(word, DuesCategory.SUBSISTENCE) for word in ("低保", "领取最低生活保障金")],
        *[(word, None) for word in ("其他", "自由职业", "", "无", None)],
    ],
)
def test_categories(written: str | None, meant: DuesCategory | None) -> None:
    assert vocabulary.category_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("正式", Membership.FORMAL),
        ("正式党员", Membership.FORMAL),
        ("中共党员", Membership.FORMAL),
        ("预备", Membership.PROBATIONARY),
        ("中共预备党员", Membership.PROBATIONARY),
        ("群众", None),
        ("", None),
    ],
)
def test_memberships(written: str, meant: Membership | None) -> None:
    assert vocabulary.membership_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *[(word, Education.BACHELOR) for word in ("本科", "大学本科", "大学", "学士")],
        *[(word, Education.COLLEGE) for word in ("大专", "专科", "大学专科", "高职")],
        *[(word, Education.MASTER) for word in ("研究生", "硕士研究生", "硕士")],
        *[(word, Education.DOCTOR) for word in ("博士", "博士研究生")],
        *[(word, Education.VOCATIONAL) for word in ("中专", "技校", "职高")],
        ("高中", Education.SENIOR),
        ("初中", Education.JUNIOR),
        ("小学", Education.PRIMARY),
        ("自学成才", None),
    ],
)
def test_educations(written: str, meant: Education | None) -> None:
    assert vocabulary.education_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"), [("男", Sex.MALE), (" 女 ", Sex.FEMALE), ("男性", Sex.MALE), ("不详", None)]
)
def test_sexes(written: str, meant: Sex | None) -> None:
    assert vocabulary.sex_of(written) == meant


@pytest.mark.parametrize(
    ("written", "kept"), [("汉", "汉族"), ("汉族", "汉族"), ("维吾尔", "维吾尔族"), ("穿青人", "穿青人"), ("", "")]
)
def test_peoples(written: str, kept: str) -> None:
    assert vocabulary.ethnicity_of(written) == kept


@pytest.mark.parametrize(
    ("remark", "proposed"),
    [
        ("年老体弱,行动不便", [SituationKind.FRAIL]),
        ("卧床,生活不能自理", [SituationKind.BEDRIDDEN]),
        ("年老体弱，长期卧床", [SituationKind.BEDRIDDEN]),
        ("失联", [SituationKind.LOST_CONTACT]),
        ("已失去联系", [SituationKind.LOST_CONTACT]),
        ("借调到区委组织部", [SituationKind.SECONDED]),
        ("未失联", []),
        ("没有行动不便", []),
        ("因病住院", []),
        ("常年在外,电话联系", []),
        ("随子女居住", []),
        ("", []),
    ],
)
def test_what_a_remark_proposes(remark: str, proposed: list[SituationKind]) -> None:
    assert headings.situations_in_remark(remark) == proposed


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("美国加州(探亲)", SituationKind.ABROAD_PRIVATE),
        ("日本留学", SituationKind.ABROAD_PRIVATE),
        ("外派非洲", SituationKind.ABROAD_SENT),
        ("美国", None),
        ("浙江杭州(探亲)", None),
    ],
)
def test_how_somebody_is_abroad(place: str, kind: SituationKind | None) -> None:
    assert headings.abroad_kind(place) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("中共红旗市直属机关工作委员会", OrganizationKind.COMMITTEE),
        ("第一机关党委", OrganizationKind.COMMITTEE),
        ("红旗街道党工委", OrganizationKind.COMMITTEE),
        ("红旗学院党总支", OrganizationKind.GENERAL_BRANCH),
        ("中共红旗厂总支部委员会", OrganizationKind.GENERAL_BRANCH),
        ("第1党支部", OrganizationKind.BRANCH),
        ("中共东山村支部委员会", OrganizationKind.BRANCH),
        ("离退休党支部第一党小组", OrganizationKind.GROUP),
    ],
)
def test_the_kind_of_an_organization_stands_in_its_name(name: str, kind: OrganizationKind) -> None:
    assert kind_of(name, last=False) == kind


def test_a_name_that_says_nothing_is_a_branch_at_the_end_of_a_path() -> None:
    assert (kind_of("红旗机械厂", last=True), kind_of("红旗机械厂", last=False)) == ("branch", "committee")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中共红旗社区第一党支部", "红旗社区 第一党支部"),
        ("中国共产党红旗社区第一党支部", "红旗社区第一支部"),
        ("红旗社区第1党支部", "红旗社区第一党支部"),
        ("第12党支部", "第十二党支部"),
        ("第20党支部", "第二十党支部"),
        ("中共东山村支部委员会", "东山村党支部"),
        ("红旗厂总支部委员会", "红旗厂党总支"),
        ("中共红旗街道工作委员会", "红旗街道党工委"),
        ("第一小组", "第一党小组"),
    ],
)
def test_the_same_name_however_it_is_written(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("第一党支部", "第一党总支"), ("第1党支部", "第11党支部"), ("第一党支部", "第一党小组")]
)
def test_names_that_differ(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)
