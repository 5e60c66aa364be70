"""Cryptography of sealed letters over PyNaCl: bytes and text in, text out. It knows no rows and no settings.

Everything comes back as ASCII text that a column can hold. Nothing here is written for letters in particular except
the receipt.
"""

import secrets
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random as random_bytes

FINDER, SECRET = 8, 16
"""Digits of a receipt that find the letter, and digits that open it."""
SIZES = (1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18)
"""Bytes to which a text is filled up, so that the length of its ciphertext says little."""
SCHEME = "argon2id"
MOST_OPERATIONS, MOST_MEMORY = 16, 1 << 30
"""What is believed of parameters that are stored; who changed a row can't make the program take all memory."""


class Broken(Exception):
    """The ciphertext was changed or damaged, or belongs to another key or another place."""


class WrongSecret(Exception):
    """The passphrase or the receipt's secret doesn't open it, or what it locks was changed: nothing tells which."""


class TooLong(Exception):
    """More bytes than the largest size class."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs (argon2id): passes, and bytes of memory."""

    operations: int
    memory: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of keys. The private half is never stored as it is."""

    public: str
    private: bytes

    def __repr__(self) -> str:
        return f"Pair({self.public})"


def new_pair() -> Pair:
    private = PrivateKey.generate()
    return Pair(_text(bytes(private.public_key)), bytes(private))


def public_of(private: bytes) -> str:
    """The public half that belongs to a private one. Raises Broken where it is none."""
    try:
        return _text(bytes(PrivateKey(private).public_key))
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


# --- Under a passphrase -------------------------------------------------------------------------------------------
def lock(content: bytes, secret: str, cost: Cost) -> str:
    """`content` under a key from the secret; scheme, parameters and salt stand before it."""
    salt = random_bytes(argon2id.SALTBYTES)
    box = Aead(_stretched(secret, salt, cost)).encrypt(content, salt)
    return "$".join((SCHEME, str(cost.operations), str(cost.memory), _text(salt), _text(bytes(box))))


def unlock(locked: str, secret: str) -> bytes:
    """What `lock` was given. Raises WrongSecret, and Broken where it isn't the form that `lock` writes."""
    scheme, cost, salt, box = _parts(locked)
    if scheme != SCHEME:
        raise Broken
    try:
        return bytes(Aead(_stretched(secret, salt, cost)).decrypt(box, salt))
    except CryptoError as error:
        raise WrongSecret from error


def lock_private(private: bytes, passphrase: str, cost: Cost) -> str:
    return lock(private, passphrase, cost)


def unlock_private(locked: str, passphrase: str) -> bytes:
    """Raises WrongSecret, Broken."""
    return unlock(locked, passphrase)


def waste_time(secret: str, cost: Cost) -> None:
    """As long as an `unlock` takes, so that a receipt that finds nothing answers no sooner than one that does."""
    _stretched(secret, bytes(argon2id.SALTBYTES), cost)


# --- To somebody's public key -------------------------------------------------------------------------------------
def seal_to(public: str, content: bytes) -> str:
    """Only who has the private half opens it; not even who sealed it. Raises Broken where the key is none."""
    try:
        return _text(SealedBox(PublicKey(_bytes(public))).encrypt(content))
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


def open_with(private: bytes, box: str) -> bytes:
    """Raises Broken."""
    try:
        return bytes(SealedBox(PrivateKey(private)).decrypt(_bytes(box)))
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


# --- Under a letter's own key -------------------------------------------------------------------------------------
def new_letter_key() -> bytes:
    return random_bytes(Aead.KEY_SIZE)


def encrypt(key: bytes, text: str, *, place: str) -> str:
    """`place` says where the text stands; decrypting it for another place fails. Raises TooLong."""
    return _text(bytes(Aead(key).encrypt(_filled_up(text.encode()), place.encode())))


def decrypt(key: bytes, ciphertext: str, *, place: str) -> str:
    """Raises Broken."""
    try:
        return _taken_out(bytes(Aead(key).decrypt(_bytes(ciphertext), place.encode()))).decode()
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


# --- Receipts -----------------------------------------------------------------------------------------------------
def receipt() -> str:
    """24 digits: the first 8 find the letter, the other 16 open it. Nothing of the sixteen is ever stored."""
    size = FINDER + SECRET
    return str(secrets.randbelow(10**size)).zfill(size)


def finder_of(receipt: str) -> str:
    return receipt[:FINDER]


def secret_of(receipt: str) -> str:
    return receipt[FINDER:]


def grouped(receipt: str) -> str:
    """In groups of four, to be written down."""
    return " ".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))


def digits_of(typed: str) -> str:
    """The 24 digits in what somebody typed, with blanks, dashes or wide digits; empty where it is no receipt."""
    digits = "".join(one for one in unicodedata.normalize("NFKC", typed) if one not in " -\t\r\n.")
    return digits if len(digits) == FINDER + SECRET and digits.isascii() and digits.isdigit() else ""


# --- Inside -------------------------------------------------------------------------------------------------------
def _stretched(secret: str, salt: bytes, cost: Cost) -> bytes:
    typed = unicodedata.normalize("NFKC", secret).encode()
    return bytes(argon2id.kdf(Aead.KEY_SIZE, typed, salt, opslimit=cost.operations, memlimit=cost.memory))


def _parts(locked: str) -> tuple[str, Cost, bytes, bytes]:
    try:
        scheme, operations, memory, salt, box = locked.split("$")
        cost = Cost(int(operations), int(memory))
    except ValueError as error:
        raise Broken from error
    sane = 0 < cost.operations <= MOST_OPERATIONS and argon2id.MEMLIMIT_MIN <= cost.memory <= MOST_MEMORY
    if not sane or len(_bytes(salt)) != argon2id.SALTBYTES:
        raise Broken
    return scheme, cost, _bytes(salt), _bytes(box)


def _filled_up(content: bytes) -> bytes:
    whole = len(content).to_bytes(4, "big") + content
    size = next((size for size in SIZES if size >= len(whole)), None)
    if size is None:
        raise TooLong
    return whole.ljust(size, b"\0")


def _taken_out(filled: bytes) -> bytes:
    return filled[4 : 4 + int.from_bytes(filled[:4], "big")]


def _text(content: bytes) -> str:
    return b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise Broken from error
