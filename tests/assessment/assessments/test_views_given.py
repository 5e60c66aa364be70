"""Views of branches: on themselves and on each other, while they are asked."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from assessment.assessments.judging_queries import view_lines
from assessment.assessments.judging_services import give_view
from assessment.models import Assessment, BranchView
from assessment.schemes.rules import Weights
from audit.models import Entry
from members.refused import Refused
from tests.assessment.assessments.judging import again, begun, by, completed, record_says, scheme_of, shown
from tests.cast import TODAY, make_organization

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = reverse("assessment:view-list")
ALL = Weights(20, 10, 50, 20)
D = Decimal
EIGHTY = D(80)


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


def give(one, branch, user, points=EIGHTY, **facts):
    known = {"words": "基本做到", "key": uuid.uuid4(), "on": TODAY, "by": user}
    return give_view(assessment=one, organization=branch, points=points, **known | facts)


def both(cast, weights=ALL):
    one = begun(cast, cast.branch, cast.next_branch, weights=weights)
    return one, Assessment.objects.get(organization=cast.next_branch)


def page(one, branch):
    return reverse("assessment:view-give", args=[one.pk, branch.code])


def typed(**facts):
    return {"key": uuid.uuid4(), "points": "80", "words": "基本做到", **facts}


def asked(client):
    return {(one.viewer.code, one.assessment.organization.code) for one in client.get(LIST).context["page"]}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (ALL, {("branch", "branch"), ("branch", "next-branch")}),
        (Weights(20, 0, 80), {("branch", "branch")}),
        (Weights(0, 20, 80), {("branch", "next-branch")}),
        (Weights(), set()),
    ],
)
def test_a_branch_is_asked_what_the_scheme_weighs(cast, as_user, weights, expected):
    both(cast, weights)

    assert asked(as_user(cast.secretary)) == expected
    assert as_user(cast.district_staff).get(LIST).status_code == 403


def test_branches_of_other_committees_are_not_looked_at(cast, as_user):
    scheme = scheme_of(cast, cast.county, weights=ALL)
    begun(cast, cast.branch, cast.next_branch, cast.other_branch, scheme=scheme)

    assert asked(as_user(cast.other_secretary)) == {("other-branch", "other-branch")}
    other = Assessment.objects.get(organization=cast.other_branch)
    with pytest.raises(Refused):
        give(other, cast.branch, cast.secretary)
    assert as_user(cast.secretary).post(page(other, cast.branch), typed()).status_code == 404


def test_a_view_is_given_and_changed_until_it_is_shown(cast, as_user):
    one, other = both(cast)
    for about in (one, other):
        first = typed()
        for _turn in range(2):
            as_user(cast.secretary).post(page(about, cast.branch), first)
    as_user(cast.secretary).post(page(one, cast.branch), typed(points="85"))
    assert {(view.source, view.points) for view in BranchView.objects.all()} == {("self", D(85)), ("peer", D(80))}
    shown(one, cast)
    assert as_user(cast.secretary).post(page(one, cast.branch), typed(points="99")).status_code == 404
    with pytest.raises(Refused):
        give(one, cast.branch, cast.secretary, D(99))

    assert Entry.objects.filter(action="give_view").count() == 3


@pytest.mark.parametrize("wrong", [{"points": "101"}, {"points": "-1"}, {"points": "x"}, {"key": "x"}])
def test_a_view_that_cannot_be_is_refused_on_the_page(cast, as_user, wrong):
    one, _other = both(cast)

    assert as_user(cast.secretary).post(page(one, cast.branch), typed(**wrong)).status_code == 200
    assert as_user(cast.secretary).put(page(one, cast.branch)).status_code == 405
    assert not BranchView.objects.exists()


def test_nobody_gives_a_view_for_another_branch(cast, as_user):
    one, other = both(cast)
    for address in (page(one, cast.next_branch), page(other, cast.next_branch)):
        assert as_user(cast.secretary).post(address, typed()).status_code == 404
    assert as_user(cast.district_staff).post(page(one, cast.branch), typed()).status_code == 403


def test_the_views_are_weighed(cast):
    one, _other = both(cast, Weights(20, 10, 70))
    give(one, cast.branch, by(cast.secretary), D(90))
    give(one, cast.next_branch, by(cast.next_secretary), D(70))
    one = shown(completed(one, cast), cast)

    assert [(line.source, line.points) for line in view_lines(one, with_words=True)] == [
        ("superior", D(95)), ("self", D(90)), ("peer", D(70)),
    ]  # fmt: skip
    assert again(one).total == D("91.5")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    more = [make_organization(f"more-{n}", f"支部{n}", "branch", cast.district) for n in range(number)]
    begun(cast, cast.branch, *more, weights=ALL)
    client = as_user(cast.secretary)
    client.get(LIST)
    with django_assert_num_queries(6):
        client.get(LIST)
