"""What a page of figures is asked for: place, period, kind of unit and measure, all from the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.http import Http404
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessment.rules.dashboard_periods import Period, offered_periods, read_period, usual_period
from assessment.rules.measures import BY_CODE, OPENED, Measure
from members.choices import Capability, OrganizationKind, UnitKind
from members.models import Organization
from members.policy import fetch
from members.prepared import Prepared
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


def asked_for(request: PageRequest, *, opens: bool = False) -> Asked:
    """What isn't understood is as if it weren't said; a place outside one's own is missing. `opens`: a page of records,
    which there are of more measures than are charted."""
    usual = usual_period(request.today)
    unit = request.GET.get("unit", "")
    return Asked(
        place_asked_for(request),
        read_period(request.GET.get("period", ""), request.today) or usual,
        usual,
        unit if unit in UnitKind.values else "",
        (OPENED if opens else BY_CODE).get(request.GET.get("measure", ""), BY_CODE[USUAL_MEASURE]),
    )


def place_asked_for(request: PageRequest) -> Organization:
    """The organization of the address, else the first of one's offices."""
    if code := request.GET.get("org"):
        return fetch(request, PLACES.all(), code=code)
    paths = request.user.standing.paths(VIEW)
    first = _FIRST.objects(Organization, paths=paths) if paths else []
    if not first:
        raise Http404
    return first[0]


_FIRST = Prepared(lambda paths: PLACES.filter(path__in=paths).order_by("path")[:1])


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


@lru_cache(maxsize=256)
def period_options(month: date, chosen: str, _language: str) -> SafeString:
    """The options of the choice of a period in that month, written once."""
    months, quarters, years = offered_periods(month)
    groups = ((_("Months"), months), (_("Quarters"), quarters), (_("Years"), years))
    return format_html_join(
        "", '<optgroup label="{}">{}</optgroup>', ((name, _options(of, chosen)) for name, of in groups)
    )


def _options(periods: Iterable[Period], chosen: str) -> SafeString:
    rows = ((one.code, " selected" if one.code == chosen else "", period_words(one)) for one in periods)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
