"""Charges and payments for programs: the scope and the services of the pages."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from dues.models import Payment
from members.choices import OfficeKind
from members.models import Office
from tests.dues.making import charge, fix, pay, settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CHARGES, PAYMENTS = reverse("api:charge-list"), reverse("api:payment-list")


@pytest.fixture
def zhang(cast):
    fix(cast.zhang, 4000, base=400_000)
    for month in ("2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    charge(cast.wang, "2026-11", 7000)
    return cast.zhang


@pytest.fixture
def as_program(client):
    def ask(user, method, path, data=None):
        headers = {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"}
        kind = {"content_type": "application/json"} if method == "post" else {}
        return getattr(client, method)(path, data, headers=headers, **kind)

    return ask


def body(zhang, **changes):
    facts = {"key": str(uuid.uuid4()), "organization": "branch", "member": str(zhang.key), "amount_fen": 4000}
    return {**facts, "paid_on": "2026-11-20", "way": "cash", **changes}


def test_the_charges_of_the_branch_without_a_base(cast, zhang, as_program):
    rows = as_program(cast.officer, "get", CHARGES).json()["results"]

    assert [(row["month"], row["amount_fen"], row["organization"]) for row in rows] == [
        ("2026-10-01", 4000, "branch"), ("2026-11-01", 4000, "branch"),
    ]  # fmt: skip
    assert "400000" not in str(rows)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"since": "2026-11-01"}, 1),
        ({"until": "2026-10-31"}, 1),
        ({"organization": "group"}, 0),
        ({"organization": "branch"}, 2),
        ({"member": str(uuid.uuid4())}, 0),
    ],
)
def test_charges_are_narrowed(cast, zhang, as_program, query, found):
    assert len(as_program(cast.officer, "get", CHARGES, query).json()["results"]) == found


@pytest.mark.parametrize(("query", "status"), [({"since": "x"}, 400), ({"organization": "next-branch"}, 404)])
def test_what_cant_be_asked_is_answered_so(cast, zhang, as_program, query, status):
    for address in (CHARGES, PAYMENTS):
        assert as_program(cast.officer, "get", address, query).status_code == status


@pytest.mark.parametrize("part", ["member", "stranger", "district_staff", "administrator"])
def test_without_the_office_there_is_nothing(cast, zhang, as_program, part):
    for address in (CHARGES, PAYMENTS):
        assert as_program(cast.users()[part], "get", address).status_code == 403


def test_a_payment_is_recorded_with_its_receipt(cast, zhang, as_program):
    answer = as_program(cast.officer, "post", PAYMENTS, body(zhang))

    assert answer.status_code == 201
    assert (answer.json()["receipt"], answer.json()["recorded_by"]) == ("2026-0001", "officer")
    assert settled(zhang) == {"2026-10": 4000}
    assert as_program(cast.officer, "get", f"{PAYMENTS}{answer.json()['key']}/").json() == answer.json()


def test_the_same_key_again_is_the_same_payment(cast, zhang, as_program):
    sent = body(zhang)
    answers = [as_program(cast.officer, "post", PAYMENTS, sent) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": 9000}, "amount"),
        ({"paid_on": "2026-12-01"}, "paid_on"),
        ({"way": "wage_deduction"}, "way"),
        ({"way": "ledger"}, "way"),
        ({"key": "x"}, "key"),
        ({"amount_fen": "viel"}, "amount_fen"),
        ({"member": None}, "member"),
    ],
)
def test_a_refusal_names_the_field_and_stores_nothing(cast, zhang, as_program, changes, field):
    answer = as_program(cast.officer, "post", PAYMENTS, body(zhang, **changes))

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("part", "status"),
    [("next_secretary", 404), ("group_leader", 403), ("district_staff", 403), ("member", 403), ("stranger", 403)],
)
def test_nobody_records_for_another_branch_or_without_the_office(cast, zhang, as_program, part, status):
    assert as_program(cast.users()[part], "post", PAYMENTS, body(zhang)).status_code == status
    assert Payment.objects.count() == 0


def test_who_records_elsewhere_and_only_sees_the_branch_records_nothing_there(cast, zhang, as_program):
    Office.objects.create(user=cast.next_secretary, kind=OfficeKind.COMMITTEE_STAFF, organization=cast.district)

    assert as_program(cast.next_secretary, "post", PAYMENTS, body(zhang)).status_code == 403
    assert Payment.objects.count() == 0


def test_a_member_of_another_branch_is_missing(cast, zhang, as_program):
    assert as_program(cast.officer, "post", PAYMENTS, body(zhang, member=str(cast.wang.key))).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_one_payment_costs_as_many_queries_as_three(cast, zhang, as_program, rows, django_assert_num_queries):
    for _ in range(rows):
        pay(zhang, 100, "2026-11-20")
    token = {"Authorization": f"Token {AuthToken.objects.create(cast.officer)[1]}"}
    with django_assert_num_queries(4):
        assert len(Client().get(PAYMENTS, headers=token).json()["results"]) == rows
