"""Moving every private value to the newest key of the ring, so that the older ones can be dropped.

Rows are done in chunks, each its own transaction, and a row that is done is recognised: an interrupted run is simply
started again. While it goes on, values under either key open and are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.module_loading import import_string

from audit.keyring import SealBroken, is_current
from audit.services import record
from members.fields import Sealed, SealedField, sealed
from members.models import Member
from members.services.codes import reseal_codes
from members.services.people import describe

CHUNK = 500
PASSES = 5
"""After so many walks something else is writing with an older key all the time."""
DERIVED = ("national_id_print", "name_key", "search_terms")
"""What `describe` computes from a member's private fields with the newest key."""
TOLD = 20
"""How many broken rows are named."""


@dataclass
class Rotation:
    """What a rotation did: rows by model, and the rows with a value that no key of the ring opens."""

    rows: dict[str, int] = field(default_factory=dict)
    codes: int = 0
    broken: list[str] = field(default_factory=list)
    settled: bool = False
    """Whether a last walk found nothing left under an older key: then those can be dropped."""

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def sealed_fields() -> Iterator[tuple[type[Model], tuple[str, ...]]]:
    """Every model of every app that has private fields, with their names."""
    for model in apps.get_models():
        if names := tuple(one.name for one in model._meta.local_fields if isinstance(one, SealedField)):
            yield model, names


def reseal_everything(*, by: str) -> Rotation:
    """Walk all private values until none is under an older key. One entry on record, when something was done."""
    rotation = Rotation()
    for name in settings.RENEWED_WITH_KEYS:
        import_string(name)()
    for _walk in range(PASSES):
        before = rotation.total
        rotation.broken = [*_walk_codes(rotation), *_walk_models(rotation)]
        if rotation.total == before:
            rotation.settled = not rotation.broken
            break
    if rotation.total:
        record(action="rotate_keys", by=by, subject=None, details={"rows": rotation.total})
    return rotation


def _walk_codes(rotation: Rotation) -> list[str]:
    try:
        rotation.codes = reseal_codes()
    except SealBroken:
        return ["one-time codes"]
    return []


def _walk_models(rotation: Rotation) -> list[str]:
    return [row for model, names in sealed_fields() for row in _walk_model(model, names, rotation)]


def _walk_model(model: type[Model], names: tuple[str, ...], rotation: Rotation) -> list[str]:
    """Reseal the rows of one model; the rows that can't be opened are named and left as they are."""
    last: object = None
    broken: list[str] = []
    while True:
        with transaction.atomic():
            rows = _chunk(model, names, last)
            changed = [row for row in rows if _renewed(row, names, broken)]
            _store(model, names, changed)
        if not rows:
            return broken
        last = rows[-1].pk
        rotation.rows[model._meta.label] = rotation.rows.get(model._meta.label, 0) + len(changed)


def _chunk(model: type[Model], names: tuple[str, ...], last: object) -> list[Model]:
    rows = model._default_manager.select_for_update().order_by("pk")
    if last is not None:
        rows = rows.filter(pk__gt=last)
    needed = (*names, *DERIVED, "name", "former_names") if model is Member else names
    return list(rows.only(*needed)[:CHUNK])


def _renewed(row: Model, names: tuple[str, ...], broken: list[str]) -> bool:
    """Put the row's values under the newest key; whether something of it has to be stored."""
    try:
        old = [name for name in names if not is_current(str.__str__(getattr(row, name)))]
        for name in old:
            setattr(row, name, sealed(_text(row, name)))
        return bool(old) | _derived_anew(row)
    except SealBroken:
        if len(broken) < TOLD:
            broken.append(f"{row._meta.label} {row.pk}")
        return False


def _text(row: Model, name: str) -> str:
    value = getattr(row, name)
    return value.open() if isinstance(value, Sealed) else str(value)


def _derived_anew(row: Model) -> bool:
    if not isinstance(row, Member):
        return False
    before = [getattr(row, name) for name in DERIVED]
    describe(row)
    return before != [getattr(row, name) for name in DERIVED]


def _store(model: type[Model], names: tuple[str, ...], rows: list[Model]) -> None:
    if rows:
        derived = DERIVED if model is Member else ()
        model._default_manager.bulk_update(rows, [*names, *derived], batch_size=100)
