"""What is on record of dues under an entry that was merged into another: nobody loses sight of it."""

import uuid

import pytest
from django.urls import reverse

from dues.queries.grid import grid_rows, people_of, sums_of
from members.models import Affiliation
from members.services.merging import confirm_merge, propose_merge
from tests.cast import TODAY, make_member
from tests.dues.ledger import charge, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def double(cast):
    """Merged into Zhang Ying: February was charged and paid under it, March and April under hers."""
    other = make_member("张瑛", cast.branch)
    charge(other, "2026-02", 1234)
    pay(other, 1234, "2026-02-20")
    for text in ("2026-03", "2026-04"):
        charge(cast.zhang, text, 4000)
    merge = propose_merge(key=uuid.uuid4(), kept=cast.zhang, merged=other, takes=(), reason="同一个人", by=cast.officer)
    confirm_merge(merge=merge, on=TODAY, by=cast.secretary)
    other.refresh_from_db()
    return other


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
