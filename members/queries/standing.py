from datetime import date

from members.choices import OfficeKind
from members.models import Office, User
from members.standing import HeldOffice, Standing


def standing_of(user: User, *, on: date) -> Standing:
    """The offices the user holds on that day, in one query."""
    offices = Office.objects.held_by(user).holding(on).select_related("organization").order_by("organization__path")
    held = tuple(
        HeldOffice(OfficeKind(office.kind), place.path, place.code, place.name)
        for office in offices
        for place in [office.organization]
    )
    return Standing(on=on, held=held, member_id=user.member_id)
