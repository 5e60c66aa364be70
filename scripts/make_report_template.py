"""Writes the Word template of supervision reports: `python -m scripts.make_report_template`.

It can also be restyled in Word itself; the fields in double braces have to stay.
"""

from pathlib import Path

from docx import Document as new_document
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

TARGET = Path(__file__).resolve().parent.parent / "templates" / "supervision" / "reports" / "report.docx"


def main() -> None:
    document = new_document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "FangSong", Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    _centred(document, "{{ title }}", 22)
    _centred(document, "{{ organization }} {{ period }}", 16)
    _centred(document, "{{ adopted }}", 12)
    document.add_paragraph("{%p for section in sections %}")
    _bold(document, "{{ section.title }}")
    _rows(document)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if branches_title %}")
    _bold(document, "{{ branches_title }}")
    _each(document, "branches")
    document.add_paragraph("{%p endif %}")
    _bold(document, "{{ judgement_title }}")
    _each(document, "judgement")
    document.save(str(TARGET))


def _centred(document: Document, text: str, size: int) -> None:
    paragraph = document.add_paragraph(text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.runs[0].font.size, paragraph.runs[0].bold = Pt(size), size > 16


def _bold(document: Document, text: str) -> None:
    document.add_paragraph(text).runs[0].bold = True


def _each(document: Document, name: str) -> None:
    document.add_paragraph("{%p for line in " + name + " %}")
    document.add_paragraph("{{ line }}")
    document.add_paragraph("{%p endfor %}")


def _rows(document: Document) -> None:
    table = document.add_table(rows=3, cols=2)
    table.style = "Table Grid"
    table.cell(0, 0).text = "{%tr for row in section.rows %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ row.label }}", "{{ row.value }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Cm(9), Cm(6.4)


if __name__ == "__main__":
    main()
