"""What who writes to the database can do: with the triggers lifted meanwhile, so that nothing is missing in the end."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from audit.append_only import protecting, releasing
from audit.models import UNKEYED, Entry, Head, digest_of


def run(statements: str | Iterable[str], *parameters: object) -> None:
    with connection.cursor() as cursor:
        for statement in [statements] if isinstance(statements, str) else statements:
            cursor.execute(statement, parameters or None)


def lifted(*statements: str, table: str = "audit_entry") -> None:
    """Run the statements on a table whose triggers are gone meanwhile."""
    run([*releasing(table, connection.vendor), *statements, *protecting(table, connection.vendor)])


def set_head(entry: Model | None) -> None:
    Head.objects.update(number=entry.number if entry else 0, digest=entry.digest if entry else "")


def cut_behind(number: int) -> None:
    """Take the newest entries away, and let the head say that there were never more."""
    lifted(f"DELETE FROM audit_entry WHERE number > {number}")
    set_head(Entry.objects.filter(number=number).first())


def rechain(first: int = 1, *, key: bytes = UNKEYED) -> None:
    """Compute every digest from an entry on anew, and the head."""
    digest = Entry.objects.filter(number=first - 1).values_list("digest", flat=True).first() or ""
    changed = []
    for entry in Entry.objects.filter(number__gte=first).in_order():
        entry.previous_digest = digest
        entry.digest = digest = digest_of(entry, key)
        changed.append(entry)
    run(releasing("audit_entry", connection.vendor))
    for entry in reversed(changed):  # each digest and each predecessor is there only once
        Entry.objects.filter(pk=entry.pk).update(digest=f"{entry.pk} digest", previous_digest=f"{entry.pk} before")
    for entry in changed:
        Entry.objects.filter(pk=entry.pk).update(digest=entry.digest, previous_digest=entry.previous_digest)
    run(protecting("audit_entry", connection.vendor))
    set_head(changed[-1])
