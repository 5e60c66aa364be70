"""Who counts as expected, codes to sign in by, and what can't be true of a make-up."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from meetings.choices import NotCountedBecause, ReasonSource
from members.choices import SituationKind
from rulebook.dates import add_months


def not_counted(
    *, is_formal: bool, situations: Collection[str], is_excluded: bool, takes_part_only: bool = False
) -> NotCountedBecause:
    """Why a member isn't among those who should attend with a vote; COUNTED when he is.

    Election regulations of 2020, article 5, and the explanation of who may be left out: only a listed ground with both
    approvals leaves somebody out, everybody else is still counted.
    """
    if takes_part_only:
        return NotCountedBecause.PARTICIPANT
    if is_excluded:
        return NotCountedBecause.EXCLUDED
    if not is_formal:
        return NotCountedBecause.PROBATIONARY
    if SituationKind.SUSPENDED in situations:
        return NotCountedBecause.SUSPENDED
    if SituationKind.PROBATION_WITHIN_PARTY in situations:
        return NotCountedBecause.PROBATION_WITHIN_PARTY
    return NotCountedBecause.COUNTED


def unexplained_months(absences: Collection[tuple[date, bool]], *, on: date, since: date | None = None) -> int:
    """How many whole calendar months in a row, over by `on`, a member missed every meeting without a documented reason.

    `absences` are (day of the meeting, unexplained). Taking part or a reason ends the row, also in the running month,
    which counts only from the first day after it. The month in which somebody joined (`since`) isn't whole; a month
    without meetings neither counts nor ends the row. Party constitution, article 9: six such months are looked at by
    people; the program only flags.
    """
    months: dict[date, bool] = {}
    for day, unexplained in absences:
        if day <= on:
            month = day.replace(day=1)
            months[month] = months.get(month, True) and unexplained
    row = 0
    for month in sorted(months, reverse=True):
        if not months[month]:
            break
        row += (since is None or since <= month) and add_months(month, 1) <= on
    return row


SLOT = timedelta(seconds=30)
SLOTS_VALID = 2
"""The running half-minute and the one before it."""
TAIL = 4
"""How many last digits of the phone number are asked for."""
WRONG_ANSWERS = 8
WRONG_ANSWERS_FOR_ALL = 60
WITHIN = timedelta(minutes=10)
"""Wrong answers within this time that one address, and all addresses together, may give for one meeting."""


def slot_of(moment: datetime) -> int:
    """Number of the half-minute."""
    return int(moment.timestamp() // SLOT.total_seconds())


def token(secret: str, meeting: UUID, slot: int) -> str:
    """22 characters that only the holder of the secret can derive, for this meeting and half-minute."""
    message = f"branchweb sign-in {meeting} {slot}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def is_valid(offered: str, secret: str, meeting: UUID, moment: datetime) -> bool:
    """Whether the token is one of this meeting's that is still shown or just was. Without a secret none is."""
    if not secret:
        return False
    now = slot_of(moment)
    fitting = [
        hmac.compare_digest(offered.encode(), token(secret, meeting, now - age).encode()) for age in range(SLOTS_VALID)
    ]
    return any(fitting)


GIVERS = [(one.value, one.label) for one in ReasonSource if one != ReasonSource.IMPORT]


def made_up_wrong(typed: dict[str, Any], *, held: date, on: date) -> list[tuple[str, str]]:
    """What can't be true of a make-up of a meeting that was held that day: field and sentence."""
    day, found = typed.get("made_up_on"), []
    if day and not held <= day <= on:
        found.append(("made_up_on", _("That is a day between the meeting and today.")))
    if not typed.get("made_up_with"):
        found.append(("made_up_with", _("Say with what it was made up.")))
    return found
