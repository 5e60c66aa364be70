"""A branch's first dues: bases of all taken over from what the roster says, the doubtful ones left out and named."""

from datetime import date

import pytest
from django.urls import reverse

from dues.charging.rules import doubts_about
from dues.models import Basis
from members.choices import SituationKind
from members.models import Member
from members.models.member import Situation
from members.offices import OfficeKind
from tests.cast import make_member
from tests.dues.making import fix

URL = reverse("dues:basis-take-over", args=["branch", 2026])
YEARLY, DUES_THEMSELVES = 6_000_000, 4_900


@pytest.mark.parametrize(
    ("category", "base", "age", "is_retired", "count"),
    [
        ("employed", 490_000, 40, False, 0),
        ("employed", 490_000, None, False, 0),
        ("employed", YEARLY, 40, False, 1),
        ("employed", DUES_THEMSELVES, 40, False, 1),
        ("employed", 490_000, 67, True, 2),
        ("retired", 490_000, 30, False, 1),
        ("retired", 490_000, 70, True, 0),
        ("farmer", None, 80, False, 0),
        ("farmer", 490_000, 50, False, 1),
        ("student", None, 50, False, 1),
    ],
)
def test_what_looks_mistyped_is_doubted(category, base, age, is_retired, count):
    assert len(doubts_about(category, base, age=age, is_retired=is_retired)) == count


@pytest.fixture
def people(cast):
    """A branch as its roster was imported: somebody of each kind."""
    born = {"birth_precision": "day"}
    Member.objects.filter(pk=cast.zhang.pk).update(
        dues_category="employed", dues_base="490000", birth_on=date(1986, 1, 1), **born
    )
    Member.objects.filter(pk=cast.li.pk).update(dues_category="student", birth_on=date(2004, 1, 1), **born)
    made = {
        "多填": {"dues_category": "employed", "dues_base": str(YEARLY)},
        "没填": {"dues_category": "employed"},
        "已退": {"dues_category": "employed", "dues_base": "300000"},
        "没有类别": {},
    }
    members = {name: make_member(name, cast.branch, **facts) for name, facts in made.items()}
    Situation.objects.create(member=members["已退"], kind=SituationKind.RETIRED)
    return cast


def test_it_is_shown_first_and_what_is_doubtful_is_left_out_with_its_reason(people, as_user, today):
    officer = as_user(people.officer)
    preview = officer.post(URL)
    told = {one.member.name: (one.amount_fen, bool(one.refusal)) for one in preview.context["would"]}

    assert not Basis.objects.exists()
    assert "沿用" not in preview.text.partition("<form")[2], "nothing of last year's is kept here"
    left_out = dict.fromkeys(("多填", "没填", "已退", "没有类别"), (None, True))
    assert told == {"张英": (4900, False), people.li.name: (20, False)} | left_out
    officer.post(URL, {"seen": preview.context["seen"]})
    assert dict(Basis.objects.values_list("member__name", "amount_fen")) == {"张英": 4900, people.li.name: 20}
    assert {basis.valid_from for basis in Basis.objects.all()} == {date(2026, 1, 1)}


def test_who_has_a_base_or_could_keep_last_years_is_not_offered(people, as_user, today):
    fix(people.zhang, 4900, since="2025-01", base=490_000)
    fix(people.li, 20, since="2026-01", category="student")

    names = {one.member.name for one in as_user(people.officer).post(URL).context["would"]}
    assert names == {"多填", "没填", "已退", "没有类别"}


def test_a_new_branch_begins_with_its_first_day(people, as_user, today):
    people.branch.founded_on = date(2026, 9, 15)
    people.branch.save()
    officer = as_user(people.officer)

    officer.post(URL, {"seen": officer.post(URL).context["seen"]})
    assert {basis.valid_from for basis in Basis.objects.all()} == {date(2026, 9, 1)}


def test_the_page_of_bases_leads_there_and_the_secretary_does_it_where_there_is_no_officer(people, as_user, today):
    assert URL in as_user(people.officer).get(reverse("dues:basis-list"), {"org": "branch", "year": 2026}).text
    assert as_user(people.secretary).post(URL).status_code == 403

    people.officer.offices.filter(kind=OfficeKind.ORGANIZATION_OFFICER).delete()
    people.officer.member.offices.all().delete() if people.officer.member else None
    assert as_user(people.secretary).post(URL).status_code == 200
