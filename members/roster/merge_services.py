"""Two entries of one person become one, by two people, and can be parted again for a time (docs/adr/0016).

What may move is moved to the entry that stays. What may not (`settings.MERGING`: the ledger, records of others' acts),
and rows that would be there twice, stay where they are and are reached through the entry that stays.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import LeavingReason, MergeState
from members.dates import PartialDate
from members.fields import opened
from members.models.contact import Merge
from members.models.member import Affiliation, Member
from members.models.organization import Organization
from members.models.user import User
from members.refused import Refused
from members.roster.merge_queries import STAYS, colliding, label, obstacles, references, rows_of
from members.roster.services import DATES, EDITABLE, assign_values, describe, value_of

UNDONE_WITHIN = timedelta(days=30)


def propose_merge(*, key: UUID, kept: Member, merged: Member, takes: Iterable[str], reason: str, by: User) -> Merge:
    """Ask a second person to make one entry of two; `takes`: the facts of `merged` that replace those of `kept`."""
    if stored := Merge.objects.filter(key=key).first():
        return stored
    _refuse_obstacles(kept, merged)
    if Merge.objects.of(merged).exists() or Merge.objects.filter(merged=kept, state=MergeState.PROPOSED).exists():
        raise Refused(_("One of these entries is being merged already."))
    places = [Organization.objects.get(path=one.roster_path) for one in (kept, merged)]
    merge = Merge.objects.create(
        key=key, kept=kept, merged=merged, organization=places[0], merged_from=places[1], reason=reason,
        takes=sorted(set(takes) & set(EDITABLE)), proposed_by=by,
    )  # fmt: skip
    _record("propose_merge", merge, by, reason)
    return merge


@transaction.atomic
def confirm_merge(*, merge: Merge, on: date, by: User) -> None:
    """The second person's yes: from then on there is one entry. A merging that is settled stays as it is."""
    held = _held(merge, MergeState.PROPOSED)
    if held is None:
        return
    if held.proposed_by_id == by.pk:
        raise Refused(_("Somebody else has to confirm it: two people look at what becomes one."))
    kept, merged = _locked(held)
    _refuse_obstacles(kept, merged)
    acts = {name: import_string(name)(kept, merged, by=by, on=on) for name in settings.MERGE_ACTS}
    before = {
        "acts": acts, "kept": _texts(kept), "number": opened(merged.national_id), "moved": _move(kept, merged),
        "relation": _end_relation(merged, on),
    }  # fmt: skip
    _take_facts(kept, merged, held.takes)
    held.before = json.dumps({**before, "after": _texts(kept)}, ensure_ascii=False)
    _settle(held, MergeState.DONE, on, by)
    _record("confirm_merge", held, by, held.reason)


@transaction.atomic
def refuse_merge(*, merge: Merge, on: date, by: User) -> None:
    """They are two people, or it was a mistake: nothing has changed."""
    if held := _held(merge, MergeState.PROPOSED):
        _settle(held, MergeState.REFUSED, on, by)
        _record("refuse_merge", held, by, "")


@transaction.atomic
def undo_merge(*, merge: Merge, reason: str, on: date, by: User) -> None:
    """Part the entries again, exactly as they were. Raises Refused after thirty days, or when a fact changed since."""
    held = _held(merge, MergeState.DONE)
    if held is None:
        return
    if held.settled_on is None or on > held.settled_on + UNDONE_WITHIN:
        raise Refused(_("It can be undone for thirty days; they are over."))
    kept, merged = _locked(held)
    before: dict[str, Any] = json.loads(opened(held.before))
    if _texts(kept) != before["after"]:
        raise Refused(_("Facts of the entry were changed since. Set them back first, then undo the merging."))
    _give_back_facts(kept, merged, before)
    _move_back(kept, merged, before["moved"])
    _reopen_relation(merged, before["relation"])
    for name, done in before.get("acts", {}).items():
        import_string(settings.MERGE_ACTS[name])(merged, done, by=by, on=on)
    held.state = MergeState.UNDONE
    held.save(update_fields=["state"])
    _record("undo_merge", held, by, reason)


def _refuse_obstacles(kept: Member, merged: Member) -> None:
    if found := obstacles(kept, merged):
        raise Refused(" ".join(one.text for one in found))


def _held(merge: Merge, state: MergeState) -> Merge | None:
    return Merge.objects.select_for_update(of=("self",)).filter(pk=merge.pk, state=state).first()


