"""What a dashboard shows of roll-ups: each measure as a part of a whole, both added from the same months."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Measure:
    """`part` of `whole`, as names of figures of `assessment.models.rollup.FIGURES` that are added.

    `whole` empty: a plain count. `more_is_better` None: neither is; it is only shown.
    """

    code: str
    title: Promise
    definition: Promise
    part: tuple[str, ...]
    whole: tuple[str, ...] = ()
    more_is_better: bool | None = True
    is_money: bool = False

    def fraction(self, figures: Mapping[str, int]) -> tuple[int, int]:
        return sum(figures[name] for name in self.part), sum(figures[name] for name in self.whole)

    def per_mille(self, part: int, whole: int) -> int:
        """Of a whole that isn't zero, as every page, file and chart shows it."""
        return per_mille(part, whole, is_bad=self.more_is_better is False)


def per_mille(part: int, whole: int, *, is_bad: bool = False) -> int:
    """Never nicer than it is: rounded down, and up where less is better, so that 100% is all and 0% is nothing."""
    return 1000 - 1000 * (whole - part) // whole if is_bad else 1000 * part // whole


ATTENDED = ("on_site", "online", "visited", "made_up")
MEASURES = (
    Measure(
        "meetings", _("Meetings held"), _("Meetings that the rules ask for, held by their day, of those due"),
        ("meetings_held",), ("meetings_due",),
    ),
    Measure(
        "attendance", _("Share that took part"),
        _("On site, online, visited at home or made up, of all attendances due in the meetings that were held"),
        ATTENDED, ("expected",),
    ),
    Measure("on_site", _("On site"), _("Of all attendances due"), ("on_site",), ("expected",), None),
    Measure("online", _("Took part online"), _("Of all attendances due"), ("online",), ("expected",), None),
    Measure(
        "made_up", _("Visited or made up"), _("Of all attendances due"), ("visited", "made_up"), ("expected",), None
    ),
    Measure(
        "unexplained", _("Absent without a word"), _("Absent, and nobody has said why, of all attendances due"),
        ("unexplained",), ("expected",), False,
    ),
    Measure(
        "dues", _("Dues collected"), _("Of what was charged for these months, without what was waived"),
        ("paid_fen",), ("charged_fen",), True, True,
    ),
    Measure(
        "contact", _("Contact on time"), _("Members who are hard to reach whose next contact is not overdue"),
        ("in_contact",), ("hard_to_reach",),
    ),
    Measure(
        "problems", _("Problems put right on time"), _("Of those whose day fell into the period"),
        ("problems_on_time",), ("problems_due",),
    ),
    Measure(
        "help", _("Requests answered on time"), _("Requests for help and suggestions whose day fell into the period"),
        ("help_on_time",), ("help_due",),
    ),
    Measure(
        "terms", _("Terms ending"), _("Terms of office with less than six months to go, or over"),
        ("terms_ending", "terms_over"), ("terms",), False,
    ),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
BANDS = Measure(
    "bands", _("Assessment bands"), _("The newest published assessment of each branch"),
    tuple(f"band_{rank}" for rank in range(1, 6)), ("branches",), None,
)  # fmt: skip
"""No share that is charted or compared, but a card whose records are opened like the others'."""
BAND_MEASURES = tuple(
    Measure(
        f"band_{rank}",
        title,
        _("The branches whose newest published assessment stands in it"),
        (f"band_{rank}",),
        (f"band_{rank}",),
        None,
    )
    for rank, title in enumerate(
        (
            _("Assessment bands: the first"),
            _("Assessment bands: the second"),
            _("Assessment bands: the third"),
            _("Assessment bands: the fourth"),
            _("Assessment bands: the fifth"),
        ),
        start=1,
    )
)
"""A piece of the bar of bands each: its branches and no others, so that it is its own whole."""
PIECES = (
    *BAND_MEASURES,
    Measure(
        "explained",
        _("Absent with a reason"),
        _("On leave, or absent with a reason, of all attendances due"),
        ("on_leave", "explained"),
        ("expected",),
        None,
    ),
    Measure("unrecorded", _("Not recorded"), _("Of all attendances due"), ("unrecorded",), ("expected",), None),
)
"""Pieces of a bar that are no card: opened from there only."""
OPENED = {**BY_CODE, BANDS.code: BANDS, **{measure.code: measure for measure in PIECES}}
"""Every measure of which the records are shown."""

SNAPSHOTS = ("branches", "members", "hard_to_reach", "in_contact", "terms", "terms_ending", "terms_over",
             *(f"band_{rank}" for rank in range(1, 6)), "in_need", "incomplete")  # fmt: skip
"""Figures that say how it stood at the end of a month: of several months the last one's count, they aren't added."""
