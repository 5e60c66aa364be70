"""Receipts: numbered without gaps, printed, verified by whoever holds the paper."""

import re
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from dues.models import Receipt
from dues.payments.forms import RangeForm
from dues.payments.services import reverse_payment
from tests.cast import TODAY
from tests.dues.making import charge, pay

pytestmark = pytest.mark.django_db

PRINT = reverse("dues:receipt-print")


@pytest.fixture
def payment(cast):
    charge(cast.zhang, "2026-10", 4000)
    charge(cast.zhang, "2026-11", 4000)
    return pay(cast.zhang, 6050, "2026-11-20", by="officer", voluntary_fen=50)


def verify(token):
    return reverse("dues:receipt-verify", args=[token])


def without_address(answer):
    """The page without what repeats the request: its own address and the token against forged forms."""
    told = re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", answer.content.decode())
    return told.replace(answer.request["PATH_INFO"], "")


# --- Numbers -------------------------------------------------------------------------------------------------------


def test_each_branch_counts_for_itself(cast):
    for member in (cast.zhang, cast.wang):
        charge(member, "2026-11", 4000)
    receipts = [pay(member, 1000, "2026-11-20").receipt for member in (cast.zhang, cast.wang, cast.zhang)]

    assert [receipt.number for receipt in receipts] == [1, 1, 2]


def test_members_of_a_group_are_counted_with_their_branch(cast):
    for member in (cast.zhang, cast.li):
        charge(member, "2026-11", 4000)

    assert [pay(member, 1000, "2026-11-20").receipt.number for member in (cast.zhang, cast.li)] == [1, 2]


def test_each_year_begins_anew_in_shanghai(cast, monkeypatch):
    charge(cast.zhang, "2026-11", 4000)
    for moment in ("2026-12-31 23:59", "2027-01-01 00:00"):
        now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        pay(cast.zhang, 1000, "2026-11-20")

    assert [str(receipt) for receipt in Receipt.objects.order_by("year")] == ["2026-0001", "2027-0001"]


# --- Page and paper ------------------------------------------------------------------------------------------------


def test_a_receipt_says_what_a_receipt_has_to_say(cast, payment, as_user):
    text = as_user(cast.officer).get(reverse("dues:receipt-detail", args=[payment.pk])).content.decode()

    for word in (
        "2026-0001", cast.branch.name, "张英", "陆拾元伍角整", "60.50", "2026年10月–11月", "2026-11-20",
        "officer", "data:image/svg+xml",
    ):  # fmt: skip
        assert word in text, word


@pytest.mark.parametrize(
    ("part", "status"),
    [("officer", 200), ("member", 200), ("next_secretary", 404), ("district_staff", 404), ("stranger", 404)],
)
def test_who_may_read_a_receipt(cast, payment, as_user, part, status):
    address = reverse("dues:receipt-detail", args=[payment.pk])

    assert as_user(getattr(cast, part)).get(address).status_code == status


def test_a_run_of_numbers_prints_in_order(cast, payment, as_user, monkeypatch):
    charge(cast.li, "2026-11", 4000)
    for _number in range(3):
        pay(cast.li, 1000, "2026-11-20")
    client = as_user(cast.officer)

    def numbers(**asked):
        return [sheet.receipt.number for sheet in client.get(PRINT, asked).context["sheets"]]

    assert numbers(year=2026, first=2, last=3) == [2, 3]
    assert numbers(year=2026) == [1, 2, 3, 4]
    assert numbers(year=2025) == numbers(year=2026, first=9) == []
    assert numbers(year=2026, first="x", last=2) == [1, 2]
    monkeypatch.setattr(RangeForm, "NEWEST", 2)
    assert numbers(year=2026) == [3, 4]


def test_the_receipts_lead_on_to_handing_up(cast, payment, as_user):
    buttons = as_user(cast.officer).get(PRINT).context["buttons"]
    assert [str(one.url) for one in buttons] == [f"{reverse('dues:remittance-new')}?org=branch"]


@pytest.mark.parametrize("rows", [1, 3])
def test_more_receipts_ask_no_more_of_the_database(cast, as_user, django_assert_num_queries, rows):
    charge(cast.zhang, "2026-11", 4000)
    for _number in range(rows):
        pay(cast.zhang, 1000, "2026-11-20")
    client = as_user(cast.officer)

    with django_assert_num_queries(7):
        client.get(PRINT, {"year": 2026})


@pytest.mark.parametrize(("part", "status"), [("member", 403), ("district_staff", 403)])
def test_who_may_print_them(cast, payment, as_user, part, status):
    assert as_user(getattr(cast, part)).get(PRINT).status_code == status


def test_another_branchs_arent_there(cast, payment, as_user):
    client = as_user(cast.next_secretary)

    assert client.get(PRINT, {"org": "branch"}).status_code == 404
    assert client.get(PRINT, {"year": 2026}).context["sheets"] == []


# --- Verifying -----------------------------------------------------------------------------------------------------


def test_anybody_with_the_paper_can_verify_it_and_learns_no_given_name(cast, payment, client):
    answer = client.get(verify(payment.receipt.token))
    text = answer.content.decode()

    assert answer.status_code == 200
    assert answer.context["is_valid"]
    for word in ("2026-0001", cast.branch.name, "张*", "60.50", "2026-11-20"):
        assert word in text, word
    for word in ("张英", "officer", cast.zhang.national_id, "2026年10月"):
        assert word not in text, word


def test_a_payment_taken_back_makes_its_receipt_invalid(cast, payment, client):
    reverse_payment(payment, key=uuid.uuid4(), reason="记错了人", by="officer", on=TODAY)
    answer = client.get(verify(payment.receipt.token))

    assert (answer.status_code, answer.context["is_valid"]) == (200, False)
    assert "记错了人" not in answer.content.decode()


@pytest.mark.parametrize("token", ["0" * 32, "x", "2026-0001", "' OR 1=1", "党"])
def test_a_made_up_code_is_answered_like_any_that_isnt_there(payment, client, token):
    answer, other = client.get(verify(token)), client.get(verify("f" * 32))

    assert answer.status_code == other.status_code == 404
    assert without_address(answer) == without_address(other)


def test_search_engines_keep_neither(payment, client):
    for token in (payment.receipt.token, "f" * 32):
        answer = client.get(verify(token))
        assert "noindex" in answer.headers["X-Robots-Tag"] and "noindex" in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]


def test_guessing_is_slowed_down_and_real_papers_still_verify(payment, client):
    answers = [client.get(verify(f"{number:032x}")).status_code for number in range(25)]

    assert answers == [404] * 20 + [429] * 5
    assert client.get(verify(payment.receipt.token)).status_code == 200


def test_verifying_only_reads(payment, client):
    assert client.post(verify(payment.receipt.token)).status_code == 405
