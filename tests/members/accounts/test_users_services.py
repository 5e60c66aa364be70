"""Users and offices: what is stored, who may give what, and that nobody raises themselves."""

from datetime import date

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate, get_user
from django.http import HttpRequest
from knox.models import AuthToken

from audit.models import Entry
from members.access.queries import access_for
from members.accounts.services import (
    create_user,
    end_office,
    give_office,
    hand_over,
    link_member,
    one_time_password,
    reset_password,
    set_active,
    sign_out_everywhere,
)
from members.choices import OfficeKind
from members.models import Office, User
from members.refused import Refused
from tests.cast import PASSWORD, TODAY, make_user

STRONG = "lantern-4471-river"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(cast):
    """The county's administrator, with the access of today."""
    cast.administrator.access = access_for(cast.administrator, on=TODAY)
    return cast.administrator


@pytest.fixture
def district_administrator(cast):
    user = make_user("district_administrator", OfficeKind.ADMINISTRATOR, cast.district)
    user.access = access_for(user, on=TODAY)
    return user


def give(user, kind, organization, by, on=TODAY):
    return give_office(user=user, kind=kind, organization=organization, on=on, decided_by="支部大会", by=by)


# --- Users ----------------------------------------------------------------------------------------------------------
def test_a_new_user_can_log_in_and_is_on_the_record(cast, administrator):
    create_user(username="wang.li", password=STRONG, display_name="王丽", must_change_password=True, by=administrator)

    user = User.objects.get(username="wang.li")
    assert user.check_password(STRONG)
    assert user.must_change_password
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.subject_label) == ("create_user", "administrator", "wang.li")
    assert STRONG not in str(vars(entry))


@pytest.mark.parametrize("username", ["secretary", "Secretary", "SECRETARY"])
def test_a_taken_name_is_refused_also_in_capitals(cast, username):
    with pytest.raises(Refused) as refused:
        create_user(username=username, password=STRONG, by="test")

    assert refused.value.field == "username"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("username", ["", "a b", "x" * 151, "a/b"])
def test_a_name_that_is_none_is_refused(username):
    with pytest.raises(Refused):
        create_user(username=username, password=STRONG, by="test")

    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "password123", "wangli2026x"])
def test_a_weak_password_is_refused_with_a_sentence(password):
    with pytest.raises(Refused) as refused:
        create_user(username="wangli2026", password=password, by="test")

    assert str(refused.value)
    assert not User.objects.exists()


def test_one_time_passwords_keep_to_the_rules_themselves():
    passwords = {one_time_password() for _again in range(50)}

    assert len(passwords) == 50
    for password in passwords:
        create_user(username=f"u{password[:4]}", password=password, by="test")


def test_a_member_is_one_user(cast):
    create_user(username="wang", password=STRONG, member=cast.wang, by="test")

    with pytest.raises(Refused):
        create_user(username="wang2", password=STRONG, member=cast.wang, by="test")
    with pytest.raises(Refused):
        link_member(user=cast.stranger, member=cast.wang, by="test")


def test_linking_a_member_brings_the_members_offices(cast, administrator):
    Office.objects.create(member=cast.wang, kind=OfficeKind.SECRETARY, organization=cast.next_branch)

    link_member(user=cast.stranger, member=cast.wang, by=administrator)

    assert access_for(cast.stranger, on=TODAY).held[0].kind == OfficeKind.SECRETARY
    assert Entry.objects.get().organization_code == "next-branch"


def test_nobody_links_themselves_to_a_member(cast, administrator):
    """The member's offices would come with it."""
    with pytest.raises(Refused):
        link_member(user=administrator, member=cast.wang, by=administrator)

    administrator.refresh_from_db()
    assert administrator.member is None


# --- Offices --------------------------------------------------------------------------------------------------------
def test_a_given_office_opens_its_subtree_from_its_first_day(cast, administrator):
    give(cast.stranger, OfficeKind.SECRETARY, cast.branch, administrator, on=date(2026, 12, 1))

    assert access_for(cast.stranger, on=date(2026, 11, 30)).held == ()
    assert [held.path for held in access_for(cast.stranger, on=date(2026, 12, 1)).held] == [cast.branch.path]


def test_giving_is_on_the_record_of_the_organization(cast, administrator):
    give(cast.stranger, OfficeKind.SECRETARY, cast.branch, administrator)

    entry = Entry.objects.get()
    assert (entry.action, entry.organization_code) == ("give_office", "branch")
    assert entry.details == {"kind": "secretary", "user": "stranger"}


def test_an_office_outside_ones_subtree_is_refused(cast, district_administrator):
    for place in (cast.county, cast.other_district, cast.other_branch):
        kind = OfficeKind.SECRETARY if place.kind == "branch" else OfficeKind.INSPECTOR
        with pytest.raises(Refused):
            give(cast.stranger, kind, place, district_administrator)

    assert not Office.objects.filter(user=cast.stranger).exists()
    assert give(cast.stranger, OfficeKind.SECRETARY, cast.branch, district_administrator).pk


def test_who_does_not_manage_users_gives_no_office(cast):
    cast.county_staff.access = access_for(cast.county_staff, on=TODAY)

    with pytest.raises(Refused):
        give(cast.stranger, OfficeKind.SECRETARY, cast.branch, cast.county_staff)


def test_nobody_gives_themselves_an_office(cast, administrator):
    with pytest.raises(Refused):
        give(administrator, OfficeKind.SECRETARY, cast.branch, administrator)


def test_nor_the_member_they_are(cast, administrator):
    """Two users can't be one member, so this only holds while the link is being changed."""
    administrator.member = cast.zhang
    with pytest.raises(Refused):
        give(cast.member, OfficeKind.SECRETARY, cast.branch, administrator)


