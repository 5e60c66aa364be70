"""Anchors: the end of the chain, signed, outside the database. With them a tail that was cut is found."""

import hmac
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.keyring import AuditKeyMissing, anchor_keys
from audit.models import Entry, Head

LINE = re.compile(r"(?P<number>[1-9]\d{0,17}) (?P<digest>\S+)(?: (?P<at>\S+Z) (?P<signature>[0-9a-f]{64}))?")
LONGEST = 400
"""Bytes that one line never fills."""


@dataclass(frozen=True, slots=True)
class Anchor:
    number: int
    digest: str
    at: str = ""
    """When the end of the chain was this, in UTC. Without time and signature: from before anchors were signed."""
    signature: str = ""

    @classmethod
    def from_line(cls, line: str) -> "Anchor | None":
        """None: that is no anchor."""
        found = LINE.fullmatch(line.strip())
        if not found:
            return None
        return cls(int(found["number"]), found["digest"], found["at"] or "", found["signature"] or "")

    @classmethod
    def of(cls, head: Head, at: datetime) -> "Anchor":
        if not anchor_keys():
            raise AuditKeyMissing
        unsigned = cls(head.number, head.digest, f"{at:%Y-%m-%dT%H:%M:%SZ}")
        return cls(unsigned.number, unsigned.digest, unsigned.at, unsigned.signed_with(anchor_keys()[0]))

    def signed_with(self, key: bytes) -> str:
        return hmac.digest(key, f"{self.number} {self.digest} {self.at}".encode(), "sha256").hex()

    @property
    def is_ours(self) -> bool:
        return any(hmac.compare_digest(self.signature, self.signed_with(key)) for key in anchor_keys())

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.number), self.digest, self.at, self.signature) if part)


def write_anchor(anchors: Path, *, at: datetime) -> None:
    """Append the present end of the chain to the file, once for each end. Raises OSError, AuditKeyMissing."""
    head = Head.objects.filter(pk=1, number__gt=0).first()
    if head is None:
        return
    last = last_anchor(anchors)
    if last is None or not last.signature or (last.number, last.digest) != (head.number, head.digest):
        append(anchors, f"{Anchor.of(head, at)}\n")


def last_anchor(anchors: Path) -> Anchor | None:
    lines = _end_of(anchors).split("\n")
    return next((found for line in reversed(lines) if (found := Anchor.from_line(line))), None)


def append(path: Path, text: str) -> None:
    """Add whole lines, and come back when they are on the disk. A line that was torn off before stays a line."""
    end = _end_of(path)
    torn = "\n" if end and not end.endswith("\n") else ""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a") as file:
        file.write(torn + text)
        file.flush()
        os.fsync(file.fileno())


def _end_of(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST))
        return file.read().decode(errors="replace")


def anchors_in(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors among other text: a mail, or the JSON that a service was sent and kept as it came."""
    parts = (part for line in lines for part in line.split('"'))
    return (found for part in parts if (found := Anchor.from_line(part.strip(" >\t\r\n"))))


def seconds_unanchored(anchors: Path, at: datetime) -> int:
    """For how long the oldest entry that no anchor covers has been there; 0: none."""
    last = last_anchor(anchors)
    oldest = Entry.objects.filter(number=last.number + 1 if last else 1).values_list("at", flat=True).first()
    return max(0, int((at - oldest).total_seconds())) if oldest else 0
