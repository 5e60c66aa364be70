"""How often one visitor may knock at the letter box in a minute. No address is kept, and nothing leaves this process.

Not in the cache: the file that Redis writes would keep in which minute somebody wrote a letter. Each web process counts
for itself, so that the limits hold once for each of them.
"""

import hashlib
import ipaddress
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from threading import Lock

MINUTE = 60
NETWORK = 64
"""Bits of an IPv6 address that one household gets; it chooses the others as it likes."""


class TooMany(Exception):
    """This visitor, or everybody together, has to wait for the next minute."""


@dataclass
class Visitors:
    """Turns an address into a mark: a digest under a random key that lives in memory and is drawn anew each minute."""

    clock: Callable[[], float] = time.monotonic
    drawn_at: float = 0.0
    key: bytes = b""

    def mark(self, address: str) -> str:
        """Empty where the address says nothing: of this machine itself, as when a proxy in front hands on none."""
        home = household(address)
        if not home:
            return ""
        now = self.clock()
        if not self.key or now >= self.drawn_at + MINUTE:
            self.drawn_at, self.key = now, secrets.token_bytes(32)
        return hashlib.blake2b(home.encode(), key=self.key, digest_size=16).hexdigest()


def household(address: str) -> str:
    """Whose address it is: the whole of IPv4, the network of IPv6; empty where nobody can be told by it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if mapped := getattr(found, "ipv4_mapped", None):
        found = mapped
    if found.is_loopback:
        return ""
    return str(found if found.version == 4 else ipaddress.ip_network((found, NETWORK), strict=False))


@dataclass
class Flood:
    """At most so many in a minute: of each visitor, and of everybody together. All is forgotten with the minute."""

    each: int
    together: float = inf
    clock: Callable[[], float] = time.monotonic
    began_at: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def count(self, visitor: str) -> None:
        """One more of the visitor with this mark; without one only the limit for everybody holds. Raises TooMany."""
        with self.lock:
            if (now := self.clock()) >= self.began_at + MINUTE:
                self.began_at = now
                self.counts.clear()
            if (visitor and self.counts[visitor] >= self.each) or self.counts.total() >= self.together:
                raise TooMany
            self.counts[visitor] += 1

    def uncount(self, visitor: str) -> None:
        """The last one doesn't count after all."""
        with self.lock:
            if self.counts[visitor]:
                self.counts[visitor] -= 1


VISITORS = Visitors()
LETTERS = Flood(each=10, together=200)
"""Letters: more than one person writes; together far fewer than would fill a disk."""
RECEIPTS = Flood(each=20)
"""Wrong receipts: each costs the processor a tenth of a second, and sixteen digits are never guessed. Right ones don't
count."""
AT_ONE_LETTER = Flood(each=20)
"""Tries at the letter that the first digits find, by visitors who tried many wrong receipts: whoever has a receipt is
not refused for what others at the same address do, and who knows some first digits can't keep the processor busy."""
FILES = Flood(each=16)
"""Pictures and PDFs: making one bare takes seconds of the processor."""
