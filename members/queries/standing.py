from datetime import date

from members.choices import OfficeKind
from members.models import Office, User
from members.standing import HeldOffice, Standing


def standing_of(user: User, *, on: date) -> Standing:
    """The offices the user holds on that day, in one query."""
    offices = Office.objects.held_by(user).holding(on).order_by("organization__path")
    held = offices.values_list("kind", "organization__path", "organization__code", "organization__name")
    return Standing(
        on=on,
        held=tuple(HeldOffice(OfficeKind(kind), path, code, name) for kind, path, code, name in held),
        member_id=user.member_id,
    )
