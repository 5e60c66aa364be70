"""What is on record of dues under an entry that was merged into another: nobody loses sight of it."""

import uuid

import pytest
from django.urls import reverse

from audit.models import Entry
from dues.arrears.grid import grid_rows, people_of, sums_of
from dues.charging.services import charge_month
from dues.ledger.queries import standing_charges
from dues.merging import obstacles
from dues.models import Basis, Charge, ClosedMonth
from members.models import Affiliation, Merge
from members.refused import Refused
from members.roster.merge_services import confirm_merge, propose_merge, undo_merge
from tests.cast import TODAY, make_member
from tests.dues.making import charge, fix, left_open, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def double(cast):
    """Merged into Zhang Ying: February was charged and paid under it, March and April under hers."""
    other = make_member("张瑛", cast.branch)
    charge(other, "2026-02", 1234)
    pay(other, 1234, "2026-02-20")
    for text in ("2026-03", "2026-04"):
        charge(cast.zhang, text, 4000)
    merged(cast, cast.zhang, other)
    return other


def merged(cast, kept, other):
    given = {"key": uuid.uuid4(), "takes": (), "reason": "同一个人", "by": cast.officer}
    merge = propose_merge(kept=kept, merged=other, **given)
    confirm_merge(merge=merge, on=TODAY, by=cast.secretary)
    other.refresh_from_db()
    return merge


def grid(branch):
    return {row.member.name: row for row in grid_rows(branch, people_of(branch, 2026), 2026, on=TODAY)}


def test_the_grid_lists_the_member_once_with_the_months_of_both(cast, double):
    found = grid(cast.branch)

    assert list(found) == ["张英", "李国强"]
    assert [cell.state.value for cell in found["张英"].cells[1:4]] == ["settled", "open", "open"]
    assert (sums_of(found.values(), month("2026-02")).paid_fen, found["张英"].due_fen) == (1234, 8000)


def test_a_branch_that_charged_the_other_entry_and_has_no_other_still_lists_it(cast, double):
    Affiliation.objects.filter(member=cast.zhang).update(organization=cast.next_branch)
    cast.zhang.roster_path = cast.next_branch.path
    cast.zhang.save()

    assert grid(cast.branch)["张瑛"].moved
    assert "张瑛" not in grid(cast.next_branch)


def test_the_member_reads_both_and_the_officer_the_way_to_the_other(cast, as_user, double):
    own = as_user(cast.member).get(reverse("dues:mine")).content.decode()
    assert "12.34" in own
    assert "40.00" in own

    client = as_user(cast.officer)
    way = reverse("dues:member-detail", args=[double.key])
    assert f'href="{way}"' in client.get(reverse("dues:member-detail", args=[cast.zhang.key])).content.decode()
    assert "12.34" in client.get(way).content.decode()


def test_who_was_merged_with_nobody_reads_of_no_other_entry(cast, as_user):
    assert as_user(cast.member).get(reverse("dues:mine")).context["before"] == []


# --- The receipts of the other entry are one's own ---


def receipt_of(member):
    return reverse("dues:receipt-detail", args=[member.payments.get().pk])


def test_the_receipts_of_the_other_entry_open_from_ones_own_page(cast, as_user, double):
    client = as_user(cast.member)

    assert f'href="{receipt_of(double)}"' in client.get(reverse("dues:mine")).content.decode()
    assert client.get(receipt_of(double)).status_code == 200


def test_nobody_elses_receipts_open_and_after_parting_neither_do_these(cast, as_user, double):
    pay(cast.li, 500, "2026-02-20", voluntary_fen=500)
    assert as_user(cast.member).get(receipt_of(cast.li)).status_code == 404

    undo_merge(merge=Merge.objects.get(), reason="看错了", on=TODAY, by=cast.secretary)
    assert as_user(cast.member).get(receipt_of(double)).status_code == 404


# --- Months charged for both ---

TWICE = ("2026-09", "2026-10", "2026-11")


