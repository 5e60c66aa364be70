"""Who is expected, and who of them is counted with a vote, on the evening a meeting opens."""

from collections.abc import Collection
from datetime import date

from meetings.choices import NotCountedBecause
from members.choices import SituationKind
from rulebook.dates import add_months


def not_counted(
    *, is_formal: bool, situations: Collection[str], is_excluded: bool, takes_part_only: bool = False
) -> NotCountedBecause:
    """Why a member isn't among those who should attend with a vote; COUNTED when he is.

    Election regulations of 2020, article 5, and the explanation of who may be left out: only a listed ground with both
    approvals leaves somebody out, everybody else is still counted.
    """
    if takes_part_only:
        return NotCountedBecause.PARTICIPANT
    if is_excluded:
        return NotCountedBecause.EXCLUDED
    if not is_formal:
        return NotCountedBecause.PROBATIONARY
    if SituationKind.SUSPENDED in situations:
        return NotCountedBecause.SUSPENDED
    if SituationKind.PROBATION_WITHIN_PARTY in situations:
        return NotCountedBecause.PROBATION_WITHIN_PARTY
    return NotCountedBecause.COUNTED


def unexplained_months(absences: Collection[tuple[date, bool]], *, on: date, since: date | None = None) -> int:
    """How many whole calendar months in a row, over by `on`, a member missed every meeting without a documented reason.

    `absences` are (day of the meeting, unexplained). Taking part or a reason ends the row, also in the running month,
    which counts only from the first day after it. The month in which somebody joined (`since`) isn't whole; a month
    without meetings neither counts nor ends the row. Party constitution, article 9: six such months are looked at by
    people; the program only flags.
    """
    months: dict[date, bool] = {}
    for day, unexplained in absences:
        if day <= on:
            month = day.replace(day=1)
            months[month] = months.get(month, True) and unexplained
    row = 0
    for month in sorted(months, reverse=True):
        if not months[month]:
            break
        row += (since is None or since <= month) and add_months(month, 1) <= on
    return row
