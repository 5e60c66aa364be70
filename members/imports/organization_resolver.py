"""Which branch a row speaks of, in a workbook that is read to its end."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from members.choices import OrganizationKind
from members.imports.kinds import NotThisKind, workbook_kind
from members.imports.problems import ImportNote, Problem
from members.models.organization import Organization
from members.organizations.rules import may_stand_under
from members.roster.headings import ROSTER
from members.workbooks.catalogue import Column
from members.workbooks.cells import line
from members.workbooks.headings import HeadedRow, Layout, Records, accepted, find_layout, samples_of
from members.workbooks.reading import OpenWorkbook, open_workbook

SEPARATORS = re.compile(r"\s*(?:[/\\>＞→|｜／＼»]|->|—>|、)+\s*")
PREFIX = re.compile(r"^(中国共产党|中共)")
NUMBER = re.compile(r"第([1-9]\d?)(?!\d)")
DIGITS = "零一二三四五六七八九"
SHORT = (
    (re.compile(r"党?总支部?(委员会)?"), "总支"),
    (re.compile(r"党?支部(委员会)?"), "支部"),
    (re.compile(r"党小组"), "小组"),
    (re.compile(r"(党的?)?(工作委员会|党工委)"), "工委"),
)
"""Longer and shorter ways to write the same kind of organization."""
KINDS = (
    (re.compile(r"小组$"), OrganizationKind.GROUP),
    (re.compile(r"总支"), OrganizationKind.GENERAL_BRANCH),
    (re.compile(r"支部|支委会"), OrganizationKind.BRANCH),
    (re.compile(r"党委|工委|委员会|党组|县委|市委|省委|区委|州委"), OrganizationKind.COMMITTEE),
)
HOLDING = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
LONGEST_NAME = 120


class NoPlace(Exception):
    """There is no such branch; `code` and `about` make the problem's sentence."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about

    def problem(self, column: str) -> Problem:
        return Problem(column, self.code, self.about)


@dataclass(slots=True, eq=False)
class TreeNode:
    """A node of the tree. `path` is empty until the organization stands; `pk` then is None too."""

    name: str
    kind: OrganizationKind
    above: "TreeNode | None" = None
    pk: int | None = None
    path: str = ""
    below: dict[str, "TreeNode"] = field(default_factory=dict)

    @property
    def branch(self) -> "TreeNode":
        """The branch of a group; otherwise the place itself."""
        return self.above if self.kind == OrganizationKind.GROUP and self.above else self

    @property
    def roster_paths(self) -> list[str]:
        """The paths that members of the branch can have: its own and those of its groups."""
        return [self.path, *(group.path for group in self.below.values() if group.path)]


def key_of(name: str) -> str:
    """A name for comparison: 中共…第1党支部委员会 is …第一支部."""
    plain = PREFIX.sub("", "".join(unicodedata.normalize("NFKC", name).split()))
    plain = NUMBER.sub(lambda number: f"第{in_chinese(int(number[1]))}", plain)
    for pattern, short in SHORT:
        plain = pattern.sub(short, plain)
    return plain


def in_chinese(number: int) -> str:
    """1 to 99."""
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def kind_of(name: str, *, last: bool) -> OrganizationKind:
    """What kind of organization has such a name. Without a telling word the end of a path is a branch."""
    for pattern, kind in KINDS:
        if pattern.search(name):
            return kind
    return OrganizationKind.BRANCH if last else OrganizationKind.COMMITTEE


