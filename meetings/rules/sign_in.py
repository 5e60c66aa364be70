"""The code on the wall: derived from the meeting's secret and the half-minute; a photograph of it is soon too old."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

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
