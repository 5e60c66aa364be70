"""The payments of a branch: searched, filtered, sorted, paged, exported."""

import io
import uuid
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dues.models import Payment, PaymentProposal
from dues.payments.list_views import LISTING
from dues.payments.services import reverse_payment
from members.choices import OfficeKind
from members.search import name_key, search_terms
from tests.cast import TODAY, make_member, make_user
from tests.dues.making import charge, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, EXPORT = reverse("dues:payment-list"), reverse("dues:payment-export")


@pytest.fixture
def payments(cast):
    """Three of the branch, one of them taken back, and one of the next branch that must not leak."""
    for member in (cast.zhang, cast.li, cast.wang):
        for month in ("2026-09", "2026-10", "2026-11"):
            charge(member, month, 4000)
    first = pay(cast.zhang, 4000, "2026-09-20", by="officer")
    second = pay(cast.li, 9000, "2026-10-20", by="secretary", way="wechat", payer_kind="relative", payer_name="李小明")
    third = pay(cast.zhang, 4000, "2026-11-20", by="officer", payer_kind="other_member", payer=cast.li)
    reverse_payment(third, key=uuid.uuid4(), reason="记错了人", by="secretary", on=TODAY)
    pay(cast.wang, 4000, "2026-11-20", by="next_secretary")
    return first, second, third


def lines(answer):
    return [(row.member.name, row.amount_fen) for row, *_facts in answer.context["listing"].rows]


def test_the_branchs_payments_stand_newest_first(cast, payments, as_user):
    answer = as_user(cast.officer).get(LIST)

    assert lines(answer) == [("张英", -4000), ("张英", 4000), ("李国强", 9000), ("张英", 4000)]
    assert answer.context["total"] == 13000


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "国强"}, [("张英", 4000), ("李国强", 9000)]),
        ({"q": "李小明"}, [("李国强", 9000)]),
        ({"q": "zhangying"}, [("张英", -4000), ("张英", 4000), ("张英", 4000)]),
        ({"q": "王秀兰"}, []),
        ({"month": "2026-10"}, [("李国强", 9000)]),
        ({"month": "gestern"}, [("张英", -4000), ("张英", 4000), ("李国强", 9000), ("张英", 4000)]),
        ({"way": "wechat"}, [("李国强", 9000)]),
        ({"by": "secretary"}, [("张英", -4000), ("李国强", 9000)]),
        ({"state": "live"}, [("李国强", 9000), ("张英", 4000)]),
        ({"state": "reversed"}, [("张英", -4000), ("张英", 4000)]),
        ({"state": "live", "order": "oldest"}, [("张英", 4000), ("李国强", 9000)]),
        ({"order": "most", "state": "live"}, [("李国强", 9000), ("张英", 4000)]),
        ({"order": "name", "state": "live"}, [("李国强", 9000), ("张英", 4000)]),
    ],
)
def test_it_is_narrowed_and_sorted(cast, payments, as_user, asked, found):
    cast.zhang.name_key, cast.zhang.search_terms = name_key("张英"), search_terms(names=["张英"], numbers=[])
    cast.zhang.save()

    assert lines(as_user(cast.officer).get(LIST, asked)) == found


def test_what_a_payment_settles_and_its_receipt_stand_beside_it(cast, payments, as_user):
    text = as_user(cast.officer).get(LIST, {"state": "live"}).content.decode()

    assert "2026年9月–11月" in text
    assert "2026-0002" in text


def test_a_long_list_has_pages(cast, as_user, monkeypatch):
    monkeypatch.setattr("dues.payments.list_views.LISTING", replace(LISTING, size=2))
    charge(cast.zhang, "2026-11", 4000)
    for fen in (100, 200, 300):
        pay(cast.zhang, fen, "2026-11-20")
    client = as_user(cast.officer)

    pages = [lines(client.get(LIST, {"page": page, "order": "most"})) for page in (1, 2)]
    assert [[fen for _name, fen in page] for page in pages] == [[300, 200], [100]]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_asks_no_more_of_the_database(cast, as_user, django_assert_num_queries, rows):
    for number in range(rows):
        member = make_member(f"党员{number}", cast.branch)
        charge(member, "2026-11", 4000)
        pay(member, 4000, "2026-11-20")
    client = as_user(cast.officer)

    with django_assert_num_queries(12):
        client.get(LIST)


def test_the_workbook_holds_the_same_and_taking_it_is_on_record(cast, payments, as_user):
    answer = as_user(cast.officer).get(EXPORT, {"state": "live"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)

    assert [(row[0].date(), row[2], row[3]) for row in rows[1:]] == [
        (date(2026, 10, 20), "李国强", 90),
        (date(2026, 9, 20), "张英", 40),
    ]
    assert Entry.objects.get(action="export_payments").details == {"rows": 2}


def test_a_name_that_looks_like_a_formula_stays_text_in_the_workbook(cast, as_user):
    charge(cast.zhang, "2026-11", 4000)
    pay(cast.zhang, 4000, "2026-11-20", payer_kind="relative", payer_name="=1+1")
    answer = as_user(cast.officer).get(EXPORT)
    cell = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.rows)[1][6]

    assert (cell.data_type, cell.value.endswith("=1+1")) == ("s", True)


@pytest.mark.parametrize("address", [LIST, EXPORT])
@pytest.mark.parametrize(
    ("part", "status"),
    [("officer", 200), ("member", 403), ("group_leader", 403), ("district_staff", 403), ("inspector", 403)],
)
def test_who_may_read_them(cast, payments, as_user, address, part, status):
    assert as_user(getattr(cast, part)).get(address).status_code == status


@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_another_branch_isnt_there(cast, payments, as_user, address):
    assert as_user(cast.next_secretary).get(address, {"org": "branch"}).status_code == 404
    for code in ("nowhere", "\0x"):
        assert as_user(cast.officer).get(address, {"org": code}).status_code == 404


def test_who_has_two_branches_chooses(cast, payments, as_user):
    both = make_user("both", OfficeKind.SECRETARY, cast.district)
    client = as_user(both)

    assert lines(client.get(LIST, {"org": "next-branch"})) == [("王秀兰", 4000)]
    assert "org" in client.get(LIST).context["form"].fields


@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_they_are_only_read(cast, as_user, address):
    assert as_user(cast.officer).post(address).status_code == 405


def test_what_waits_for_a_second_person_is_counted_on_its_button(cast, payments, as_user):
    PaymentProposal.objects.create(
        organization=cast.branch, member=cast.li, amount_fen=100, paid_on=TODAY, way="cash", proposed_by="officer"
    )

    assert as_user(cast.secretary).get(LIST).context["waiting"] == 1
    assert as_user(cast.next_secretary).get(LIST).context["waiting"] == 0


def test_a_payment_from_an_old_ledger_has_no_receipt_and_only_its_month(cast, as_user):
    old = Payment.objects.create(
        organization=cast.branch, member=cast.li, amount_fen=100, paid_on="2026-03-01", paid_precision="month",
        way="ledger", recorded_by="system", recorded_at=timezone.now(),
    )  # fmt: skip
    client = as_user(cast.officer)
    pages = [client.get(address) for address in (LIST, EXPORT, old.get_absolute_url())]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "2026年3月" in pages[0].content.decode() and "2026年3月" in pages[2].content.decode()


def test_a_page_of_payments_is_no_longer_than_a_phone_can_bear():
    """A row takes some 62 px at 360 px; 3,000 px are the most."""
    assert LISTING.size * 62 + 1_100 <= 3_000
