"""What wasn't understood of a workbook, with its place and in words, and what of a cell was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment.choices import DEDUCTING, ClauseKind
from assessment.schemes.rules import ClausePlan
from members.workbooks.reading import UnusableWorkbook

OF_SENTENCES: dict[str, Promise] = {
    "not_understood": _(
        "“%(text)s” could not be read. A person gives the points of this line; write clauses in the draft if the"
        " record can say it."
    ),
    "no_scoring": _(
        "Nothing says how “%(text)s” is scored. A person gives its points; add clauses in the draft if there are rules."
    ),
    "left_out": _(
        "“%(text)s” gives and takes no points, so nothing was made of it. If it should, add a clause in the draft."
    ),
    "rest_not_understood": _(
        "Of this sentence “%(text)s” was not understood and was left out. Compare the clause with the sheet."
    ),
    "given_by_person": _("“%(text)s” leaves it to judgement: a person gives these points, with a reason."),
    "range_by_person": _(
        "“%(text)s” gives a range: it takes the smaller number each time and the larger at most; a person says how"
        " often."
    ),
    "per_several": _(
        "“%(text)s” takes points for every %(count)s of them. Each takes its part; if only whole groups count, change"
        " the clause."
    ),
    "tiers_in_words": _(
        "“%(text)s”: the tiers are words without numbers. A person enters the points of the tier that fits."
    ),
    "tiers_overlap": _(
        "“%(text)s”: two tiers begin at the same number, one was left out. Put the tiers right in the draft."
    ),
    "one_of_several": _(
        "“%(text)s” may be about several facts of the record (%(facts)s), so a person says what is found. Choose the"
        " fact in the draft if it is one of them."
    ),
    "fact_is_broader": _(
        "“%(text)s” is about one kind of meeting, while the record counts this over all of them. A person says what is"
        " found."
    ),
    "fact_is_whole": _(
        "“%(text)s” counts how many are missing, while the record only says whether all were done. A person says what"
        " is found."
    ),
    "no_number": _(
        "“%(text)s” doesn't say how many there should be, and no regulation does. A person says what is found; or say"
        " in the draft how many are expected."
    ),
    "tiers_beside_deductions": _(
        "“%(text)s” gives points beside clauses that take some. A person says how many of its points are taken; better"
        " make two lines of it."
    ),
    "no_points_to_lose": _(
        "“%(text)s” takes all points, but the line has none of its own. Give the line points in the draft."
    ),
    "band_not_named": _("“%(text)s” doesn't name a band of this scheme. The last one was taken; change it if not."),
    "cut": _("The text is longer than a clause holds; “%(text)s” was cut. The whole stands in the sheet."),
    "too_much_text": _("The cell is longer than this program reads. Only its first part was read."),
}
OF_SHEETS: dict[str, Promise] = {
    "line_sum": _(
        "“%(title)s” has %(points)s points, the lines below it make %(sum)s. Both were left as they are; make them"
        " equal in the draft."
    ),
    "total_sum": _(
        "The sheet says %(points)s points in all, its lines make %(sum)s. Both were left as they are; make them equal"
        " in the draft."
    ),
    "total_taken": _("Nothing says how many points there are in all. The sum of the lines, %(sum)s, was taken."),
    "points_missing": _("“%(title)s” has no points. Give it points in the draft."),
    "points_unreadable": _("“%(text)s” is no number of points. Give the line points in the draft."),
    "points_shared": _(
        "Several rows share %(points)s points. They were made one line, “%(title)s”; divide it in the draft if each has"
        " its own."
    ),
    "points_on_line_above": _(
        "Only “%(title)s” as a whole has points (%(points)s), not the rows below it. They became its clauses."
    ),
    "row_not_read": _("The row is no indicator and was left out: %(text)s"),
    "note_not_read": _("Nothing was made of this remark: %(text)s"),
    "title_cut": _("The indicator's name was longer than is kept, and was cut: %(text)s"),
    "bands_proposed": _(
        "The sheet names no bands. 90, 80 and 60 per cent of the points were put in as a proposal of this program;"
        " there are no national ones. Change them in the draft."
    ),
    "bands_leave_gap": _("No band was named for less than %(points)s points. One was added, so that all find theirs."),
    "weights_dont_fit": _(
        "The weights of the views make %(sum)s per cent, not 100, and were left out: the level above counts alone."
    ),
    "year_taken": _("Nothing says for which year it is. %(year)s was taken; change it if not."),
    "year_contradicts": _("The sheet speaks of %(found)s, but %(year)s was given and holds."),
    "other_sheets_not_read": _(
        "Other sheets weren't read: %(names)s. Save one as a file of its own if it is a scheme too."
    ),
    "sheets_read_together": _("The sheets %(names)s together make the scheme; each became a part of it."),
    "fact_not_known": _(
        "The record has no fact “%(fact)s” yet; a person says what is found. Choose a fact in the draft when it has."
    ),
    "formula_without_value": _("The cell holds a formula without a value. Open the file in Excel or WPS and save it."),
    "too_many_lines": _("Only the first %(count)s rows were read: no scheme has more."),
}
REFUSALS: dict[str, Promise] = {
    "no_indicator_column": _(
        "No column of indicators was found. The sheet needs headings such as 考核项目 or 考核内容, 分值 and 评分标准."
    ),
    "no_lines": _("There is no indicator under the headings. Choose the sheet with the indicators."),
    "no_points": _(
        "No indicator has points. The sheet needs a column 分值, or points behind the names such as 班子建设（10分）."
    ),
}
SENTENCES: Mapping[str, Promise] = OF_SENTENCES | OF_SHEETS | REFUSALS


class NotAScheme(UnusableWorkbook):
    """A workbook that is no table of indicators; the sentence says what is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(str(SENTENCES[code]))
        self.code = code


