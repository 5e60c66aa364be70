"""Rosters in many ways of speaking: the same people under other headings, in other orders, beside other columns.

Dialects are written in `dialects.toml`: columns, each `(heading, what stands there)` or, with two lines of headings,
`(upper line, heading, what stands there)`. That is a field, or with a dash before it something that is none of
ours. The people are made up by a seed; their identity numbers are of a region that doesn't exist.
"""

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from members.workbooks.reading import Head, Row, Value
from members.workbooks.sheets import Range
from tests.members.workbooks.workbook_files import identity

PEOPLE = 24
TODAY = date(2026, 11, 24)
GIVEN = """建国 桂英 志强 秀兰 海涛 丽华 文博 晓燕 德明 春梅 立军 雪 宇轩 美玲 永福 佳怡 国庆 红 振华 淑珍 鹏 婷婷 长江
    玉梅""".split()  # noqa: SIM905  as a reader reads them
FAMILY = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋")
UNITS = ["市第二人民医院", "红星机械厂", "实验小学", "区税务局", "宏达建筑有限公司", "东风街道办事处", "县农业农村局"]
POSTS = ["科长", "主治医师", "教师", "会计", "车间主任", "科员", "办公室主任", "工程师"]
PLACES = ["江苏南通", "湖北黄冈", "山东济南", "四川绵阳", "河南信阳", "浙江温州", "安徽芜湖", "湖南岳阳"]
AWAY = ["广东深圳", "上海", "浙江杭州", "福建厦门"]
CATEGORIES = ["在职", "退休", "在职", "退休", "农民", "学生", "离休", "在职"]
EDUCATIONS = ["大专", "大学本科", "高中", "硕士研究生", "中专", "本科", "初中", "大专"]
POSTS_IN_PARTY = {0: "党支部书记", 1: "副书记", 2: "组织委员", 3: "宣传委员", 4: "纪检委员"}
REMARKS = {5: "长期住在子女家，每月电话联系", 11: "年老体弱，行动不便", 17: "档案待补"}

Columns = list[tuple[str, ...]]


@dataclass(frozen=True)
class Dialect:
    """Columns as a branch heads them. `titles` stand above, `written` writes days, `lines` is 2 for two header rows."""

    name: str
    columns: Columns
    titles: tuple[str, ...] = ()
    written: Callable[[date], Value] = str
    lines: int = 1

    @property
    def fields(self) -> list[str]:
        """The field of each column, "" where it is none of ours."""
        return ["" if column[-1].startswith("-") else column[-1] for column in self.columns]


def dotted(day: date) -> Value:
    return f"{day:%Y.%m}"


def run_together(day: date) -> Value:
    return f"{day:%Y%m%d}"


def chinese(day: date) -> Value:
    return f"{day.year}年{day.month}月{day.day}日"


def typed(day: date) -> Value:
    return day


DAYS: dict[str, Callable[[date], Value]] = {
    "iso": str, "dotted": dotted, "run_together": run_together, "chinese": chinese, "typed": typed,
}  # fmt: skip


def dialects() -> list[Dialect]:
    """All that are written down."""
    path = Path(__file__).with_name("dialects.toml")
    return [_dialect(one) for one in tomllib.loads(path.read_text("utf-8"))["dialect"]]


def _dialect(one: dict[str, Any]) -> Dialect:
    columns = []
    for line in one["columns"].strip("\n").split("\n"):
        heading, _equals, holds = line.replace("\\n", "\n").rpartition("=")
        columns.append((*(part.strip(" ") for part in heading.split(" > ")), holds.strip()))
    return Dialect(one["name"], columns, tuple(one.get("titles", ())), DAYS[one["days"]], one.get("lines", 1))


