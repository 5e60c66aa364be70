"""Rosters as branches keep them, made by code."""

from collections.abc import Sequence
from pathlib import Path

from tests.members.workbooks.workbook_files import identity, xlsx

HEADINGS = [
    *("序号", "姓名", "性别", "民族", "出生年月", "学历", "身份证号码", "入党时间", "转正时间"),
    *("工作单位及职务", "联系电话", "党员类别", "人员类别", "是否流动党员", "流动去向", "党费缴纳基数", "备注"),
]


def person(name: str, number: int, *, male: bool = True, born: str = "19581126", **cells: object) -> dict[str, object]:
    """A row without faults; cells by heading replace what it says."""
    return {
        "姓名": name,
        "性别": "男" if male else "女",
        "民族": "汉",
        "出生年月": f"{born[:4]}.{born[4:6]}",
        "学历": "大专",
        "身份证号码": identity(born, number, male=male),
        "入党时间": "1980.7",
        "转正时间": "1981年7月",
        "工作单位及职务": "原红旗机械厂",
        "联系电话": f"138{number:08d}",
        "党员类别": "正式党员",
        "人员类别": "退休",
        "党费缴纳基数": 3000.5,
        **cells,
    }


def roster(
    path: Path, people: Sequence[dict[str, object]], *, headings: Sequence[str] = HEADINGS, title: str = "党员花名册"
) -> Path:
    """A title, a blank row, the headings in row 3, the people from row 4, a footer."""
    rows = [[person.get(heading) for heading in headings] for person in people]
    return xlsx(path, [[title], [], list(headings), *rows, [], [f"合计:{len(people)}人", None, None, "填表人:"]])


def three(path: Path) -> Path:
    return roster(
        path,
        [
            person("张三", 11),
            person("李四", 12, male=False, 备注="年老体弱,行动不便"),
            person("王五", 13, **{"是否流动党员": "是", "流动去向": "浙江杭州", "人员类别": "在职"}),
        ],
    )
