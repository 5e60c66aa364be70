from datetime import date

import pytest

from dues.ledger.queries import arrears_of, in_arrears, owed_by
from dues.ledger.services import level
from dues.models import Arrangement, ArrearsReason, Charge
from dues.units import months_between
from members.models import Member
from rulebook.dates import add_months
from tests.cast import TODAY, make_member
from tests.dues.making import MADE_AT, WAGE_RULE, charge, month, pay

pytestmark = pytest.mark.django_db


def owe(member, first, last, fen=4000):
    for one in months_between(month(first), month(last)):
        charge(member, f"{one:%Y-%m}", fen)


def reverse(line, again_fen=None, again_waived=0):
    """A changed fact, as charging writes it: the line taken back, and a new one."""
    fields = {"member": line.member, "organization": line.organization, "month": line.month, "rules": WAGE_RULE}
    made = {"made_by": "system", "made_at": MADE_AT}
    amounts = {"amount_fen": -line.amount_fen, "waived_fen": -line.waived_fen}
    Charge.objects.create(**fields, **made, **amounts, kind="reversal", turn=line.turn + 1, reason="免交批复")
    if again_fen is not None:
        amounts = {"amount_fen": again_fen, "waived_fen": again_waived}
        Charge.objects.create(**fields, **made, **amounts, kind="charge", turn=line.turn + 2)


def names(on=TODAY):
    return list(in_arrears(Member.objects.all(), on=on).order_by("pk").values_list("name", flat=True))


def months(member, on=TODAY):
    found = arrears_of([member.pk], on=on).get(member.pk)
    return [f"{one.month:%Y-%m}" for one in found.months] if found else []


def test_nobody_is_behind_where_nothing_was_charged(cast):
    assert names() == []


def test_the_current_month_is_not_late_yet(cast):
    owe(cast.zhang, "2026-11", "2026-11")

    assert (names(), months(cast.zhang)) == ([], [])


def test_open_months_are_found_with_their_amounts(cast):
    owe(cast.zhang, "2026-08", "2026-11")
    pay(cast.zhang, 5000, "2026-11-20")

    assert names() == ["张英"]
    assert months(cast.zhang) == ["2026-09", "2026-10"]
    assert arrears_of([cast.zhang.pk], on=TODAY)[cast.zhang.pk].fen == 7000


def test_who_paid_everything_is_not_behind(cast):
    owe(cast.zhang, "2026-08", "2026-11")
    pay(cast.zhang, 12000, "2026-11-20")
    owe(cast.li, "2026-10", "2026-10")

    assert names() == ["李国强"]


def test_a_waived_month_after_open_ones_hides_nobody(cast):
    owe(cast.zhang, "2026-08", "2026-09")
    charge(cast.zhang, "2026-10", 4000, waived=4000)

    assert names() == ["张英"]
    assert months(cast.zhang) == ["2026-08", "2026-09"]


def test_a_month_waived_after_it_was_charged_hides_nobody_and_is_not_late(cast):
    owe(cast.zhang, "2026-09", "2026-10")
    reverse(Charge.objects.get(month=month("2026-10")), 4000, 4000)
    owe(cast.li, "2026-10", "2026-10")
    reverse(Charge.objects.get(member=cast.li), 4000, 4000)
    level([cast.zhang.pk, cast.li.pk], on=TODAY)

    assert names() == ["张英"]
    assert (months(cast.zhang), months(cast.li)) == (["2026-09"], [])


def test_a_month_charged_anew_counts_as_it_stands_now(cast):
    charge(cast.zhang, "2026-10", 4000)
    pay(cast.zhang, 4000, "2026-10-20")
    reverse(Charge.objects.get(), 5000)
    level([cast.zhang.pk], on=TODAY)

    assert names() == ["张英"]
    assert arrears_of([cast.zhang.pk], on=TODAY)[cast.zhang.pk].fen == 1000


def test_reasons_and_agreed_quarters_are_read(cast):
    owe(cast.zhang, "2026-03", "2026-10")
    owe(cast.li, "2026-10", "2026-10")
    ArrearsReason.objects.create(
        member=cast.zhang, valid_from=month("2026-03"), valid_until=month("2026-08"), reason="住院", recorded_on=TODAY
    )
    Arrangement.objects.create(member=cast.li, valid_from=month("2026-01"), agreed_on=TODAY)
    found = arrears_of([cast.zhang.pk, cast.li.pk], on=TODAY)

    assert list(found) == [cast.zhang.pk]
    assert (len(found[cast.zhang.pk].months), found[cast.zhang.pk].step) == (8, 3)


@pytest.mark.parametrize(
    ("day", "late"),
    [
        ("2026-10-01", ["李国强", "王刚"]),
        ("2026-10-31", ["李国强", "王刚"]),
        ("2026-11-01", ["张英", "李国强", "王刚"]),
        ("2026-12-31", ["张英", "李国强", "王刚"]),
        ("2027-01-01", ["张英", "李国强", "王刚", "赵兰"]),
    ],
)
def test_who_is_in_arrears_is_exactly_who_has_something_due(cast, day, late):
    """An agreed quarter is due after its end; one that was agreed until October leaves November to its own month."""
    wang, zhao = make_member("王刚", cast.branch), make_member("赵兰", cast.branch)
    owe(cast.zhang, "2026-10", "2026-10")
    owe(cast.li, "2026-09", "2026-11")
    owe(wang, "2026-08", "2026-08")
    owe(zhao, "2026-10", "2026-12")
    for member, until in ((cast.li, "2026-11"), (wang, None), (zhao, None)):
        until = month(until) if until else None
        Arrangement.objects.create(member=member, valid_from=month("2026-01"), valid_until=until, agreed_on=TODAY)
    on = date.fromisoformat(day)

    found = {
        Member.objects.get(pk=pk).name for pk in arrears_of(list(Member.objects.values_list("pk", flat=True)), on=on)
    }
    assert (set(names(on)), found) == (set(late), set(late))


def test_what_is_due_and_what_this_month_asks_are_two_figures(cast):
    owe(cast.zhang, "2026-09", "2026-12", 1950)
    owe(cast.li, "2026-10", "2026-11", 1000)
    Arrangement.objects.create(member=cast.li, valid_from=month("2026-01"), agreed_on=TODAY)
    zhang, li = (owed_by([one.pk], on=TODAY)[one.pk] for one in (cast.zhang, cast.li))

    assert (zhang.fen, zhang.this_month_fen, len(zhang.months)) == (3900, 1950, 2)
    assert (li.fen, li.this_month_fen, len(li.this_month)) == (0, 2000, 2)


def test_months_before_a_year_that_was_waived_are_counted_too(cast):
    owe(cast.zhang, "2025-03", "2025-06")
    for number in range(12):
        charge(cast.zhang, f"{add_months(month('2025-07'), number):%Y-%m}", 4000, waived=4000)
    owe(cast.zhang, "2026-07", "2026-07")

    assert months(cast.zhang) == ["2025-03", "2025-04", "2025-05", "2025-06", "2026-07"]


def test_more_than_two_years_are_counted_to_the_beginning(cast):
    owe(cast.zhang, "2023-06", "2026-10")

    assert len(months(cast.zhang)) == 41


@pytest.mark.parametrize("more", [1, 3])
def test_three_queries_whoever_is_asked_about(cast, django_assert_num_queries, more):
    people = [make_member(f"党员{number}", cast.branch) for number in range(more)]
    for one in people:
        owe(one, "2026-08", "2026-10")
    with django_assert_num_queries(3):
        found = arrears_of([one.pk for one in people], on=TODAY)

    assert len(found) == more
