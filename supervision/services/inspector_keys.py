"""Inspectors' keys: made by the inspector, approved by a second person, withdrawn; the passphrase stays with the inspector."""

from datetime import date

from members.models import Organization, User
from supervision.models import InspectorKey


def make_key(*, user: User, organization: Organization, passphrase: str, on: date) -> InspectorKey:
    """A pair of keys for the office of inspector at the organization; it waits for a second person. Raises Refused."""
    raise NotImplementedError


def approve_key(*, key: InspectorKey, on: date, by: User) -> None:
    """In use from now on; an older key of the same inspector there is withdrawn. Raises Refused."""
    raise NotImplementedError


def withdraw_key(*, key: InspectorKey, on: date, by: User) -> int:
    """Nothing is sealed to it any longer; how many letters have too few readers now. Raises Refused."""
    raise NotImplementedError


def change_passphrase(*, key: InspectorKey, old: str, new: str, by: User) -> None:
    """The same key under another passphrase. Raises Refused (`old`, `new`)."""
    raise NotImplementedError