def _locked(merge: Merge) -> tuple[Member, Member]:
    held = {one.pk: one for one in Member.objects.select_for_update().filter(pk__in=(merge.kept_id, merge.merged_id))}
    return held[merge.kept_id], held[merge.merged_id]


def _settle(merge: Merge, state: MergeState, on: date, by: User) -> None:
    merge.state, merge.settled_by, merge.settled_on = state, by, on
    merge.save(update_fields=["state", "settled_by", "settled_on", "before"])


def _record(action: str, merge: Merge, by: User, reason: str) -> None:
    """About both entries, so that each one's page tells it."""
    for member in (merge.kept, merge.merged):
        record(action=action, by=by, subject=member, organization_code=merge.organization.code, reason=reason)


# The facts


def _texts(member: Member) -> dict[str, Any]:
    """The facts as they can be kept: dates as their first day and precision."""
    values = {field: value_of(member, field) for field in EDITABLE}
    return {
        field: [value.first_day.isoformat(), value.precision] if isinstance(value, PartialDate) else value
        for field, value in values.items()
    }


def _take_facts(kept: Member, merged: Member, takes: Iterable[str]) -> None:
    """The number is given away first: no two entries have one."""
    if kept.number_disputed and kept.national_id_print == merged.national_id_print:
        _set_disputed(merged, True)  # the number is that of the entry that stays from now on
    values = {field: value_of(merged, field) for field in takes}
    if "national_id" in values:
        _store(merged, {"national_id": ""})
    _store(kept, values)


def _give_back_facts(kept: Member, merged: Member, before: Mapping[str, Any]) -> None:
    stored = before["kept"]
    dates = {field: PartialDate(date.fromisoformat(stored[field][0]), stored[field][1]) if stored[field] else None
             for field in DATES}  # fmt: skip
    _store(kept, {**stored, **dates})
    _store(merged, {"national_id": before["number"]})


def _store(member: Member, values: Mapping[str, object]) -> None:
    assign_values(member, values)
    describe(member)
    holders = Member.objects.with_prints([member.national_id_print]).exclude(pk=member.pk)
    member.number_disputed = holders.filter(number_disputed=False).exists()
    member.save()


def _set_disputed(member: Member, disputed: bool) -> None:
    member.number_disputed = disputed
    member.save(update_fields=["number_disputed"])


# The rows


def _move(kept: Member, merged: Member) -> dict[str, list[str]]:
    """Where → the keys of the rows that moved."""
    moved: dict[str, list[str]] = {}
    for field in references():
        if settings.MERGING[label(field)] == STAYS:
            continue
        rows = rows_of(field, merged).exclude(pk__in=colliding(field, kept, merged))
        for other in field.model._meta.concrete_fields:
            if other.related_model is Member and other is not field:
                rows = rows.exclude(Q(**{other.name: kept}))  # who talked with themselves stays with who talked
        if keys := list(rows.values_list("pk", flat=True)):
            field.model._base_manager.filter(pk__in=keys).update(**{field.name: kept})
            moved[label(field)] = [str(key) for key in keys]
    return moved


def _move_back(kept: Member, merged: Member, moved: Mapping[str, list[str]]) -> None:
    for field in references():
        if keys := moved.get(label(field)):
            field.model._base_manager.filter(pk__in=keys, **{field.name: kept}).update(**{field.name: merged})


# The roster


def _end_relation(merged: Member, on: date) -> str:
    """The entry leaves its roster; the key of the relation that ended."""
    present = Affiliation.objects.formal().open().get(member=merged)
    present.valid_until = max(on, present.valid_from or on)
    present.left_because = LeavingReason.MERGED
    present.save(update_fields=["valid_until", "left_because"])
    Member.objects.filter(pk=merged.pk).update(roster_path="")
    merged.roster_path = ""
    return str(present.pk)


def _reopen_relation(merged: Member, key: str) -> None:
    relation = Affiliation.objects.select_related("organization").get(pk=key)
    if relation.organization.dissolved_on:
        raise Refused(_("“%(name)s” has been dissolved since.") % {"name": relation.organization})
    relation.valid_until, relation.left_because = None, ""
    relation.save(update_fields=["valid_until", "left_because"])
    path = cast(str, relation.organization.path)
    Member.objects.filter(pk=merged.pk).update(roster_path=path)