def people(seed: int, written: Callable[[date], Value]) -> list[dict[str, Value]]:
    """What is known about each member, by field; and things that are no field of ours, by a name with a dash before."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    return [_person(number, seed, chance, written) for number in range(PEOPLE)]


def _person(number: int, seed: int, chance: random.Random, written: Callable[[date], Value]) -> dict[str, Value]:
    born = date(chance.randint(1942, 2000), chance.randint(1, 12), chance.randint(1, 28))
    joined = born.replace(year=born.year + chance.randint(19, 24)) + timedelta(days=chance.randint(0, 300))
    full, male = joined.replace(year=joined.year + 1, day=min(joined.day, 28)), chance.random() < 0.6
    unit, post = chance.choice(UNITS), chance.choice(POSTS)
    is_mobile, category = number % 6 == 4, CATEGORIES[number % len(CATEGORIES)]
    spouse = chance.choice(FAMILY) + chance.choice(GIVEN)
    return {
        "serial": number + 1,
        "committee": "东风街道党工委",
        "general_branch": "长河社区党总支",
        "organization": ["长河社区第一党支部", "长河社区第二党支部"][number % 2],
        "group": f"第{'一二三'[number % 3]}党小组",
        "name": FAMILY[number] + GIVEN[(number * 7 + seed) % len(GIVEN)],
        "former_names": {3: "张铁柱", 9: "周小妹", 15: "郭卫东", 20: "郑建设"}.get(number),
        "sex": "男" if male else "女",
        "ethnicity": "汉族" if number % 5 else chance.choice(["回族", "满族", "苗族", "壮族"]),
        "birth": written(born),
        "native_place": chance.choice(PLACES),
        "education": chance.choice(EDUCATIONS),
        "national_id": identity(f"{born:%Y%m%d}", number + seed * 31, male=male),
        "joined": written(joined),
        "full": written(full) if number != 7 else None,
        "work_post": f"{unit} {post}",
        "work_unit": unit,
        "post": post,
        "party_post": POSTS_IN_PARTY.get(number),
        "phone": f"13{chance.randint(100_000_000, 999_999_999)}",
        "email": f"m{number}@example.org",
        "address": f"长河路{chance.randint(2, 190)}号{chance.randint(1, 9)}栋{chance.randint(101, 904)}室",
        "membership": "正式党员" if number != 7 else "预备党员",
        "category": category,
        "mobile": "是" if is_mobile else "否",
        "place": AWAY[number % len(AWAY)] if is_mobile else None,
        "lost_contact": "是" if number == 13 else "否",
        "hardship": "是" if number in (6, 12) else "否",
        "dues_base": round(chance.uniform(1800, 11000), 2),
        "remark": REMARKS.get(number),
        "-spouse": spouse,
        "-phone": f"15{chance.randint(100_000_000, 999_999_999)}",
        "-id": identity(f"{born.year - 1}0615", number + seed * 17, male=not male),
        "-worked": written(date(born.year + 20, 7, 1)),
        "-applied": written(joined - timedelta(days=700)),
        "-activist": written(joined - timedelta(days=365)),
        "-age": TODAY.year - born.year,
        "-standing": TODAY.year - joined.year,
        "-introducer": chance.choice(FAMILY) + chance.choice(GIVEN),
        "-answer": chance.choice(["是", "否"]),
        "-origin": chance.choice(PLACES)[:2],
        "-college": chance.choice(["江城大学", "农业专科学校", "师范学院"]),
        "-major": chance.choice(["会计学", "临床医学", "机械制造"]),
        "-degree": chance.choice(["学士", "硕士", "无"]),
        "-wechat": f"wx_{number}abc",
        "-due": round(chance.uniform(3, 120), 2),
        "-paid_until": "2026年10月",
        "-faith": "无",
        "-blood": chance.choice(["A型", "B型", "O型"]),
        "-health": chance.choice(["健康", "良好", "一般"]),
        "-worker": f"A{chance.randint(10000, 99999)}",
        "-hobby": chance.choice(["下棋", "书法", "太极拳"]),
    }


def head_of(dialect: Dialect, seed: int) -> Head:
    """The sheet as the reader of workbooks would deliver it."""
    rows = [Row(number, [title], []) for number, title in enumerate(dialect.titles, 1)]
    first = len(rows) + 1
    merged: list[Range] = []
    if dialect.lines == 2:
        uppers: list[Value] = [column[0] for column in dialect.columns]
        merged = _merges(dialect, first)
        begins = {cells.left for cells in merged}
        rows.append(Row(first, [text if at in begins else None for at, text in enumerate(uppers)], []))
        lower = [None if len(column) == 2 else column[1] for column in dialect.columns]
        rows.append(Row(first + 1, list(lower), []))
    elif any(column[0] for column in dialect.columns):
        rows.append(Row(first, [column[0] or None for column in dialect.columns], []))
    at = rows[-1].number if rows else 0
    rows += [
        Row(number, [person[column[-1]] for column in dialect.columns], [])
        for number, person in enumerate(people(seed, dialect.written), at + 1)
    ]
    return Head("Sheet1", False, rows, merged)


def _merges(dialect: Dialect, row: int) -> list[Range]:
    """Equal upper lines beside each other are one merged cell; a heading without an upper line goes over both rows."""
    found, at, columns = [], 0, dialect.columns
    while at < len(columns):
        end = at
        if len(columns[at]) == 2:
            found.append(Range(row, at, row + 1, at))
        else:
            while end + 1 < len(columns) and len(columns[end + 1]) == 3 and columns[end + 1][0] == columns[at][0]:
                end += 1
            found.append(Range(row, at, row, end))
        at = end + 1
    return found
