"""Two key rings, apart from SECRET_KEY and from the database, each with its newest key first.

The ring of private fields: older keys still open what they closed.

The ring comes from the environment (`FIELD_KEYS`) or from a file (`FIELD_KEYS_FILE`) that is read again every second: a
running process learns of a new key without being restarted.

Each entry of the ring yields two keys: one to encrypt (Fernet: AES-128-CBC with an HMAC) and one for fingerprints
(keyed BLAKE2b). A fingerprint finds a value without storing it; without the ring it says nothing, while a plain hash
of an identity number is reversed in a moment by trying all of them.

The ring of the record (`AUDIT_KEYS`, `AUDIT_KEYS_FILE`): its newest key chains new entries, older ones check what they
chained. Whoever can write to the database and has no key of it cannot make an entry.
"""

import base64
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Field, Model

PROOF_SIZE = 32
"""Bytes."""


class AuditKeyMissing(ImproperlyConfigured):
    """There are entries and not the key that made them: nothing may be added to the record until it is back."""

    def __init__(self) -> None:
        file = settings.AUDIT_KEYS_FILE or "BRANCHWEB_AUDIT_KEY"
        super().__init__(
            f"The key of the audit record is missing, or is another one: put {file} back from where its copy is kept. "
            "A new key is made only for an empty record."
        )


class SealBroken(Exception):
    """A private field that no key of the ring opens: the ring is incomplete or the row was tampered with."""


class KeysMissing(ImproperlyConfigured):
    """Private values are stored and the key ring is gone. A new one would open none of them."""


def read_or_make_secret(path: Path) -> str:
    """The secret kept in a file only its owner may read; made on first use. Of two processes at once, one makes it."""
    if not path.exists():
        made = _written_beside(path, new_key())
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # another process was quicker
        finally:
            made.unlink()
    try:
        text = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} is there and can't be read ({error.strerror}): give it to the user whom the program runs as, with "
            "mode 600."
        ) from error
    if not text:
        raise ImproperlyConfigured(f"{path} is empty. Remove it and start again, or put its key back from a backup.")
    return text


def new_key() -> str:
    return secrets.token_urlsafe(48)


def write_ring(path: Path, keys: tuple[str, ...]) -> None:
    """Replace the file of the ring in one step: a reader finds the old ring or the new one."""
    _written_beside(path, "\n".join(keys)).replace(path)
    _ring_in.cache_clear()


def _written_beside(path: Path, text: str) -> Path:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside


def ring() -> tuple[str, ...]:
    """The keys in force, newest first."""
    path: Path | None = settings.FIELD_KEYS_FILE
    return _ring_in(path, int(time.monotonic())) if path else tuple(settings.FIELD_KEYS)


@lru_cache(maxsize=2)
def _ring_in(path: Path, second: int) -> tuple[str, ...]:
    """The ring in a file; the first is made when it is first needed. Raises KeysMissing where something was sealed."""
    if not path.exists() and anything_sealed():
        raise KeysMissing(
            f"The keys of private fields are missing: {path} isn't there, and the database holds values that only they "
            "open. Put the file back from where its copy is kept (or set BRANCHWEB_FIELD_KEYS). No new one is made."
        )
    return tuple(read_or_make_secret(path).split())


def anything_sealed() -> bool:
    """Whether the database holds a private value or a fingerprint that a ring was needed for."""
    there = set(connection.introspection.table_names())
    kept = any(
        model._base_manager.filter(**{f"{field.name}__gt": ""}).exists()
        for model, field in sealed_columns()
        if model._meta.db_table in there
    )
    entries = apps.get_model("audit", "Entry")
    return kept or (entries._meta.db_table in there and entries._base_manager.exclude(changes={}).exists())


