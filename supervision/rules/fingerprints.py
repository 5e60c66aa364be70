"""A public key as people can read it to each other."""

from hashlib import sha256

GROUPS, SIGNS = 8, 4


def fingerprint_of(public_key: str) -> str:
    """32 signs in groups of four: enough that nobody finds a second key with the same."""
    digest = sha256(public_key.encode()).hexdigest().upper()
    return " ".join(digest[at : at + SIGNS] for at in range(0, GROUPS * SIGNS, SIGNS))
