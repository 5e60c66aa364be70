"""The columns of a roster: the words branches head them with, and what stands in them."""

import re
import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import DuesCategory, Education, Membership, Sex, SituationKind
from members.workbooks.cells import word
from members.workbooks.headings import Catalogue, Field
from members.workbooks.reading import Value

Word = TypeVar("Word")

SEXES = {"男": Sex.MALE, "女": Sex.FEMALE, "男性": Sex.MALE, "女性": Sex.FEMALE, "m": Sex.MALE, "f": Sex.FEMALE}

MEMBERSHIPS = (
    (re.compile(r"预备|候补|probation"), Membership.PROBATIONARY),
    (re.compile(r"正式|formal|^党员$|^中共党员$"), Membership.FORMAL),
)

CATEGORIES = (
    (re.compile(r"低保|最低生活保障"), DuesCategory.SUBSISTENCE),
    (re.compile(r"抚恤|救济|优抚"), DuesCategory.RELIEF),
    (re.compile(r"离休|退休|离退|内退|退职"), DuesCategory.RETIRED),
    (re.compile(r"失业|下岗|无业|待业|未就业|无固定职业"), DuesCategory.UNEMPLOYED),
    (re.compile(r"学生|在读|研究生|本科生|大学生$"), DuesCategory.STUDENT),
    (re.compile(r"农民|务农|村民|农牧渔|牧民|渔民|农业人员"), DuesCategory.FARMER),
    (
        re.compile(
            r"在职|在岗|职工|公务员|干部|教师|工人|技术人员|管理人员|事业|企业|机关|社区工作|工勤|参公|聘用|在编|军人|医"
        ),
        DuesCategory.EMPLOYED,
    ),
)
"""In this order: "退休干部" is retired, "农民工人" a farmer by the word that says more."""

EDUCATIONS = (
    (re.compile(r"博士"), Education.DOCTOR),
    (re.compile(r"硕士|研究生"), Education.MASTER),
    (re.compile(r"本科|大学(?!专)|学士"), Education.BACHELOR),
    (re.compile(r"大专|专科|高职|大学专科"), Education.COLLEGE),
    (re.compile(r"中专|中技|技校|职高|中等专业|职业高中|技工"), Education.VOCATIONAL),
    (re.compile(r"高中"), Education.SENIOR),
    (re.compile(r"初中|初级中学"), Education.JUNIOR),
    (re.compile(r"小学|文盲|识字"), Education.PRIMARY),
)

PEOPLES = frozenset(
    [
        "汉",
        "蒙古",
        "回",
        "藏",
        "维吾尔",
        "苗",
        "彝",
        "壮",
        "布依",
        "朝鲜",
        "满",
        "侗",
        "瑶",
        "白",
        "土家",
        "哈尼",
        "哈萨克",
        "傣",
        "黎",
        "傈僳",
        "佤",
        "畲",
        "高山",
        "拉祜",
        "水",
        "东乡",
        "纳西",
        "景颇",
        "柯尔克孜",
        "土",
        "达斡尔",
        "仫佬",
        "羌",
        "布朗",
        "撒拉",
        "毛南",
        "仡佬",
        "锡伯",
        "阿昌",
        "普米",
        "塔吉克",
        "怒",
        "乌孜别克",
        "俄罗斯",
        "鄂温克",
        "德昂",
        "保安",
        "裕固",
        "京",
        "塔塔尔",
        "独龙",
        "鄂伦春",
        "赫哲",
        "门巴",
        "珞巴",
        "基诺",
    ]
)

FROM_REMARK = (
    (re.compile(r"卧床|瘫痪|生活不能自理|失能|植物人"), SituationKind.BEDRIDDEN),
    (re.compile(r"年老体弱|行动不便|年老多病|体弱多病|高龄体弱"), SituationKind.FRAIL),
    (re.compile(r"失联|失去联系|联系不上|无法联系|下落不明"), SituationKind.LOST_CONTACT),
    (re.compile(r"借调|挂职"), SituationKind.SECONDED),
    (re.compile(r"停止党籍"), SituationKind.SUSPENDED),
    (re.compile(r"留党察看"), SituationKind.PROBATION_WITHIN_PARTY),
    (re.compile(r"困难党员|生活困难"), SituationKind.HARDSHIP),
)
"""What a remark may mean; each is proposed with a warning. An illness says nothing about how long it lasts."""