@pytest.fixture
def twice(cast):
    """Another entry of Zhang Ying, charged for three months as she is; nobody paid anything on it."""
    other = make_member("张瑛", cast.branch)
    for one in (cast.zhang, other):
        basis = fix(one, 4900, base=490_000)
        for text in TWICE:
            charge(one, text, 4900, basis=basis, rate="0.01")
    return other


def lines_of(member):
    rows = Charge.objects.filter(member=member).order_by("month", "turn")
    return [(f"{one.month:%Y-%m}", one.turn, one.amount_fen) for one in rows]


def test_merging_reverses_what_the_entry_that_goes_was_charged_too(cast, twice):
    assert list(obstacles(cast.zhang, twice)) == []
    merged(cast, cast.zhang, twice)

    assert lines_of(twice) == [(text, turn, fen) for text in TWICE for turn, fen in ((0, 4900), (1, -4900))]
    assert left_open(cast.zhang) == dict.fromkeys(TWICE, 4900)
    assert left_open(twice) == {}
    reasons = Charge.objects.filter(member=twice, turn=1).values_list("reason", "made_by").distinct()
    assert list(reasons) == [("已记在同一人的另一条登记上", "secretary")]
    (told,) = Entry.objects.filter(action="reverse_doubled_dues")
    assert (told.subject_id, told.organization_code, told.details["fen"]) == (str(twice.pk), "branch", 14700)


def test_no_later_run_finds_them_due_after_all(cast, twice):
    merged(cast, cast.zhang, twice)
    before = lines_of(twice)
    for text in TWICE:
        charge_month(cast.branch, month(text), by="system", on=TODAY)

    assert lines_of(twice) == before
    assert not Basis.objects.filter(member=twice, valid_until=None).exists()


def test_undoing_charges_them_again_as_they_were(cast, twice):
    bases = list(Basis.objects.filter(member=twice).values_list("pk", "valid_until"))
    undo_merge(merge=merged(cast, cast.zhang, twice), reason="看错了", on=TODAY, by=cast.officer)

    assert left_open(twice) == dict.fromkeys(TWICE, 4900)
    assert [turn for _month, turn, _fen in lines_of(twice)] == [0, 1, 2] * 3
    assert list(Basis.objects.filter(member=twice).values_list("pk", "valid_until")) == bases
    assert {one.basis_id for one in standing_charges().filter(member=twice)} == {bases[0][0]}
    assert charge_month(cast.branch, month("2026-10"), by="system", on=TODAY).corrected == 0
    assert Entry.objects.filter(action="charge_doubled_dues_again").count() == 1


def test_undoing_stops_where_a_month_was_closed_since(cast, twice):
    merge = merged(cast, cast.zhang, twice)
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-09"), closed_by="officer")
    with pytest.raises(Refused, match="2026-09"):
        undo_merge(merge=merge, reason="看错了", on=TODAY, by=cast.officer)

    assert Merge.objects.get().state == "done"
    assert left_open(twice) == {}


def test_what_was_paid_on_or_closed_stays_for_people_to_decide(cast, twice):
    pay(twice, 4900, "2026-10-01")
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-10"), closed_by="officer")

    assert len(list(obstacles(cast.zhang, twice))) == 2
    with pytest.raises(Refused):
        merged(cast, cast.zhang, twice)
    assert len(lines_of(twice)) == len(TWICE)


def test_an_entry_charged_alone_afterwards_is_settled_by_its_base(cast, twice):
    charge(twice, "2026-12", 4900)
    (link, owed) = obstacles(cast.zhang, twice)

    assert "2026-09、2026-10、2026-11" in link.text
    assert "2026-12" in owed.text


def test_a_ledgers_balance_is_no_double_of_a_december(cast):
    other = make_member("张瑛", cast.branch)
    charge(cast.zhang, "2025-12", 4900)
    charge(other, "2025-12", 3000, carried_over=True)

    assert len(list(obstacles(cast.zhang, other))) == 1


def test_the_page_says_which_months_are_reversed_and_what_was_published(cast, as_user, twice):
    page = as_user(cast.officer).get(reverse("members:merge-new", args=[cast.zhang.key]), {"other": twice.key}).text

    assert "2026-09、2026-10、2026-11" in page
