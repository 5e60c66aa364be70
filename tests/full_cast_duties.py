"""What is known of duties beside themselves: what was said not to apply, the counts, and what was typed."""

from typing import TYPE_CHECKING

from django.utils import timezone

from reminders.models import DeskCount, Effort, NotApplicable

if TYPE_CHECKING:
    from tests.full_cast import FullCast

COUNTS = dict.fromkeys(("overdue", "this_week", "this_month", "done", "not_applicable"), 1) | {
    "overdue_kinds": {"theme_day": 1}
}


def duties(full: "FullCast") -> None:
    cast, at = full.cast, timezone.now()
    for place, by in ((cast.branch, cast.secretary), (cast.group, cast.secretary), (cast.next_branch, cast.officer)):
        said = {"kind": "theme_day", "period": "2026-03", "reason": "冬训期间党员外出", "said_by": by}
        full.keep(NotApplicable.objects.create(organization=place, **said), place.code)
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        counts = DeskCount.objects.create(organization=place, counted_on=at.date(), counted_at=at, **COUNTS)
        full.keep(counts, place.code)
        full.keep(Effort.objects.create(organization=place, month=at.date().replace(day=1), forms=1), place.code)
