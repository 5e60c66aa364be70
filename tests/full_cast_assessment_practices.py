"""Practices of every branch: published ones, a draft and one that was withdrawn; who took some over."""

from typing import TYPE_CHECKING

from assessment.models import Adoption, Practice
from tests.cast import TODAY

if TYPE_CHECKING:
    from members.models import Organization, User
    from tests.full_cast import FullCast


def practices(full: "FullCast") -> None:
    cast = full.cast
    for place, by in ((cast.branch, cast.secretary), (cast.next_branch, cast.next_secretary)):
        full.keep(_practice(place, by, state="published", published_on=TODAY), place.code)
        full.keep(_practice(place, by), f"{place.code}-draft")
    withdrawn = _practice(cast.other_branch, cast.other_secretary, state="withdrawn", published_on=TODAY)
    full.keep(withdrawn, "other-branch-withdrawn")
    for name, place, by in (
        ("branch", cast.next_branch, cast.next_secretary),
        ("next-branch", cast.branch, cast.secretary),
        ("other-branch-withdrawn", cast.branch, cast.secretary),
    ):
        row = Adoption.objects.create(
            practice=full.rows[Practice][name], organization=place, adopted_on=TODAY, words="顺利", by=by
        )
        full.keep(row, f"{name}@{place.code}")


def _practice(place: "Organization", by: "User", **facts: object) -> Practice:
    return Practice.objects.create(
        organization=place, kind="dues", title="流动党员按季交纳", problem="外出党员忘记交纳", solution="月初提醒",
        written_by=by, **facts,
    )  # fmt: skip
