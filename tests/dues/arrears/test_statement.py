"""What was charged, paid and is open on a day, by whom."""

from datetime import date

import pytest

from dues.arrears.statement import statement
from dues.models import Arrangement
from tests.cast import make_member
from tests.dues.making import charge, pay

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 31)


def charged(member, fen, months, **fields):
    for month in months:
        charge(member, f"2026-{month:02}", fen, **fields)


def behind(path, as_of=OCTOBER):
    return [(one.member.name, one.fen, one.months) for one in statement(path, as_of=as_of).in_arrears]


def test_sums_are_of_months_up_to_the_days_and_payments_up_to_the_day(cast):
    charged(cast.zhang, 4000, range(9, 13))
    charge(cast.li, "2026-01", 2500, waived=2500)
    pay(cast.zhang, 4000, "2026-10-31")
    pay(cast.zhang, 4000, "2026-11-01")
    found = statement(cast.branch.path, as_of=OCTOBER)

    assert (found.charged_fen, found.paid_fen, found.waived_fen) == (10500, 4000, 2500)


def test_the_most_months_come_first_then_the_name(cast):
    bai, an = make_member("白英", cast.branch), make_member("安英", cast.branch)
    charged(cast.zhang, 100, [8, 9, 10])
    charged(cast.li, 9000, [10])
    charged(bai, 5000, [10])
    charged(an, 5000, [10])

    assert behind(cast.branch.path) == [("张英", 300, 3), ("安英", 5000, 1), ("李国强", 9000, 1), ("白英", 5000, 1)]


def test_a_payment_settles_the_oldest_months_first(cast):
    charged(cast.zhang, 4000, [1, 2, 3])
    pay(cast.zhang, 6000, "2026-03-05")

    assert behind(cast.branch.path) == [("张英", 6000, 2)]


def test_whoever_owes_nothing_is_not_behind(cast):
    charged(cast.zhang, 4000, [1])
    charge(cast.li, "2026-01", 2500, waived=2500)
    pay(cast.zhang, 4000, "2026-01-05")

    assert behind(cast.branch.path) == []


def test_what_can_still_be_paid_in_time_is_not_behind_but_a_figure_of_its_own(cast):
    charged(cast.zhang, 1950, [9, 10])
    charged(cast.li, 1000, [7, 8, 9])
    Arrangement.objects.create(member=cast.li, valid_from=date(2026, 1, 1), agreed_on=OCTOBER)

    assert behind(cast.branch.path, date(2026, 10, 30)) == [("李国强", 3000, 3), ("张英", 1950, 1)]
    assert statement(cast.branch.path, as_of=date(2026, 10, 30)).this_month_fen == 1950
    assert behind(cast.branch.path, date(2026, 9, 29)) == []
    assert statement(cast.branch.path, as_of=date(2026, 9, 29)).this_month_fen == 4950


def test_months_of_another_branch_are_its_own_business(cast):
    charged(cast.zhang, 4000, [1, 2], organization=cast.next_branch)
    charged(cast.zhang, 4000, [3, 4])
    pay(cast.zhang, 4000, "2026-03-05")

    assert behind(cast.branch.path) == [("张英", 8000, 2)]
    assert behind(cast.next_branch.path) == [("张英", 4000, 1)]
    assert behind(cast.district.path) == [("张英", 12000, 3)]


@pytest.mark.parametrize("members", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, members, django_assert_num_queries):
    for number in range(members):
        charged(make_member(f"王{number}", cast.branch), 4000, [1, 2])

    with django_assert_num_queries(6):
        statement(cast.branch.path, as_of=OCTOBER)
