"""What the database refuses about sealed letters, keys and declared relatives."""

import uuid
from datetime import date
from typing import Any

from django.db import models

from supervision.models import (
    CustodyKey,
    DeclaredRelative,
    InspectorKey,
    Letter,
    LetterBox,
    LetterFile,
    LetterMessage,
    NameRequest,
    RecoveryKey,
    SealedName,
)

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
KEY, OTHER = uuid.UUID(int=7), uuid.UUID(int=8)


def key_of(cast: Any) -> InspectorKey:
    return InspectorKey.objects.get_or_create(key=KEY, defaults=LAWFUL[InspectorKey](cast))[0]


def recovery_of(_cast: Any) -> RecoveryKey:
    return RecoveryKey.objects.get_or_create(key=KEY, defaults={"public_key": "recovery of all", "made_on": MARCH})[0]


def letter_of(cast: Any) -> Letter:
    return Letter.objects.get_or_create(key=KEY, defaults=LAWFUL[Letter](cast))[0]


def custody_of(cast: Any) -> CustodyKey:
    return CustodyKey.objects.get_or_create(key=KEY, defaults=LAWFUL[CustodyKey](cast) | {"public_key": "kept"})[0]


LAWFUL: dict[type[models.Model], Any] = {
    InspectorKey: lambda cast: {
        "user": cast.inspector, "organization": cast.county, "public_key": "public half", "made_on": MARCH,
        "locked_private_key": "locked",
    },
    RecoveryKey: lambda _cast: {"public_key": "recovery", "made_on": MARCH},
    DeclaredRelative: lambda cast: {"user": cast.inspector, "name": "周建国", "relation": "表兄"},
    Letter: lambda cast: {
        "finder": "12345678", "organization": cast.county, "received_on": MAY, "accept_due_on": MAY,
        "ciphertext": "sealed", "writer_box": "locked",
    },
    LetterBox: lambda cast: {"letter": letter_of(cast), "inspector_key": key_of(cast), "sealed_key": "sealed"},
    LetterMessage: lambda cast: {
        "letter": letter_of(cast), "number": 1, "is_from_writer": True, "ciphertext": "sealed", "written_on": MAY,
    },
    CustodyKey: lambda cast: {
        "user": cast.stranger, "public_key": "custody", "signature": "signed", "made_on": MARCH,
        "withdrawn_on": MAY,
    },
    SealedName: lambda cast: {"letter": letter_of(cast), "custody_key": custody_of(cast), "sealed_name": "sealed"},
    NameRequest: lambda cast: {
        "letter": letter_of(cast), "custody_key": custody_of(cast), "asked_on": MAY, "reason": "sealed",
        "sealed_reason": "sealed",
    },
    LetterFile: lambda cast: {
        "letter": letter_of(cast), "number": 1, "kind": "pdf", "ciphertext": b"sealed", "size": 6, "added_on": MAY,
    },
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (InspectorKey, "inspector_key_state_known", {"state": "lost"}),
    (InspectorKey, "inspector_key_approved_by_another", {"approved_by": lambda cast: cast.inspector}),
    (InspectorKey, "inspector_key_in_use_is_approved", {"state": "in_use"}),
    (InspectorKey, "inspector_key_signature_whole", {"signature": "signed", "approved_on": MAY}),
    (InspectorKey, "inspector_key_withdrawn_is_empty", {"state": "withdrawn"}),
    (RecoveryKey, "recovery_key_proof_whole", {"proof": "proof"}),
    (RecoveryKey, "recovery_key_is_there", {"public_key": ""}),
    (DeclaredRelative, "declared_relative_is_said", {"relation": ""}),
    (Letter, "letter_state_known", {"state": "lost"}),
    (Letter, "letter_shredded_is_empty", {"shredded_on": MAY}),
    (Letter, "letter_kept_is_whole", {"writer_box": ""}),
    (Letter, "letter_closed_later", {"closed_on": MARCH}),
    (LetterBox, "letter_box_has_one_reader", {"recovery_key": recovery_of}),
    (LetterMessage, "letter_message_says_something", {"ciphertext": ""}),
    (CustodyKey, "custody_key_is_signed", {"signature": ""}),
    (SealedName, "sealed_name_has_one_reader", {"inspector_key": key_of}),
    (NameRequest, "name_request_state_known", {"state": "lost", "decided_on": MAY}),
    (NameRequest, "name_request_has_a_reason", {"reason": ""}),
    (NameRequest, "name_request_decided_has_its_day", {"state": "refused"}),
    (LetterFile, "letter_file_kind_known", {"kind": "program"}),
    (LetterFile, "letter_file_holds_something", {"size": 0}),
]
IN_USE = {"state": "in_use", "approved_by": lambda cast: cast.county_secretary, "approved_on": MAY}
TO_RECOVERY = {"inspector_key": None, "recovery_key": recovery_of}
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (InspectorKey, "inspector_key_one_in_use", IN_USE, IN_USE | {"public_key": "another"}),
    (InspectorKey, "public_key", {}, {"organization": lambda cast: cast.district}),
    (RecoveryKey, "recovery_key_one_in_use", {}, {"public_key": "another"}),
    (RecoveryKey, "public_key", {"withdrawn_on": MAY}, {}),
    (Letter, "finder", {}, {}),
    (LetterBox, "letter_box_once_per_inspector", {}, {"sealed_key": "again"}),
    (LetterBox, "letter_box_once_per_recovery_key", TO_RECOVERY, TO_RECOVERY | {"sealed_key": "again"}),
    (LetterMessage, "letter_message_number_once", {}, {"is_from_writer": False}),
    (CustodyKey, "public_key", {}, {}),
    (CustodyKey, "custody_key_one_in_use", {"withdrawn_on": None}, {"withdrawn_on": None, "public_key": "another"}),
    (SealedName, "sealed_name_once_per_custodian", {}, {"sealed_name": "again"}),
    (
        SealedName,
        "sealed_name_once_per_recovery_key",
        {"custody_key": None, "recovery_key": recovery_of},
        {"custody_key": None, "recovery_key": recovery_of, "sealed_name": "again"},
    ),
    (
        SealedName,
        "sealed_name_once_per_inspector",
        {"custody_key": None, "inspector_key": key_of},
        {"custody_key": None, "inspector_key": key_of, "sealed_name": "again"},
    ),
    (NameRequest, "name_request_one_open", {}, {"reason": "again"}),
    (LetterFile, "letter_file_number_once", {}, {"kind": "picture"}),
]
