"""Taking an export through its stages. Interrupted anywhere, it begins again; there is one file or none."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from members.exporting.files import file_of, remove_file, remove_leftovers, scratch, seal_file
from members.exporting.kinds import Kind, NotMade, Written, kinds
from members.models import Export
from members.queries.standing import standing_of
from members.services import exports as service


def make_export(key: UUID | str, *, on: date) -> None:
    """Make the workbook. Does nothing if another worker does, or if it was cancelled."""
    export = service.claim_export(key)
    if export is None:
        return
    export.asked_by.standing = standing_of(export.asked_by, on=on)
    try:
        with scratch(export.key) as room:
            _make(export, kinds()[export.kind], room, on)
    except service.Stopped:
        return
    except NotMade as refusal:
        service.fail_export(export=export, problem=refusal.problem)
    except Exception:
        service.let_go(export=export)
        raise


def _make(export: Export, kind: Kind, room: Path, on: date) -> None:
    plain, sealed = room / "plain.xlsx", room / "sealed"

    def go_on(done: int) -> None:
        service.go_on(export=export, done=done)

    written = kind.write(export, plain, by=export.asked_by, on=on, go_on=go_on)
    seal_file(plain, sealed, key=export.key)
    put = partial(_put, export, kind, written, sealed)
    service.finish_export(export=export, rows=written.rows, covers=written.covers, put=put)


def _put(export: Export, kind: Kind, written: Written, sealed: Path) -> None:
    """Last in the transaction: a file without its row is found by nobody, and goes with the next leftovers."""
    kind.put_on_record(export, written)
    sealed.replace(file_of(export.key))


def forget(*, before: datetime) -> int:
    """What was kept long enough at that moment goes, and what belongs to nobody; how many exports went.

    The file goes first: interrupted, a row is left whose time is over, and goes the next time.
    """
    over = service.exports_over(before)
    for key in over:
        remove_file(key)
    Export.objects.filter(key__in=over).delete()
    remove_leftovers(keep=Export.objects.values_list("key", flat=True))
    return len(over)
