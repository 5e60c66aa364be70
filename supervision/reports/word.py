"""A supervision report as a Word document."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from docxtpl import DocxTemplate

from dues.units import yuan
from supervision.reports.figures import STANDS_WORDS, Block, Figure, Stands

TEMPLATE = settings.BASE_DIR / "templates" / "supervision" / "reports" / "report.docx"
NAMED = (Stands.MISSING, Stands.LATE)


def report_as_word(page: dict[str, Any]) -> bytes:
    """What the page tells: figures, the branches that are missing or late by name, and the judgement."""
    document = DocxTemplate(TEMPLATE)
    document.render(_told(page), autoescape=True)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _told(page: dict[str, Any]) -> dict[str, Any]:
    report, told = page["report"], page["told"]
    return {
        "title": _("Report on inner-party supervision"),
        "organization": report.organization.name,
        "period": report.period,
        "adopted": _adopted(report),
        "sections": [_section(block) for block in told.blocks],
        "branches_title": _("Reports of the branches") if page["is_summary"] else "",
        "branches": _branches(page),
        "judgement_title": _("What we make of it"),
        "judgement": report.judgement.splitlines() or [_("Nothing was written.")],
    }


def _adopted(report: Any) -> str:
    if report.meeting is None:
        return _("Draft: the figures are of today.")
    facts = {"meeting": report.meeting.name, "day": report.meeting.day.isoformat()}
    return _("Adopted by: %(meeting)s, %(day)s") % facts


def _section(block: Block) -> dict[str, Any]:
    rows = [(row.label, _values(block, row.figures)) for row in block.rows]
    return {"title": block.title, "rows": [{"label": label, "value": value} for label, value in rows]}


def _values(block: Block, figures: tuple[Figure, ...]) -> str:
    if not block.columns:
        return _value(figures[0])
    pairs = zip(block.columns, figures, strict=True)
    return _(", ").join(f"{column} {_value(figure)}" for column, figure in pairs)


def _value(figure: Figure) -> str:
    return f"{yuan(figure.value):,}" if figure.is_money else str(figure.value)


def _branches(page: dict[str, Any]) -> list[str]:
    """How many there are of each kind; those that have to be asked after by name."""
    lines = []
    for stands, count in page["stand"].items():
        names = [one["name"] for one in page["branches"] if one["stands"] == stands and stands in NAMED]
        facts = {"state": STANDS_WORDS[stands], "count": count, "names": _(", ").join(names)}
        words = _("%(state)s: %(count)s (%(names)s)") if names else _("%(state)s: %(count)s")
        lines.append(words % facts)
    return lines if page["is_summary"] else []