class Places:
    """The tree as far as the import may use it. `into`: only below it. `may_build`: new ones may be set up."""

    def __init__(self, into: Organization | None, *, may_build: bool) -> None:
        self.may_build = may_build
        self.roots: dict[str, TreeNode] = {}
        self.by_name: dict[str, list[TreeNode]] = {}
        self.into = self._load(into)
        above = Organization.objects.get_ancestors(into).values_list("name", flat=True) if into else ()
        self.above_into = {key_of(name) for name in above}
        self.known: dict[tuple[str, ...], TreeNode | NoPlace] = {}

    def _load(self, into: Organization | None) -> TreeNode | None:
        nodes = Organization.objects.below(into.path) if into else Organization.objects.all()
        by_path: dict[str, TreeNode] = {}
        first = None
        for pk, path, name, kind in (
            nodes.filter(dissolved_on=None).in_tree_order().values_list("pk", "path", "name", "kind")
        ):
            above = by_path.get(path[: -Organization.steplen])
            place = by_path[path] = TreeNode(name, OrganizationKind(kind), above, pk, path)
            self._note(place)
            first = first or place
        return first if into else None

    def _note(self, place: TreeNode) -> None:
        (place.above.below if place.above else self.roots)[key_of(place.name)] = place
        self.by_name.setdefault(key_of(place.name), []).append(place)

    @property
    def path(self) -> str:
        """Of the organization imported into; empty for the whole tree."""
        return self.into.path if self.into else ""

    @property
    def holds_members(self) -> bool:
        """Whether rows without an organization have a place: the one branch imported into."""
        return self.into is not None and self.into.kind in HOLDING

    def find(self, parts: Iterable[str], group: str = "") -> TreeNode:
        """The place of a row by what its columns say, highest first. Raises NoPlace."""
        written = tuple(parts)
        found = self.known.get((*written, "\0", group))
        if found is None:
            found = self.known[(*written, "\0", group)] = self._find_or_refuse(written, group)
        if isinstance(found, NoPlace):
            raise found
        return found

    def _find_or_refuse(self, written: tuple[str, ...], group: str) -> TreeNode | NoPlace:
        try:
            place = self._descend([name for part in written for name in SEPARATORS.split(line(part)) if name])
            place = self._group(place, group) if group else place
            if place.kind not in HOLDING:
                raise NoPlace("organization_takes_no_members", name=place.name)
        except NoPlace as refusal:
            return refusal
        return place

    def _descend(self, names: list[str]) -> TreeNode:
        if not names:
            return self._default()
        if self.into and self.into.kind in HOLDING:
            return self._inside(self.into, names[-1])
        if len(names) == 1 and (found := self._by_name(names[0])):
            return found
        names = self._below_into(names)
        place = self.into
        for name in names:
            place = self._child(place, name, last=name is names[-1])
        return place or self._default()

    def _inside(self, branch: TreeNode, name: str) -> TreeNode:
        """The one branch imported into, or a group of it."""
        if self._means(branch, name):
            return branch
        found = branch.below.get(key_of(name))
        if found is None and kind_of(name, last=True) != OrganizationKind.GROUP:
            raise NoPlace("organization_unknown", name=name[:LONGEST_NAME])
        return found or self._plan(branch, name, OrganizationKind.GROUP)

    def _default(self) -> TreeNode:
        if self.into is None or self.into.kind not in HOLDING:
            raise NoPlace("organization_missing")
        return self.into

    def _by_name(self, name: str) -> TreeNode | None:
        found = self.by_name.get(key_of(name), [])
        if len(found) > 1:
            raise NoPlace("organization_ambiguous", name=name)
        return found[0] if found else None

    def _below_into(self, names: list[str]) -> list[str]:
        """A path from the top, as far as it leads below the organization imported into."""
        if self.into is None:
            return names
        while names and key_of(names[0]) in self.above_into:
            names = names[1:]
        return names[1:] if names and self._means(self.into, names[0]) else names

    def _means(self, place: TreeNode, name: str) -> bool:
        """The same name, or its end: "第一党支部" in 红旗社区第一党支部."""
        ours, theirs = key_of(place.name), key_of(name)
        return ours == theirs or (
            place.kind in HOLDING and len(theirs) > 2 and (ours.endswith(theirs) or theirs.endswith(ours))
        )

    def is_named(self, name: str) -> bool:
        """Whether it is the name of the organization imported into, or of one above it or a group in it."""
        key = key_of(name)
        inside = self.into is not None and (self._means(self.into, name) or key in self.into.below)
        return inside or key in self.above_into

    def _child(self, above: TreeNode | None, name: str, *, last: bool) -> TreeNode:
        found = (above.below if above else self.roots).get(key_of(name))
        return found or self._plan(above, name, kind_of(name, last=last))

    def _group(self, branch: TreeNode, name: str) -> TreeNode:
        """The group in the branch; a group that can't be set up is no reason to refuse the member."""
        if branch.kind == OrganizationKind.GROUP:
            return branch
        found = branch.below.get(key_of(name))
        if found or not self.may_build:
            return found or branch
        return self._plan(branch, name, OrganizationKind.GROUP)

    def _plan(self, above: TreeNode | None, name: str, kind: OrganizationKind) -> TreeNode:
        if not self.may_build or len(name) > LONGEST_NAME:
            raise NoPlace("organization_unknown", name=name[:LONGEST_NAME])
        if not may_stand_under(kind, above.kind if above else None):
            raise NoPlace("organization_cannot_stand_there", name=name, above=above.name if above else "")
        place = TreeNode(name, kind, above)
        self._note(place)
        return place


