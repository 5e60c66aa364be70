"""Bills in the record: stored once, posted where clear, held or waiting where not, and taken back."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from dues.bills import services as bill_services
from dues.bills.importing import ReadBill
from dues.bills.queries import people_of
from dues.bills.services import match_again, payer_of, post_certain, post_row, set_aside, store_bill, take_up, undo_row
from dues.choices import BillRowState, BillSource, PayerKind, PaymentWay
from dues.models import Bill, BillRow, Payment
from dues.payments.services import reverse_payment
from members.models import ContactPerson
from members.refused import Refused
from tests.cast import TODAY, make_member
from tests.dues.bills.bill_files import line, store
from tests.dues.making import charge, every_fen_is_somewhere, fix, left_open, pay, settled

pytestmark = pytest.mark.django_db


def one_row(cast, **fields):
    return store(cast, line(**fields)).rows.get()


@pytest.fixture
def owing(cast):
    """张英 owes 40 yuan a month since September, 李国强 10 for November."""
    fix(cast.zhang, 4000)
    fix(cast.li, 1000)
    for month in ("2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    charge(cast.li, "2026-11", 1000)
    return cast


def test_a_bill_is_stored_with_whom_each_row_is_for(owing):
    bill = store(
        owing,
        line(number="2781500596100126"),
        line(payer="李国强", note="党费", fen=1000, number="2781500596100127"),
        line(payer="金瑞", note="张英 李国强党费", fen=5500, number="2781500596100128"),
        line(payer="金瑞", note="还饭钱", number="2781500596100129"),
    )
    assert (bill.source, bill.duplicates, bill.ignored, bill.uploaded_by) == ("wechat", 0, 2, owing.officer)
    assert list(bill.rows.order_by("transaction").values_list("state", "member__name", "reason")) == [
        ("certain", "张英", ""),
        ("certain", "李国强", ""),
        ("doubtful", None, ""),
        ("unmatched", None, "not_dues"),
    ]
    doubtful = bill.rows.get(state="doubtful")
    assert [one["member"] for one in doubtful.candidates] == [str(owing.zhang.key), str(owing.li.key)]
    entry = Entry.objects.get(action="import_bill")
    assert (entry.actor, entry.details) == ("officer", {"rows": 4, "duplicates": 0, "ignored": 2})


def test_the_same_form_twice_is_one_bill(owing):
    key = uuid.uuid4()
    assert store(owing, line(), key=key) == store(owing, line(), key=key)
    assert (Bill.objects.count(), BillRow.objects.count(), Entry.objects.count()) == (1, 1, 1)


def test_the_same_file_twice_adds_nothing(owing):
    rows = [line(), line(), line(number="2781500596100126")]
    first, second = store(owing, *rows), store(owing, *rows)
    assert (first.rows.count(), second.rows.count(), second.duplicates) == (3, 0, 3)


def test_an_overlapping_export_adds_only_what_is_new(owing):
    store(owing, line(at="2026-11-01 08:00:00"), line(at="2026-11-02 08:00:00"))
    later = store(owing, line(at="2026-11-02 08:00:00"), line(at="2026-11-03 08:00:00"))
    assert (later.duplicates, later.rows.get().came_at.day) == (1, 3)


def test_true_twins_both_count_and_a_third_one_is_new(owing):
    assert store(owing, line(), line()).rows.count() == 2
    again = store(owing, line(), line(), line())
    assert (again.duplicates, again.rows.count()) == (2, 1)


def test_without_the_counter_a_twin_would_be_lost(owing, monkeypatch):
    monkeypatch.setattr(bill_services, "identities", lambda rows: ["same"] * len(rows))
    assert store(owing, line(), line()).rows.count() == 1


def test_a_number_repeated_within_a_file_is_a_duplicate(owing):
    bill = store(owing, line(number="2781500596100126"), line(number="2781500596100126"))
    assert (bill.duplicates, bill.rows.count()) == (1, 1)


def test_a_number_that_excel_lost_makes_no_second_row(owing):
    store(owing, line(number="2781500596100126"))
    lost = store(owing, line(), line())
    assert (lost.duplicates, lost.rows.count()) == (1, 1)
    kept = store(owing, line(number="2781500596100127"))
    assert (kept.duplicates, kept.rows.count()) == (1, 0)


def test_another_branch_keeps_its_own_rows(cast, owing):
    store(cast, line(number="2781500596100126"))
    read = ReadBill(BillSource.WECHAT, lines=[line(number="2781500596100126")])
    other = store_bill(read, key=uuid.uuid4(), organization=cast.next_branch, file_name="x.csv", by="shell", on=TODAY)
    assert (other.rows.count(), other.rows.get().state, other.uploaded_by) == (1, "unmatched", None)


def test_what_is_clear_is_posted_with_its_way_and_day(owing):
    bill = store(owing, line(fen=6000, at="2026-11-20 00:30:00"), source=BillSource.ALIPAY)
    result = post_certain(bill.rows.all(), by=owing.officer, on=TODAY)
    row = bill.rows.get()
    assert (result.posted, result.held, row.state, row.decided_by) == (1, 0, "posted", "officer")
    payment = row.payment
    assert (payment.pk, payment.amount_fen, payment.paid_on) == (row.pk, 6000, date(2026, 11, 20))
    assert (payment.way, payment.payer_kind, payment.organization) == ("alipay", "self", owing.branch)
    assert settled(owing.zhang) == {"2026-09": 4000, "2026-10": 2000}
    assert every_fen_is_somewhere()


def test_posting_twice_posts_once(owing):
    row = one_row(owing)
    assert post_row(row=row, by=owing.officer, on=TODAY) == post_row(row=row, by=owing.officer, on=TODAY)
    assert Payment.objects.count() == 1


def test_a_refused_posting_is_held_with_the_reason_and_stops_no_other(owing):
    bill = store(owing, line(fen=50000, note="张英党费"), line(payer="李国强", note="党费", fen=1000))
    result = post_certain(bill.rows.all(), by=owing.officer, on=TODAY)
    assert (result.posted, result.held) == (1, 1)
    held = bill.rows.get(state=BillRowState.HELD)
    assert (held.member, held.payment) == (owing.zhang, None)
    assert "380.00" in held.reason
    assert left_open(owing.zhang) == {"2026-09": 4000, "2026-10": 4000, "2026-11": 4000}


def test_a_held_row_can_be_posted_with_a_part_of_it_voluntary(owing):
    row = one_row(owing, fen=15000)
    held = post_row(row=row, by=owing.officer, on=TODAY)
    posted = post_row(row=held, voluntary_fen=3000, by=owing.officer, on=TODAY)
    assert (held.state, posted.state, posted.payment.voluntary_fen) == ("held", "posted", 3000)


def test_ones_own_dues_are_held_until_another_officer_posts_them(owing):
    owing.officer.member = owing.li
    owing.officer.save()
    row = one_row(owing, payer="李国强", note="党费", fen=1000)
    assert post_row(row=row, by=owing.officer, on=TODAY).state == BillRowState.HELD
    assert Payment.objects.count() == 0
    assert post_row(row=row, by=owing.secretary, on=TODAY).state == BillRowState.POSTED


def test_a_person_decides_whose_a_doubtful_row_is(owing):
    row = one_row(owing, payer="金瑞", note="张英 李国强党费", fen=1000)
    posted = post_row(row=row, member=owing.li, by=owing.officer, on=TODAY)
    assert (posted.state, posted.member, posted.payment.member) == ("posted", owing.li, owing.li)
    assert (posted.payment.payer_kind, posted.payment.payer_name) == ("relative", "金瑞")


def test_a_row_posted_for_one_cannot_be_posted_for_another(owing):
    row = one_row(owing)
    post_row(row=row, by=owing.officer, on=TODAY)
    with pytest.raises(Refused):
        post_row(row=row, member=owing.li, by=owing.officer, on=TODAY)
    assert Payment.objects.count() == 1


def test_a_row_that_is_nobodys_needs_a_choice(owing):
    with pytest.raises(Refused) as refusal:
        post_row(row=one_row(owing, payer="金瑞", note=""), by=owing.officer, on=TODAY)
    assert refusal.value.field == "member"


def test_a_row_can_be_set_aside_and_taken_up_again(owing):
    row = set_aside(row=one_row(owing), reason="还的饭钱", by=owing.officer)
    assert (row.state, row.reason, row.decided_by) == ("set_aside", "还的饭钱", "officer")
    with pytest.raises(Refused):
        post_row(row=row, by=owing.officer, on=TODAY)
    again = take_up(row=row, by=owing.officer, on=TODAY)
    assert (again.state, again.member, again.reason) == ("certain", owing.zhang, "")
    assert list(Entry.objects.order_by("number").values_list("action", "reason")) == [
        ("import_bill", ""),
        ("set_bill_row_aside", "还的饭钱"),
        ("take_up_bill_row", ""),
    ]


@pytest.mark.parametrize("reason", ["", "  "])
def test_setting_aside_needs_a_reason(owing, reason):
    row = one_row(owing)
    with pytest.raises(Refused) as refusal:
        set_aside(row=row, reason=reason, by=owing.officer)
    row.refresh_from_db()
    assert (refusal.value.field, row.state, Entry.objects.count()) == ("reason", "certain", 1)


def test_what_is_posted_cannot_be_set_aside_nor_what_waits_taken_up_or_undone(owing):
    row = one_row(owing)
    with pytest.raises(Refused):
        take_up(row=row, by=owing.officer, on=TODAY)
    with pytest.raises(Refused):
        undo_row(row=row, reason="x", by=owing.officer, on=TODAY)
    post_row(row=row, by=owing.officer, on=TODAY)
    with pytest.raises(Refused):
        set_aside(row=row, reason="x", by=owing.officer)


def test_a_posting_taken_back_reverses_the_payment_and_the_row_waits_again(owing):
    row = post_row(row=one_row(owing), by=owing.officer, on=TODAY)
    back = undo_row(row=row, reason="记错人了", by=owing.officer, on=TODAY)
    assert (back.state, back.payment, back.reason) == ("doubtful", None, "记错人了")
    assert [one["member"] for one in back.candidates] == [str(owing.zhang.key)]
    assert list(Payment.objects.order_by("recorded_at").values_list("amount_fen", flat=True)) == [4000, -4000]
    assert settled(owing.zhang) == {}


def test_after_it_was_taken_back_a_row_can_be_posted_again(owing):
    row = post_row(row=one_row(owing, fen=1000), by=owing.officer, on=TODAY)
    for _turn in range(2):
        row = undo_row(row=row, reason="记错人了", by=owing.officer, on=TODAY)
        row = post_row(row=row, member=owing.li, by=owing.officer, on=TODAY)
    assert (row.state, row.payment.member) == ("posted", owing.li)
    assert (Payment.objects.count(), Payment.objects.live().count()) == (5, 1)
    assert every_fen_is_somewhere()


def test_taking_back_needs_a_reason_and_leaves_everything_without(owing):
    row = post_row(row=one_row(owing), by=owing.officer, on=TODAY)
    with pytest.raises(Refused):
        undo_row(row=row, reason=" ", by=owing.officer, on=TODAY)
    row.refresh_from_db()
    assert (row.state, Payment.objects.count()) == ("posted", 1)


def test_a_payment_reversed_elsewhere_lets_the_row_wait_again(owing):
    row = post_row(row=one_row(owing), by=owing.officer, on=TODAY)
    reverse_payment(row.payment, key=uuid.uuid4(), reason="重复", by=owing.officer, on=TODAY)
    assert undo_row(row=row, reason="", by=owing.officer, on=TODAY).state == BillRowState.DOUBTFUL
    assert Payment.objects.count() == 2


def test_looking_again_finds_who_joined_the_roster_meanwhile(owing):
    bill = store(owing, line(payer="金瑞", note="孙悟空党费"), line())
    post_certain(bill.rows.all(), by=owing.officer, on=TODAY)
    make_member("孙悟空", owing.branch)
    assert match_again(bill, by=owing.officer, on=TODAY) == 1
    assert list(bill.rows.order_by("state").values_list("state", "member__name")) == [
        ("certain", "孙悟空"),
        ("posted", "张英"),
    ]


def test_looking_again_makes_a_held_row_clear_so_that_it_is_confirmed_with_the_others(owing):
    bill = store(owing, line(payer="李国强", note="党费", fen=3000))
    post_certain(bill.rows.all(), by=owing.officer, on=TODAY)
    for month in ("2026-09", "2026-10"):
        charge(owing.li, month, 1000)
    assert match_again(bill, by=owing.officer, on=TODAY) == 1
    assert bill.rows.get().state == BillRowState.CERTAIN
    assert post_certain(bill.rows.all(), by=owing.officer, on=TODAY).posted == 1


def test_looking_again_leaves_what_a_person_decided(owing):
    row = post_row(row=one_row(owing, fen=50000), member=owing.li, by=owing.officer, on=TODAY)
    assert match_again(row.bill, by=owing.officer, on=TODAY) == 0
    row.refresh_from_db()
    assert (row.state, row.member) == (BillRowState.HELD, owing.li)


def test_looking_again_never_proposes_anew_what_was_taken_back(owing):
    row = post_row(row=one_row(owing), by=owing.officer, on=TODAY)
    undo_row(row=row, reason="记错人了", by=owing.officer, on=TODAY)
    assert match_again(row.bill, by=owing.officer, on=TODAY) == 0
    row.refresh_from_db()
    assert row.state == BillRowState.DOUBTFUL


@pytest.mark.parametrize(
    ("payer", "kind", "by_member"),
    [
        ("张英", PayerKind.SELF, False),
        ("张 英", PayerKind.SELF, False),
        ("", PayerKind.SELF, False),
        ("*英", PayerKind.SELF, False),
        ("李国强", PayerKind.OTHER_MEMBER, True),
        ("金瑞", PayerKind.RELATIVE, False),
    ],
)
def test_who_handed_it_over(owing, payer, kind, by_member):
    row = BillRow(organization=owing.branch, payer_name=payer)
    assert payer_of(row, owing.zhang) == (kind, owing.li if by_member else None)


def test_people_are_seen_with_helpers_earlier_payers_and_what_is_open(owing):
    ContactPerson.objects.create(member=owing.zhang, name="刘小红")
    ContactPerson.objects.create(member=owing.li, person=owing.zhang)
    ContactPerson.objects.create(member=owing.zhang, name="走了的人", valid_until=date(2026, 1, 1))
    pay(owing.zhang, 4000, "2026-11-20", payer_kind="relative", payer_name="金瑞")
    taken_back = pay(owing.zhang, 4000, "2026-11-21", payer_kind="relative", payer_name="别人")
    reverse_payment(taken_back, key=uuid.uuid4(), reason="错了", by="officer", on=TODAY)
    people = people_of(owing.branch, on=TODAY)
    zhang, li = people.by_key[owing.zhang.key], people.by_key[owing.li.key]
    assert (set(zhang.helpers), set(zhang.payers), zhang.open_fen) == ({"刘小红"}, {"金瑞"}, (4000, 4000))
    assert (li.helpers, li.open_fen, li.monthly_fen) == (("张英",), (1000,), 1000)
    assert len(people.by_key) == 2


def test_matching_a_branch_takes_the_same_queries_for_any_number_of_members(owing, django_assert_num_queries):
    with django_assert_num_queries(5):
        people_of(owing.branch, on=TODAY)
    for number in range(3):
        fix(make_member(f"王{number}", owing.branch), 500)
    with django_assert_num_queries(5):
        people_of(owing.branch, on=TODAY)


def test_a_transfer_is_a_bank_transfer(owing):
    bill = store(owing, line(), source=BillSource.BANK)
    post_certain(bill.rows.all(), by=owing.officer, on=TODAY)
    assert bill.rows.get().payment.way == PaymentWay.TRANSFER
