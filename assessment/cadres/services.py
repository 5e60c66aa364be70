"""Posts of party work, class hours, and what a place has for party work."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessment.cadres.models import CadrePost, Conditions, Training
from assessment.cadres.queries import holders_below
from assessment.cadres.rules import fits
from audit.services import Change, record
from members.choices import OrganizationKind
from members.models import Member, Organization, User
from members.refused import Refused

Values = Mapping[str, Any]
ACTIONS = {"edit": "edit_cadre_post", "end": "end_cadre_post"}
"""What the trail calls changes of a post."""


def add_cadre_post(post: CadrePost, *, on: date, by: User | str) -> CadrePost:
    """Store a post. The same key twice stores it once. Raises Refused."""
    same = CadrePost.objects.filter(pk=post.pk, organization=post.organization)
    if known := same.first():
        return known
    _demand_fit(post, on)
    try:
        with transaction.atomic():
            post.save(force_insert=True)
            _record("add_cadre_post", post, by)
    except IntegrityError:
        if known := same.first():
            return known
        raise Refused(_("That member holds this post here already."), "post") from None
    return post


@transaction.atomic
def edit_cadre_post(*, post: CadrePost, values: Values, on: date, by: User | str) -> list[str]:
    """Correct what was put down of a post; who holds it stays. The names of what changed. Raises Refused."""
    held = _held(post)
    changes = _changes(held, values)
    for name, _old, new in changes:
        setattr(held, name, new)
    _demand_fit(held, on)
    return _store(ACTIONS["edit"], held, changes, by)


@transaction.atomic
def end_cadre_post(*, post: CadrePost, until: date, on: date, by: User | str) -> list[str]:
    """`until`: the first day without it. Ended twice on the same day is ended once. Raises Refused."""
    held = _held(post)
    if until <= held.valid_from:
        sentence = _("It was only taken up on %(day)s.") % {"day": held.valid_from.isoformat()}
        raise Refused(sentence, "valid_until")
    if until > on:
        raise Refused(_("That day hasn't come yet."), "valid_until")
    changes = _changes(held, {"valid_until": until})
    held.valid_until = until
    return _store(ACTIONS["end"], held, changes, by)


@transaction.atomic
def record_training(
    *, key: UUID, place: Organization, people: Iterable[Member], values: Values, on: date, by: User
) -> int:
    """One course of several people: a row for each, stored once for a form. How many are new. Raises Refused."""
    chosen = list(people)
    if not chosen:
        raise Refused(_("Choose who took part."), "people")
    if values["held_on"] > on:
        raise Refused(_("That day hasn't come yet."), "held_on")
    Organization.objects.select_for_update().get(pk=place.pk)
    below = holders_below(place.path, on=on) if place.kind == OrganizationKind.COMMITTEE else {}
    rows = [
        Training(
            key=uuid5(key, str(one.key)), organization=below.get(one.pk, place), member=one, recorded_by=by, **values
        )
        for one in chosen
    ]
    known = set(Training.objects.filter(pk__in=[one.pk for one in rows]).values_list("pk", flat=True))
    new = [one for one in rows if one.pk not in known]
    Training.objects.bulk_create(new)
    if new:
        details = {"rows": len(new), "on": values["held_on"].isoformat()}
        record(action="record_training", by=by, subject=place, organization_code=place.code, details=details)
    return len(new)


@transaction.atomic
def remove_training(*, training: Training, reason: str, by: User | str) -> None:
    """Class hours that never were. Removed twice is removed once. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why."), "reason")
    deleted, _tables = Training.objects.filter(pk=training.pk).delete()
    if deleted:
        code = training.organization.code
        record(action="remove_training", by=by, subject=training, organization_code=code, reason=reason.strip())


@transaction.atomic
def put_down_conditions(*, place: Organization, year: int, values: Values, on: date, by: User) -> list[str]:
    """What a place has for party work in a year. The names of what changed; sent twice, the second changes nothing.

    Raises Refused.
    """
    if not on.year - 5 <= year <= on.year + 1:
        raise Refused(_("Conditions are put down for this year, the next or one of the last five."))
    Organization.objects.select_for_update().get(pk=place.pk)
    kept = Conditions.objects.filter(organization=place, year=year).first()
    if kept is None and all(value is None for value in values.values()):
        raise Refused(_("Put down at least one figure; leave empty what nobody knows."))
    kept = kept or Conditions(organization=place, year=year)
    changes = _changes(kept, values)
    for name, _old, new in changes:
        setattr(kept, name, new)
    if changes:
        kept.recorded_by = by
        kept.save()
        record(
            action="put_down_conditions", by=by, subject=kept, organization_code=place.code, changes=changes,
            details={"year": year},
        )  # fmt: skip
    return [name for name, _old, _new in changes]


def _demand_fit(post: CadrePost, on: date) -> None:
    if not fits(post.share, post.percent):
        raise Refused(_("Full-time is a hundred per cent, part-time between 1 and 99."), "percent")
    if post.valid_from > on:
        raise Refused(_("That day hasn't come yet."), "valid_from")
    if post.valid_until and post.valid_until <= post.valid_from:
        raise Refused(_("The post ended on %(day)s.") % {"day": post.valid_until.isoformat()}, "valid_from")
    same = CadrePost.objects.filter(
        organization=post.organization, member=post.member, post=post.post, valid_until__isnull=True
    )
    if post.valid_until is None and same.exclude(pk=post.pk).exists():
        raise Refused(_("That member holds this post here already."), "post")


def _changes(row: Any, values: Values) -> list[Change]:
    return [(name, old, new) for name, new in values.items() if (old := getattr(row, name)) != new]


def _store(action: str, post: CadrePost, changes: list[Change], by: User | str) -> list[str]:
    names = [name for name, _old, _new in changes]
    if names:
        post.save(update_fields=names)
        _record(action, post, by, changes)
    return names


def _held(post: CadrePost) -> CadrePost:
    rows = CadrePost.objects.select_for_update(of=("self",)).select_related("organization", "member")
    return rows.get(pk=post.pk)


def _record(action: str, post: CadrePost, by: User | str, changes: Iterable[Change] = ()) -> None:
    record(action=action, by=by, subject=post, organization_code=post.organization.code, changes=changes)
