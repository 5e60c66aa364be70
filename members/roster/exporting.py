"""The roster as a workbook, at once or in the background."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from members.choices import (
    Capability,
    DuesCategory,
    Education,
    ExportProblem,
    LeavingReason,
    Membership,
    OrganizationKind,
    Sex,
    SituationKind,
)
from members.dates import DAY, PartialDate
from members.exports.kinds import ExportContents, GoOn, NotMade, covered
from members.exports.services import record_export
from members.fields import opened
from members.models.files import Export
from members.models.member import Member, MemberQuerySet, Situation
from members.models.organization import Organization
from members.models.user import User
from members.offices import Access
from members.paths import STEP
from members.refused import Refused
from members.roster import queries
from members.roster.filters import RosterFilter
from members.roster.headings import HEADINGS
from members.roster.queries import Places, place_of, places_of
from members.roster.services import demand_substance, refuse_too_many
from members.workbooks.writing import Sheet, write_workbook

MOST_ROWS = 100_000
AT_ONCE = 3_000
"""Up to so many members the workbook is made while the browser waits; above, in the background."""
ROWS_AT_ONCE = 1_000
SITUATIONS = "现实情况"
"""A heading that the import doesn't know, on purpose: situations have dates, which a word in a cell has not."""
LEFT = ("离开日期", "离开原因")
"""Headings of a workbook of former members; nor are these ever imported."""
YES = "是"
REASONS = {
    LeavingReason.MOVED_GROUP: "调整党小组",
    LeavingReason.TRANSFERRED: "转入其他支部",
    LeavingReason.LEFT_SYSTEM: "转出",
    LeavingReason.DECEASED: "去世",
    LeavingReason.REMOVED: "除名",
    LeavingReason.WITHDRAWN: "退党",
    LeavingReason.IMPORT_UNDONE: "撤销导入",
    LeavingReason.MERGED: "与另一条登记合并",
}
PATH_SEPARATOR = "/"

# What branches write; the import reads the same words (members.roster.headings).
SEXES = {Sex.MALE: "男", Sex.FEMALE: "女"}
MEMBERSHIPS = {Membership.FORMAL: "正式党员", Membership.PROBATIONARY: "预备党员"}
CATEGORIES = {
    DuesCategory.EMPLOYED: "在职",
    DuesCategory.RETIRED: "退休",
    DuesCategory.FARMER: "农民",
    DuesCategory.STUDENT: "学生",
    DuesCategory.UNEMPLOYED: "下岗失业",
    DuesCategory.RELIEF: "领取抚恤救济",
    DuesCategory.SUBSISTENCE: "低保",
}
EDUCATIONS = {
    Education.PRIMARY: "小学",
    Education.JUNIOR: "初中",
    Education.SENIOR: "高中",
    Education.VOCATIONAL: "中专",
    Education.COLLEGE: "大专",
    Education.BACHELOR: "大学本科",
    Education.MASTER: "硕士研究生",
    Education.DOCTOR: "博士研究生",
}
KINDS = {
    SituationKind.RETIRED: "离退休",
    SituationKind.RELOCATED: "异地居住",
    SituationKind.MOBILE: "流动党员",
    SituationKind.FRAIL: "年老体弱",
    SituationKind.BEDRIDDEN: "长期卧床",
    SituationKind.ABROAD_PRIVATE: "因私出国（境）",
    SituationKind.ABROAD_SENT: "公派出国（境）",
    SituationKind.SECONDED: "借调",
    SituationKind.HARDSHIP: "生活困难",
    SituationKind.LOST_CONTACT: "失联",
    SituationKind.IN_TRANSFER: "组织关系转接中",
    SituationKind.SUSPENDED: "停止党籍",
    SituationKind.PROBATION_WITHIN_PARTY: "留党察看",
}


@dataclass(frozen=True)
class Exported:
    """A member on the way into the workbook."""

    member: Member
    on: date
    branch: str
    group: str
    situations: dict[str, str] = field(default_factory=dict)
    """Kind → place."""

    def yes(self, kind: SituationKind) -> str:
        return YES if kind in self.situations else ""


