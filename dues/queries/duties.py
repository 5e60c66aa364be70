"""What is due about dues, for a whole subtree."""

from datetime import date

from rulebook.values import Duty


def dues_duties(path: str, *, on: date) -> list[Duty]:
    """Bases to fix, arrears, reviews, remittance and disclosure."""
    return []
