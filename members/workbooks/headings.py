"""What the columns of a sheet mean, and which of its rows count."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_uppercase

from members.workbooks.cells import BRACKETED, says_nothing, text, word
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


FOOTER = re.compile(
    r"(合计|总计|小计|共计|累计|总人数|填表|制表|审核|复核|核对|负责人|单位负责人|支部书记签|党委意见|说明|填报|填写|报送|备注[:：]|"
    r"注[:：\d]|注意|联系人[:：]|联系电话[:：]|日期[:：]|单位.{0,3}盖章|\(?盖章|签字|签名|第.{1,3}页|共.{1,4}人|\d{4}年\d{1,2}月\d{0,2}日?$).*",
    re.DOTALL,
)
SUBTITLE = re.compile(
    r".*(小组|支部|总支|党委|工委|委员会|党员|名单|部门|人员)([(（:：].*)?|[一二三四五六七八九十]+[、.．].*|第.{1,6}[组部].*"
)
FEW = 2
LONGEST_NAME = 30

BELONGS_ABOVE = "row_belongs_to_the_one_above"
NOT_A_RECORD = "row_is_not_a_record"


@dataclass(frozen=True)
class Record:
    """A row under the headings: its cells by field; repeated fields under (field, column)."""

    number: int
    row: Row
    values: dict[str, Value]
    repeated: dict[tuple[str, int], Value]


@dataclass(frozen=True)
class LeftOut:
    """A row that isn't a record, with a code and what stands in it."""

    number: int
    code: str
    text: str


class Records:
    """Tells records from everything else below the headings. `keys` are the fields every record has, name first."""

    def __init__(
        self, layout: Layout, keys: tuple[str, ...], *, serial: str = "serial", repeats: Iterable[str] = ()
    ) -> None:
        self.layout = layout
        self.keys = keys
        self.serial = serial
        self.repeats = frozenset(repeats)
        self.headings = {column.index: normal(column.heading) for column in layout.columns}
        self.name_column = next((column.index for column in layout.known if column.field == keys[0]), -1)
        self.single = [(column.index, column.field) for column in layout.known if column.field not in self.repeats]
        self.many = [column for column in layout.known if column.field in self.repeats]
        self.serial_columns = {column.index for column in layout.known if column.field == serial}

    def of(self, rows: Iterable[Row]) -> Iterator[Record | LeftOut]:
        """Every record, and every row left out that a person may ask about. Blank rows and footers pass silently."""
        for row in rows:
            if row.number > self.layout.header_row and (found := self._one(row)):
                yield found

    def _one(self, row: Row) -> Record | LeftOut | None:
        values = self._values(row.cells)
        if self._is_plain(row, values):
            return Record(row.number, row, values, self._repeated(row))
        if not self._says_something(row) or self._is_footer(row) or self._is_heading(row):
            return None
        if self.name_column in row.filled:
            return LeftOut(row.number, BELONGS_ABOVE, self._shown(row))
        if self._looks_left_out(row, values):
            return LeftOut(row.number, NOT_A_RECORD, self._shown(row))
        return Record(row.number, row, values, self._repeated(row))

    def _values(self, cells: list[Value]) -> dict[str, Value]:
        """What is written under each heading."""
        width = len(cells)
        return {
            name: cells[index]
            for index, name in self.single
            if index < width and cells[index] is not None and _written(cells[index])
        }

    def _is_plain(self, row: Row, values: dict[str, Value]) -> bool:
        """Every key is there: no need to look closer, unless these are the headings again."""
        if row.filled or any(says_nothing(values.get(key)) for key in self.keys):
            return False
        return not self._repeats_heading(self.name_column, values[self.keys[0]])

    def _says_something(self, row: Row) -> bool:
        return any(
            _written(value) and index not in self.serial_columns and index not in row.filled
            for index, value in enumerate(row.cells)
        )

    def _looks_left_out(self, row: Row, values: dict[str, Value]) -> bool:
        """A row of a word or two, without the keys: a subtitle, a remark under the table."""
        if any(not says_nothing(values.get(key)) for key in self.keys[1:]) or sum(map(_written, row.cells)) > FEW:
            return False
        name = word(values.get(self.keys[0]))
        return not name or len(name) > LONGEST_NAME or SUBTITLE.fullmatch(name) is not None

    def _is_footer(self, row: Row) -> bool:
        """Totals and signatures: by the first words of the row, where no key but the name is written."""
        first = next((word(value) for value in row.cells if _written(value)), "")
        return FOOTER.match(first) is not None or FOOTER.match(word(row.value(self.name_column))) is not None

    def _is_heading(self, row: Row) -> bool:
        """The headings again, as at the top of every printed page; the upper line of two counts too."""
        same = sum(self._repeats_heading(index, value) for index, value in enumerate(row.cells))
        return same >= FEW and same * 2 > sum(map(_written, row.cells))

    def _repeats_heading(self, index: int, value: Value) -> bool:
        written = normal(text(value))
        return bool(written) and self.headings.get(index, "").endswith(written)

    def _repeated(self, row: Row) -> dict[tuple[str, int], Value]:
        return {
            (column.field, column.index): value for column in self.many if _written(value := row.value(column.index))
        }

    @staticmethod
    def _shown(row: Row) -> str:
        return " ".join(text(value) for value in row.cells if _written(value))[:80]


def _written(value: Value) -> bool:
    return value is not None and value != "" and not (type(value) is str and value.isspace())
