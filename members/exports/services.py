"""Workbooks made in the background, from the request until the sealed file is fetched or removed."""

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keyring import SealBroken, seal, unseal
from audit.services import record
from members.access.queries import access_for
from members.choices import ExportProblem, ExportState
from members.exports.kinds import ExportContents, ExportKind, NotMade, kinds
from members.models.files import OPEN, Export, ExportedMember
from members.models.organization import Organization
from members.models.user import User
from members.refused import Refused

PIECE = 256 * 1024
"""Bytes sealed at a time: a large workbook is never in memory as a whole."""
LAST = "last"
SCRATCH = "making-"
DAY_SECONDS = 86_400


def folder() -> Path:
    path = Path(settings.EXPORT_ROOT)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def file_of(key: UUID) -> Path:
    return folder() / f"{key}.sealed"


@contextmanager
def scratch(key: UUID) -> Iterator[Path]:
    """A folder to make the workbook in. What an earlier attempt left goes; all of it goes at the end."""
    _remove(folder().glob(f"{SCRATCH}{key}-*"))
    with TemporaryDirectory(prefix=f"{SCRATCH}{key}-", dir=folder(), ignore_cleanup_errors=True) as made:
        yield Path(made)


def seal_file(plain: Path, sealed: Path, *, key: UUID) -> None:
    """Each line of the sealed file is a piece that knows whose it is, which one, and whether it is the last."""
    with plain.open("rb") as source, sealed.open("w") as target:
        number, piece = 0, source.read(PIECE)
        while True:
            following = source.read(PIECE)
            head = f"{key} {number} {'' if following else LAST}"
            target.write(seal(f"{head}\n{base64.b64encode(piece).decode()}") + "\n")
            if not following:
                return
            number, piece = number + 1, following


def open_file(key: UUID) -> IO[bytes]:
    """The workbook, unsealed. Raises FileNotFoundError, or SealBroken where a key has gone or a piece was changed."""
    plain, ended = TemporaryFile(), False  # noqa: SIM115 - the response reads it to its end and closes it
    with file_of(key).open() as sealed:
        for number, line in enumerate(sealed):
            head, _newline, piece = unseal(line.rstrip("\n")).partition("\n")
            ended = head == f"{key} {number} {LAST}"
            if not ended and head != f"{key} {number} ":
                raise SealBroken("A piece of this file belongs elsewhere.")
            plain.write(base64.b64decode(piece))
    if not ended:
        raise SealBroken("The end of this file is missing.")
    plain.seek(0)
    return plain


def remove_file(key: UUID) -> None:
    file_of(key).unlink(missing_ok=True)


def remove_leftovers(*, keep: Iterable[UUID]) -> None:
    """Files of a day ago and more that belong to nobody: a worker was killed, or a row went without its file."""
    kept = {file_of(key) for key in keep}
    _remove(path for path in folder().iterdir() if path not in kept and _age(path) > DAY_SECONDS)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


CLAIM = timedelta(minutes=2)
"""How long a worker may be silent before another takes over. It is renewed with every batch."""
MOST_ATTEMPTS = 3
AGREED_KEPT = timedelta(days=1)
"""How long a workbook waits for who asked for it, to which a second person had to agree."""
NOBODY = {"claim": "", "claimed_until": None}


class ExportStopped(Exception):
    """Somebody cancelled the export, or another worker has taken it over."""


def ask_export(
    *,
    kind: str,
    parameters: Mapping[str, Any],
    organization: Organization,
    total: int,
    by: User,
    covers: Sequence[str] = (),
    needs_agreement: bool = False,
) -> Export:
    """Let a workbook be made; with `needs_agreement`, as soon as a second person agrees who may see all that `covers`.

    The same wish again, while it is under way, is the same export.
    """
    written = json.dumps([kind, parameters], sort_keys=True, ensure_ascii=False)
    digest = sha256(written.encode()).hexdigest()
    try:
        with transaction.atomic():
            export = Export.objects.create(
                kind=kind,
                parameters=dict(parameters),
                digest=digest,
                organization=organization,
                total=total,
                asked_by=by,
                asked_at=timezone.now(),
                covers=list(covers),
                needs_agreement=needs_agreement,
                state=ExportState.PROPOSED if needs_agreement else ExportState.WAITING,
            )
            if needs_agreement:
                _record("propose_export", export, by)
            return export
    except IntegrityError:
        return Export.objects.get(asked_by=by, digest=digest, state__in=OPEN)


