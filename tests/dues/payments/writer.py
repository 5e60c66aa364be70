"""A process that records payments until it is killed; `tests/dues/payments/test_payments_killed.py` starts it.

python -m tests.dues.payments.writer USER MEMBER…    each line on its input starts another child, which posts
payment forms as fast as it can. A child prints `begun PID`, and the key of each payment once the program has answered
that it is recorded. With WRITER_TORN=1 the payment, its receipt and its entry in the record aren't stored together any
more.
"""

import os
import sys
import uuid
from itertools import cycle

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from dues.payments import views  # noqa: E402
from members.models import User  # noqa: E402


def main(username: str, *members: str) -> None:
    if os.environ.get("WRITER_TORN"):
        views.record_payment = views.record_payment.__wrapped__
        QuerySet.select_for_update = lambda rows, **_how: rows  # PostgreSQL holds no row outside a transaction
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    pay(client, members[0])  # everything is loaded before anything forks
    connections.close_all()
    say("ready")
    for line in sys.stdin:
        if os.fork() == 0:
            say(f"begun {os.getpid()}")
            for member in cycle(members[int(line) :] + members[: int(line)]):
                pay(client, member)


def pay(client: Client, member: str) -> None:
    key = uuid.uuid4()
    form = {"key": key, "amount": "0.01", "paid_on": "2026-11-20", "way": "cash", "payer_kind": "self"}
    answer = client.post(reverse("dues:payment-new", args=[member]), form)
    if answer.status_code != 302:
        say(f"answered {answer.status_code}")
        os._exit(1)
    say(str(key))


def say(line: str) -> None:
    """In one piece, so that a kill leaves whole lines."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
