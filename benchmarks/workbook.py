"""python -m benchmarks.workbook FILE ROWS: a roster of invented people for the branches of DATABASE_URL."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import django

django.setup()

from branchweb.demo.generator.people import PersonMaker  # noqa: E402
from members.models import Organization  # noqa: E402
from members.roster.exporting import (  # noqa: E402
    CATEGORIES,
    SEXES,
)
from members.workbooks.writing import Sheet, write_workbook  # noqa: E402

HEADINGS = (
    *("序号", "姓名", "性别", "民族", "籍贯", "出生日期", "公民身份号码", "学历", "入党时间", "转正时间", "所在党支部"),
    *("工作单位及职务", "党费类别", "手机号码"),
)


def main() -> None:
    file, rows = Path(sys.argv[1]), int(sys.argv[2])
    write_workbook(file, [Sheet("党员花名册", HEADINGS, lines(rows, paths_in_words()))])


def paths_in_words() -> list[str]:
    """Each branch with the committees above it, as a roster writes it."""
    names = dict(Organization.objects.values_list("path", "name"))
    branches = Organization.objects.branches().in_tree_order().values_list("path", flat=True)
    return ["/".join(names[path[: end + 4]] for end in range(0, len(path), 4)) for path in branches]


def lines(rows: int, branches: list[str]) -> Iterator[tuple[object, ...]]:
    """In the order of their branches."""
    people = PersonMaker(Random(2), date.today())  # noqa: DTZ011
    for number in range(1, rows + 1):
        who = people.person(number)
        yield (
            number, who.name, SEXES[who.sex], who.ethnicity, who.native_place, who.born, who.national_id, "大专",
            who.joined, who.full, branches[number * len(branches) // (rows + 1)], who.work_post,
            CATEGORIES[who.category], who.phone,
        )  # fmt: skip


main()