@transaction.atomic
def settle_export(*, export: Export, agreed: bool, by: User) -> Export:
    """The second person's yes or no. What is settled stays as it is. Raises Refused for who asked for it."""
    held = Export.objects.select_for_update(of=("self",)).select_related("organization").get(pk=export.pk)
    if held.asked_by_id == by.pk:
        raise Refused(_("Somebody else has to agree: two people answer for so many private values."))
    if held.state != ExportState.PROPOSED:
        return held
    if agreed:
        _set(held, state=ExportState.WAITING, settled_by=by)
    else:
        _end(held, ExportState.DECLINED, settled_by=by)
    _record("agree_export" if agreed else "decline_export", held, by)
    return held


@transaction.atomic
def claim_export(key: UUID | str) -> Export | None:
    """Take over an export that waits or that its worker left; None where there is nothing to do."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    rows = Export.objects.select_for_update(of=("self",)).select_related("asked_by", "organization")
    export = rows.unfinished().filter(free, pk=key).first()
    if export is None:
        return None
    if export.attempts >= MOST_ATTEMPTS:
        _end(export, ExportState.FAILED, problem=ExportProblem.BROKE)
        return None
    _set(
        export,
        state=ExportState.RUNNING,
        claim=uuid4().hex,
        claimed_until=now + CLAIM,
        attempts=export.attempts + 1,
        done=0,
    )
    return export


def count_rows_done(*, export: Export, done: int) -> None:
    """Say how many rows are written. Raises ExportStopped when the turn is over."""
    if not _mine(export).update(done=done, claimed_until=timezone.now() + CLAIM):
        raise ExportStopped


def let_go(*, export: Export) -> None:
    """An attempt failed for a reason that nobody foresaw: the next round tries again, but not for ever."""
    _mine(export).filter(attempts__lt=MOST_ATTEMPTS).update(**NOBODY)
    with transaction.atomic():
        if held := _mine(export).select_for_update().first():
            _end(held, ExportState.FAILED, problem=ExportProblem.BROKE)


@transaction.atomic
def finish_export(*, export: Export, rows: int, covers: Sequence[str], put: Callable[[], None]) -> None:
    """The workbook is complete: `put` lays the file in its place. Raises ExportStopped when the turn is over."""
    held = _mine(export).select_for_update().first()
    if held is None:
        raise ExportStopped
    _end(held, ExportState.DONE, done=rows, total=rows, covers=list(covers))
    put()


@transaction.atomic
def fail_export(*, export: Export, problem: ExportProblem) -> None:
    """Say why it can't be made. Nothing happens when the turn is over."""
    if held := _mine(export).select_for_update().first():
        _end(held, ExportState.FAILED, problem=problem)


@transaction.atomic
def cancel_export(*, export: Export, by: User) -> bool:
    """Stop it; the worker notices with the next batch. Says whether it is cancelled: False where it ended before."""
    held = Export.objects.select_for_update().get(pk=export.pk)
    if held.state in OPEN:
        _end(held, ExportState.CANCELLED)
        _record("cancel_export", held, by)
    return held.state == ExportState.CANCELLED


@transaction.atomic
def retry_export(*, export: Export) -> bool:
    """Let one that failed be made again; pressed twice, once. Says whether it waits or is under way now."""
    held = Export.objects.select_for_update().get(pk=export.pk)
    if held.state != ExportState.FAILED:
        return held.state in OPEN
    again = {"state": ExportState.WAITING, "problem": "", "attempts": 0, "done": 0, "ended_at": None}
    try:
        with transaction.atomic():
            _set(held, **again, expires_at=None)
    except IntegrityError:  # the same has been asked for anew meanwhile
        held.delete()
    return True


@transaction.atomic
def take_export(*, export: Export, by: User) -> bool:
    """Put on record that somebody takes the file; False where it could be taken once and has been, or its day is over.

    Of two at once, one gets it.
    """
    if export.needs_agreement:
        now = timezone.now()
        untaken = Export.objects.filter(pk=export.pk, state=ExportState.DONE, fetched_at=None, expires_at__gt=now)
        if not untaken.update(fetched_at=now):
            return False
    _record("download_export", export, by)
    return True


