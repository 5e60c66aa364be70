"""Finding the headings of a sheet and what they mean, given the fields that an import knows.

A heading is matched by the exact words that branches use, never by resemblance: "入党申请时间" is not "入党时间". What
isn't matched is reported as unknown. Where the same word is used for two things, the values below decide.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_uppercase

from members.workbooks.cells import BRACKETED, says_nothing, text
from members.workbooks.reading import Head, Row, Value
from members.workbooks.sheets import Range

PUNCTUATION = re.compile(r"[\s*＊:：、,，.。/\\|·_\-—~“”\"'‘’]+")
BRACKETS = re.compile(r"[()（）\[\]【】〔〕<>《》]")
ENOUGH_VALUES = 3
WIDEST = 400
TWO_COLUMNS = "two_columns_for_field"
BY_VALUES = "column_understood_by_values"


@dataclass(frozen=True)
class Field:
    """Something an import can read from a column.

    `headings` are the words for it, the usual one first. `patterns` match headings that vary, like months; such a field
    may have many columns where `repeats`. Fields of one `family` are told apart by `holds`, which says whether a value
    is one of theirs.
    """

    name: str
    headings: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    repeats: bool = False
    family: str = ""
    takes_over: bool = True
    """Whether values alone can make a column of the family this field's."""
    holds: Callable[[Value], bool] | None = None


