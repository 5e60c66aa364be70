from datetime import date

import pytest

from dues.arrears.grid import grid_rows, people_of, sums_of
from dues.models import Basis
from tests.cast import TODAY, make_member
from tests.dues.making import charge, fix, month, pay

pytestmark = pytest.mark.django_db


def rows(branch, year=2026):
    return {row.member.name: row for row in grid_rows(branch, people_of(branch, year), year, on=TODAY)}


def states(row):
    return [cell.state.value for cell in row.cells]


def test_a_row_shows_each_month_of_the_year(cast):
    fix(cast.zhang, 4000, since="2026-03")
    for text in ("2026-03", "2026-04", "2026-05", "2026-06"):
        charge(cast.zhang, text, 4000, waived=4000 if text == "2026-04" else 0)
    pay(cast.zhang, 6000, "2026-06-20")
    row = rows(cast.branch)["张英"]

    assert states(row)[:7] == ["unknown", "unknown", "settled", "waived", "part", "open", "not_charged"]
    assert states(row)[10:] == ["not_charged", "to_come"]
    assert (row.months_in_arrears, row.due_fen) == (2, 6000)
    assert row.cells[4].open_fen == 2000


def test_before_the_branch_began_nothing_is_unknown(cast):
    cast.branch.begins_on = date(2026, 11, 3)
    cast.branch.save()
    fix(cast.zhang, 4000, since="2026-11")
    charge(cast.zhang, "2026-11", 4000)
    pay(cast.zhang, 4000, "2026-11-20")
    row = rows(cast.branch)["张英"]

    assert states(row)[:11] == ["not_charged"] * 10 + ["settled"]
    assert row.is_settled


def test_money_in_advance_is_shown_where_it_lies(cast):
    fix(cast.zhang, 4000)
    charge(cast.zhang, "2026-11", 4000)
    pay(cast.zhang, 4000, "2026-11-20")
    payment = cast.zhang.payments.get()
    payment.allocations.create(member=cast.zhang, month=month("2026-12"), amount_fen=4000)

    assert states(rows(cast.branch)["张英"])[10:] == ["settled", "ahead"]


def test_what_another_branch_charged_is_neither_shown_nor_summed_here_but_late_all_the_same(cast):
    charge(cast.zhang, "2026-08", 4000, organization=cast.next_branch)
    charge(cast.zhang, "2026-09", 5000)
    row = rows(cast.branch)["张英"]

    assert states(row)[7:9] == ["elsewhere", "open"]
    assert (row.months_in_arrears, row.due_fen) == (2, 9000)
    assert sums_of([row], month("2026-08")).charged_fen == 0


def test_who_left_stays_in_the_year_in_which_the_branch_charged_them(cast):
    charge(cast.wang, "2026-02", 4000, organization=cast.branch)
    found = rows(cast.branch)

    assert list(found) == ["张英", "李国强", "王秀兰"]
    assert (found["王秀兰"].moved, found["张英"].moved) == (True, False)
    assert states(found["王秀兰"])[:3] == ["not_charged", "open", "not_charged"]
    assert "王秀兰" not in rows(cast.branch, 2025)


def test_the_group_stands_beside_its_members(cast):
    found = rows(cast.branch)

    assert (found["张英"].group, found["李国强"].group) == ("", "第一党小组")


def test_before_somebody_joined_nothing_is_missing(cast):
    cast.zhang.joined_on, cast.zhang.joined_precision = month("2026-09"), "day"
    cast.zhang.save()

    assert states(rows(cast.branch)["张英"])[6:11] == ["not_charged"] * 2 + ["unknown"] * 3


def test_the_sums_of_a_month(cast):
    fix(cast.zhang, 4000)
    charge(cast.zhang, "2026-10", 4000)
    charge(cast.li, "2026-10", 3000, waived=1000)
    make_member("新党员", cast.branch)
    pay(cast.zhang, 2500, "2026-11-20")
    sums = sums_of(rows(cast.branch).values(), month("2026-10"))

    assert (sums.charged_fen, sums.waived_fen, sums.paid_fen, sums.open_fen) == (7000, 1000, 2500, 3500)
    assert sums.without_base == 1


def test_no_base_is_read(cast):
    fix(cast.zhang, 4000, base=800000)
    row = rows(cast.branch)["张英"]

    assert "base" not in vars(row.member)
    assert Basis.objects.get().base.open() == "800000"


@pytest.mark.parametrize("more", [1, 60])
def test_twelve_queries_for_one_member_and_for_sixty(cast, django_assert_num_queries, more):
    for number in range(more):
        one = make_member(f"党员{number}", cast.branch)
        fix(one, 4000)
        charge(one, "2026-10", 4000)
    with django_assert_num_queries(12):
        assert len(rows(cast.branch)) == more + 2
