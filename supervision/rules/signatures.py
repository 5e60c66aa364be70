"""Which inspectors' keys are trusted: a chain of signatures that begins at the recovery key."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from supervision import sealing


@dataclass(frozen=True, slots=True)
class SignedKey:
    """A key as it is stored, with the signature that approves it. `signed_by` None: the recovery key's."""

    key: UUID
    user_id: int
    organization: UUID
    public_key: str
    signing_key: str
    made_on: date
    approved_on: date | None
    approved_by: int | None
    signed_by: UUID | None = None
    signature: str = ""


def statement(one: SignedKey) -> str:
    """What is signed: whose key for which office it is, both its public halves, by whom and when it was approved."""
    facts = (
        "branchweb inspector key 1", one.key, one.user_id, one.organization, one.public_key, one.signing_key,
        one.made_on, one.approved_on, one.approved_by, one.signed_by or "recovery",
    )  # fmt: skip
    return json.dumps([str(fact) for fact in facts])


def trusted(keys: Iterable[SignedKey], root: str) -> set[UUID]:
    """Those that a chain of valid signatures connects with the recovery key; `root`: its half for signatures.

    A key that was withdrawn since still vouches for those that it signed. Nobody vouches for themselves.
    """
    waiting = {one.key: one for one in keys if one.signature}
    found: dict[UUID | None, tuple[str, int | None]] = {None: (root, None)} if root else {}
    while fresh := [one for one in waiting.values() if one.signed_by in found and _vouched(one, *found[one.signed_by])]:
        for one in fresh:
            found[one.key] = (one.signing_key, one.user_id)
            del waiting[one.key]
    return {key for key in found if key is not None}


def _vouched(one: SignedKey, signing: str, signer: int | None) -> bool:
    return one.user_id != signer and sealing.is_signed(signing, statement(one), one.signature)
