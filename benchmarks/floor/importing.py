"""python -m benchmarks.floor.importing FILE: the floor of an import.

Each row is read, its check digit computed, its identity number and phone sealed, its look-up key made, and the row
stored. No duplicates, no places, no search words, no report.
"""

import sys
from datetime import date
from uuid import uuid4

import django
from python_calamine import CalamineWorkbook

django.setup()

from audit.keyring import fingerprint, seal  # noqa: E402
from members import bulk  # noqa: E402
from members.models import Member  # noqa: E402
from members.rules.people import check_digit  # noqa: E402

FIELDS = [field.column for field in Member._meta.concrete_fields if field.column != "id"]
EMPTY = {"birth_on": None, "joined_on": None, "full_on": None}


def stored(name: str, national_id: str, phone: str, born: date) -> list[object]:
    if check_digit(national_id) != national_id[17]:
        raise ValueError(national_id)
    row = {
        "key": uuid4(), "name": name, "national_id": seal(national_id), "national_id_print": fingerprint(national_id),
        "phone": seal(phone), "birth_on": born, "birth_precision": "day", "membership": "formal_member",
    }  # fmt: skip
    return [row.get(column, EMPTY.get(column, "")) for column in FIELDS]


def main() -> None:
    sheet = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
    rows = sheet.iter_rows()
    headings = next(rows)
    name, number, phone, born = (headings.index(word) for word in ("姓名", "公民身份号码", "手机号码", "出生日期"))
    bulk.insert(Member, FIELDS, (stored(row[name], row[number], row[phone], row[born]) for row in rows))


main()
