"""The program as tests torment it, for real processes: `celery --app tests.reminders.chaos worker`.

One kind of messages of which one more falls due every moment, and a clock that ticks three times a second instead of
once a minute. It begins half a minute before a month ends. Between looking what is there and storing what is not lies a
moment, in which another planner can do the same.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchweb.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from branchweb.celery import app  # noqa: E402
from members.models import Member, Organization  # noqa: E402
from reminders.choices import MessageKind  # noqa: E402
from reminders.models import Message  # noqa: E402
from reminders.planning import kinds, services  # noqa: E402
from reminders.planning.rules import Occasion, dedupe_key  # noqa: E402

BEGAN, NUMBER, SECONDS = (float(os.environ[f"CHAOS_{name}"]) for name in ("BEGAN", "NUMBER", "SECONDS"))
"""The first message is due when it began, and all of them so many seconds later."""
MONTHS_END = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""
BEFORE_IT = timedelta(seconds=30)
TICK = 1 / 3


def chaos_time() -> datetime:
    return MONTHS_END - BEFORE_IT + timedelta(seconds=time.time() - BEGAN)


class Trickle:
    """In place of the kinds of messages. Members take turns."""

    def due(self, at: datetime, *, path: str = "") -> Iterator[Occasion]:
        began = MONTHS_END - BEFORE_IT
        branch, members = Organization.objects.get(code="branch"), list(Member.objects.order_by("pk"))
        for number in range(int(NUMBER)):
            due_at = began + timedelta(seconds=number * SECONDS / NUMBER)
            if due_at <= at:
                member = members[number % len(members)]
                yield Occasion(
                    kind=MessageKind.DUES, step=1, about=str(number), organization_id=branch.pk, member_id=member.pk,
                    dedupe_key=dedupe_key("chaos", number), due_at=due_at,
                    expires_at=began + timedelta(3), values=VALUES,
                )  # fmt: skip

    def standing(self, messages: Sequence[Message], *, at: datetime) -> Mapping[UUID, Mapping[str, str]]:
        return {one.pk: one.values for one in messages}


VALUES = {"name": "张英", "branch": "支部", "months": "11月", "amount": "1元", "ways": "现金"}
kinds.KINDS = {MessageKind.DUES: Trickle()}
kinds.PACE = {}
timezone.now = chaos_time


def store_a_moment_later(*arguments, **options) -> int:
    time.sleep(0.03)
    return STORE(*arguments, **options)


STORE = services.store
services.store = store_a_moment_later
app.conf.beat_schedule = {
    name: {"task": f"reminders.tasks.{name}", "schedule": TICK, "options": {"expires": 20}}
    for name in ("plan_messages", "dispatch_messages")
}
