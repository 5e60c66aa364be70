"""Whether every rule has its document, article, level, mark and dates, and no two overlap."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from rulebook import reading
from rulebook.console import JsonCommand, WrongUse
from rulebook.rule import Rule
from rulebook.values import UNVERIFIED, Mark


class Command(JsonCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=reading.DATA, help="other data files than those held")

    def work(self, *, folder: Path, **options: Any) -> dict[str, Any]:
        if not (folder / reading.DOCUMENTS).is_file():
            raise WrongUse(_("--folder: there is no %s in it.") % reading.DOCUMENTS)
        gaps = reading.gaps(folder)
        rules = () if gaps else tuple(rule for subject in reading.subjects(folder) for rule in subject.rules)
        return {"rules": len(rules), "verified": by_mark(rules), "gaps": gaps, **uncertain(rules)}

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return bool(answer["gaps"])

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield from answer["gaps"]
        marks = ", ".join(f"{mark} {number}" for mark, number in answer["verified"].items())
        yield _("%(rules)s rules: %(marks)s.") % {"rules": answer["rules"], "marks": marks}


def by_mark(rules: Iterable[Rule]) -> dict[str, int]:
    found = Counter(rule.verification for rule in rules)
    return {str(mark): found[mark] for mark in Mark}


def uncertain(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """What ships although a part of it could not be verified; no gap, but shown."""
    rules = tuple(rules)
    return {
        "articles_unverified": [rule.version for rule in rules if rule.article == UNVERIFIED],
        "dates_unverified": sorted({rule.document.title.zh for rule in rules if rule.dates != "day"}),
    }
