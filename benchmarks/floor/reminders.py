"""python -m benchmarks.floor.reminders WHAT: the outbox by bare statements, and by what the minute's tasks call.

`accounts`: everybody can log in, once. `insert` and `plan`: 100,000 rows of the outbox, bare and ours. `claim` and
`dispatch`: one worker of several, which begins when it reads a line and takes a thousand due rows after the other until
there are none. Each prints rows, seconds and seconds of the processor as JSON.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from psycopg2.extras import execute_values  # noqa: E402

from members.models import Member, Organization, User  # noqa: E402
from reminders.choices import MessageKind  # noqa: E402
from reminders.messages.models import Release, Wording  # noqa: E402
from reminders.messages.services import program_wordings  # noqa: E402
from reminders.planning import kinds  # noqa: E402
from reminders.planning.rules import Occasion, Pending, dedupe_key  # noqa: E402
from reminders.planning.services import plan  # noqa: E402
from reminders.sending.services import dispatch  # noqa: E402

AT_ONCE = 1_000
TEN = datetime.combine(timezone.localdate(), datetime.min.time(), UTC) + timedelta(hours=2)
"""Ten in the morning in Shanghai: nobody's quiet hours."""
VALUES = {
    "name": "张英",
    "branch": "红旗社区第一党支部",
    "months": "2026年10月",
    "amount": "12.50元",
    "ways": "交给组织委员",
}
COLUMNS = (
    "key", "dedupe_key", "kind", "step", "about", "organization_id", "member_id", "addressee", "user_id", "channel",
    "wording_id", "values", "state", "planned_at", "due_at", "expires_at", "attempts_made", "problem",
)  # fmt: skip
CLAIM = """
UPDATE reminders_message SET state = 'sent', sent_at = {now} WHERE key IN (
    SELECT key FROM reminders_message WHERE state = 'ready' AND due_at <= {now} ORDER BY due_at LIMIT {most} {skip}
)
"""


class Dues:
    """In place of the kinds of messages: everybody is told once, and nothing is done meanwhile."""

    def due(self, at: datetime, *, path: str = "") -> Iterator[Occasion]:
        for member, organization in everybody():
            yield Occasion(
                kind=MessageKind.DUES, step=1, about="2026-11", organization_id=organization, member_id=member,
                dedupe_key=dedupe_key(MessageKind.DUES, member, "2026-11"), due_at=TEN,
                expires_at=TEN + timedelta(days=20), values=VALUES,
            )  # fmt: skip

    def standing(self, messages: Sequence[Pending], *, at: datetime) -> Mapping[uuid.UUID, Mapping[str, str]]:
        return {one.pk: dict(one.values) for one in messages}


def everybody() -> Iterator[tuple[int, int]]:
    """Member and branch."""
    places = dict(Organization.objects.values_list("path", "pk"))
    for member, path in Member.objects.exclude(roster_path="").order_by("pk").values_list("pk", "roster_path"):
        yield member, places[path]


def accounts() -> None:
    if Release.objects.exists():
        return
    program_wordings()
    members = Member.objects.filter(user__isnull=True).values_list("pk", flat=True)
    User.objects.bulk_create((User(username=f"m{pk}", member_id=pk) for pk in members), batch_size=5_000)
    root = Organization.objects.get(depth=1)
    Release.objects.create(organization=root, kind=MessageKind.DUES, released_by=User.objects.first())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def bare_rows() -> list[tuple[object, ...]]:
    """Ready before the clock begins to run."""
    users = dict(User.objects.filter(member__isnull=False).values_list("member", "pk"))
    wording = Wording.objects.filter(kind=MessageKind.DUES, language="zh-hans").values_list("pk", flat=True)[0]
    postgres = connection.vendor == "postgresql"
    ten, later = (moment if postgres else f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (TEN, TEN + timedelta(days=20)))
    values = json.dumps(VALUES)
    return [
        (
            str(key) if postgres else key.hex, f"floor:{key}", "dues", 1, "2026-11", organization, member, "member",
            users[member], "in_app", wording, values, "ready", ten, ten, later, 0, "",
        )
        for member, organization in everybody()
        if (key := uuid.uuid4())
    ]  # fmt: skip


def insert() -> dict[str, float]:
    rows, names = bare_rows(), ", ".join(map(connection.ops.quote_name, COLUMNS))
    into = f"INSERT INTO reminders_message ({names}) VALUES"
    took = stopwatch()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            execute_values(cursor.cursor, f"{into} %s ON CONFLICT DO NOTHING", rows, page_size=AT_ONCE)
        else:
            places = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"{into} ({places}) ON CONFLICT DO NOTHING", rows)
    return {"rows": len(rows), **took()}


def ours() -> dict[str, float]:
    took = stopwatch()
    planned = plan(TEN)
    return {"rows": planned, **took()}


def claim() -> int:
    postgres = connection.vendor == "postgresql"
    now = f"'{TEN:%Y-%m-%d %H:%M:%S}{'+00' if postgres else ''}'"
    statement = CLAIM.format(now=now, most=AT_ONCE, skip="FOR UPDATE SKIP LOCKED" if postgres else "")
    claimed = 0
    with connection.cursor() as cursor:
        while True:
            with transaction.atomic():
                cursor.execute(statement)
            if not cursor.rowcount:
                return claimed
            claimed += cursor.rowcount


def work(once: Callable[[], int]) -> dict[str, float]:
    """Wait until somebody says so."""
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    took = stopwatch()
    return {"rows": once(), **took()}


def stopwatch() -> Callable[[], dict[str, float]]:
    """By the clock, and of the processor in this process: that of PostgreSQL isn't in it."""
    began, worked = time.perf_counter(), time.process_time()
    return lambda: {"seconds": time.perf_counter() - began, "processor": time.process_time() - worked}


WAYS: dict[str, Callable[[], dict[str, float] | None]] = {
    "accounts": accounts,
    "insert": insert,
    "plan": ours,
    "claim": lambda: work(claim),
    "dispatch": lambda: work(lambda: dispatch(TEN, by="benchmark").dispatched),
}
kinds.KINDS = {MessageKind.DUES: Dues()}
print(json.dumps(WAYS[sys.argv[1]]()))
