"""What must be so in the members' tables, and sealing every private value anew."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string

from audit.keyring import SealBroken, fingerprints, is_current
from audit.services import record
from audit.verification import SHOWN, Check
from audit.watched import EACH_ROW
from members.accounts.codes import reseal_codes
from members.fields import Sealed, SealedField, opened, sealed
from members.models.member import Member
from members.roster.services import describe, scope_mismatches

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


WATCHED = {
    "members.User": EACH_ROW,
    "members.Situation": EACH_ROW,
    "members.Member": EACH_ROW,
    "members.Organization": EACH_ROW,
    "members.Term": EACH_ROW,
    "members.Affiliation": EACH_ROW,
    "members.ContactPerson": EACH_ROW,
    "members.Contact": ("member_id",),
    "members.HelpRequest": EACH_ROW,
    "members.LocalRule": EACH_ROW,
    "members.Merge": EACH_ROW,
    "members.Office": EACH_ROW,
    "members.OfficeRequest": EACH_ROW,
    "members.ExportedMember": EACH_ROW,
    "members.Removal": EACH_ROW,
    "members.RosterImport": EACH_ROW,
    "mfa.Authenticator": EACH_ROW,
    "knox.AuthToken": EACH_ROW,
    "account.EmailAddress": EACH_ROW,
}
LEFT_OUT = {
    "members.User": {"last_login": "Written at each login, and means nothing for what somebody may do"},
    "mfa.Authenticator": {"last_used_at": "Written at each login"},
}
UNWATCHED = {
    "members.Export": "A workbook in the making, kept for days",
    "members.RosterImportRow": "Rows of a workbook; what they became is watched",
    "members.ColumnMapping": "Which heading somebody took for which column",
    "members.SavedFilter": "A search that somebody keeps",
    "auth.Permission": "Not used: offices say who may do what",
    "auth.Group": "Not used: offices say who may do what",
    "contenttypes.ContentType": "Names of tables, made by migrations",
    "sessions.Session": "Lives for hours, signed with the secret key",
    "account.EmailConfirmation": "Not used: nobody confirms addresses here",
    "usersessions.UserSession": "What somebody is told of their own logins",
    "axes.AccessFailureLog": "Kept for the law, and decides nothing",
    "axes.AccessAttempt": "A count of wrong passwords that is kept for minutes",
    "axes.AccessAttemptExpiration": "A count of wrong passwords that is kept for minutes",
    "axes.AccessLog": "Kept for the law, and decides nothing",
}

SEARCHES = {"members.Member": "members_member_search"}
EXCLUSIONS = {
    "members.Affiliation": (
        "EXCLUDE USING gist (member_id WITH =, daterange(valid_from, valid_until, '[)') WITH &&) "
        "WHERE (((kind) = 'formal'))"
    ),
}
INDEXED = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('member_search')"
FTS_CHECK = "INSERT INTO members_member_search(members_member_search, rank) VALUES ('integrity-check', 1)"


def checks() -> Iterator[Check]:
    yield _roster_paths()
    yield _search_index()
    yield _descriptions()
    yield _private_values()


def triggers(vendor: str) -> list[str]:
    """The statements that make the triggers of the search index and against overlaps, which SQLite needs."""
    if vendor == "postgresql":
        return []
    statements: list[str] = import_module("members.migrations.0002_search_and_overlaps").statements(vendor)
    return statements


def _roster_paths() -> Check:
    """Every member stands on the roster that today's affiliations say (docs/adr/0002)."""
    found = scope_mismatches(on=timezone.localdate())
    count = found.count()
    named = ", ".join(str(key) for key in found.values_list("key", flat=True)[:SHOWN])
    detail = f"{count} members stand on another roster than their relations say: {named}" if count else "all agree"
    return Check("roster_paths", not count, detail)


def _search_index() -> Check:
    """The database's index has exactly the words of the rows."""
    whole = _postgresql_index_stands() if connection.vendor == "postgresql" else _fts_agrees()
    return Check("search_index", whole, "agrees with the members" if whole else "differs from the members: rebuild it")


def _postgresql_index_stands() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(INDEXED)
        return cursor.fetchone() == (True,)


def _fts_agrees() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FTS_CHECK)
    except DatabaseError:
        return False
    return True


def _descriptions() -> Check:
    """Sorting key, search words and the identity number's fingerprint follow from name and numbers."""
    wrong = [str(member.key) for member in islice(_wrongly_described(), SHOWN)]
    detail = f"members that differ from their name and numbers: {', '.join(wrong)}" if wrong else "all agree"
    return Check("member_descriptions", not wrong, detail)


def _wrongly_described() -> Iterator[Member]:
    for member in Member.objects.order_by("pk").iterator(chunk_size=2000):
        if not _well_described(member):
            yield member


def _private_values() -> Check:
    """A key of the ring opens every private value."""
    broken = list(islice(_broken_seals(), SHOWN))
    detail = f"no key of the ring opens: {', '.join(broken)}" if broken else "every value opens"
    return Check("private_values", not broken, detail)


def _broken_seals() -> Iterator[str]:
    for model, names in sealed_fields():
        for row in model._default_manager.order_by("pk").only(*names).iterator(chunk_size=2000):
            if not all(_opens(getattr(row, name)) for name in names):
                yield f"{model._meta.label} {row.pk}"


def _opens(value: str) -> bool:
    try:
        opened(value)
    except SealBroken:
        return False
    return True


def _well_described(member: Member) -> bool:
    """Under an older key of the ring, which a rotation replaces, only the fingerprint can be compared."""
    if not (_opens(member.national_id) and _opens(member.phone)):
        return False
    national_id = opened(member.national_id)
    stored = (member.national_id_print, member.name_key, sorted(member.search_terms.split()))
    if stored[0] not in (fingerprints(national_id) if national_id else [""]):
        return False
    if not all(is_current(str.__str__(value)) for value in (member.national_id, member.phone)):
        return True
    describe(member)
    return stored == (member.national_id_print, member.name_key, sorted(member.search_terms.split()))
