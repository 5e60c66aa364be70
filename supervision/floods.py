"""A limit for everybody together. It remembers no address, and nothing of it leaves the memory of this process.

Not in the cache: the file that Redis writes would keep in which minute somebody wrote a letter.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60


@dataclass
class Flood:
    """At most so many in a minute, in each process of the web server."""

    most: int
    clock: Callable[[], float] = time.monotonic
    moments: deque[float] = field(default_factory=deque)

    def takes_one_more(self) -> bool:
        """Counts it, unless there were too many. Older moments are forgotten."""
        now = self.clock()
        while self.moments and self.moments[0] <= now - MINUTE:
            self.moments.popleft()
        if len(self.moments) >= self.most:
            return False
        self.moments.append(now)
        return True


LETTERS = Flood(30)
"""Letters and additions: more than people write, far fewer than would fill a disk."""
RECEIPTS = Flood(60)
"""Receipts that are tried: each costs the processor a tenth of a second, and sixteen digits are never guessed."""
