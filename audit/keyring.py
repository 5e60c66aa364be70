"""The key ring of private fields: apart from SECRET_KEY, newest key first, older keys still open what they closed.

Each entry of the ring yields two keys: one to encrypt (Fernet: AES-128-CBC with an HMAC) and one for fingerprints
(keyed BLAKE2b). A fingerprint finds a value without storing it; without the ring it says nothing, while a plain hash
of an identity number is reversed in a moment by trying all of them.
"""

import base64
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SealBroken(Exception):
    """A private field that no key of the ring opens: the ring is incomplete or the row was tampered with."""


def read_or_make_secret(path: Path) -> str:
    """The secret kept in a file only its owner may read; made on first use."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _waited_for(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return _waited_for(path)


def _waited_for(path: Path) -> str:
    text = path.read_text().strip()
    if not text:
        raise ImproperlyConfigured(f"{path} is empty. Remove it and start again, or put its key back from a backup.")
    return text


def seal(text: str) -> str:
    """Encrypt with the newest key. The same text gives another result each time."""
    return _ring(settings.FIELD_KEYS).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt with whichever key of the ring fits. Raises SealBroken."""
    try:
        return _ring(settings.FIELD_KEYS).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("No key of the ring opens this field.") from error


def fingerprint(text: str, *, size: int = 16) -> str:
    """Hexadecimal digest under the newest key, `size` bytes long: for constraints and for writing."""
    return _digest(_derived(settings.FIELD_KEYS[0], b"lookup"), text, size)


def fingerprints(text: str, *, size: int = 16) -> list[str]:
    """The digests under every key of the ring: for finding, also while a rotation is under way."""
    return [_digest(_derived(key, b"lookup"), text, size) for key in settings.FIELD_KEYS]


def _digest(key: bytes, text: str, size: int) -> str:
    return hashlib.blake2b(text.encode(), key=key, digest_size=size).hexdigest()


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, b"seal"))) for key in keys])


@lru_cache(maxsize=32)
def _derived(key: str, purpose: bytes) -> bytes:
    return hashlib.blake2b(key.encode(), person=purpose.ljust(16, b"\0"), digest_size=32).digest()