def test_an_office_that_does_not_exist_there_is_refused(cast):
    with pytest.raises(Refused) as refused:
        give(cast.stranger, OfficeKind.SECRETARY, cast.district, "test")

    assert refused.value.field == "kind"


def test_in_what_was_dissolved_there_are_no_offices(cast):
    cast.branch.dissolved_on = TODAY

    with pytest.raises(Refused):
        give(cast.stranger, OfficeKind.SECRETARY, cast.branch, "test")


def test_the_same_office_is_given_once(cast):
    give(cast.stranger, OfficeKind.SECRETARY, cast.branch, "test")

    with pytest.raises(Refused):
        give(cast.stranger, OfficeKind.SECRETARY, cast.branch, "test")
    assert Entry.objects.count() == 1


def test_an_ended_office_opens_nothing_from_that_day_on(cast, administrator):
    office = Office.objects.get(user=cast.secretary)

    end_office(office=office, on=TODAY, by=administrator, reason="调离")

    assert access_for(cast.secretary, on=TODAY).held == ()
    assert access_for(cast.secretary, on=date(2026, 11, 23)).held != ()
    entry = Entry.objects.get()
    assert (entry.action, entry.organization_code, entry.reason) == ("end_office", "branch", "调离")


def test_an_office_ends_once_and_not_before_it_began(cast):
    office = give(cast.stranger, OfficeKind.SECRETARY, cast.branch, "test")

    with pytest.raises(Refused):
        end_office(office=office, on=date(2026, 11, 1), by="test")
    end_office(office=office, on=TODAY, by="test")
    with pytest.raises(Refused):
        end_office(office=office, on=TODAY, by="test")


def test_an_end_that_lies_ahead_can_be_drawn_closer(cast):
    office = Office.objects.get(user=cast.secretary)
    end_office(office=office, on=date(2027, 1, 1), by="test")

    end_office(office=office, on=TODAY, by="test")

    assert Office.objects.get(pk=office.pk).valid_until == TODAY


def test_an_office_outside_ones_subtree_is_not_ended(cast, district_administrator):
    with pytest.raises(Refused):
        end_office(office=Office.objects.get(user=cast.other_secretary), on=TODAY, by=district_administrator)

    assert Office.objects.get(user=cast.other_secretary).valid_until is None


def test_handing_over_ends_one_and_begins_the_other_on_the_same_day(cast, administrator):
    office = Office.objects.get(user=cast.secretary)

    hand_over(office=office, to=cast.stranger, on=TODAY, decided_by="换届选举", by=administrator)

    office.refresh_from_db()
    new = Office.objects.get(user=cast.stranger)
    assert (office.valid_until, new.valid_from, new.organization) == (TODAY, TODAY, cast.branch)
    assert [entry.action for entry in Entry.objects.in_order()] == ["end_office", "give_office"]


def test_a_hand_over_that_fails_leaves_the_office_where_it_was(cast, administrator):
    office = Office.objects.get(user=cast.secretary)

    for to in (administrator, cast.secretary):
        with pytest.raises(Refused):
            hand_over(office=office, to=to, on=TODAY, decided_by="", by=administrator)

    assert Office.objects.get(pk=office.pk).valid_until is None
    assert not Entry.objects.exists()


# --- Passwords and sessions -----------------------------------------------------------------------------------------
@pytest.fixture
def logged_in(cast, client):
    """The secretary, logged in by browser and with a token for the API."""
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create(user=cast.secretary, ip="127.0.0.1", session_key=client.session.session_key)
    AuthToken.objects.create(cast.secretary)
    return client


def is_in(client):
    """Whether the browser's next request would still be the secretary's."""
    request = HttpRequest()
    request.session = client.session
    return get_user(request).is_authenticated


def may_log_in(user):
    return authenticate(HttpRequest(), username=user.username, password=PASSWORD) == user


def test_a_reset_password_works_once_shown_and_must_be_changed(cast, administrator):
    password = reset_password(user=cast.secretary, by=administrator)

    user = User.objects.get(pk=cast.secretary.pk)
    assert user.check_password(password)
    assert user.must_change_password
    entry = Entry.objects.get()
    assert entry.action == "reset_password"
    assert password not in str(vars(entry))


def test_a_reset_password_ends_what_was_open(cast, logged_in):
    assert is_in(logged_in)

    reset_password(user=cast.secretary, by="test")

    assert not is_in(logged_in)
    assert not AuthToken.objects.exists()


def test_signing_out_ends_sessions_and_tokens_and_keeps_the_password(cast, logged_in):
    AuthToken.objects.create(cast.next_secretary)

    assert sign_out_everywhere(user=cast.secretary, by="test") == 2

    assert not is_in(logged_in)
    assert AuthToken.objects.get().user == cast.next_secretary
    assert may_log_in(cast.secretary)


def test_who_is_deactivated_is_out_and_stays_out(cast, administrator, logged_in):
    set_active(user=cast.secretary, active=False, by=administrator, reason="退休")

    assert not is_in(logged_in)
    assert not may_log_in(cast.secretary)
    assert Entry.objects.get().action == "deactivate_user"


def test_who_is_activated_again_may_log_in(cast, administrator, logged_in):
    set_active(user=cast.secretary, active=False, by=administrator)
    set_active(user=cast.secretary, active=True, by=administrator)

    assert may_log_in(cast.secretary)


def test_nobody_deactivates_themselves(cast, administrator):
    with pytest.raises(Refused):
        set_active(user=administrator, active=False, by=administrator)