def exports_over(moment: datetime) -> list[UUID]:
    """Keys of those whose time was over then, and of proposals to which nobody said anything."""
    unsaid = Q(state=ExportState.PROPOSED, asked_at__lt=moment - timedelta(days=settings.EXPORTS_KEPT_DAYS))
    return list(Export.objects.filter(Q(expires_at__lt=moment) | unsaid).values_list("key", flat=True))


def _mine(export: Export) -> Any:
    """The row for as long as this worker's turn lasts, else nothing."""
    return Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, claim=export.claim)


def _end(export: Export, state: ExportState, **values: object) -> None:
    now = timezone.now()
    made = state == ExportState.DONE and export.needs_agreement
    kept = AGREED_KEPT if made else timedelta(days=settings.EXPORTS_KEPT_DAYS)
    _set(export, state=state, ended_at=now, expires_at=now + kept, **NOBODY, **values)


def _set(export: Export, **values: object) -> None:
    for name, value in values.items():
        setattr(export, name, value)
    export.save(update_fields=list(values))


def _record(action: str, export: Export, by: User) -> None:
    """What needs a second person, with the reason and how many people it is about."""
    more: dict[str, Any] = {}
    if export.needs_agreement:
        more = {"reason": export.parameters.get("reason", ""), "details": {"rows": export.total}}
    record(action=action, by=by, subject=export, organization_code=export.organization.code, **more)


def record_export(
    *,
    action: str,
    rows: int,
    by: User,
    place: Organization | None = None,
    subject: Model | None = None,
    details: Mapping[str, Any] | None = None,
    fields: Iterable[str] = (),
    members: Iterable[int] = (),
    reason: str = "",
    agreed_by: User | None = None,
) -> None:
    """That rows of `place` left the program in a workbook; without a place, of all that the person may see.

    `subject`: what they are of, where it isn't the place. `fields`: the private ones, of `members` (ids), each of
    whom can read the entry, with the reason. Call it in a transaction then.
    """
    code = place.code if place else next((office.code for office in by.access.held), "")
    named = {"fields": list(fields), "agreed_by": str(agreed_by or "")}
    more = {name: value for name, value in named.items() if value}
    entry = record(
        action=action,
        by=by,
        subject=subject or place or by,
        organization_code=code,
        reason=reason.strip(),
        details={"rows": rows, **(details or {}), **more},
    )
    exported = [ExportedMember(entry=entry, member_id=member) for member in members]
    ExportedMember.objects.bulk_create(exported, batch_size=1_000)


def make_export(key: UUID | str, *, on: date) -> None:
    """Make the workbook. Does nothing if another worker does, or if it was cancelled."""
    export = claim_export(key)
    if export is None:
        return
    export.asked_by.access = access_for(export.asked_by, on=on)
    try:
        with scratch(export.key) as room:
            _make(export, kinds()[export.kind], room, on)
    except ExportStopped:
        return
    except NotMade as refusal:
        fail_export(export=export, problem=refusal.problem)
    except Exception:
        let_go(export=export)
        raise


def _make(export: Export, kind: ExportKind, room: Path, on: date) -> None:
    plain, sealed = room / "plain.xlsx", room / "sealed"

    def go_on(done: int) -> None:
        count_rows_done(export=export, done=done)

    written = kind.write(export, plain, by=export.asked_by, on=on, go_on=go_on)
    seal_file(plain, sealed, key=export.key)
    put = partial(_put, export, kind, written, sealed)
    finish_export(export=export, rows=written.rows, covers=written.covers, put=put)


def _put(export: Export, kind: ExportKind, written: ExportContents, sealed: Path) -> None:
    """Last in the transaction: a file without its row is found by nobody, and goes with the next leftovers."""
    kind.record(export, written)
    sealed.replace(file_of(export.key))


def forget(*, before: datetime) -> int:
    """What was kept long enough at that moment goes, and what belongs to nobody; how many exports went.

    The file goes first: interrupted, a row is left whose time is over, and goes the next time.
    """
    over = exports_over(before)
    for key in over:
        remove_file(key)
    Export.objects.filter(key__in=over).delete()
    remove_leftovers(keep=Export.objects.values_list("key", flat=True))
    return len(over)
