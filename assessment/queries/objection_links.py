"""What the start page says to a branch whose assessment is shown to it. Objecting is no duty: only a way to it."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState
from assessment.models import Assessment
from assessment.models.scope import held_at
from members.choices import Capability
from members.links import Link
from members.models import User

RECORD = Capability.RECORD_ASSESSMENT
AT_MOST = 5


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """One line for each while an objection is possible and none was raised. One query; none without the office."""
    if not user.standing.may_any([RECORD]):
        return
    rows = Assessment.objects.filter(held_at(user, RECORD), state=AssessmentState.SHOWN, objections_until__gte=on)
    rows = rows.filter(objections__isnull=True).order_by("objections_until", "key")
    names = ("pk", "organization__name", "scheme__year", "objections_until")
    for key, branch, year, until in rows.values_list(*names)[:AT_MOST]:
        title = _("Assessment of %(year)s: look at the points") % {"year": year}
        text = _("%(branch)s may object until %(day)s.") % {"branch": branch, "day": until.isoformat()}
        yield Link("clipboard-check", title, text, reverse("assessment:assessment-detail", args=[key]))
