"""Who takes the dues of branches."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from dues.queries.own_page import TAKES_DUES
from members.choices import OfficeKind
from members.models import Office
from reminders.rules.dues_words import Taker


def dues_takers(organization_ids: Collection[int], *, on: date) -> Mapping[int, Taker]:
    """Organization → who is asked about dues there, where somebody is. One query."""
    held = Office.objects.holding(on).filter(organization__in=organization_ids, kind__in=TAKES_DUES)
    name = Coalesce("member__name", "user__member__name", NullIf("user__display_name", Value("")), "user__username")
    rows = held.annotate(name=name).order_by("valid_from", "pk").values_list("organization", "kind", "name")
    ranked = sorted(rows, key=lambda row: TAKES_DUES.index(OfficeKind(row[1])), reverse=True)
    return {place: Taker(OfficeKind(kind), name) for place, kind, name in ranked}
