"""What may stand under what, which office belongs where, and which sizes are looked at: the tables are the rule."""

from datetime import date

import pytest

from members.choices import OfficeKind, OrganizationKind
from members.organizations.rules import may_stand_under, office_fits, size_flags, term_state, within_shift

TODAY = date(2026, 11, 24)
COMMITTEE, GENERAL_BRANCH, BRANCH, GROUP = OrganizationKind


@pytest.mark.parametrize(
    ("kind", "may_be_under"),
    [
        (COMMITTEE, {None, COMMITTEE}),
        (GENERAL_BRANCH, {None, COMMITTEE}),
        (BRANCH, {None, COMMITTEE, GENERAL_BRANCH}),
        (GROUP, {BRANCH}),
    ],
)
def test_kind_rules(kind, may_be_under):
    assert {above for above in [None, *OrganizationKind] if may_stand_under(kind, above)} == may_be_under


def test_a_refused_place_names_the_places_that_are_left():
    assert str(BRANCH.label) in may_stand_under(GROUP, COMMITTEE).reason


@pytest.mark.parametrize(
    ("office", "kinds"),
    [
        (OfficeKind.SECRETARY, {BRANCH}),
        (OfficeKind.DEPUTY_SECRETARY, {BRANCH}),
        (OfficeKind.ORGANIZATION_OFFICER, {BRANCH}),
        (OfficeKind.PUBLICITY_OFFICER, {BRANCH}),
        (OfficeKind.DISCIPLINE_OFFICER, {BRANCH}),
        (OfficeKind.COMMITTEE_MEMBER, {BRANCH, COMMITTEE}),
        (OfficeKind.GROUP_LEADER, {GROUP}),
        (OfficeKind.COMMITTEE_SECRETARY, {COMMITTEE, GENERAL_BRANCH}),
        (OfficeKind.COMMITTEE_STAFF, {COMMITTEE, GENERAL_BRANCH}),
        (OfficeKind.INSPECTOR, {COMMITTEE, GENERAL_BRANCH}),
        (OfficeKind.ADMINISTRATOR, {COMMITTEE, GENERAL_BRANCH, BRANCH}),
    ],
)
def test_where_an_office_belongs(office, kinds):
    assert {kind for kind in OrganizationKind if office_fits(office, kind)} == kinds


def test_every_office_belongs_somewhere():
    assert all(any(office_fits(office, kind) for kind in OrganizationKind) for office in OfficeKind)


@pytest.mark.parametrize(
    ("members", "formal", "has_committee", "flags"),
    [
        (3, 3, False, 0),
        (3, 2, False, 1),  # fewer than three formal members
        (6, 6, False, 0),
        (7, 7, False, 1),  # seven formal members without a committee
        (7, 7, True, 0),
        (7, 6, False, 0),  # a probationary member doesn't count for the committee
        (50, 45, True, 0),
        (51, 45, True, 1),  # more than fifty
        (51, 45, False, 2),
    ],
)
def test_size_flags_of_a_branch(members, formal, has_committee, flags):
    found = size_flags(kind=BRANCH, members=members, formal=formal, has_committee=has_committee, on=TODAY)

    assert len(found) == flags
    assert all(flag.citations for flag in found)


@pytest.mark.parametrize("kind", [COMMITTEE, GENERAL_BRANCH, GROUP])
def test_only_branches_have_a_size_that_is_looked_at(kind):
    assert size_flags(kind=kind, members=0, formal=0, has_committee=False, on=TODAY) == ()


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 8, 31), "running"),
        (date(2026, 9, 1), "ending"),  # six months before
        (date(2027, 2, 28), "ending"),
        (date(2027, 3, 1), "over"),
    ],
)
def test_how_far_a_term_has_come(on, state):
    assert term_state(date(2027, 3, 1), on=on) == state


@pytest.mark.parametrize(
    ("ends_on", "holds"),
    [
        (date(2027, 3, 1), True),
        (date(2028, 3, 1), True),  # a year later
        (date(2028, 3, 2), False),
        (date(2026, 3, 1), True),  # a year earlier
        (date(2026, 2, 28), False),
    ],
)
def test_a_term_is_moved_by_a_year_at_most(ends_on, holds):
    verdict = within_shift(date(2027, 3, 1), ends_on)

    assert bool(verdict) is holds
    assert [citation.article for citation in verdict.citations] == ["二"]
