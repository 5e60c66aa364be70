"""One-time codes: allauth's rows, with secrets that are sealed like our own private fields. Each code opens once."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction
from django.db.models import Q

from audit.keyring import seal, unseal
from members.models.user import User

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


def spend_code(*, authenticator: Authenticator, code: str) -> bool:
    """Whether the code opens, which it does once: of two processes at the same moment, for one of them.

    Redis has no part in it: what was accepted last stands in the database, written only where it still says the same.
    """
    if authenticator.type == Authenticator.Type.TOTP:
        step = step_of(unseal(authenticator.data["secret"]), code)
        if step is None:
            return False
        unused = Q(last_code_step=None) | Q(last_code_step__lt=step)
        return User.objects.filter(unused, pk=authenticator.user_id).update(last_code_step=step) == 1
    return _spend_recovery_code(authenticator, code)


def keep_first_step(*, user: User, secret: str, code: str) -> None:
    """The code with which an app was set up has opened too. Steps of an earlier app mean nothing any more."""
    User.objects.filter(pk=user.pk).update(last_code_step=step_of(secret, code))


def step_of(secret: str, code: str) -> int | None:
    """The step of thirty seconds of which it is the code; None: of none that counts now."""
    steps = yield_hotp_counters_from_time()
    return next(
        (one for one in steps if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, one)))),
        None,
    )


def _spend_recovery_code(authenticator: Authenticator, code: str) -> bool:
    """The mask of used codes is written where nobody has used one since it was read; else it is read again."""
    codes = RecoveryCodes(authenticator).generate_codes()
    number = next((at for at, one in enumerate(codes) if compare_user_code(actual=code, expected=one)), None)
    row = Authenticator.objects.filter(pk=authenticator.pk)
    while number is not None and (data := row.values_list("data", flat=True).first()):
        mask = data["used_mask"]
        if mask & (1 << number):
            return False
        if row.filter(data__used_mask=mask).update(data={**data, "used_mask": mask | (1 << number)}):
            return True
    return False
