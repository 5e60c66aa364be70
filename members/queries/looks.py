"""Who looked at somebody's private values: one by one, on a list to call from, or in a workbook."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise

from audit.actions import ACTIONS
from audit.models import Entry
from members.choices import MergeState
from members.models import ExportedMember, Member, Merge
from members.queries.names import names_of
from members.queries.trail import field_name

ONE_BY_ONE = ("reveal_private", "print_phone")


@dataclass(frozen=True, slots=True)
class Look:
    """`fields`: what the values are called. `agreed`: who said yes as the second person; empty where none had to."""

    at: datetime
    who: str
    what: str | Promise
    fields: list[str]
    reason: str
    agreed: str


def looks_at(member: Member, *, start: int, size: int) -> list[Look]:
    """A page of them, the newest first, and one more if there are older ones. Those at a merged entry are among them.

    Three queries.
    """
    merged = Merge.objects.filter(kept=member, state=MergeState.DONE).values_list("merged", flat=True)
    ids = [member.pk, *merged]
    own = Q(subject_kind=Member._meta.label, subject_id__in=map(str, ids), action__in=ONE_BY_ONE)
    in_workbooks = Q(pk__in=ExportedMember.objects.filter(member__in=ids).values("entry"))
    entries = list(Entry.objects.filter(own | in_workbooks).order_by("-number")[start : start + size + 1])
    names = names_of({name for one in entries for name in (one.actor, one.details.get("agreed_by", ""))})
    return [_look(one, names) for one in entries]


def _look(entry: Entry, names: dict[str, str]) -> Look:
    fields = entry.details.get("fields") or [entry.details["field"]]
    agreed = entry.details.get("agreed_by", "")
    return Look(
        at=entry.at,
        who=names.get(entry.actor, entry.actor),
        what=ACTIONS.get(entry.action, entry.action),
        fields=[field_name(Member._meta.label, one) for one in fields],
        reason=entry.reason,
        agreed=names.get(agreed, agreed),
    )
