"""A county in one workbook: everything is stored, in memory that doesn't grow with it.

`ROWS=100000` in the environment imports a large county instead of the usual twenty thousand members.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from members.workbooks.writing import Sheet, write_workbook
from tests.members.workbooks.workbook_files import identity

FEW, ROWS = 2_000, int(os.environ.get("ROWS", "20000"))
MOST_MEGABYTES, MOST_MORE = 300, 50
HEADINGS = [
    *("序号", "所在党支部", "姓名", "性别", "民族", "出生年月", "籍贯", "学历", "身份证号码", "入党时间", "转正时间"),
    *(
        "工作单位及职务",
        "党内职务",
        "联系电话",
        "现居住地址",
        "党员类别",
        "人员类别",
        "是否流动党员",
        "流动去向",
        "备注",
    ),
]
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
GIVEN = "明国华建文军平志伟东海强晓生光林小民永杰波成康星天达福保霞秀娟英慧巧美娜静淑惠珠翠雅芝玉萍红"


def people(rows: int) -> Iterator[list[object]]:
    for number in range(rows):
        born = date(1930, 1, 1) + timedelta(days=number * 7 % 25_000)
        name = (
            "王李张刘陈杨赵黄周吴"[number % 10] + GIVEN[number // 10 % len(GIVEN)] + GIVEN[number // 400 % len(GIVEN)]
        )
        joined = born + timedelta(days=7000)
        yield [
            *(
                number + 1,
                f"红旗县委/第{number // 1500}党委/第{number // 50}党支部",
                name,
                "男",
                "汉族",
                f"{born:%Y.%m}",
            ),
            *("江苏南通", "大专", identity(f"{born:%Y%m%d}", number), f"{joined:%Y-%m-%d}", f"{joined:%Y}年12月"),
            *("原红旗机械厂", "", f"138{number:08d}", f"红旗路{number}号", "正式党员", "退休", "", "", ""),
        ]


def memory_of(process: int) -> int:
    """Megabytes that the process and its children hold; what several of them share is counted once."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        held = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in held.splitlines() if line.startswith("Pss:")), 0)
    return own // 1024 + sum(memory_of(int(child)) for child in children)


@pytest.mark.slow
def test_a_county_in_one_workbook_takes_hardly_more_memory_than_a_few_branches(tmp_path: Path) -> None:
    """In processes of their own, because memory is measured; on SQLite, which then is a part of the process."""
    few, many = tmp_path / "few", tmp_path / "many"
    subprocess.run([*MANAGE, "migrate"], env=installed_in(few), check=True, capture_output=True)
    shutil.copytree(few, many)

    few_megabytes, megabytes = megabytes_to_import(FEW, few), megabytes_to_import(ROWS, many)

    assert megabytes <= min(MOST_MEGABYTES, few_megabytes + MOST_MORE)


def installed_in(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(folder)}


def megabytes_to_import(rows: int, folder: Path) -> int:
    """The most that an import of so many people held at any time."""
    workbook, answer = folder / "county.xlsx", folder / "answer.json"
    write_workbook(workbook, [Sheet("花名册", HEADINGS, people(rows))])
    most = 0
    with answer.open("w") as told:
        command = [*MANAGE, "import_roster", str(workbook), "--json"]
        process = subprocess.Popen(command, env=installed_in(folder), stdout=told, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            most = max(most, memory_of(process.pid))
            time.sleep(0.05)
    stored = json.loads(answer.read_text())
    assert (process.returncode, stored["created"], stored["refused"][:3]) == (0, rows, [])
    return most
