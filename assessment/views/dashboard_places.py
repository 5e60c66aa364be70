"""What a page of figures is asked for: place, period, kind of unit and measure, all from the address."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import Http404
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assessment.rules.dashboard_periods import Period, month_of, offered_periods, read_period, usual_period
from assessment.rules.measures import BY_CODE, Measure
from members.choices import Capability, OrganizationKind, UnitKind
from members.models import Organization
from members.policy import fetch
from members.requests import PageRequest

VIEW = Capability.VIEW_DASHBOARD
PLACES = Organization.objects.exclude(kind=OrganizationKind.GROUP)
USUAL_MEASURE = "meetings"


@dataclass(frozen=True, slots=True)
class Asked:
    """`usual` is the period that needn't be said in an address."""

    place: Organization
    period: Period
    usual: Period
    unit: str
    measure: Measure

    def query(self, **others: str) -> str:
        """The same in an address, with some of it changed; what is usual isn't said."""
        said = {
            "org": self.place.code,
            "period": "" if self.period == self.usual else self.period.code,
            "unit": self.unit,
            "measure": "" if self.measure.code == USUAL_MEASURE else self.measure.code,
        } | others
        return urlencode({name: value for name, value in said.items() if value})

    def at(self, **others: str) -> str:
        return f"?{self.query(**others)}"


def asked_for(request: PageRequest) -> Asked:
    """What isn't understood is as if it weren't said; a place outside one's own is missing."""
    usual = usual_period(request.today)
    unit = request.GET.get("unit", "")
    return Asked(
        place_asked_for(request),
        read_period(request.GET.get("period", ""), request.today) or usual,
        usual,
        unit if unit in UnitKind.values else "",
        BY_CODE.get(request.GET.get("measure", ""), BY_CODE[USUAL_MEASURE]),
    )


def place_asked_for(request: PageRequest) -> Organization:
    """The organization of the address, else the first of one's offices."""
    if code := request.GET.get("org"):
        return fetch(request, PLACES.all(), code=code)
    first = PLACES.filter(path__in=request.user.standing.paths(VIEW)).first()
    if first is None:
        raise Http404
    return first


def above(request: PageRequest, place: Organization) -> list[Organization]:
    """The organizations above the place whose dashboard the viewer may open, the highest first. One query."""
    steps = range(Organization.steplen, len(place.path), Organization.steplen)
    paths = [place.path[:end] for end in steps if request.user.standing.may(VIEW, place.path[:end])]
    return list(Organization.objects.filter(path__in=paths)) if paths else []


def other_places(request: PageRequest, place: Organization) -> list[tuple[str, str]]:
    """Code and name of the other organizations in which one holds such an office. No query."""
    held = {one.code: one.organization for one in request.user.standing.held if VIEW in one.capabilities}
    return [(code, name) for code, name in held.items() if code != place.code]


def period_words(period: Period) -> str:
    if period.months == 1:
        return date_format(period.first, "YEAR_MONTH_FORMAT")
    year = period.first.year
    if period.months == 12:
        return _("the year %(year)s") % {"year": year}
    return _("quarter %(quarter)s of %(year)s") % {"quarter": period.code[-1], "year": year}


def periods_offered(asked: Asked, request: PageRequest) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """Headings with code, words, and whether it is the one that is shown."""
    months, quarters, years = offered_periods(month_of(request.today))
    for heading, found in ((_("Months"), months), (_("Quarters"), quarters), (_("Years"), years)):
        yield heading, [(one.code, period_words(one), one == asked.period) for one in found]


def with_measure(asked: Asked, code: str) -> Asked:
    return replace(asked, measure=BY_CODE.get(code, asked.measure))
