"""What self-checks come to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from members.fields import opened
from supervision.choices import CheckMark
from supervision.self_checks.models import ChecklistItem, SelfCheck, SelfCheckAnswer


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line with how the member sees it; `before` is the mark of the earlier check, for the member only."""

    item: ChecklistItem
    mark: str
    words: str
    note: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A check in the list of one's own: how often each mark was given."""

    check: SelfCheck
    marks: Counter[str]


def earlier_of(check: SelfCheck) -> SelfCheck | None:
    """The member's check before this one against the same list, or against one of the same name that it replaced."""
    same = {"checklist__organization": check.checklist.organization_id, "checklist__title": check.checklist.title}
    before = SelfCheck.objects.filter(member=check.member_id, made_on__lte=check.made_on, **same).exclude(pk=check.pk)
    return before.order_by("-made_on", "-key").first()


def lines_of(check: SelfCheck, *, beside: SelfCheck | None = None) -> list[AnswerLine]:
    """The answers in the order of the list; lines of the earlier check are found by their text."""
    before = {line.item.text: line.words for line in lines_of(beside)} if beside else {}
    answers = check.answers.select_related("item").order_by("item__position")
    return [_line(answer, before.get(answer.item.text, "")) for answer in answers]


def sums_of(checks: Iterable[SelfCheck]) -> list[Sum]:
    """What the marks of each check come to. One query."""
    rows = list(checks)
    marks: dict[UUID, Counter[str]] = {check.pk: Counter() for check in rows}
    for answer in SelfCheckAnswer.objects.filter(check_made__in=rows).only("check_made", "mark"):
        marks[answer.check_made_id][opened(answer.mark)] += 1
    return [Sum(check, marks[check.pk]) for check in rows]


def _line(answer: SelfCheckAnswer, before: str) -> AnswerLine:
    mark = opened(answer.mark)
    return AnswerLine(answer.item, mark, str(CheckMark(mark).label), opened(answer.note), before)