def sealed_columns() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    """Every column of every app that says of itself that it is sealed."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if getattr(field, "is_sealed", False):
                yield model, field


def key_prints() -> dict[str, list[str]]:
    """What tells the keys of both rings apart and says nothing else of them. Makes none."""
    path: Path | None = settings.FIELD_KEYS_FILE
    rings = {"field_keys": ring() if path is None or path.exists() else (), "audit_keys": audit_ring()}
    return {name: [_derived(key, b"print").hex()[:32] for key in keys] for name, keys in rings.items()}


def audit_ring() -> tuple[str, ...]:
    """The keys of the record, newest first; none when none was made yet or their file is gone.

    A new key counts from the moment that it is in the file: entries never go back to the key before.
    """
    path: Path | None = settings.AUDIT_KEYS_FILE
    if path is None:
        return tuple(settings.AUDIT_KEYS)
    try:
        now = path.stat()
    except FileNotFoundError:
        return ()
    return _audit_ring_in(path, now.st_ino, now.st_mtime_ns)


@lru_cache(maxsize=2)
def _audit_ring_in(path: Path, inode: int, changed: int) -> tuple[str, ...]:
    try:
        return tuple(path.read_text().split())
    except OSError as error:
        raise ImproperlyConfigured(f"{path} is there and can't be read ({error.strerror}).") from error


def audit_key(*, is_first: bool) -> bytes:
    """What the next entry is chained with. The first entry of a record makes a key if there is none yet.

    Raises AuditKeyMissing.
    """
    file: Path | None = settings.AUDIT_KEYS_FILE
    if is_first and file and not audit_ring():
        read_or_make_secret(file)
    if not audit_ring():
        raise AuditKeyMissing
    return _derived(audit_ring()[0], b"chain")


def audit_keys() -> list[bytes]:
    """What entries may have been chained with, in the order in which the keys were made."""
    return [_derived(key, b"chain") for key in reversed(audit_ring())]


def row_key() -> bytes:
    """What sums over rows are made with: of the oldest key of the record, so that a newer one changes none of them.

    Raises AuditKeyMissing.
    """
    if not audit_ring():
        raise AuditKeyMissing
    return _derived(audit_ring()[-1], b"rows")


def anchor_keys() -> list[bytes]:
    """What anchors are signed with, newest first."""
    return [_derived(key, b"anchor") for key in audit_ring()]


def seal(text: str) -> str:
    """Encrypt with the newest key. The same text gives another result each time."""
    return _locks(ring()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt with whichever key of the ring fits. Raises SealBroken."""
    text = _opened(sealed, ring())
    if text is None:
        _ring_in.cache_clear()  # a key may have been added this very second
        text = _opened(sealed, ring())
    if text is None:
        raise SealBroken("No key of the ring opens this field.")
    return text


def is_current(sealed: str) -> bool:
    """Whether the newest key opens it, so that older ones can be dropped. Nothing recorded is always current."""
    return not sealed or _opened(sealed, ring()[:1]) is not None


def _opened(sealed: str, keys: tuple[str, ...]) -> str | None:
    try:
        return _locks(keys).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def fingerprint(text: str, *, size: int = 16) -> str:
    """Hexadecimal digest under the newest key, `size` bytes long: for constraints and for writing."""
    return fingerprint_each([text], size=size)[0]


def fingerprint_each(texts: Iterable[str], *, size: int = 16) -> list[str]:
    """The fingerprints of several texts, for which the ring is looked up once."""
    return _digests(_derived(ring()[0], b"lookup"), texts, size)


def fingerprints(text: str, *, size: int = 16) -> list[str]:
    """The digests under every key of the ring: for finding, also while a rotation is under way."""
    return [digest for key in ring() for digest in _digests(_derived(key, b"lookup"), [text], size)]


def proof(text: str, *, purpose: bytes) -> str:
    """What only who has the ring can write beside a row: that the row is the program's own. `purpose`: 16 bytes."""
    return _digests(_derived(ring()[0], purpose), [text], PROOF_SIZE)[0]


def proves(given: str, text: str, *, purpose: bytes) -> bool:
    """Whether the proof is one of that text, under any key of the ring."""
    proofs = [_digests(_derived(key, purpose), [text], PROOF_SIZE)[0] for key in ring()]
    return any(secrets.compare_digest(given.encode(), one.encode()) for one in proofs)


def _digests(key: bytes, texts: Iterable[str], size: int) -> list[str]:
    keyed = _keyed(key, size)
    digests = []
    for text in texts:
        state = keyed.copy()
        state.update(text.encode())
        digests.append(state.hexdigest())
    return digests


@lru_cache(maxsize=64)
def _keyed(key: bytes, size: int) -> "hashlib.blake2b":
    """The state of a digest that has taken in its key and nothing else."""
    return hashlib.blake2b(key=key, digest_size=size)


@lru_cache(maxsize=8)
def _locks(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, b"seal"))) for key in keys])


@lru_cache(maxsize=32)
def _derived(key: str, purpose: bytes) -> bytes:
    return hashlib.blake2b(key.encode(), person=purpose.ljust(16, b"\0"), digest_size=32).digest()