@dataclass(frozen=True, slots=True)
class Doubt:
    """`row` is the sheet's own number, 0 for the whole; `column` its heading, `cell` like "F12"."""

    code: str
    about: Mapping[str, object] = field(default_factory=dict)
    row: int = 0
    column: str = ""
    cell: str = ""
    line: str = ""
    """The code of the indicator it is about."""

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it."""
        return str(SENTENCES[self.code]) % self.about

    def stored(self) -> dict[str, Any]:
        kept = {"code": self.code, "row": self.row, "column": self.column, "cell": self.cell, "line": self.line}
        return {**kept, "about": {name: str(value) for name, value in self.about.items()}}

    def answer(self) -> dict[str, Any]:
        """As the command prints it."""
        kept = {"row": self.row, "column": self.column, "cell": self.cell, "code": self.code}
        return {**kept, "message": self.message}


def about(code: str, text: str, **more: object) -> Doubt:
    """A doubt about a text, shortened so that it can be shown."""
    return Doubt(code, {"text": text if len(text) <= 80 else f"{text[:79]}…", **more})


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a cell: the points of its line, and the titles that name what it is about, nearest first."""

    points: Decimal | None = None
    titles: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    """Names of the scheme's bands, the best first."""


@dataclass
class ParsedClauses:
    clauses: list[ClausePlan] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def settle(found: ParsedClauses, points: Decimal | None) -> ParsedClauses:
    """Beside clauses that take points, one that gives some would give them on top of all: it takes them instead."""
    if not any(clause.kind in DEDUCTING for clause in found.clauses):
        return found
    turned = [clause for clause in found.clauses if clause.kind in (ClauseKind.TIERED, ClauseKind.MANUAL)]
    doubts = [about("tiers_beside_deductions", clause.text) for clause in turned]
    clauses = [_taking(one, points) if one in turned else one for one in found.clauses]
    return ParsedClauses(clauses, [*found.doubts, *doubts])


def _taking(clause: ClausePlan, points: Decimal | None) -> ClausePlan:
    cap = max((given for _bound, given in clause.tiers), default=points)
    return ClausePlan(ClauseKind.DEDUCT_PER_MISSING, clause.text, points=Decimal(1), cap=cap or None)
