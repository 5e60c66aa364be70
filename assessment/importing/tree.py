"""What stands below what and for how many points: lines of a sheet as nodes of a tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.importing.doubts import Doubt
from assessment.importing.tables import EXTRA, FORBIDDING, Line, by_path, points_behind
from assessment.importing.wording import wording

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
    lines: list[Line] = field(default_factory=list)
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


def tree_of(lines: Sequence[Line], doubts: list[Doubt]) -> Node:
    """The root has no title of its own."""
    root = Node("", 0)
    for group in by_path(lines):
        _place(root, group)
    _settle(root, doubts)
    _join_shared(root, doubts)
    _raise_points(root, doubts)
    return root


def _place(root: Node, group: list[Line]) -> None:
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


def _title_of(line: Line) -> str:
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
