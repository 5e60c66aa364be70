"""Cryptography of sealed letters over PyNaCl: bytes and text in, text out. It knows no rows and no settings.

Everything comes back as ASCII text that a column can hold. Nothing here is written for letters in particular except
the receipt.

Which inspectors' keys are trusted: a chain of signatures that begins at the recovery key.
"""

import json
import secrets
import unicodedata
from base64 import b32decode, b32encode, b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from uuid import UUID

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.signing import SigningKey, VerifyKey
from nacl.utils import random as random_bytes

FINDER, SECRET = 8, 16
"""Digits of a receipt that find the letter, and digits that open it."""
SIZES = (1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18)
"""Bytes to which a text is filled up, so that the length of its ciphertext says little."""
FILE_SIZES = tuple(1 << power for power in range(16, 25))
"""The same for a file."""
SCHEME = "argon2id"
MISTAKEN = str.maketrans("018", "OIB")
"""Digits that stand on no sheet, and the letters as which they are meant."""
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
    signing: str
    """The public half with which signatures are checked; its private half is derived from `private`."""

    def __repr__(self) -> str:
        return f"Pair({self.public})"


def new_pair() -> Pair:
    private = PrivateKey.generate()
    return Pair(_text(bytes(private.public_key)), bytes(private), signing_public_of(bytes(private)))


def public_of(private: bytes) -> str:
    """The public half that belongs to a private one. Raises Broken where it is none."""
    try:
        return _text(bytes(PrivateKey(private).public_key))
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


# --- Signatures ---------------------------------------------------------------------------------------------------
def signing_public_of(private: bytes) -> str:
    """The public half (Ed25519) for what is signed with a private key. Raises Broken where that is none."""
    return _text(bytes(_signing_key(private).verify_key))


def sign(private: bytes, text: str) -> str:
    """Raises Broken."""
    return _text(_signing_key(private).sign(text.encode()).signature)


def is_signed(signing: str, text: str, signature: str) -> bool:
    """Whether the signature over the text was made with the private key that belongs to `signing`."""
    try:
        VerifyKey(_bytes(signing)).verify(text.encode(), _bytes(signature))
    except (BadSignatureError, Broken, CryptoError, TypeError, ValueError):
        return False
    return True


def _signing_key(private: bytes) -> SigningKey:
    """One secret seals and signs: the key to sign is derived, so that neither says anything about the other."""
    if len(private) != PrivateKey.SIZE:
        raise Broken
    return SigningKey(blake2b(private, person=b"branchweb sign", digest_size=PrivateKey.SIZE).digest())


# --- On paper, with two people ------------------------------------------------------------------------------------
def halves(private: bytes) -> tuple[str, str]:
    """Two lines to write down. Each alone is random and says nothing; both together are the private key."""
    first = random_bytes(len(private))
    return _sheet(first, 0), _sheet(_added(private, first), 1)


def private_on(lines: Iterable[str]) -> bytes:
    """What two sheets hold, in either order; or a whole key in one line, as older ones were. Raises Broken."""
    typed = [line.strip() for line in lines if line.strip()]
    if len(typed) == 1:
        return _checked_private(_bytes(typed[0]))
    shares = dict(_share(line) for line in typed)
    if len(typed) != 2 or set(shares) != {0, 1}:
        raise Broken
    return _checked_private(_added(shares[0], shares[1]))


def _sheet(share: bytes, number: int) -> str:
    letters = b32encode(share + _check(share, number)).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _share(line: str) -> tuple[int, bytes]:
    """Which of the two it is, and what it says; a sign that is often mistaken is read as what it must be."""
    letters = "".join(one for one in unicodedata.normalize("NFKC", line).upper() if one.isalnum())
    try:
        content = b32decode(letters.translate(MISTAKEN))
    except (NotBase64, ValueError) as error:
        raise Broken from error
    share, check = content[: PrivateKey.SIZE], content[PrivateKey.SIZE :]
    number = next((one for one in (0, 1) if check == _check(share, one)), None)
    if number is None:
        raise Broken
    return number, share


def _check(share: bytes, number: int) -> bytes:
    """Finds a sign that was mistyped, and two sheets of the same half."""
    return blake2b(share + bytes([number]), digest_size=3).digest()


def _added(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _checked_private(private: bytes) -> bytes:
    public_of(private)
    return private


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
    return _text(bytes(Aead(key).encrypt(filled_up(text.encode(), SIZES), place.encode())))


def decrypt(key: bytes, ciphertext: str, *, place: str) -> str:
    """Raises Broken."""
    try:
        return taken_out(bytes(Aead(key).decrypt(_bytes(ciphertext), place.encode()))).decode()
    except (CryptoError, TypeError, ValueError) as error:
        raise Broken from error


def encrypt_file(key: bytes, content: bytes, *, place: str) -> bytes:
    """As `encrypt`, of bytes into bytes. Raises TooLong."""
    return bytes(Aead(key).encrypt(filled_up(content, FILE_SIZES), place.encode()))


def decrypt_file(key: bytes, ciphertext: bytes, *, place: str) -> bytes:
    """Raises Broken."""
    try:
        return taken_out(bytes(Aead(key).decrypt(ciphertext, place.encode())))
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


def filled_up(content: bytes, sizes: Sequence[int]) -> bytes:
    whole = len(content).to_bytes(4, "big") + content
    size = next((size for size in sizes if size >= len(whole)), None)
    if size is None:
        raise TooLong
    return whole.ljust(size, b"\0")


def taken_out(filled: bytes) -> bytes:
    return filled[4 : 4 + int.from_bytes(filled[:4], "big")]


def _text(content: bytes) -> str:
    return b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise Broken from error


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
    return one.user_id != signer and is_signed(signing, statement(one), one.signature)
