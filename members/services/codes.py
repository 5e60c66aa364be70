"""One-time codes: allauth's rows, with secrets that are sealed like our own private fields."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from audit.keyring import seal, unseal
from audit.services import record
from members.models import User
from members.services.refused import Refused

SEALED = ("secret", "seed")
"""Of an authenticator app, and of recovery codes."""


@transaction.atomic
def reseal_codes() -> int:
    """Part of a rotation of keys: seal every secret with the newest key. Returns how many rows there are."""
    rows = list(Authenticator.objects.select_for_update().order_by("pk"))
    for row in rows:
        row.data |= {name: seal(unseal(row.data[name])) for name in SEALED if name in row.data}
    Authenticator.objects.bulk_update(rows, ["data"])
    return len(rows)


@transaction.atomic
def remove_codes(*, user: User, by: User | str) -> None:
    """Let somebody whose phone is lost log in by the password alone, until they set up codes again."""
    if isinstance(by, User) and by.pk == user.pk:
        raise Refused(_("Turn off your own one-time codes on your own page."))
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(_("This user has no one-time codes."))
    record(action="remove_codes", by=by, subject=user)
