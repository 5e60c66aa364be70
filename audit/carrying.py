"""Anchors are carried off the machine: to a file on another mount, by mail, to an HTTP service.

Each way goes on after the last anchor that it took, so that nothing is lost while it is out of order, and none of them
stops the program. How far each has come lies beside the anchors: who can write to the database can't turn it off there.
"""

import fcntl
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audit.actions import BREAKS
from audit.anchors import append
from audit.models import ChainCheck

log = logging.getLogger(__name__)

AT_ONCE, ROUNDS = 500, 20
"""Anchors that are sent in one go, and how often in one round."""
BETWEEN_MAILS = timedelta(hours=1)
"""Somebody reads them; what happened within the hour is in the next one. Word that something is wrong doesn't wait."""
Send = Callable[[list[str], str], None]
"""Given lines and what is wrong (empty: nothing). Raises when it isn't certain that they arrived."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How far one way has come."""

    offset: int = 0
    """Bytes of the file of anchors that it took."""
    taken_at: str = ""
    failing_since: str = ""
    problem: str = ""
    alarm: str = ""
    """What was wrong when it last said so."""

    def seconds_behind(self, at: datetime) -> int:
        since = datetime.fromisoformat(self.failing_since) if self.failing_since else at
        return max(0, int((at - since).total_seconds()))


def carry(anchors: Path, *, at: datetime) -> None:
    """Each way that is set up takes what it hasn't taken yet. Another process that is at it isn't waited for."""
    with _alone(anchors) as is_ours:
        if is_ours and ways():
            before = carried(anchors)
            now = {name: _carry_on(name, send, before[name], anchors, at) for name, send in ways().items()}
            state = _beside(anchors, "carried")
            state.with_suffix(".new").write_text(json.dumps({name: asdict(one) for name, one in now.items()}))
            state.with_suffix(".new").replace(state)


def ways() -> dict[str, Send]:
    every: dict[str, tuple[object, Send]] = {
        "file": (settings.ANCHOR_FILE, _to_file),
        "http": (settings.ANCHOR_URL, _to_service),
        "mail": (settings.ANCHOR_MAIL, _by_mail),
    }
    return {name: send for name, (target, send) in every.items() if target}


def carried(anchors: Path) -> dict[str, Carried]:
    """How far each way has come that is set up."""
    try:
        kept = json.loads(_beside(anchors, "carried").read_text())
        return {name: Carried(**kept.get(name, {})) for name in ways()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {name: Carried() for name in ways()}  # all once more, rather than one too few


def _carry_on(name: str, send: Send, done: Carried, anchors: Path, at: datetime) -> Carried:
    alarm = _alarm()
    if name == "mail" and not _mail_is_due(done, alarm, at):
        return done
    for turn in range(ROUNDS):
        lines, end = _lines_from(anchors, done.offset)
        if not lines and (turn or not (name == "mail" and alarm)):
            return replace(done, failing_since="", problem="")
        try:
            send(lines, alarm)
        except Exception as error:
            problem = getattr(error, "sentence", "") or _problem(name)
            log.warning("Anchors could not be carried off (%s): %s %s", name, type(error).__name__, problem)
            return replace(done, failing_since=done.failing_since or at.isoformat(), problem=problem)
        done = Carried(offset=end, taken_at=at.isoformat(), alarm=alarm)
    return done


def _problem(name: str) -> str:
    return _("The file can't be written.") if name == "file" else _("The mail server can't be reached.")


def _mail_is_due(done: Carried, alarm: str, at: datetime) -> bool:
    is_news = bool(alarm) and alarm != done.alarm
    return is_news or not done.taken_at or at - datetime.fromisoformat(done.taken_at) >= BETWEEN_MAILS


def _alarm() -> str:
    """What the newest check found wrong; empty: nothing."""
    check = ChainCheck.objects.first()
    return f"{check.broken_at}: {BREAKS.get(check.found, check.found)}" if check and check.found else ""


def _lines_from(anchors: Path, offset: int) -> tuple[list[str], int]:
    """Whole lines behind an offset, and where they end. A file that is shorter is another one: from its beginning."""
    if not anchors.exists():
        return [], 0
    with anchors.open("rb") as file:
        start = file.seek(offset if offset <= anchors.stat().st_size else 0)
        lines = [line for _turn in range(AT_ONCE) if (line := file.readline()).endswith(b"\n")]
    return [line.decode(errors="replace").strip() for line in lines], start + sum(map(len, lines))


def _to_file(lines: list[str], alarm: str) -> None:
    if elsewhere := settings.ANCHOR_FILE:
        append(elsewhere, "".join(f"{line}\n" for line in lines))


def _to_service(lines: list[str], alarm: str) -> None:
    import_string(settings.POST_JSON)(settings.ANCHOR_URL, {"anchors": lines, "wrong": alarm})


def _by_mail(lines: list[str], alarm: str) -> None:
    subject = _("The audit record is not whole") if alarm else _("Anchors of the audit record")
    what = _("Found at entry %(alarm)s. Run manage.py verify now.") % {"alarm": alarm} if alarm else ""
    keep = _("Keep this mail. manage.py verify --anchors compares the record with these lines.")
    send_mail(subject, "\n".join([*filter(None, [what, keep]), "", *lines, ""]), None, [settings.ANCHOR_MAIL])


def _beside(anchors: Path, what: str) -> Path:
    return anchors.with_name(f"{anchors.name}_{what}")


@contextmanager
def _alone(anchors: Path) -> Iterator[bool]:
    with _beside(anchors, "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
