"""The same form eight times at once is one payment, and two officers at once never take more than is owed.

`FLOOD=1000` in the environment sends as many forms instead of the usual few. A thousand are asked for on PostgreSQL,
two hundred on SQLite.
"""

import contextlib
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from dues.ledger import services as ledger_services
from dues.models import Payment, Receipt
from dues.payments import services as payments_services
from dues.payments.forms import PaymentForm
from dues.payments.services import HandedIn, collect_cash
from members.refused import Refused
from tests.cast import TODAY, make_cast, make_member
from tests.dues.making import charge, every_fen_is_somewhere, left_open, new_payment, settled
from tests.meetings.votes.test_votes_at_once import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("today")]

SENDERS = 8
FORMS = int(os.environ.get("FLOOD", "20"))
FORMS_A_MEMBER = 20
FEN = 100


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def payers(cast):
    """Members who owe enough for all forms to be paid, and for each to be doubled where nothing prevents it."""
    people = [make_member(f"党员{number}", cast.branch) for number in range(-(-FORMS // FORMS_A_MEMBER))]
    for member in people:
        charge(member, "2026-11", FEN * FORMS_A_MEMBER * SENDERS)
    return people


class Senders:
    """Eight browsers that send one form after the other, each form all of them at the same moment."""

    def __init__(self, user):
        self.together = threading.Barrier(SENDERS)
        self.user = user

    def send(self, forms):
        """What each form was answered, eight times."""
        with ThreadPoolExecutor(SENDERS) as threads:
            answers = list(threads.map(self._send_all, [forms] * SENDERS))
        return list(zip(*answers, strict=True))

    def _send_all(self, forms):
        client = Client()
        client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        try:
            return [self._send_one(client, *form) for form in forms]
        finally:
            connection.close()

    def _send_one(self, client, address, form):
        self.together.wait(120)
        answer = client.post(address, form)
        return answer.status_code, answer.headers.get("Location")


def forms_for(payers, number):
    for place in range(number):
        form = {"key": uuid.uuid4(), "amount": "1", "paid_on": "2026-11-20", "way": "cash", "payer_kind": "self"}
        yield reverse("dues:payment-new", args=[payers[place // FORMS_A_MEMBER].key]), form


def assert_books_balance():
    assert every_fen_is_somewhere()
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, Payment.objects.count() + 1))
    assert Entry.objects.filter(action="record_payment").count() == Payment.objects.count()


def test_a_form_that_eight_send_at_once_is_one_payment(cast, payers):
    forms = list(forms_for(payers, FORMS))
    answers = Senders(cast.officer).send(forms)

    assert set(Payment.objects.values_list("pk", flat=True)) == {form["key"] for _address, form in forms}
    for (_address, form), eight in zip(forms, answers, strict=True):
        assert set(eight) == {(302, reverse("dues:receipt-detail", args=[form["key"]]))}
    assert_books_balance()
    print(f"{FORMS} forms x {SENDERS} on {connection.vendor}: 0 doubled, 0 lost")  # noqa: T201 - the figure


def test_without_the_forms_key_every_form_is_doubled(cast, payers, monkeypatch):
    """Negative control: the same code, only that the key which comes with the form isn't used."""
    keyed = PaymentForm.payment
    monkeypatch.setattr(PaymentForm, "payment", lambda form: replace(keyed(form), key=uuid.uuid4()))
    few = 5
    Senders(cast.officer).send(list(forms_for(payers, few)))

    assert Payment.objects.count() == few * SENDERS


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "without transaction and lock"])
def test_two_officers_at_once_never_take_more_than_is_owed(cast, monkeypatch, protected):
    """With its negative control: both have looked at what is open before one of them writes."""
    charge(cast.zhang, "2026-11", 4000)
    together = threading.Barrier(2)
    demand = payments_services.demand_possible

    def demand_together(*given):
        demand(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(1)

    monkeypatch.setattr(payments_services, "demand_possible", demand_together)
    record = payments_services.record_payment
    if not protected:
        for module in (payments_services, ledger_services):
            monkeypatch.setattr(module, "lock_members", sorted)
        record = record.__wrapped__
    new = [new_payment(cast.zhang, 4000, "2026-11-20") for _officer in range(2)]
    raised = at_once(*(lambda one=one, by=by: record(one, by=by, on=TODAY) for one, by in zip(new, "ab", strict=True)))

    refused = [error for error in raised if isinstance(error, Refused)]
    assert (len(refused), Payment.objects.count()) == ((1, 1) if protected else (0, 2))
    if protected:
        assert (settled(cast.zhang), left_open(cast.zhang)) == ({"2026-11": 4000}, {})


def test_a_whole_list_sent_eight_times_at_once_is_one_list(cast):
    people = [make_member(f"党员{number}", cast.branch) for number in range(6)]
    for member in people:
        charge(member, "2026-11", FEN * SENDERS)
    given = {"key": uuid.uuid4(), "organization": cast.branch, "paid_on": TODAY, "on": TODAY, "by": cast.officer}
    raised = at_once(*[lambda: collect_cash(lines=[HandedIn(member, FEN) for member in people], **given)] * SENDERS)

    assert raised == [None] * SENDERS
    assert Payment.objects.count() == len(people)
    assert_books_balance()


def test_two_lists_at_once_in_opposite_order_hold_nobody_up(cast):
    people = [make_member(f"党员{number}", cast.branch) for number in range(6)]
    for member in people:
        charge(member, "2026-11", FEN * SENDERS)

    def collect(order):
        lines = [HandedIn(member, FEN) for member in order]
        given = {"key": uuid.uuid4(), "organization": cast.branch, "paid_on": TODAY, "on": TODAY, "by": cast.officer}
        return lambda: collect_cash(lines=lines, **given)

    raised = at_once(collect(people), collect(people[::-1]), collect(people), collect(people[::-1]))

    assert raised == [None] * 4
    assert Payment.objects.count() == 4 * len(people)
    assert_books_balance()
