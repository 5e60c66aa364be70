"""Appraisals of the full cast: in every branch one, with everybody of it in it."""

from typing import TYPE_CHECKING

from members.models import Member
from supervision.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

AUTHORS = {"zhang": "li", "li": "zhang", "wang": "zhao", "zhao": "zhao"}
"""Zhao takes part in the next branch's life as its guest."""


def appraisals(full: "FullCast") -> None:
    cast, people = full.cast, full.rows[Member]
    for place, names, by in (
        (cast.branch, ("zhang", "li"), cast.secretary),
        (cast.next_branch, ("wang",), cast.next_secretary),
        (cast.other_branch, ("zhao",), cast.other_secretary),
    ):
        begun = AppraisalRound.objects.create(organization=place, year=TODAY.year, state="ballot", opened_on=TODAY)
        full.keep(begun, place.code)
        PaperCount.objects.create(round=begun, by=by, figures={})
        rows = [_appraisee(full, begun, name) for name in names]
        for name, row in zip(names, rows, strict=True):
            author = people[AUTHORS[name]]
            full.keep(MutualAppraisal.objects.create(about=row, author=author, text="热心"), name)


def _appraisee(full: "FullCast", begun: AppraisalRound, name: str) -> Appraisee:
    row = Appraisee.objects.create(
        round=begun, member=full.rows[Member][name], self_appraisal="学习认真", self_appraised_on=TODAY
    )
    Tally.objects.create(appraisee=row, mark="qualified")
    full.keep(row, name)
    return row
