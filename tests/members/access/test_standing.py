"""Offices of a day decide what somebody may do, and where."""

from datetime import date, timedelta

import pytest

from members.access.queries import access_for, holders, named_offices
from members.choices import Capability, OfficeKind, OrganizationKind
from members.models import Office
from members.offices import CAPABILITIES, Access, HeldOffice
from tests.cast import TODAY, make_organization, make_user


def held(kind, path):
    return HeldOffice(kind, path, code=path, organization=path)


TWO_OFFICES = Access(
    on=TODAY, held=(held(OfficeKind.SECRETARY, "000100010001"), held(OfficeKind.COMMITTEE_SECRETARY, "0001"))
)


@pytest.mark.parametrize(
    ("capability", "path", "may"),
    [
        (Capability.EDIT_ROSTER, "000100010001", True),
        (Capability.EDIT_ROSTER, "0001000100010001", True),
        (Capability.EDIT_ROSTER, "00010001", False),
        (Capability.EDIT_ROSTER, "000100010002", False),
        (Capability.VIEW_ORGANIZATIONS, "000100010002", True),
        (Capability.VIEW_ORGANIZATIONS, "0002", False),
        (Capability.MANAGE_USERS, "000100010001", False),
        (Capability.EDIT_ROSTER, "", False),
    ],
)
def test_a_capability_holds_only_below_the_office_that_grants_it(capability, path, may):
    assert TWO_OFFICES.may(capability, path) is may


def test_the_paths_of_a_capability_are_the_outermost_ones():
    assert TWO_OFFICES.paths(Capability.VIEW_ORGANIZATIONS) == ["0001"]
    assert TWO_OFFICES.paths(Capability.EDIT_ROSTER) == ["000100010001"]
    assert TWO_OFFICES.paths(Capability.MANAGE_USERS) == []


def test_capabilities_are_those_of_all_offices():
    assert TWO_OFFICES.capabilities == (
        CAPABILITIES[OfficeKind.SECRETARY] | CAPABILITIES[OfficeKind.COMMITTEE_SECRETARY]
    )
    assert TWO_OFFICES.may_any([Capability.MANAGE_USERS, Capability.EDIT_ROSTER])
    assert not TWO_OFFICES.may_any([Capability.MANAGE_USERS])


def test_without_an_office_nothing_is_allowed_anywhere():
    nobody = Access()

    assert nobody.capabilities == frozenset()
    assert not any(nobody.may(capability, "0001") or nobody.paths(capability) for capability in Capability)


def test_every_office_says_what_it_may():
    assert set(CAPABILITIES) == set(OfficeKind)


@pytest.mark.parametrize(
    ("capability", "kinds"),
    [
        (Capability.MANAGE_USERS, {OfficeKind.ADMINISTRATOR}),
        (Capability.MANAGE_ORGANIZATIONS, {OfficeKind.ADMINISTRATOR, OfficeKind.COMMITTEE_STAFF}),
        (Capability.VIEW_AUDIT, {OfficeKind.ADMINISTRATOR, OfficeKind.COMMITTEE_STAFF, OfficeKind.SECRETARY}),
        (
            Capability.REVEAL_PRIVATE,
            {
                OfficeKind.SECRETARY,
                OfficeKind.DEPUTY_SECRETARY,
                OfficeKind.ORGANIZATION_OFFICER,
                OfficeKind.COMMITTEE_STAFF,
            },
        ),
    ],
)
def test_what_is_dangerous_is_given_to_few(capability, kinds):
    assert {kind for kind, capabilities in CAPABILITIES.items() if capability in capabilities} == kinds


@pytest.mark.parametrize("kind", [OfficeKind.ADMINISTRATOR, OfficeKind.INSPECTOR, OfficeKind.COMMITTEE_SECRETARY])
def test_offices_that_look_after_no_people_read_no_roster(kind):
    of_people = {
        Capability.VIEW_ROSTER,
        Capability.EDIT_ROSTER,
        Capability.VIEW_CONTACTS,
        Capability.REVEAL_PRIVATE,
        Capability.EXPORT_ROSTER,
    }

    assert CAPABILITIES[kind].isdisjoint(of_people)


@pytest.mark.parametrize("kind", [OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY])
def test_committees_dont_read_the_contact_log(kind):
    assert CAPABILITIES[kind].isdisjoint({Capability.VIEW_CONTACTS, Capability.RECORD_CONTACTS})


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "held_today"),
    [
        (None, None, True),
        (TODAY, None, True),
        (date(2026, 11, 25), None, False),
        (None, TODAY, False),
        (None, date(2026, 11, 25), True),
    ],
)
def test_an_office_counts_from_its_first_day_until_its_last(cast, valid_from, valid_until, held_today):
    user = make_user("newcomer")
    Office.objects.create(
        user=user,
        kind=OfficeKind.SECRETARY,
        organization=cast.branch,
        valid_from=valid_from,
        valid_until=valid_until,
    )

    assert bool(access_for(user, on=TODAY).held) is held_today


