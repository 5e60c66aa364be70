"""The token in the private address of a calendar, and what is kept of it."""

import hashlib


def token_print(token: str) -> str:
    """What is stored of a token: a digest without a key, so that it outlives every rotation of the key ring.

    A key is for values that can be guessed, like identity numbers. A token is drawn from 2^256: nobody finds it by
    trying, with or without a key.
    """
    return hashlib.blake2b(token.encode(), person=b"calendar-feed", digest_size=16).hexdigest()
