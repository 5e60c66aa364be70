"""python -m benchmarks.floor.importing FILE: the floor of an import.

Each row is read, its check digit computed, its identity number and phone sealed, its look-up key made, and the row
stored by bulk_create. No duplicates, no places, no search words, no report.
"""

import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice

import django
from python_calamine import CalamineWorkbook

django.setup()

from django.db import transaction  # noqa: E402

from audit.keyring import fingerprint  # noqa: E402
from members.fields import sealed  # noqa: E402
from members.models import Member  # noqa: E402
from members.people import check_digit  # noqa: E402

AT_ONCE = 2_000


def member(name: str, national_id: str, phone: str, born: date) -> Member:
    if check_digit(national_id) != national_id[17]:
        raise ValueError(national_id)
    return Member(
        name=name, national_id=sealed(national_id), national_id_print=fingerprint(national_id), phone=sealed(phone),
        birth_on=born, birth_precision="day", membership="formal_member",
    )  # fmt: skip


def members(file: str) -> Iterator[Member]:
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).iter_rows()
    headings = next(rows)
    name, number, phone, born = (headings.index(word) for word in ("姓名", "公民身份号码", "手机号码", "出生日期"))
    return (member(row[name], row[number], row[phone], row[born]) for row in rows)


@transaction.atomic
def main() -> None:
    left = members(sys.argv[1])
    while part := list(islice(left, AT_ONCE)):
        Member.objects.bulk_create(part)


main()