NOT = re.compile(r"(不|未|无|没有|非|已解除|恢复|曾)$")
ABROAD = re.compile(
    "国外|境外|出国|海外|欧洲|非洲|南美|美国|加拿大|英国|法国|德国|意大利|西班牙|荷兰|俄罗斯|日本|韩国|泰国|越南|老挝|缅甸"
    "|新加坡|马来西亚|澳大利亚|澳洲|新西兰|香港|澳门|台湾"
)
PRIVATELY = re.compile(r"探亲|自费|定居|随子女|留学|陪读|因私|旅居|务工")
SENT = re.compile(r"公派|外派|派驻|派出|因公|援外|驻外")


def sex_of(value: Value) -> Sex | None:
    return SEXES.get(word(value))


def membership_of(value: Value) -> Membership | None:
    return _membership(word(value))


def category_of(value: Value) -> DuesCategory | None:
    return _category(word(value))


def education_of(value: Value) -> Education | None:
    return _education(word(value))


def ethnicity_of(value: Value) -> str:
    """ "汉" and "汉族" are 汉族; other words stay as they are."""
    written = word(value)
    return f"{written.removesuffix('族')}族" if written.removesuffix("族") in PEOPLES else written


def is_people(name: str) -> bool:
    """Whether it is one of the 56 peoples."""
    return name.removesuffix("族") in PEOPLES


def situations_in_remark(remark: str) -> list[SituationKind]:
    """What a remark proposes; a word that is denied just before it ("未失联") proposes nothing."""
    found = []
    for pattern, kind in FROM_REMARK:
        match = pattern.search(remark)
        if match and not NOT.search(remark[: match.start()]):
            found.append(kind)
    if SituationKind.BEDRIDDEN in found and SituationKind.FRAIL in found:
        found.remove(SituationKind.FRAIL)
    return found


def abroad_kind(written: str) -> SituationKind | None:
    """How somebody is abroad, where the place is abroad and the words say so."""
    if not ABROAD.search(written):
        return None
    if SENT.search(written):
        return SituationKind.ABROAD_SENT
    return SituationKind.ABROAD_PRIVATE if PRIVATELY.search(written) else None


def is_abroad(written: str) -> bool:
    return ABROAD.search(written) is not None


def _first(patterns: tuple[tuple[re.Pattern[str], Word], ...], written: str) -> Word | None:
    return next((meant for pattern, meant in patterns if pattern.search(written)), None)


@lru_cache(maxsize=2048)
def _membership(written: str) -> Membership | None:
    return _first(MEMBERSHIPS, written)


@lru_cache(maxsize=2048)
def _category(written: str) -> DuesCategory | None:
    return _first(CATEGORIES, written)


@lru_cache(maxsize=2048)
def _education(written: str) -> Education | None:
    return _first(EDUCATIONS, written)


LABELS: dict[str, Promise] = {
    "serial": _("Serial number"),
    "committee": _("Committee above the branch"),
    "general_branch": _("General branch above the branch"),
    "organization": _("Branch, or the path to it"),
    "group": _("Party group"),
    "name": _("Name"),
    "former_names": _("Former names"),
    "sex": _("Sex"),
    "ethnicity": _("Ethnicity"),
    "birth": _("Born"),
    "native_place": _("Native place"),
    "education": _("Education"),
    "national_id": _("Identity number"),
    "joined": _("Joined the party"),
    "full": _("Formal member since"),
    "work_post": _("Unit and post"),
    "work_unit": _("Unit"),
    "post": _("Post"),
    "party_post": _("Post in the party"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "address": _("Home address"),
    "membership": _("Formal or probationary"),
    "category": _("Category for dues"),
    "mobile": _("Mobile member"),
    "place": _("Where the mobile member is"),
    "lost_contact": _("Contact lost"),
    "hardship": _("In hardship"),
    "dues_base": _("Monthly base for dues"),
    "remark": _("Remark"),
}
"""In the order of the blank template."""

FREE_TEXT = frozenset(
    {"former_names", "native_place", "work_post", "work_unit", "post", "party_post", "address", "remark"}
)
"""Fields in which a formula is kept as its text."""

HEADINGS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))


def _no_kind(value: Value) -> bool:
    return category_of(value) is None and membership_of(value) is None


HOLDS: dict[str, Callable[[Value], bool]] = {
    "sex": lambda value: sex_of(value) is not None,
    "education": lambda value: education_of(value) is not None,
    "post": _no_kind,
    "membership": lambda value: membership_of(value) is not None,
    "category": lambda value: category_of(value) is not None,
}
KINDS = frozenset({"post", "membership", "category"})
"""Branches head these three with one another's words; what stands below decides."""

ROSTER = Catalogue(
    required=("name", "national_id"),
    fields=tuple(
        Field(
            name,
            tuple(headings),
            family="kind" if name in KINDS else "",
            takes_over=name != "post",
            holds=HOLDS.get(name),
        )
        for name, headings in HEADINGS.items()
    ),
)