Cell = Callable[[Exported], object]
COLUMNS: dict[str, Cell] = {
    "name": lambda row: row.member.name,
    "former_names": lambda row: row.member.former_names,
    "sex": lambda row: SEXES.get(Sex(row.member.sex)) if row.member.sex else "",
    "ethnicity": lambda row: row.member.ethnicity,
    "native_place": lambda row: row.member.native_place,
    "birth": lambda row: _day(row.member.born),
    "education": lambda row: EDUCATIONS[Education(row.member.education)] if row.member.education else "",
    "membership": lambda row: MEMBERSHIPS[
        Membership.FORMAL if row.member.is_formal(row.on) else Membership.PROBATIONARY
    ],
    "joined": lambda row: _day(row.member.joined),
    "full": lambda row: _day(row.member.confirmed),
    "organization": lambda row: row.branch,
    "group": lambda row: row.group,
    "work_post": lambda row: row.member.work_post,
    "party_post": lambda row: row.member.party_post,
    "category": lambda row: CATEGORIES[DuesCategory(row.member.dues_category)] if row.member.dues_category else "",
    "mobile": lambda row: row.yes(SituationKind.MOBILE),
    "place": lambda row: row.situations.get(SituationKind.MOBILE, ""),
    "lost_contact": lambda row: row.yes(SituationKind.LOST_CONTACT),
    "hardship": lambda row: row.yes(SituationKind.HARDSHIP),
}
"""Field of the import → what the workbook says."""
PRIVATE: dict[str, Cell] = {
    "national_id": lambda row: opened(row.member.national_id),
    "phone": lambda row: opened(row.member.phone),
    "address": lambda row: opened(row.member.address),
}
HEADS = {name: HEADINGS[name][0] for name in (*COLUMNS, *PRIVATE)} | {"category": "党费类别"}
FIELDS = (
    *("key", "name", "former_names", "sex", "ethnicity", "native_place", "birth_on", "birth_precision", "education"),
    *("membership", "joined_on", "joined_precision", "full_on", "full_precision", "work_post", "party_post"),
    *("dues_category", "roster_path"),
)


@transaction.atomic
def export_roster(
    *,
    members: MemberQuerySet,
    target: IO[bytes],
    place: Organization,
    on: date,
    by: User,
    private: bool = False,
    reason: str = "",
    former: bool = False,
) -> int:
    """Write the members into a workbook in the order of the roster, and the act into the audit trail; how many.

    `place`: whose roster it is. `former`: they are `MemberQuerySet.former`, and the workbook says
    when and why they left. `private` adds identity numbers, phones and addresses, asks for a reason, and counts each
    member as one value revealed. Raises Refused for more than MOST_ROWS members, a reason that says nothing, or more
    people than one person may look at alone.
    """
    rows = count_rows(members)
    if private:
        demand_substance(reason)
        refuse_too_many(by, people=rows, now=timezone.now())
    written = write_roster(members, target, on=on, private=private, former=former)
    _record(written, place=place, private=private, reason=reason, by=by)
    return len(written)


def count_rows(members: MemberQuerySet) -> int:
    """How many they are. Raises Refused for more than a workbook holds."""
    rows = members.order_by()[: MOST_ROWS + 1].count()
    if rows > MOST_ROWS:
        raise Refused(
            _("A workbook holds at most %(most)s members. Choose an organization or a filter.") % {"most": MOST_ROWS}
        )
    return rows


def _record(members: Sequence[int], *, private: bool, **given: Any) -> None:
    """With private fields, whose they are: each of them can read it."""
    whose: dict[str, Any] = {"fields": PRIVATE, "members": members} if private else {}
    record_export(action="export_roster", rows=len(members), details={"private": private}, **whose, **given)


def write_roster(
    members: MemberQuerySet,
    target: IO[bytes],
    *,
    on: date,
    private: bool = False,
    former: bool = False,
    go_on: GoOn = lambda done: None,
    folder: Path | None = None,
) -> list[int]:
    """Write the members into a workbook in the order of the roster; their ids. Nothing goes on record.

    `go_on` is told after every ROWS_AT_ONCE. No query stays open between batches: on SQLite, nobody could write then.
    """
    columns = COLUMNS | (PRIVATE if private else {})
    headings = [*(HEADS[name] for name in columns), *(LEFT if former else (SITUATIONS,))]
    lines = _Lines(members, list(columns.values()), private, on, go_on)
    write_workbook(target, [Sheet("党员名册", headings, lines)], folder=folder)
    return lines.written


class _Lines:
    """The rows of the sheet. Whoever leaves while they are written is left out."""

    def __init__(self, members: MemberQuerySet, cells: list[Cell], private: bool, on: date, go_on: GoOn) -> None:
        self.members, self.cells, self.on, self.go_on = members, cells, on, go_on
        self.fields = (*FIELDS, *(PRIVATE if private else ()))
        self.written: list[int] = []

    def __iter__(self) -> Iterator[list[object]]:
        names, keys = _Names(), list(self.members.in_roster_order().values_list("pk", flat=True))
        for start in range(0, len(keys), ROWS_AT_ONCE):
            for row in _exported(self._members(keys[start : start + ROWS_AT_ONCE]), names, self.on):
                yield [*(cell(row) for cell in self.cells), *_last_cells(row)]
                self.written.append(row.member.pk)
            self.go_on(len(self.written))

    def _members(self, keys: list[int]) -> list[Member]:
        found = {member.pk: member for member in self.members.order_by().filter(pk__in=keys).only(*self.fields)}
        return [found[key] for key in keys if key in found]


def _last_cells(row: Exported) -> list[object]:
    """The situations; of who has left, when and why."""
    if row.member.roster_path:
        return ["、".join(KINDS[kind] for kind in SituationKind if kind in row.situations)]
    return [row.member.left_on, REASONS[LeavingReason(row.member.left_because)]]  # type: ignore[attr-defined]


