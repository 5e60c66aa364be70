"""The pairs behind the figures of the year's talks: who should talk with whom, and who has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.translation import gettext as _

from members.models import Member
from supervision.queries.talk_years import BranchYear, branch_years

Who = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AskedPair:
    """Two of the committee, or a member who should talk with the committee or with another member."""

    organization: str
    place: str
    names: str


def pairs_asked(path: str, on: date, *, done: bool = False) -> list[AskedPair]:
    """What article 19 asks for in the year up to the day; with `done` only what has happened."""
    years = branch_years(path, on=on)
    people = {one for year in years for one in (*year.members, *year.committee)}
    names = dict(Member.objects.filter(pk__in=people).values_list("pk", "name"))
    return [
        AskedPair(year.branch.code, year.branch.name, words % {name: names.get(pk, "") for name, pk in who.items()})
        for year in years
        for words, who in _asked(year, done=done)
    ]


def _asked(year: BranchYear, *, done: bool) -> Iterator[tuple[str, dict[str, int]]]:
    """In the order of the article: the committee among each other, with the members, the members among each other."""
    if year.year.times is None:
        return
    others = [one for one in year.members if one not in year.committee]
    for first, second in combinations(sorted(year.committee), 2):
        if not done or (first, second) not in year.year.committee_pairs:
            yield _("%(first)s with %(second)s"), {"first": first, "second": second}
    for one in others if year.committee else ():
        if not done or one not in year.year.without_committee:
            yield _("%(first)s with the committee"), {"first": one}
    for one in others if len(others) > 1 else ():
        if not done or one not in year.year.without_member:
            yield _("%(first)s with another member"), {"first": one}
