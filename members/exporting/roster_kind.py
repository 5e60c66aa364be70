"""The roster as a workbook that is made in the background: what somebody saw on the list, with their rights of then."""

from datetime import date
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.choices import Capability, ExportProblem
from members.exporting.kinds import GoOn, NotMade, Written, covered
from members.exporting.roster import count_rows, put_on_record, write_roster
from members.filters import RosterFilter
from members.models import Export, User
from members.models.member import MemberQuerySet
from members.queries import roster
from members.queries.places import Places, places_of
from members.services.refused import Refused
from members.standing import Standing

NAME = "roster"


def parameters_of(*, query: str, private: bool, reason: str) -> dict[str, Any]:
    """`query`: of the list, as `filters.kept_query` writes it, so that no number stands in it."""
    return {"query": query, "private": private, "reason": reason.strip()}


def may_reveal_all(standing: Standing) -> bool:
    """Whether everybody who may be exported may also be revealed."""
    paths = standing.paths(Capability.EXPORT_ROSTER)
    return bool(paths) and all(standing.may(Capability.REVEAL_PRIVATE, path) for path in paths)


class RosterKind:
    title = gettext_lazy("Roster")
    holds = gettext_lazy("Identity numbers, phones, addresses")

    def write(self, export: Export, target: Path, *, by: User, on: date, go_on: GoOn) -> Written:
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
        return Written(len(written), covers, written)

    def put_on_record(self, export: Export, written: Written) -> None:
        put_on_record(
            by=export.asked_by,
            code=export.organization.code,
            members=written.members,
            private=export.parameters["private"],
            reason=export.parameters["reason"],
            agreed_by=export.settled_by,
        )

    def may_take(self, export: Export, user: User) -> bool:
        standing = user.standing
        wanted = [Capability.EXPORT_ROSTER]
        if export.parameters["private"]:
            wanted.append(Capability.REVEAL_PRIVATE)
        return all(covered(export, standing.paths(capability)) for capability in wanted)

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
    if gone or (private and (chosen.former or not may_reveal_all(by.standing))):
        raise NotMade(ExportProblem.NO_RIGHT)
    members = roster.asked(by, chosen, on=on, capability=Capability.EXPORT_ROSTER)
    return members, covers


def covers_of(by: User, places: Places) -> list[str]:
    """Codes of the organizations whose rosters are asked for: the one chosen, else where the user may export."""
    held = {office.code for office in by.standing.held if Capability.EXPORT_ROSTER in office.capabilities}
    return [places.chosen.code] if places.chosen and held else sorted(held)
