"""What a branch comes to by a scheme, computed anew, each point with the records behind it. Stores nothing."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.assessments.computing_queries import Computed, ComputedClause, ComputedIndicator, computed
from assessment.assessments.queries import branches_of
from assessment.choices import SchemeState
from assessment.schemes.models import Scheme
from members.choices import OrganizationKind
from members.console import organization_at
from rulebook.console import JsonCommand, WrongUse, day

ORDER = (SchemeState.IN_FORCE, SchemeState.DRAFT, SchemeState.RETIRED)


class Command(JsonCommand):
    help = __doc__

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scheme", required=True, metavar="CODE", help="its version in force, else the newest draft"
        )
        parser.add_argument("--org", required=True, metavar="CODE", help="the branch that is assessed")
        parser.add_argument("--on", type=day, metavar="DAY", help="by what is known on that day; default: today")

    def work(self, *_args: Any, scheme: str, org: str, on: date | None, **options: Any) -> Mapping[str, Any]:
        found, place, on = _scheme(scheme), organization_at(org), on or timezone.localdate()
        if place.kind != OrganizationKind.BRANCH:
            raise WrongUse(_("--org: branches are assessed, and “%(code)s” is none.") % {"code": org})
        if not branches_of(found, on=on).filter(pk=place.pk).exists():
            self.tell(_("The scheme isn't made for this branch: another committee's, or another kind of unit."))
        return _answer(computed(found, place, on=on))

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        for line in answer["indicators"]:
            points = "–" if line["points"] is None else line["points"]
            yield f"{line['code']:8} {points:>7} / {line['max']:<7} {line['state']}"
        yield _("%(points)s points so far, %(open)s not known yet.") % {
            "points": answer["known_points"],
            "open": answer["open_points"],
        }
        if answer["band"]:
            yield answer["band"]
        if answer["veto"]:
            yield answer["veto"]


def _scheme(code: str) -> Scheme:
    states = Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(ORDER)))
    found = Scheme.objects.filter(code=code).order_by(states, "-version").first()
    if found is None:
        raise WrongUse(_("--scheme: no scheme has the code “%(code)s”.") % {"code": code})
    return found


def _answer(found: Computed) -> dict[str, Any]:
    """`total` is what is known of the points as long as something is open; then all, by the weights of the views."""
    return {
        "total": found.known_points if found.total is None else found.total,
        "complete": found.total is not None,
        "provisional": found.is_provisional,
        "known_points": found.known_points,
        "open_points": found.open_points,
        "indicators": [_line(line) for line in found.indicators],
        "views": {view.value: points for view, points in found.views.items()},
        "band": found.band.name if found.band else None,
        "veto": found.veto.sentence if found.veto else None,
        "scheme": found.scheme.code,
        "version": found.scheme.version,
        "year": found.scheme.year,
        "organization": found.organization.code,
        "on": found.on,
    }


def _line(line: ComputedIndicator) -> dict[str, Any]:
    """Of a line with lines below it `points` are the sum of what is scored there."""
    evidence = [_evidence(one) for one in line.clauses]
    if line.said:
        evidence.insert(0, _said(line.said.value, f"value:{line.said.key}"))
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "leaf": line.is_leaf,
        "points": line.points if line.is_leaf else line.known,
        "max": line.indicator.max_points,
        "state": line.state.value,
        "evidence": evidence,
    }


def _evidence(one: ComputedClause) -> dict[str, Any]:
    result = one.result
    return {
        "clause": one.sentence,
        "kind": result.terms.kind.value,
        "metric": result.terms.metric,
        "state": result.state.value,
        "points": result.points,
        "facts": list(result.facts),
    }


def _said(points: Decimal, record: str) -> dict[str, Any]:
    sentence = _("Points of the whole indicator, after an objection")
    return {
        "clause": sentence,
        "kind": "",
        "metric": "",
        "state": "scored",
        "points": points,
        "facts": [{"record": record}],
    }
