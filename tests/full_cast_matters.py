"""A major matter of every branch, and one that only the officers of the branch read."""

from datetime import date
from typing import TYPE_CHECKING

from supervision.models import Matter

if TYPE_CHECKING:
    from tests.full_cast import FullCast

MAY = date(2026, 5, 10)


def matters(full: "FullCast") -> None:
    cast = full.cast
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        full.keep(_matter(place), place.code)
    full.keep(_matter(cast.branch, is_internal=True), "branch-marked")


def _matter(place: object, **facts: object) -> Matter:
    return Matter.objects.create(
        organization=place, kind="large_fund", title="门面房续租", proposal="续租三年", amount_fen=4_800_000,
        proposed_on=MAY, proposed_by="居委会", **facts,
    )  # fmt: skip