def _exported(members: list[Member], names: "_Names", on: date) -> Iterator[Exported]:
    situations: dict[int, dict[str, str]] = defaultdict(dict)
    held = Situation.objects.holding(on).filter(member__in=[member.pk for member in members])
    for member_id, kind, place in held.values_list("member_id", "kind", "place"):
        situations[member_id][kind] = place
    names.learn({place_of(member) for member in members})
    for member in members:
        yield Exported(member, on, *names.of(place_of(member)), situations.get(member.pk, {}))


class _Names:
    """Names of organizations by path, each read once."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str]] = {}

    def learn(self, paths: set[str]) -> None:
        wanted = {path[:end] for path in paths for end in range(STEP, len(path) + STEP, STEP)} - self.known.keys()
        for path, name, kind in Organization.objects.filter(path__in=wanted).values_list("path", "name", "kind"):
            self.known[path] = (name, kind)

    def of(self, path: str) -> tuple[str, str]:
        """The path of the branch in words, from the top, and the group or ""."""
        levels = [self.known[path[:end]] for end in range(STEP, len(path) + STEP, STEP)]
        group = levels.pop()[0] if levels[-1][1] == OrganizationKind.GROUP else ""
        return PATH_SEPARATOR.join(name for name, _kind in levels), group


def _day(day: PartialDate | None) -> object:
    """A date where the day is known, else the month or year as text."""
    if day is None:
        return ""
    return day.first_day if day.precision == DAY else str(day)


NAME = "roster"


def parameters_of(*, query: str, private: bool, reason: str) -> dict[str, Any]:
    """`query`: of the list, as `filters.kept_query` writes it, so that no number stands in it."""
    return {"query": query, "private": private, "reason": reason.strip()}


def may_reveal_all(access: Access) -> bool:
    """Whether everybody who may be exported may also be revealed."""
    paths = access.paths(Capability.EXPORT_ROSTER)
    return bool(paths) and all(access.may(Capability.REVEAL_PRIVATE, path) for path in paths)


class RosterKind:
    title = gettext_lazy("Roster")
    holds = gettext_lazy("Identity numbers, phones, addresses")

    def write(self, export: Export, target: Path, *, by: User, on: date, go_on: GoOn) -> ExportContents:
        chosen = RosterFilter.from_query(QueryDict(export.parameters["query"]))
        private = export.parameters["private"]
        members, covers = _asked(by, chosen, private=private, on=on)
        try:
            rows = count_rows(members)
        except Refused as refusal:
            raise NotMade(ExportProblem.TOO_MANY) from refusal
        if private:
            _refuse_unagreed(export, rows, covers)
        given = {"private": private, "former": bool(chosen.former), "go_on": go_on, "folder": target.parent}
        with target.open("wb") as file:
            written = write_roster(members, file, on=on, **given)
        return ExportContents(len(written), covers, written)

    def record(self, export: Export, written: ExportContents) -> None:
        _record(
            written.members,
            place=export.organization,
            private=export.parameters["private"],
            reason=export.parameters["reason"],
            by=export.asked_by,
            agreed_by=export.settled_by,
        )

    def may_take(self, export: Export, user: User) -> bool:
        access = user.access
        wanted = [Capability.EXPORT_ROSTER]
        if export.parameters["private"]:
            wanted.append(Capability.REVEAL_PRIVATE)
        return all(covered(export, access.paths(capability)) for capability in wanted)

    def address(self, export: Export) -> str:
        query = export.parameters["query"]
        return reverse("members:roster-list") + (f"?{query}" if query else "")

    def file_name(self, export: Export) -> str:
        day = export.asked_at.date().isoformat()
        return _("Roster %(day)s.xlsx") % {"day": day}


ROSTER = RosterKind()


def _refuse_unagreed(export: Export, rows: int, covers: list[str]) -> None:
    """Private values of those alone to whom the second person said yes."""
    if not export.settled_by_id:
        raise NotMade(ExportProblem.NO_RIGHT)
    if rows > export.total or not set(covers) <= set(export.covers):
        raise NotMade(ExportProblem.GREW)


def _asked(by: User, chosen: RosterFilter, *, private: bool, on: date) -> tuple[MemberQuerySet, list[str]]:
    """The members, and the codes of the organizations whose they are. Raises NotMade where the right has gone."""
    places = places_of(by, chosen.org, ())
    covers = covers_of(by, places)
    gone = not by.is_active or not covers or bool(chosen.org and not places.chosen)
    if gone or (private and (chosen.former or not may_reveal_all(by.access))):
        raise NotMade(ExportProblem.NO_RIGHT)
    members = queries.asked(by, chosen, on=on, capability=Capability.EXPORT_ROSTER)
    return members, covers


def covers_of(by: User, places: Places) -> list[str]:
    """Codes of the organizations whose rosters are asked for: the one chosen, else where the user may export."""
    held = {office.code for office in by.access.held if Capability.EXPORT_ROSTER in office.capabilities}
    return [places.chosen.code] if places.chosen and held else sorted(held)
