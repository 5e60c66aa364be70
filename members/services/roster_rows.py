"""What accepted rows of an import do to the roster: members made and changed, places begun, situations noted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from audit.keyring import fingerprint
from members import bulk
from members.choices import AffiliationKind
from members.fields import sealed
from members.importing.judging import Judged
from members.importing.matching import DAYS, SEALED
from members.models import Affiliation, Member, Organization, Situation, User
from members.rules.dates import PartialDate
from members.search import name_key, search_terms
from members.search_index import filled_at_once
from members.services.belonging import place_member
from members.services.people import SEPARATORS, describe

MEMBER_FIELDS = list(Member._meta.concrete_fields)
MEMBER_COLUMNS = [str(field.column) for field in MEMBER_FIELDS]
MEMBER_DEFAULTS: dict[str, Any] = {
    field.attname: "" if field.empty_strings_allowed and not field.null else None for field in MEMBER_FIELDS
} | {"number_disputed": False}
AFFILIATION_COLUMNS = ["key", "member_id", "organization_id", "kind", "left_because"]
SITUATION_COLUMNS = ["key", "member_id", "kind", "place", "host", "able_to", "note", "recorded_at"]


# New members


def create_members(rows: Sequence[Judged]) -> dict[int, int]:
    """Row number → primary key of the member made for it."""
    keys = dict(zip((row.number for row in rows), reserve_ids(Member, len(rows)), strict=True))
    with filled_at_once(min(keys.values(), default=0), len(rows)):
        bulk.insert(Member, MEMBER_COLUMNS, (_member_row(row, keys[row.number]) for row in rows), as_made=True)
    bulk.insert(
        Affiliation,
        AFFILIATION_COLUMNS,
        ((uuid4(), keys[row.number], row.place.pk, AffiliationKind.FORMAL, "") for row in rows if row.place),
        as_made=True,
    )
    return keys


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Primary keys that nobody else gets; inside the transaction that inserts them."""
    if connection.vendor != "postgresql":
        first = bulk.first_free_id(model)
        return list(range(first, first + count))
    with connection.cursor() as cursor:
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        cursor.execute(sequence, [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def _member_row(row: Judged, key: int) -> list[Any]:
    facts = row.facts
    values = MEMBER_DEFAULTS | {"id": key, "key": uuid4(), "roster_path": row.place.path if row.place else ""}
    for name, value in facts.items():
        if name in DAYS:
            values[f"{name}_on"], values[f"{name}_precision"] = value.first_day, value.precision
        else:
            values[name] = sealed(value) if name in SEALED else value
    number = facts.get("national_id", "")
    values["national_id_print"] = fingerprint(number) if number else ""
    values["number_disputed"] = row.number_disputed
    values["name_key"] = name_key(facts["name"])
    names = [facts["name"], *filter(None, SEPARATORS.split(facts.get("former_names", "")))]
    values["search_terms"] = search_terms(names=names, numbers=[facts.get("phone", ""), number])
    return [values[field.attname] for field in MEMBER_FIELDS]


# Members who are already there


def change_member(row: Judged, on: date, by: User | str) -> dict[str, Any]:
    """Store what the row changes; returns what undoing needs: before and after by field, and the affiliation begun."""
    assert row.known is not None  # noqa: S101  only rows that were matched are CHANGED
    member = row.known.member
    for name, (_before, after) in row.changes.items():
        assign(member, name, after)
    if "national_id" in row.changes:
        member.number_disputed = row.number_disputed
    if row.changes:
        describe(member)
        member.save()
    undo: dict[str, Any] = {"changes": texts_of(row)}
    if row.moves and row.place:
        undo["from"] = member.roster_path
        group = Organization.objects.get(pk=row.place.pk)
        undo["affiliation"] = str(place_member(member=member, organization=group, on=on, today=on, by=by).pk)
    return undo


def texts_of(row: Judged) -> dict[str, list[str]]:
    return {name: [text_of(old), text_of(new)] for name, (old, new) in row.changes.items()}


def assign(member: Member, name: str, value: Any) -> None:
    """Set a fact; a PartialDate sets the day and its precision."""
    if name in DAYS:
        setattr(member, f"{name}_on", value.first_day if value else None)
        setattr(member, f"{name}_precision", value.precision if value else "")
    else:
        setattr(member, name, sealed(value) if name in SEALED else value)


def text_of(value: Any) -> str:
    """A fact as text, for keeping and comparing."""
    return str(value) if isinstance(value, PartialDate) else str.__str__(value or "")


# Situations


def add_situations(judged: Iterable[Judged], created: Mapping[int, int], before: Mapping[int, dict[str, Any]]) -> None:
    now = timezone.now()
    rows = []
    for row in judged:
        if row.is_stored:
            member = created.get(row.number) or (row.known.member.pk if row.known else 0)
            for kind, place in row.situations.items():
                key = uuid4()
                rows.append((key, member, kind, place, "", "", "", now))
                if row.number in before:
                    before[row.number].setdefault("situations", []).append(str(key))
    bulk.insert(Situation, SITUATION_COLUMNS, rows)
