"""A month of every branch and of every organization above one."""

from datetime import date
from typing import TYPE_CHECKING

from assessment.models import RollUp

if TYPE_CHECKING:
    from tests.full_cast import FullCast


def rollups(full: "FullCast") -> None:
    cast = full.cast
    places = (cast.branch, cast.next_branch, cast.other_branch, cast.district, cast.other_district, cast.county)
    for place in places:
        full.keep(RollUp.objects.create(organization=place, month=date(2026, 10, 1), branches=1), place.code)
