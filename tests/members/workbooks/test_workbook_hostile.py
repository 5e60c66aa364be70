"""Files that should not be read: each ends in a sentence, soon, and in little memory."""

import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from members.workbooks import sheets
from members.workbooks.reading import SENTENCES, UnreadableWorkbook, open_workbook
from members.workbooks.sheets import LIMITS, MIB, Limits
from tests.members.workbooks.workbook_files import MAIN, OFFICE, PACKAGE, ods, ods_row, packed, raw_xlsx, xls, xlsx

Make = Callable[[Path], object]


def cells(count: int) -> str:
    return "".join(f'<row r="{number}"><c><v>1</v></c></row>' for number in range(1, count + 1))


def bomb(path: Path, part: str, size: int) -> None:
    """A part that inflates to `size` bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}"/>')
        pack.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}"/>')
        with pack.open(part, "w") as stream:
            for _piece in range(size // MIB):
                stream.write(b"<c><v>1</v></c>".ljust(MIB))


def lying_bomb(path: Path) -> None:
    """A part that says it is small and inflates to much more."""
    raw_xlsx(path, cells(200_000))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as pack:
        size = pack.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    path.write_bytes(bytes(content).replace(size, (600).to_bytes(4, "little")))


def locked(path: Path) -> None:
    """An .xlsx under a password is a compound document around an encrypted package."""
    xls(path, [["x"]])
    content = path.read_bytes().replace("Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le"))
    path.write_bytes(content + "EncryptedPackage".encode("utf-16-le"))


def zip_locked(path: Path) -> None:
    xlsx(path, [["姓名"]])
    content = bytearray(path.read_bytes())
    position = content.find(b"PK\x01\x02")
    while position >= 0:
        content[position + 8] |= 1
        position = content.find(b"PK\x01\x02", position + 4)
    path.write_bytes(bytes(content))


def cut(path: Path, share: float) -> None:
    xlsx(path, [["姓名", "x" * 500]] * 200)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def damaged(path: Path) -> None:
    xlsx(path, [["姓名", str(number)] for number in range(3000)])
    content = bytearray(path.read_bytes())
    hole = content.find(b"xl/worksheets/sheet1.xml") + 500
    content[hole : hole + 200] = bytes(200)
    path.write_bytes(bytes(content))


def many_parts(path: Path) -> None:
    packed(path, {"xl/workbook.xml": ""} | {f"a{number}": "" for number in range(LIMITS.parts + 1)})


def many_sheets(path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    numbers = range(LIMITS.sheets + 1)
    packed(
        path,
        {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            + "".join(f'<sheet name="s{number}" r:id="r{number}"/>' for number in numbers)
            + "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            + "".join(f'<Relationship Id="r{n}" Type="x/worksheet" Target="a.xml"/>' for n in numbers)
            + "</Relationships>",
            "xl/a.xml": sheet,
        },
    )


def laughs(path: Path) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    raw_xlsx(path, '<row><c t="inlineStr"><is><t>&a9;</t></is></c></row>', head=f"<!DOCTYPE x [{entities}]>")


def outside_entity(path: Path) -> None:
    raw_xlsx(path, "<row><c><v>&x;</v></c></row>", head='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


HOSTILE: dict[str, tuple[Make, str]] = {
    "nothing in it": (lambda p: p.write_bytes(b""), sheets.EMPTY),
    "only spaces": (lambda p: p.write_bytes(b"   \n \n"), sheets.EMPTY),
    "only zeros": (lambda p: p.write_bytes(bytes(5000)), sheets.KIND_UNKNOWN),
    "a PDF": (lambda p: p.write_bytes(b"%PDF-1.7\n" + bytes(100)), sheets.KIND_UNKNOWN),
    "a picture": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)), sheets.KIND_UNKNOWN),
    "a web page named .xls": (lambda p: p.write_bytes(b"<html><table><tr><td>1"), sheets.WEB_PAGE),
    "XML of Excel 2003": (lambda p: p.write_bytes(b'<?xml version="1.0"?><Workbook/>'), sheets.WEB_PAGE),
    "an archive of something else": (lambda p: packed(p, {"a.txt": "x"}), sheets.KIND_UNKNOWN),
    "a Word document": (lambda p: packed(p, {"_rels/.rels": "<r/>", "word/a.xml": "<d/>"}), sheets.TEXT_DOCUMENT),
    "an empty archive": (lambda p: packed(p, {}), sheets.KIND_UNKNOWN),
    "random bytes": (lambda p: p.write_bytes(bytes(range(128, 256)) * 50), sheets.ENCODING_UNKNOWN),
    "the first tenth of a workbook": (lambda p: cut(p, 0.1), sheets.BROKEN),
    "nine tenths of a workbook": (lambda p: cut(p, 0.9), sheets.BROKEN),
    "a workbook with a hole": (damaged, sheets.BROKEN),
    "XML that ends in the middle": (lambda p: raw_xlsx(p, '<row r="1"><c r="A1"><v>1'), sheets.BROKEN),
    "a shared text that isn't there": (lambda p: raw_xlsx(p, '<row><c t="s"><v>99</v></c></row>'), sheets.BROKEN),
    "a column that is no column": (lambda p: raw_xlsx(p, '<row><c r="ZZZZZZZZ1"><v>1</v></c></row>'), sheets.BROKEN),
    "entities a billion times": (laughs, sheets.BROKEN),
    "an entity from the disk": (outside_entity, sheets.BROKEN),
    "a workbook under a password": (locked, sheets.ENCRYPTED),
    "a locked archive": (zip_locked, sheets.ENCRYPTED),
    "an .ods under a password": (lambda p: ods(p, "", manifest="<m:encryption-data/>"), sheets.ENCRYPTED),
    "a compound document of another kind": (
        lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)), sheets.KIND_UNKNOWN,
    ),
    "an .xls cut off": (
        lambda p: p.write_bytes(xls(p, [["姓名"]] * 3).read_bytes()[:1500]), sheets.BROKEN,
    ),
    "512 MiB in a sheet": (lambda p: bomb(p, "xl/worksheets/sheet1.xml", 512 * MIB), sheets.INFLATES_TOO_LARGE),
    "512 MiB in a picture": (lambda p: bomb(p, "xl/media/image1.png", 512 * MIB), sheets.INFLATES_TOO_LARGE),
    "a bomb that lies about its size": (lying_bomb, sheets.BROKEN),
    "thousands of parts": (many_parts, sheets.INFLATES_TOO_LARGE),
    "dozens of sheets": (many_sheets, sheets.TOO_MANY_SHEETS),
    "no sheet": (lambda p: packed(p, {"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}), sheets.NO_SHEET),
    "a million rows": (lambda p: raw_xlsx(p, cells(1_000_000)), sheets.TOO_MANY_ROWS),
    "the last column": (lambda p: raw_xlsx(p, '<row><c r="XFD1"><v>1</v></c></row>'), sheets.TOO_MANY_COLUMNS),
    "millions of cells": (lambda p: raw_xlsx(p, "<row>" + "<c/>" * 4_100_000 + "</row>"), sheets.TOO_MANY_CELLS),
    "an .ods row a billion times": (lambda p: ods(p, ods_row("x", repeated=99_999_999)), sheets.TOO_MANY_ROWS),
    "an .ods cell a million times": (
        lambda p: ods(
            p, '<table:table-row><table:table-cell table:number-columns-repeated="1000000"><text:p>x</text:p>'
            "</table:table-cell></table:table-row>",
        ),
        sheets.TOO_MANY_COLUMNS,
    ),
    "a text file with a field without end": (
        lambda p: p.write_text('a,b\n"' + "x" * 200_000), sheets.BROKEN,
    ),
    "a text file of a million lines": (lambda p: p.write_text("a,b\n" * 1_000_000), sheets.TOO_MANY_ROWS),
    "a text file of thousands of columns": (lambda p: p.write_text("a," * 5000 + "b\n"), sheets.TOO_MANY_COLUMNS),
    "a large file": (lambda p: p.write_bytes(b"a,b\n" * (LIMITS.file_size // 4 + 1)), sheets.FILE_TOO_LARGE),
}  # fmt: skip


def refusal_of(path: Path, limits: Limits = LIMITS) -> UnreadableWorkbook:
    with pytest.raises(UnreadableWorkbook) as refused, open_workbook(path, limits) as book:
        for index in range(len(book.heads)):
            for _row in book.rows(index):
                pass
    return refused.value


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_soon_with_a_sentence(tmp_path: Path, make: Make, code: str) -> None:
    path = tmp_path / "名册.xlsx"
    make(path)
    begun = time.monotonic()
    refusal = refusal_of(path)
    assert refusal.code == code
    assert str(refusal) == str(SENTENCES[code])
    assert time.monotonic() - begun < 10


@pytest.mark.slow
def test_no_hostile_file_takes_much_memory(tmp_path: Path) -> None:
    """Measured from a small process of its own: Linux counts a child from the size of the process that started it."""
    command = [sys.executable, "-m", "tests.members.workbooks.test_workbook_hostile", str(tmp_path / "名册.xlsx")]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300 * 1024


def test_a_small_file_that_inflates_to_512_mib_is_small(tmp_path: Path) -> None:
    """The bomb of the table is one: half a megabyte to a gigabyte's half."""
    bomb(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", 512 * MIB)
    assert (tmp_path / "a.xlsx").stat().st_size < 2 * MIB


def test_without_the_bound_the_bomb_would_be_read(tmp_path: Path) -> None:
    """The negative control: the refusal comes from the bound, not from something else that is wrong with the file."""
    path = tmp_path / "a.xlsx"
    raw_xlsx(path, cells(50_000))
    narrow = replace(LIMITS, inflated_size=MIB)
    assert refusal_of(path, narrow).code == sheets.INFLATES_TOO_LARGE
    with open_workbook(path) as book:
        assert sum(1 for _row in book.rows(0)) == 50_000


def test_too_much_memory_ends_in_a_sentence(tmp_path: Path) -> None:
    shared = "".join(f"<si><t>{number}</t></si>" for number in range(400_000))
    path = raw_xlsx(tmp_path / "a.xlsx", cells(1), shared=shared)
    assert refusal_of(path, replace(LIMITS, memory=40 * MIB)).code == sheets.TOO_MUCH_WORK


def test_too_much_work_ends_in_a_sentence(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", "<row>" + "<c/>" * 3_900_000 + "</row>")
    assert refusal_of(path, replace(LIMITS, processor_time=1)).code == sheets.TOO_MUCH_WORK


def test_a_million_empty_formatted_rows_are_no_rows(tmp_path: Path) -> None:
    """Formatting a whole column leaves them behind in many a branch's workbook."""
    empty = "".join(f'<row r="{number}" s="1"/>' for number in range(2, 1_000_000))
    path = raw_xlsx(tmp_path / "a.xlsx", f'<row r="1"><c><v>1</v></c></row>{empty}')
    with open_workbook(path) as book:
        assert [row.number for row in book.rows(0)] == [1]


def peak_of_all(path: Path) -> int:
    """The most memory that reading any of the files took, in KiB."""
    for make, _code in HOSTILE.values():
        make(path)
        refusal_of(path)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


if __name__ == "__main__":
    sys.stdout.write(str(peak_of_all(Path(sys.argv[1]))))
