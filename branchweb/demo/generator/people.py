"""Invented people. Rates follow the last communiqué on the membership (as of 2024-12-31): 21 % retired, 29 % older than
sixty, 2 % joined within the year; rates of situations that nobody counts are guesses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from members.choices import DuesCategory, Education, Membership, ReachBy, Sex, SituationKind
from members.dates import years_between
from members.people import check_digit

SURNAMES = {
    72: "王",
    70: "李",
    67: "张",
    54: "刘",
    45: "陈",
    31: "杨",
    22: "黄",
    20: "赵",
    19: "吴",
    18: "周",
    15: "徐 孙",
    13: "马 朱",
    12: "胡",
    11: "郭 何",
    10: "高 林",
    9: "罗 郑",
    8: "梁",
    7: "谢 宋 唐",
    6: "许 韩 冯 邓 曹",
    5: "彭 曾 肖 田 董 袁",
    4: "潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁",
    3: "任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白",
    2: "邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴",
    1: "莫 孔 向 汤 欧阳 翟 单 仇 解 曲 易 乔 文 安",
}
"""How many of a thousand have each of these surnames."""
GIVEN = {
    (
        Sex.MALE,
        "old",
    ): "国建德福贵荣华富财兴旺明光庆祥瑞忠义仁礼文武志长永成金银宝玉山林海江河东南西北春生根发胜利民军兵",
    (Sex.FEMALE, "old"): "秀兰英珍桂芳玉凤淑华素琴月娥梅菊香莲翠云霞珠爱美丽红春惠贤贞巧银金彩",
    (Sex.MALE, "middle"): "伟强军勇杰涛斌刚辉鹏波峰超平建国志明海东文华永林晓宏毅立新卫民利春雷亮光宇洪",
    (Sex.FEMALE, "middle"): "丽敏静艳娟霞燕红梅玲芳英华萍莉琴云洁慧颖琳晶丹蕾娜雪玉凤春秀小晓文淑",
    (Sex.MALE, "young"): "浩宇轩泽子涵俊博文昊天睿铭晨逸凡梓瑞嘉豪佳皓明哲一鸣思远志远承志翔飞鹏展",
    (Sex.FEMALE, "young"): "雨欣怡梦佳琪思涵诗婷紫萱雅静可心子晴悦昕语嫣若曦梓涵嘉依诺婉莹雪璐瑶",
}
AGES = (
    (19, 30, 125),
    (31, 35, 110),
    (36, 40, 110),
    (41, 45, 95),
    (46, 50, 88),
    (51, 55, 95),
    (56, 60, 87),
    (61, 92, 290),
)
"""From, to, members of a thousand."""
AWAY = ("杭州", "深圳", "上海", "北京", "成都", "南京", "苏州", "武汉", "广州", "东莞")
POSTS = (
    "科员",
    "教师",
    "护士",
    "工程师",
    "会计",
    "司机",
    "网格员",
    "技术员",
    "主任科员",
    "车间主任",
    "个体经营",
    "务农",
)
NATIONS = (
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "回族",
    "满族",
    "壮族",
    "苗族",
    "土家族",
)
PLACES = ("东山县", "西河县", "南岭市", "北原县", "青江市", "白水县")
YEAR = 365.2425


@dataclass
class InventedPerson:
    """What is invented of one member. Days that are known only to the month stand on its first."""

    name: str
    sex: Sex
    born: date
    national_id: str
    phone: str
    joined: date
    joined_precision: str
    full: date | None
    membership: Membership
    category: DuesCategory
    education: Education
    ethnicity: str
    native_place: str
    work_post: str
    reach_by: ReachBy
    base_fen: int
    situations: list[tuple[SituationKind, date, str]] = field(default_factory=list)
    """Kind, since when, and the place where one is known."""


class PersonMaker:
    """Invents people one after another; `number` keeps identity numbers apart."""

    def __init__(self, random: Random, on: date) -> None:
        self.random = random
        self.on = on
        shares = [(name, share) for share, names in SURNAMES.items() for name in names.split()]
        self.surnames, self.weights = zip(*shares, strict=True)
        self.age_weights = [share for _, _, share in AGES]

    def person(self, number: int) -> InventedPerson:
        random = self.random
        sex = Sex.FEMALE if random.random() < 0.31 else Sex.MALE
        born = self._born(number)
        age = years_between(born, self.on)
        category = self._category(age, sex)
        joined = self._joined(born, age)
        full = joined.replace(year=joined.year + 1, day=min(joined.day, 28))
        retired = category == DuesCategory.RETIRED
        return InventedPerson(
            name=self._name(sex, age),
            sex=sex,
            born=born,
            national_id=national_id(number, born, sex),
            phone=f"1{random.choice('35789')}{random.randrange(10**9):09}",
            joined=joined,
            joined_precision="month" if random.random() < 0.1 else "day",
            full=full if full <= self.on else None,
            membership=Membership.FORMAL if full <= self.on else Membership.PROBATIONARY,
            category=category,
            education=self._education(age),
            ethnicity=random.choice(NATIONS),
            native_place=random.choice(PLACES),
            work_post="退休" if retired else random.choice(POSTS),
            reach_by=random.choice((ReachBy.PHONE, ReachBy.VISIT, ReachBy.CONTACT_PERSON) if age > 70 else ALL_WAYS),
            base_fen=random.randrange(250_000, 1_200_000, 10_000),
            situations=list(self._situations(age, retired)),
        )

    def _born(self, number: int) -> date:
        """Every 8th day only, shifted each time the identity numbers of one day are used up."""
        youngest, eldest, _ = self.random.choices(AGES, self.age_weights)[0]
        ago = self.random.uniform(youngest * YEAR + 20, (eldest + 1) * YEAR - 20)
        ordinal = self.on.toordinal() - int(ago)
        return date.fromordinal(ordinal - ordinal % 8 + number // NUMBERS_A_DAY % 8)

    def _name(self, sex: Sex, age: int) -> str:
        letters = GIVEN[sex, "old" if age > 60 else "middle" if age > 35 else "young"]
        given = self.random.choice(letters)
        if self.random.random() < (0.3 if 35 < age <= 60 else 0.12):
            return self.random.choices(self.surnames, self.weights)[0] + given
        return self.random.choices(self.surnames, self.weights)[0] + given + self.random.choice(letters)

    def _joined(self, born: date, age: int) -> date:
        if age < 45 and self.random.random() < 0.04:
            return self.on - timedelta(days=self.random.randrange(1, 364))
        at = max(18.05, min(age - 1.2, self.random.gauss(26, 6)))
        return min(born + timedelta(days=int(at * YEAR)), self.on - timedelta(days=1))

    def _category(self, age: int, sex: Sex) -> DuesCategory:
        if age >= (60 if sex == Sex.MALE else 55):
            return DuesCategory.RETIRED if self.random.random() < 0.68 else DuesCategory.FARMER
        if age < 24 and self.random.random() < 0.7:
            return DuesCategory.STUDENT
        kinds = (DuesCategory.EMPLOYED, DuesCategory.FARMER, DuesCategory.UNEMPLOYED)
        return self.random.choices((*kinds, DuesCategory.RELIEF, DuesCategory.SUBSISTENCE), (700, 255, 35, 5, 5))[0]

    def _education(self, age: int) -> Education:
        old = (Education.PRIMARY, Education.JUNIOR, Education.SENIOR, Education.VOCATIONAL, Education.COLLEGE)
        young = (Education.SENIOR, Education.VOCATIONAL, Education.COLLEGE, Education.BACHELOR, Education.MASTER)
        return self.random.choice(old if age > 60 else young)

    def _situations(self, age: int, retired: bool) -> Iterator[tuple[SituationKind, date, str]]:
        since = self.on - timedelta(days=self.random.randrange(30, 2500))
        if retired:
            yield SituationKind.RETIRED, since, ""
        for kind, least, most, rate in RATES:
            if least <= age <= most and self.random.random() < rate:
                yield kind, since, self.random.choice(AWAY) if kind in ELSEWHERE else ""


ALL_WAYS = (ReachBy.PHONE, ReachBy.SMS, ReachBy.WECHAT, ReachBy.WECHAT, ReachBy.WECHAT)
RATES = (
    (SituationKind.MOBILE, 19, 60, 0.055),
    (SituationKind.RELOCATED, 56, 99, 0.09),
    (SituationKind.FRAIL, 75, 99, 0.3),
    (SituationKind.BEDRIDDEN, 70, 99, 0.03),
    (SituationKind.ABROAD_PRIVATE, 19, 75, 0.003),
    (SituationKind.ABROAD_SENT, 24, 60, 0.002),
    (SituationKind.SECONDED, 24, 58, 0.01),
    (SituationKind.HARDSHIP, 19, 99, 0.015),
    (SituationKind.LOST_CONTACT, 19, 99, 0.002),
    (SituationKind.IN_TRANSFER, 19, 60, 0.004),
    (SituationKind.SUSPENDED, 19, 80, 0.0002),
    (SituationKind.PROBATION_WITHIN_PARTY, 19, 80, 0.0008),
)
"""Situation, from and to which age, and how often at these ages."""
ELSEWHERE = (SituationKind.MOBILE, SituationKind.RELOCATED)
REGIONS, ORDERS = 900, 499
NUMBERS_A_DAY = REGIONS * ORDERS


def national_id(number: int, born: date, sex: Sex) -> str:
    """An identity number nobody has: no region has a code that begins with 10. Different for different numbers."""
    region = 100_100 + number // ORDERS % REGIONS
    order = 2 * (number % ORDERS) + (1 if sex == Sex.MALE else 2)
    body = f"{region}{born:%Y%m%d}{order:03}"
    return body + check_digit(body)
