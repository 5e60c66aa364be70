"""What `manage.py verify` asks of members: that what is derived from other rows is what those rows say."""

from collections.abc import Iterator
from importlib import import_module
from itertools import islice

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.keyring import SealBroken, fingerprints, is_current
from audit.verification import SHOWN, Check
from audit.watched import EACH_ROW
from members.fields import opened
from members.models import Member
from members.services.belonging import strays
from members.services.keys import sealed_fields
from members.services.people import describe

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
    index, overlaps = (import_module(f"members.migrations.{one}") for one in ("0002_search_index", "0003_no_overlaps"))
    return [*index.SQLITE, *overlaps.statements(vendor)]


def _roster_paths() -> Check:
    """Every member stands on the roster that today's affiliations say (docs/adr/0002)."""
    found = strays(on=timezone.localdate())
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
