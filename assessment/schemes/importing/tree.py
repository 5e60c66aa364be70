"""What stands below what and for how many points; an indicator with its clauses."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from assessment.choices import ClauseKind, Cycle, IndicatorPart
from assessment.schemes.importing.doubts import Around, Doubt, ParsedClauses, settle
from assessment.schemes.importing.sentences import read
from assessment.schemes.importing.tables import EXTRA, FORBIDDING, IndicatorRow, by_path, points_behind
from assessment.schemes.importing.wording import wording
from assessment.schemes.rules import ClausePlan, IndicatorPlan, plain

FIRST_WORDS = re.compile(r"[^,，。；;:：\n]{2,60}")
NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}(?:\.\d{1,2})*(?:[、．]|\.(?!\d)|\s))\s*"
)
ZERO = Decimal(0)


@dataclass
class Node:
    """`points` as the sheet has them, None where it has none; `lines` only where nothing stands below."""

    title: str
    row: int
    points: Decimal | None = None
    below: list["Node"] = field(default_factory=list)
    lines: list[IndicatorRow] = field(default_factory=list)
    titles: tuple[str, ...] = ()
    """Its own title and those above it, its own first."""

    @property
    def leaves(self) -> Iterator["Node"]:
        if not self.below:
            yield self
        for node in self.below:
            yield from node.leaves

    @property
    def is_extra(self) -> bool:
        return any(EXTRA.search(title) for title in self.titles)

    @property
    def forbids(self) -> bool:
        return any(FORBIDDING.search(title) for title in self.titles)


def tree_of(lines: Sequence[IndicatorRow], doubts: list[Doubt]) -> Node:
    """The root has no title of its own."""
    root = Node("", 0)
    for group in by_path(lines):
        _place(root, group)
    _settle(root, doubts)
    _join_shared(root, doubts)
    _raise_points(root, doubts)
    return root


def _place(root: Node, group: list[IndicatorRow]) -> None:
    node = root
    for level, (said, row) in enumerate(group[0].levels):
        title, points = points_behind(said)
        title = NUMBERING.sub("", " ".join(title.split())) or title
        if not (node.below and node.below[-1].row == row and node.below[-1].title == title):
            node.below.append(Node(title, row, points, titles=(title, *node.titles)))
        node = node.below[-1]
        node.points = next((line.upper[level] for line in group if level in line.upper), node.points)
    node.lines += group


def _settle(node: Node, doubts: list[Doubt]) -> None:
    """A line above others only has points; one with several points becomes several lines."""
    if node.lines and not node.below:
        _divide(node)
        return
    if node.lines:
        _leave_above(node, doubts)
    for below in node.below:
        _settle(below, doubts)


def _leave_above(node: Node, doubts: list[Doubt]) -> None:
    first = node.lines[0]
    if node.points is None:
        node.points = first.points
    if first.method:
        about = {"text": first.method[:80]}
        doubts.append(Doubt("left_out", about, first.number, first.method_heading, first.method_cell))
    node.lines = []


def _divide(node: Node) -> None:
    own = [line for line in node.lines if line.points is not None and not line.is_shared]
    if len(own) < 2:
        node.points = own[0].points if own else node.points
        return
    for line in node.lines:
        if line in own or not node.below:
            title = _title_of(line) or node.title
            node.below.append(Node(title, line.number, line.points, titles=(title, *node.titles)))
        node.below[-1].lines.append(line)
    node.lines = []


def _title_of(line: IndicatorRow) -> str:
    """A line without a name of its own is called by its first words."""
    said = line.standard or line.method
    plain = wording(said)
    found = FIRST_WORDS.search(re.sub(r"^[\s\d.、()（）①-⑳]+", "", said))
    return " ".join(found[0].split())[:60] if found else plain.text[:60]


def _join_shared(root: Node, doubts: list[Doubt]) -> None:
    """Rows under one merged cell of points are one line."""
    previous: Node | None = None
    for leaf in list(root.leaves):
        shares = (
            bool(leaf.lines) and leaf.lines[0].is_shared and leaf.lines[0].points is not None and leaf.points is None
        )
        if shares and previous:
            previous.lines += leaf.lines
            previous.title = f"{previous.title}；{leaf.title}"[:200]
            previous.titles = (previous.title, *previous.titles[1:])
            _remove(root, leaf)
            doubts.append(_shared(previous))
        else:
            previous = leaf
    for node in _all(root):
        if _says_the_same(node) and node is not root and node not in root.below:
            _become(node, node.below[0])


def _shared(node: Node) -> Doubt:
    about = {"title": node.title, "points": f"{node.points or 0:f}"}
    return Doubt("points_shared", about, node.lines[-1].number)


def _says_the_same(node: Node) -> bool:
    """A name above a single line, without points of its own: two columns for one line."""
    return len(node.below) == 1 and not node.below[0].below and node.points is None


def _become(node: Node, only: Node) -> None:
    node.title = f"{node.title}：{only.title}"[:200] if only.title != node.title else node.title
    node.titles = (node.title, *only.titles[:1], *node.titles[1:])
    node.points, node.lines, node.below = only.points, only.lines, []


def _remove(node: Node, leaf: Node) -> None:
    node.below = [one for one in node.below if one is not leaf]
    for below in node.below:
        _remove(below, leaf)
    node.below = [one for one in node.below if one.below or one.lines]


def _all(node: Node) -> Iterator[Node]:
    yield node
    for below in list(node.below):
        yield from _all(below)


def _raise_points(node: Node, doubts: list[Doubt]) -> None:
    """Where only the whole has points, its rows are its clauses."""
    for below in node.below:
        _raise_points(below, doubts)
    bare = bool(node.below) and all(not one.below and one.points is None for one in node.below)
    if not bare or node.points is None or node.forbids:
        return
    if len(node.below) == 1:
        node.below[0].points = node.points
        return
    node.lines = [line for one in node.below for line in one.lines]
    node.below = []
    about = {"title": node.title, "points": f"{node.points:f}"}
    doubts.append(Doubt("points_on_line_above", about, node.row))


BUSINESS = re.compile(r"业务|中心工作|本职工作|生产|经营|教学|科研|业绩|主责主业|主业|本部位|专业工作")
PARTY = re.compile(r"党|支部|融合|组织生活")
SCORING = re.compile(r"[扣加得减]\s*\d|不得分|一票否决|直接定为")
CYCLES = (
    (Cycle.MONTH, r"月"),
    (Cycle.QUARTER, r"季"),
    (Cycle.EVENT, r"阶段|即时|随时|专项|不定期|日常|动态|发生|适时"),
    (Cycle.YEAR, r"年"),
)
LONGEST_TITLE = 200
MOST_CLAUSES = 60


@dataclass
class Indicators:
    """`rows`: where each stands in the sheet, by its code."""

    plans: list[IndicatorPlan] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


def indicators_of(root: Node, bands: tuple[str, ...], facts: Collection[str]) -> Indicators:
    """`facts`: the names that the record has; a clause about another is left to a person."""
    building = _Building(bands, facts)
    for number, node in enumerate(root.below, 1):
        building.add(node, str(number), "")
    return building.done


class _Building:
    def __init__(self, bands: tuple[str, ...], facts: Collection[str]) -> None:
        self.bands = bands
        self.facts = facts
        self.done = Indicators()
        self.read: dict[int, ParsedClauses] = {}

    def add(self, node: Node, code: str, parent: str) -> None:
        found = ParsedClauses() if node.below else self._clauses(node, code)
        points = self._points(node, found.clauses)
        self._say(node, code, points)
        self.done.rows[code] = node.row
        self.done.plans.append(
            IndicatorPlan(
                code, self._title(node, code), points, parent, _part(node), _cycle(node),
                _basis(node), tuple(found.clauses),
            )
        )  # fmt: skip
        for number, below in enumerate(node.below, 1):
            self.add(below, f"{code}.{number}", code)

    def _title(self, node: Node, code: str) -> str:
        title = points_behind(node.title)[0] or code
        if SCORING.search(title):
            title = re.split(r"[,，。；;：:]", title)[0] or title
        if len(title) <= LONGEST_TITLE:
            return title
        self.done.doubts.append(Doubt("title_cut", {"text": title[:80]}, node.row, line=code))
        return title[:LONGEST_TITLE]

    def _points(self, node: Node, clauses: list[ClausePlan]) -> Decimal:
        if node.points is not None:
            return node.points
        if node.below:
            return sum((self._points_below(one) for one in node.below), ZERO)
        return _by_clauses(clauses)

    def _points_below(self, node: Node) -> Decimal:
        if node.points is not None:
            return node.points
        if node.below:
            return sum(map(self._points_below, node.below), ZERO)
        return _by_clauses(self._read(node).clauses)

    def _say(self, node: Node, code: str, points: Decimal) -> None:
        below = [one for one in node.below if not one.is_extra]
        stated = sum(map(self._points_below, below), ZERO)
        every = sum(map(self._points_below, node.below), ZERO)
        if node.below and points not in (stated, every):
            about = {"title": node.title, "points": plain(points), "sum": plain(stated)}
            self.done.doubts.append(Doubt("line_sum", about, node.row, line=code))
        if not node.below and node.points is None and not points and not node.forbids and not self._only_vetoes(node):
            self.done.doubts.append(Doubt("points_missing", {"title": node.title}, node.row, line=code))

    def _only_vetoes(self, node: Node) -> bool:
        clauses = self._read(node).clauses
        return bool(clauses) and all(clause.kind == ClauseKind.VETO for clause in clauses)

    # Clauses

    def _clauses(self, node: Node, code: str) -> ParsedClauses:
        found = self._read(node)
        self.done.doubts += [replace(doubt, line=code) for doubt in found.doubts]
        return ParsedClauses([self._known(clause, node, code) for clause in found.clauses][:MOST_CLAUSES], [])

    def _known(self, clause: ClausePlan, node: Node, code: str) -> ClausePlan:
        if not clause.metric or clause.metric in self.facts:
            return clause
        self.done.doubts.append(Doubt("fact_not_known", {"fact": clause.metric}, node.row, line=code))
        return replace(clause, metric="", expected=None, every="")

    def _read(self, node: Node) -> ParsedClauses:
        if id(node) not in self.read:
            self.read[id(node)] = self._all_lines(node)
        return self.read[id(node)]

    def _all_lines(self, node: Node) -> ParsedClauses:
        """Every line with something to read; where there is none, a person gives the points of the whole."""
        clauses: list[ClausePlan] = []
        doubts: list[Doubt] = []
        said = [line for line in node.lines if self._text(line, node)]
        for line in said or node.lines[:1]:
            found = read(self._text(line, node), self._around(line, node))
            where = {"row": line.number, "column": line.method_heading, "cell": line.method_cell}
            clauses += [clause for clause in found.clauses if clause not in clauses]
            doubts += [replace(doubt, **where) for doubt in found.doubts]  # type: ignore[arg-type]
        return settle(ParsedClauses(clauses, doubts), node.points) if len(said) > 1 else ParsedClauses(clauses, doubts)

    def _text(self, line: IndicatorRow, node: Node) -> str:
        if line.method:
            return line.method
        title = line.levels[-1][0] if line.levels else node.title
        if node.forbids and "否决" not in title:
            return f"{title}，一票否决"
        return title if SCORING.search(title) else ""

    def _around(self, line: IndicatorRow, node: Node) -> Around:
        own = [points_behind(said)[0] for said, _row in reversed(line.levels)]
        titles = dict.fromkeys([*filter(None, [node.titles[0] if node.titles else "", *own]), line.standard or ""])
        return Around(node.points, tuple(filter(None, titles)), self.bands)


def _by_clauses(clauses: list[ClausePlan]) -> Decimal:
    """A line without points of its own that only adds has as many as can be added."""
    if not clauses or any(clause.kind != ClauseKind.BONUS for clause in clauses):
        return ZERO
    caps = [clause.cap for clause in clauses if clause.cap]
    return max(caps) if len(caps) == len(clauses) else sum((clause.points or ZERO for clause in clauses), ZERO)


def _part(node: Node) -> IndicatorPart:
    is_business = any(BUSINESS.search(title) and not PARTY.search(title) for title in node.titles)
    return IndicatorPart.BUSINESS if is_business else IndicatorPart.PARTY


def _cycle(node: Node) -> Cycle:
    said = next((line.cycle for leaf in node.leaves for line in leaf.lines if line.cycle), "")
    return next((cycle for cycle, words in CYCLES if re.search(words, said)), Cycle.YEAR)


def _basis(node: Node) -> str:
    if node.below:
        return ""
    kept: Iterator[str] = (
        said for line in node.lines for said in (line.standard, line.evidence, line.note) if said and said != node.title
    )
    return "\n".join(dict.fromkeys(kept))[:4000]
