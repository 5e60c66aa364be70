"""Words that stand in cells and mean one of a few things: sexes, peoples, education, membership, categories."""

import re
from functools import lru_cache
from typing import TypeVar

from members.choices import DuesCategory, Education, Membership, Sex
from members.workbooks.cells import word
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

PEOPLE_WORDS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 "
    "佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 "
    "锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 "
    "赫哲 门巴 珞巴 基诺"
)
PEOPLES = frozenset(PEOPLE_WORDS.split())


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
