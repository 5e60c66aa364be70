from datetime import date

from django.db.models import QuerySet

from members.choices import OfficeKind
from members.models import Office, User
from members.prepared import Prepared
from members.standing import HeldOffice, Standing


def standing_of(user: User, *, on: date) -> Standing:
    """The offices the user holds on that day, in one query."""
    person = {"user": user.pk, "member": user.member_id} if user.member_id else {"user": user.pk}
    return Standing(
        on=on,
        held=tuple(HeldOffice(OfficeKind(kind), *place) for kind, *place in _OFFICES.rows(on=on, **person)),
        member_id=user.member_id,
    )


def _offices(on: date, user: int, member: int | None = None) -> QuerySet[Office, tuple[str, ...]]:
    held = Office.objects.held_by(User(pk=user, member_id=member)).holding(on)
    places = ("organization__path", "organization__code", "organization__name")
    return held.order_by("organization__path").values_list("kind", *places)


_OFFICES = Prepared(_offices)