def test_an_office_of_the_member_is_an_office_of_their_log_in(cast):
    Office.objects.create(member=cast.zhang, kind=OfficeKind.GROUP_LEADER, organization=cast.group)
    access = access_for(cast.member, on=TODAY)

    assert access.paths(Capability.RECORD_CONTACTS) == [cast.group.path]
    assert access.member_id == cast.zhang.pk


def test_an_office_of_another_member_is_not_mine(cast):
    Office.objects.create(member=cast.wang, kind=OfficeKind.SECRETARY, organization=cast.next_branch)

    assert access_for(cast.member, on=TODAY).held == ()
    assert access_for(cast.stranger, on=TODAY).held == ()


def test_handing_over_is_one_office_ending_and_another_beginning(cast, django_assert_num_queries):
    Office.objects.filter(user=cast.secretary).update(valid_until=TODAY)
    successor = make_user("successor")
    Office.objects.create(user=successor, kind=OfficeKind.SECRETARY, organization=cast.branch, valid_from=TODAY)

    with django_assert_num_queries(2):
        before, after = access_for(cast.secretary, on=TODAY), access_for(successor, on=TODAY)
    assert before.held == ()
    assert after.paths(Capability.EDIT_ROSTER) == [cast.branch.path]


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["secretary", "member", "county_staff", "stranger"])
def test_the_written_statement_finds_what_the_queryset_finds(cast, part):
    user, member = cast.users()[part], cast.li
    user.member = user.member or member
    for number, days in enumerate([(None, None), (-9, 0), (0, None), (1, None), (-9, 1), (None, 0)]):
        first, last = (None if day is None else TODAY + timedelta(days=day) for day in days)
        holder = {"user": user} if number % 2 else {"member": user.member}
        Office.objects.create(
            kind=OfficeKind.values[number], organization=cast.group, valid_from=first, valid_until=last, **holder
        )

    found = Office.objects.held_by(user).holding(TODAY).order_by("organization__path")

    assert sorted(
        (one.kind, one.path, one.code, one.organization) for one in access_for(user, on=TODAY).held
    ) == sorted(found.values_list("kind", "organization__path", "organization__code", "organization__name"))


BASES = Capability.FIX_BASES


@pytest.mark.parametrize(
    ("held", "ended", "fixes"),
    [
        (["secretary"], [], "secretary"),
        (["secretary", "deputy_secretary"], [], "secretary"),
        (["deputy_secretary"], [], "deputy_secretary"),
        (["secretary", "deputy_secretary", "organization_officer"], [], "organization_officer"),
        (["secretary", "organization_officer"], ["organization_officer"], "secretary"),
        (["secretary", "deputy_secretary"], ["secretary"], "deputy_secretary"),
        (["publicity_officer"], [], ""),
    ],
)
def test_a_branch_without_an_organization_officer_has_its_secretary_fix_the_bases_else_the_deputy(
    cast, held, ended, fixes
):
    Office.objects.filter(organization=cast.branch).delete()
    users = {kind: make_user(f"u-{kind}", OfficeKind(kind), cast.branch) for kind in held}
    Office.objects.filter(organization=cast.branch, kind__in=ended).update(valid_until=TODAY)
    may = [kind for kind, user in users.items() if access_for(user, on=TODAY).may(BASES, cast.branch.path)]

    assert may == [fixes] if fixes else not may
    offices = named_offices([cast.branch.path], on=TODAY)
    assert [one.office.kind for one in holders(offices, BASES, cast.branch.path)] == ([fixes] if fixes else [])


def test_the_secretary_of_a_general_branch_stands_in_for_nobody(cast):
    general = make_organization("general", "党总支", OrganizationKind.GENERAL_BRANCH, cast.district)
    user = make_user("general_secretary", OfficeKind.SECRETARY, general)

    assert not access_for(user, on=TODAY).may(BASES, general.path)


def test_who_may_do_something_is_named_by_the_nearest_office(cast):
    make_user("above", OfficeKind.ORGANIZATION_OFFICER, cast.district)

    offices = named_offices([cast.group.path, cast.next_branch.path], on=TODAY)

    assert [one.name for one in holders(offices, BASES, cast.group.path)] == ["officer"]
    assert [one.name for one in holders(offices, BASES, cast.next_branch.path)] == ["next_secretary"]
    assert [one.name for one in holders(offices, BASES, cast.district.path)] == ["above"]
