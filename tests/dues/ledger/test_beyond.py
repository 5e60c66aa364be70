"""What was paid ahead or too much is said, in the same figure, by every page that shows the member's dues."""

import pytest
from django.urls import reverse

from dues.ledger.queries import Beyond, beyond_of
from dues.ledger.services import level
from dues.models import Charge, Disclosure
from dues.upwards.queries import corrected, year_figures
from tests.cast import TODAY, make_member
from tests.dues.making import MADE_AT, WAGE_RULE, charge, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
MONTHS = ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09")


def charge_anew(member, text, *, fen=None, waived=0):
    """The month's charge reversed, and charged with another amount unless None."""
    was = Charge.objects.get(member=member, month=month(text))
    facts = {"member": member, "organization": was.organization, "month": was.month, "rules": WAGE_RULE}
    made = facts | {"made_by": "system", "made_at": MADE_AT}
    Charge.objects.create(**made, turn=1, kind="reversal", amount_fen=-was.amount_fen, reason="更正")
    if fen is not None:
        Charge.objects.create(**made, turn=2, kind="charge", amount_fen=fen, waived_fen=waived)
    level([member.pk], on=TODAY)


@pytest.fixture
def reduced(cast):
    """Paid 65 for each of five months, of which 20 are asked for since."""
    for text in MONTHS:
        charge(cast.zhang, text, 6500)
    pay(cast.zhang, 6500 * 5, "2026-10-05")
    for text in MONTHS:
        charge_anew(cast.zhang, text, fen=6500, waived=4500)
    return cast.zhang


@pytest.mark.parametrize(
    ("fen", "waived", "expected"),
    [
        (6500, 4500, Beyond(too_much_fen=4500)),
        (5200, 0, Beyond(too_much_fen=1300)),
        (6500, 6500, Beyond(too_much_fen=6500)),
        (None, 0, Beyond(ahead_fen=6500)),
        (6500, 0, None),
        (8000, 0, None),
    ],
)
def test_it_is_what_no_month_asks_for(cast, fen, waived, expected):
    charge(cast.zhang, "2026-09", 6500)
    pay(cast.zhang, 6500, "2026-10-05")
    charge_anew(cast.zhang, "2026-09", fen=fen, waived=waived)

    assert beyond_of([cast.zhang.pk]).get(cast.zhang.pk) == expected


def test_own_page_the_officers_page_and_the_grid_say_it_with_what_can_be_done(cast, reduced, as_user):
    own = as_user(cast.member).get(reverse("dues:mine"))
    read = as_user(cast.officer).get(reverse("dues:member-detail", args=[reduced.key]))
    grid = as_user(cast.officer).get(reverse("dues:grid"), {"org": "branch", "year": 2026})
    (row,) = [row for row in grid.context["page"] if row.member == reduced]

    assert own.context["page"].beyond == read.context["page"].beyond == row.beyond == Beyond(too_much_fen=22500)
    assert all("多交 225.00 元" in page.text for page in (own, read, grid))
    assert "请联系支部" in own.text
    assert all("再重新登记" in page.text for page in (read, grid))


def test_who_owes_just_what_was_paid_reads_nothing_of_it(cast, as_user):
    charge(cast.zhang, "2026-09", 6500)
    pay(cast.zhang, 6500, "2026-10-05")
    own = as_user(cast.member).get(reverse("dues:mine"))
    grid = as_user(cast.officer).get(reverse("dues:grid"), {"org": "branch", "year": 2026})

    assert "多交 " not in own.text
    assert "多交 " not in grid.text


def adds_up(figures):
    """Whether what was received is what the lines of the sheet say of it."""
    counted = figures.settled_fen + figures.carried_settled_fen - figures.before_fen
    return figures.paid_fen == counted + figures.apart_fen + figures.beyond_fen + figures.voluntary_fen


def test_the_sheet_names_the_difference_between_paid_and_received(cast, reduced, as_user):
    figures = year_figures(cast.branch.path, 2026, on=TODAY)
    page = as_user(cast.secretary).get(reverse("dues:disclosure"), {"org": "branch", "year": 2026})

    assert (figures.settled_fen, figures.paid_fen, figures.beyond_fen) == (2000 * 5, 6500 * 5, 22500)
    assert figures.beyond_fen == beyond_of([reduced.pk])[reduced.pk].too_much_fen
    assert "其中预交、多交（元）</dt><dd>225.00" in page.text


def test_the_sheet_adds_up_with_money_of_every_kind(cast, reduced):
    """For each line an amount of its own, so that none is taken for another."""
    of_before, ahead, moved, late = (
        make_member(name, cast.branch) for name in ("蔡结转", "钱预交", "孙转入", "周补交")
    )
    charge(of_before, "2025-12", 4600, carried_over=True)
    pay(of_before, 4600, "2026-03-01", reason="上年结转")
    charge(ahead, "2026-10", 700)
    pay(ahead, 700, "2026-10-05")
    charge_anew(ahead, "2026-10")
    charge(moved, "2026-02", 310, organization=cast.other_branch)
    pay(moved, 310, "2026-03-05")
    charge(late, "2025-11", 90)
    charge(late, "2026-01", 11)
    pay(late, 90 + 5, "2026-05-05", voluntary_fen=5, reason="补交")
    pay(late, 11, "2026-06-05", organization=cast.other_branch)
    figures = year_figures(cast.branch.path, 2026, on=TODAY)

    assert (figures.before_fen, figures.apart_fen, figures.beyond_fen) == (11, 310 + 90, 22500 + 700)
    assert (figures.carried_settled_fen, figures.voluntary_fen) == (4600, 5)
    assert adds_up(figures)


def test_a_sheet_published_before_these_lines_says_nothing_of_them(cast, reduced):
    said = year_figures(cast.branch.path, 2026, on=TODAY).as_dict()
    old = {name: fen for name, fen in said.items() if name not in ("apart_fen", "before_fen", "beyond_fen")}
    disclosure = Disclosure(organization=cast.branch, year=2026, figures=old)

    assert corrected(disclosure, on=TODAY) == {}