def unbuilt(place: TreeNode) -> Iterator[TreeNode]:
    """The place and what is above it as far as it doesn't stand yet, highest first."""
    if place.pk is None:
        if place.above:
            yield from unbuilt(place.above)
        yield place


KEYS = ("name", "national_id")
MOST_NOTES = 200
SAID_ONCE = {"national_id": "no_column_of_numbers", "membership": "no_column_of_membership"}
"""Columns that every roster should have; where one is missing it is said once, not in every row."""
ABOVE = {"committee", "general_branch", "organization"}


class NotARoster(NotThisKind):
    """A workbook that can be read but holds no roster; the sentence says what is missing."""


@dataclass
class RosterSheet:
    """The sheet that was chosen, its rows still to be read. `notes` grows while they are."""

    layout: Layout
    book: OpenWorkbook
    notes: list[ImportNote] = field(default_factory=list)
    asked: list[Column] = field(default_factory=list)
    """Columns with a proposal, whether it was accepted or not."""

    def samples(self) -> dict[str, list[str]]:
        """Heading → three different cells from below it."""
        return samples_of(self.layout, self.book.heads[self.layout.sheet])

    def records(self) -> Iterator[HeadedRow]:
        """The rows about members, each once. Raises UnreadableWorkbook."""
        records = Records(self.layout, KEYS)
        for found in records.of(self.book.rows(self.layout.sheet)):
            if isinstance(found, HeadedRow):
                yield found
            elif len(self.notes) < MOST_NOTES:
                self.notes.append(ImportNote(found.number, Problem("", found.code, {"text": found.text})))


@contextmanager
def open_roster(
    path: Path, corrected: Mapping[str, str] | None = None, *, accept: bool = False
) -> Iterator[RosterSheet]:
    """`accept`: columns that would be asked about are read as proposed. Raises UnreadableWorkbook, NotARoster."""
    with open_workbook(path) as book:
        layout = find_layout(book.heads, ROSTER, corrected=corrected)
        if layout is None or workbook_kind(book.heads) not in ("", "roster"):
            sentence = _("No row of headings was found. The sheet needs one with 姓名 and one more column of a roster.")
            raise NotARoster(sentence, book.heads)
        asked = layout.asked
        layout = accepted(layout) if accept else layout
        yield RosterSheet(layout, book, [*_doubts(layout), *_other_sheets(book, layout, corrected)], asked)


TITLE = re.compile(r"[\w第]{2,40}?(?:党支部|支部|党总支|总支)(?:委员会)?")


def other_title(layout: Layout, places: Places) -> Iterator[ImportNote]:
    """A note where the title of the sheet names another branch than the one imported into."""
    if not places.holds_members or not places.into or layout.column("organization"):
        return
    titles = [line(value) for row in layout.title_rows for value in row.cells if value]
    named = [found[0] for title in titles if (found := TITLE.search(title.rpartition("单位")[2].lstrip(":：(盖章) ")))]
    if named and not any(places.is_named(name) for name in named):
        yield ImportNote(0, Problem("", "another_branchs_title", {"name": named[0]}))


def refuse_unplaced(layout: Layout, places: Places) -> None:
    """Raises NotARoster where neither the sheet nor the person says which branch the members are in."""
    says = any(layout.column(name) for name in ABOVE)
    if not says and not places.holds_members:
        raise NotARoster(
            _("The sheet doesn't say which branch its members are in. Choose the branch, or add a column 所在党支部.")
        )


def _doubts(layout: Layout) -> Iterator[ImportNote]:
    for column in layout.columns:
        if column.doubt:
            yield ImportNote(layout.header_row, Problem(column.heading, column.doubt))
    for name, code in SAID_ONCE.items():
        if layout.column(name) is None:
            yield ImportNote(layout.header_row, Problem("", code))


def _other_sheets(book: OpenWorkbook, layout: Layout, corrected: Mapping[str, str] | None) -> Iterator[ImportNote]:
    others = [
        head.name
        for index, head in enumerate(book.heads)
        if index != layout.sheet and not head.hidden and _is_roster(book, index, corrected)
    ]
    if others:
        yield ImportNote(0, Problem("", "other_sheets_not_read", {"names": "、".join(others)[:200]}))


def _is_roster(book: OpenWorkbook, index: int, corrected: Mapping[str, str] | None) -> bool:
    found = find_layout(book.heads, ROSTER, sheet=index, corrected=corrected)
    return found is not None and len(book.heads[index].rows) > 1