@dataclass(frozen=True)
class Catalogue:
    """The fields of an import. A row of headings has at least one of `required`."""

    fields: tuple[Field, ...]
    required: tuple[str, ...] = ("name",)
    serial: str = "serial"
    by_heading: dict[str, list[tuple[float, Field]]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for known in self.fields:
            for rank, heading in enumerate(known.headings):
                self.by_heading.setdefault(normal(heading), []).append((100 - rank / 100, known))

    def field(self, name: str) -> Field:
        return next(known for known in self.fields if known.name == name)

    def candidates(self, heading: str) -> list[tuple[float, Field]]:
        """Fields that a heading can mean with how well it fits, best first."""
        for written in spellings(heading):
            if found := self.by_heading.get(written) or self._by_pattern(written):
                return sorted(found, key=lambda candidate: -candidate[0])
        return []

    def _by_pattern(self, written: str) -> list[tuple[float, Field]]:
        return [
            (50, known) for known in self.fields if any(re.fullmatch(pattern, written) for pattern in known.patterns)
        ]


@dataclass(frozen=True)
class Column:
    """A column with its heading. `field` is the name of the field it is read as, or "". `doubt` is a code."""

    index: int
    heading: str
    field: str = ""
    score: float = 0
    doubt: str = ""

    @property
    def letter(self) -> str:
        return letter_of(self.index)


@dataclass(frozen=True)
class Layout:
    """What a sheet was understood to be."""

    sheet: int
    sheet_name: str
    header_row: int
    columns: list[Column]
    title_rows: list[Row]

    @property
    def known(self) -> list[Column]:
        return [column for column in self.columns if column.field]

    @property
    def unknown(self) -> list[Column]:
        return [column for column in self.columns if not column.field]

    def column(self, name: str) -> Column | None:
        """The first column read as that field."""
        return next((column for column in self.columns if column.field == name), None)


def normal(heading: str) -> str:
    """A heading for comparison: half width, lower case, without spaces, line breaks, punctuation and brackets."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return PUNCTUATION.sub("", BRACKETS.sub("", plain))


def spellings(heading: str) -> Iterator[str]:
    """A heading as a whole, without what stands in brackets, and without numbering or a remark that it is required."""
    yield normal(heading)
    plain = unicodedata.normalize("NFKC", heading)
    yield normal(BRACKETED.sub("", plain))
    yield re.sub(r"^\d+|必填项?$|选填$|^请填写", "", normal(BRACKETED.sub("", plain)))


def letter_of(index: int) -> str:
    """0 is "A", 26 is "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


def find_layout(
    heads: Sequence[Head],
    catalogue: Catalogue,
    *,
    sheet: int | None = None,
    corrected: Mapping[str, str] | None = None,
) -> Layout | None:
    """The sheet with the best row of headings, or that of the given index; None where there is no such row.

    `corrected` maps headings to fields as a person decided, "" for a column that is not to be read.
    """
    chosen = range(len(heads)) if sheet is None else [sheet]
    layouts = [layout for index in chosen if (layout := _layout(index, heads[index], catalogue, corrected or {}))]
    return max(layouts, key=lambda layout: _rank(layout, heads[layout.sheet]), default=None)


def _rank(layout: Layout, head: Head) -> tuple[int, int, int, int]:
    fields = {column.field for column in layout.known}
    return (not head.hidden and len(fields) > 1, len(fields), len(head.rows), -layout.sheet)


def _layout(index: int, head: Head, catalogue: Catalogue, corrected: Mapping[str, str]) -> Layout | None:
    best: tuple[int, int, dict[int, str]] | None = None
    for last, headings in _header_candidates(head):
        score = _header_score(headings.values(), catalogue, corrected)
        if score and (best is None or score > best[0]):
            best = (score, last, headings)
    if best is None:
        return None
    _score, last, headings = best
    columns = _columns(headings, head.rows[last + 1 :], catalogue, corrected)
    return Layout(index, head.name, head.rows[last].number, columns, head.rows[:last])


def _header_candidates(head: Head) -> Iterator[tuple[int, dict[int, str]]]:
    """Each row as headings, and each row together with the one above it."""
    upper: dict[int, str] = {}
    for position, row in enumerate(head.rows):
        single = _texts(row)
        yield position, single
        if upper and head.rows[position - 1].number == row.number - 1 and len(single) > 1:
            yield position, _two_lines(_spread(upper, head.rows[position - 1].number, head.merged), single)
        upper = single


def _texts(row: Row) -> dict[int, str]:
    return {column: text(value) for column, value in enumerate(row.cells) if text(value)}


def _spread(texts: dict[int, str], number: int, merged: list[Range]) -> dict[int, str]:
    """A heading merged over several columns holds for each of them."""
    spread = dict(texts)
    for cells in merged:
        if cells.top <= number <= cells.bottom and cells.left in texts:
            spread |= dict.fromkeys(range(cells.left, min(cells.right, WIDEST) + 1), texts[cells.left])
    return spread


def _two_lines(upper: dict[int, str], lower: dict[int, str]) -> dict[int, str]:
    both = {}
    for column in sorted({*upper, *lower}):
        above, below = upper.get(column, ""), lower.get(column, "")
        both[column] = above if above == below or not below else below if not above else f"{above}\n{below}"
    return both


def _header_score(headings: Iterable[str], catalogue: Catalogue, corrected: Mapping[str, str]) -> int:
    """How many fields the headings name; 0 where none of the required ones is among them or only one heading fits."""
    found = [_field_of(heading, catalogue, corrected) for heading in headings]
    fields = {name for name in found if name}
    repeated = sum(1 for name in found if name and catalogue.field(name).repeats)
    if not fields & set(catalogue.required) or len(fields) < 2:
        return 0
    return len(fields) + repeated


def _field_of(heading: str, catalogue: Catalogue, corrected: Mapping[str, str]) -> str:
    for part in _parts(heading):
        if part in corrected:
            return corrected[part]
        if candidates := catalogue.candidates(part):
            return candidates[0][1].name
    return ""


def _parts(heading: str) -> list[str]:
    """A heading of two lines: as a whole, then its lower line alone, then its upper one."""
    upper, line_break, lower = heading.partition("\n")
    return [heading, lower, upper] if line_break else [heading]


def _columns(
    headings: dict[int, str], below: list[Row], catalogue: Catalogue, corrected: Mapping[str, str]
) -> list[Column]:
    columns = []
    for index in range(max([*headings, *(len(row.cells) - 1 for row in below)], default=-1) + 1):
        values = [value for row in below if not says_nothing(value := row.value(index))]
        heading = headings.get(index, "")
        if heading or len(values) >= ENOUGH_VALUES:
            columns.append(_column(index, heading, values, catalogue, corrected))
    return _one_column_each(_distinct(columns), catalogue)


def _column(
    index: int, heading: str, values: list[Value], catalogue: Catalogue, corrected: Mapping[str, str]
) -> Column:
    shown = heading.replace("\n", " ").strip() or letter_of(index)
    for decided in (heading, shown):
        if decided in corrected:
            return Column(index, shown, corrected[decided], 1000)
    for part in _parts(heading):
        if candidates := catalogue.candidates(part):
            score, meant, doubt = _by_values(candidates, values, catalogue)
            return Column(index, shown, meant.name, score, doubt)
    return Column(index, shown)


def _by_values(
    candidates: list[tuple[float, Field]], values: list[Value], catalogue: Catalogue
) -> tuple[float, Field, str]:
    """The candidate whose values stand in the column; else one of the same family whose values do."""
    score, meant = candidates[0]
    if len(values) < ENOUGH_VALUES or (meant.holds is None and len(candidates) == 1):
        return score, meant, ""
    for fitting_score, fitting in candidates:
        if _share(fitting, values) >= 0.5:
            return fitting_score, fitting, ""
    family = [one for one in catalogue.fields if one.family and one.family == meant.family and one.takes_over]
    rival = max(family, key=lambda known: _share(known, values), default=meant)
    return (score, rival, BY_VALUES) if _share(rival, values) >= 0.8 else (score, meant, "")


def _share(known: Field, values: list[Value]) -> float:
    return 1 if known.holds is None else sum(map(known.holds, values)) / len(values)


def _distinct(columns: list[Column]) -> list[Column]:
    """The same heading twice gets the column's letter, so that each can be named."""
    seen: set[str] = set()
    distinct = []
    for column in columns:
        heading = f"{column.heading} ({column.letter})" if column.heading in seen else column.heading
        seen.add(heading)
        distinct.append(replace(column, heading=heading))
    return distinct


def _one_column_each(columns: list[Column], catalogue: Catalogue) -> list[Column]:
    """Of two columns for one field the better is read, the other is left unread and doubtful."""
    best: dict[str, Column] = {}
    for column in columns:
        if column.field and (column.field not in best or column.score > best[column.field].score):
            best[column.field] = column
    return [
        replace(column, field="", doubt=TWO_COLUMNS)
        if column.field and best[column.field] is not column and not catalogue.field(column.field).repeats
        else column
        for column in columns
    ]
