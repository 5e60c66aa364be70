"""Schemes of two districts in force, one that is being built; the county's own is kept with what is assessed by it."""

from typing import TYPE_CHECKING

from assessment.models import Clause, Indicator, Scheme
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast


def schemes(full: "FullCast") -> None:
    cast = full.cast
    for place in (cast.district, cast.other_district):
        full.keep(_scheme(place, state="in_force", in_force_since=TODAY), place.code)
    draft = _scheme(cast.district, code="draft")
    line = Indicator.objects.create(scheme=draft, position=1, code="1", title="组织生活", max_points=100)
    clause = Clause.objects.create(indicator=line, position=1, kind="manual", text="由考核组评分")
    for row in (draft, line, clause):
        full.keep(row, "district-draft")


def _scheme(place: object, code: str = "", **facts: object) -> Scheme:
    known = {"code": code or place.code, "title": "考核办法", "year": TODAY.year}
    return Scheme.objects.create(organization=place, **known | facts)
