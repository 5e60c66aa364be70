"""Offices that take two people: asked for by an administrator, confirmed by somebody of another office."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from audit.models import Entry
from members.access.queries import access_for
from members.accounts import office_services
from members.accounts.office_services import (
    ask_for_office,
    confirm_office,
    give_or_ask,
    hand_over_or_ask,
    refuse_office,
    withdraw_office,
)
from members.accounts.services import create_user, give_office, reset_password
from members.choices import Capability, OfficeKind, OrganizationKind
from members.models import Office, OfficeRequest, User
from members.offices import CAPABILITIES, takes_two_people
from members.refused import Refused
from tests.cast import TODAY, make_user

pytestmark = pytest.mark.django_db
INSPECTOR = OfficeKind.INSPECTOR


def stand(*users):
    for user in users:
        user.access = access_for(user, on=TODAY)
    return users[0]


@pytest.fixture
def ask(cast):
    stand(cast.administrator, cast.county_secretary, cast.county_staff, cast.district_staff, cast.inspector)

    def ask(kind=INSPECTOR, organization=None, user=None, by=None, give=give_or_ask):
        return give(
            user=user or cast.stranger, kind=kind, organization=organization or cast.county, on=TODAY,
            decided_by="常委会", by=by or cast.administrator,
        )  # fmt: skip

    return ask


@pytest.mark.parametrize("place", OrganizationKind)
@pytest.mark.parametrize("kind", OfficeKind)
def test_two_people_above_a_branch_and_for_letters_and_keys(kind, place):
    above = place in ("committee", "general_branch")
    letters = bool(CAPABILITIES[kind] & {Capability.READ_LETTERS, Capability.APPROVE_KEYS})

    assert takes_two_people(kind, place) == (above or letters)


def test_an_administrators_office_confirms_none():
    assert Capability.CONFIRM_OFFICES not in CAPABILITIES[OfficeKind.ADMINISTRATOR]


@pytest.mark.parametrize("kind", [INSPECTOR, OfficeKind.COMMITTEE_STAFF, OfficeKind.ADMINISTRATOR])
@pytest.mark.parametrize("place", ["county", "district"])
def test_an_administrator_alone_gives_none_of_these(cast, ask, kind, place):
    with pytest.raises(Refused):
        ask(kind, getattr(cast, place), give=give_office)

    request = ask(kind, getattr(cast, place))

    assert (request.state, request.asked_by) == ("waiting", cast.administrator)
    assert not Office.objects.filter(user=cast.stranger).exists()
    assert access_for(cast.stranger, on=TODAY).held == ()
    entry = Entry.objects.in_order().last()
    assert (entry.action, entry.details) == ("ask_for_office", {"kind": kind, "user": "stranger"})


def test_below_it_is_given_at_once(cast, ask):
    assert isinstance(ask(OfficeKind.SECRETARY, cast.branch), Office)
    assert not OfficeRequest.objects.exists()


def test_asked_twice_is_once(cast, ask):
    assert ask() == ask()
    assert Entry.objects.filter(action="ask_for_office").count() == 1


@pytest.mark.parametrize("who", ["county_secretary", "county_staff", "inspector"])
def test_somebody_of_another_office_confirms(cast, ask, who):
    confirm_office(request=ask(), on=TODAY, by=cast.users()[who])

    office = Office.objects.get(user=cast.stranger)
    assert (office.kind, office.organization, office.valid_from, office.decided_by) == (
        "inspector", cast.county, TODAY, "常委会",
    )  # fmt: skip
    entry = Entry.objects.in_order().last()
    assert (entry.action, entry.actor) == ("give_office", who)
    assert entry.details == {"kind": "inspector", "user": "stranger", "asked_by": "administrator"}
    confirm_office(request=OfficeRequest.objects.get(), on=TODAY, by=cast.users()[who])
    assert Office.objects.filter(user=cast.stranger).count() == 1


@pytest.mark.parametrize("who", ["administrator", "district_staff", "secretary", "member", "stranger"])
def test_nobody_else_confirms(cast, ask, who):
    request, user = ask(), stand(cast.users()[who])

    with pytest.raises(Refused):
        confirm_office(request=request, on=TODAY, by=user)

    assert not Office.objects.filter(user=cast.stranger).exists()


def test_not_for_oneself(cast, ask):
    request = ask(user=cast.county_staff)
    with pytest.raises(Refused):
        confirm_office(request=request, on=TODAY, by=cast.county_staff)
    with pytest.raises(Refused):
        ask(user=cast.administrator)


# --- An administrator who tries to be the second person -----------------------------------------------------------
def confirms_with_a_second_account(cast, ask):
    """An account of their own making with another office: that office takes two people itself."""
    accomplice = create_user(username="accomplice", password="a-long-password-77", by=cast.administrator)
    ask(OfficeKind.COMMITTEE_STAFF, user=accomplice)
    return accomplice


def confirms_as_another_administrator(cast, ask):
    return make_user("second_administrator", OfficeKind.ADMINISTRATOR, cast.county)


def confirms_with_a_password_that_they_set(cast, ask):
    reset_password(user=cast.county_secretary, by=cast.administrator)
    return cast.county_secretary


ATTACKS = [
    confirms_with_a_second_account,
    confirms_as_another_administrator,
    confirms_with_a_password_that_they_set,
    lambda cast, ask: cast.administrator,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_administrator_is_never_both_people(cast, ask, attack):
    request = ask()
    user = stand(attack(cast, ask))

    with pytest.raises(Refused):
        confirm_office(request=request, on=TODAY, by=user)

    assert not Office.objects.filter(user=cast.stranger).exists()


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_what_is_looked_at_they_would_be(cast, ask, attack, monkeypatch):
    request = ask()
    user = stand(attack(cast, ask))
    monkeypatch.setattr(office_services, "_refuse_confirming", lambda request, by: None)

    try:
        with transaction.atomic():
            confirm_office(request=request, on=TODAY, by=user)
    except IntegrityError as error:
        assert user == cast.administrator and "office_request_confirmed_by_another" in str(error)
    else:
        assert Office.objects.filter(user=cast.stranger).exists()


def test_a_password_that_was_set_eight_days_ago_hinders_nobody(cast, ask, monkeypatch):
    reset_password(user=cast.county_secretary, by=cast.administrator)
    monkeypatch.setattr(office_services, "UNTOUCHED_FOR", timedelta(0))

    confirm_office(request=ask(), on=TODAY, by=cast.county_secretary)

    assert Office.objects.filter(user=cast.stranger).exists()


# --- Settled otherwise ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("act", "by", "state"),
    [(refuse_office, "county_secretary", "refused"), (withdraw_office, "administrator", "withdrawn")],
)
def test_it_is_not_given(cast, ask, act, by, state):
    request = ask()
    for wrong in {"county_secretary", "administrator", "secretary"} - {by}:
        with pytest.raises(Refused):
            act(request=request, on=TODAY, by=stand(cast.users()[wrong]))

    act(request=request, on=TODAY, by=cast.users()[by])
    confirm_office(request=request, on=TODAY, by=cast.county_secretary)

    request.refresh_from_db()
    assert (request.state, request.settled_by, request.settled_on) == (state, cast.users()[by], TODAY)
    assert not Office.objects.filter(user=cast.stranger).exists()
    assert ask() != request


def test_a_hand_over_ends_the_other_office_only_when_it_is_confirmed(cast, ask):
    office = Office.objects.get(user=cast.inspector)
    request = hand_over_or_ask(office=office, to=cast.stranger, on=TODAY, decided_by="调整", by=cast.administrator)
    office.refresh_from_db()
    assert office.valid_until is None

    confirm_office(request=request, on=TODAY, by=cast.county_secretary)

    office.refresh_from_db()
    assert office.valid_until == TODAY
    assert Office.objects.get(user=cast.stranger).valid_from == TODAY
    with pytest.raises(Refused):
        hand_over_or_ask(office=office, to=cast.inspector, on=TODAY, decided_by="调整", by=cast.administrator)


def test_what_is_held_already_is_not_asked_for(cast, ask):
    with pytest.raises(Refused):
        ask(user=cast.inspector, give=ask_for_office)


def test_the_command_line_gives_it_at_once_with_an_entry_and_makes_no_reader(cast, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password-77\n"))
    out = io.StringIO()

    call_command(
        "add_user", "shelly", "--password-stdin", "--office", "inspector", "--org", "county", "--json", stdout=out
    )

    assert json.loads(out.getvalue())["offices"] == [{"kind": "inspector", "organization": "county"}]
    assert Entry.objects.in_order().last().action == "give_office"
    assert not User.objects.get(username="shelly").inspector_keys.exists()


# --- Pages ----------------------------------------------------------------------------------------------------------
LIST = "/offices/requests/"
GIVEN = {"kind": "inspector", "organization": "county", "on": TODAY.isoformat(), "decided_by": "常委会"}


def test_the_whole_way_on_the_pages(cast, as_user, today):
    Office.objects.create(user=cast.stranger, kind=OfficeKind.GROUP_LEADER, organization=cast.group)
    answer = as_user(cast.administrator).post("/users/stranger/offices/", GIVEN)
    request = OfficeRequest.objects.get()
    assert (answer.status_code, answer.url) == (302, request.get_absolute_url())
    assert request.get_absolute_url() in as_user(cast.administrator).get("/users/stranger/").text
    assert 'value="confirm"' not in as_user(cast.administrator).get(request.get_absolute_url()).text

    assert LIST not in as_user(cast.secretary).get("/").text
    client = as_user(cast.county_secretary)
    assert LIST in client.get("/desk/").text
    assert request.get_absolute_url() in client.get(LIST).text
    assert 'value="confirm"' in client.get(request.get_absolute_url()).text
    assert client.post(request.get_absolute_url(), {"act": "confirm"}).status_code == 302
    assert Office.objects.filter(user=cast.stranger, kind="inspector").exists()
    assert f'href="{LIST}"' not in client.get("/desk/").text


def test_a_new_user_with_such_an_office_is_found_by_who_asked(cast, as_user, today):
    client = as_user(cast.administrator)
    answer = client.post("/new-user/", {**GIVEN, "username": "fresh", "display_name": "新人"})

    assert answer.status_code == 200 and OfficeRequest.objects.get().user.username == "fresh"
    assert client.get("/users/fresh/").status_code == 200
    assert not Office.objects.filter(user__username="fresh").exists()


@pytest.mark.parametrize("data", [{}, {"act": "give"}, {"act": ""}])
def test_a_form_that_says_nothing_does_nothing(cast, as_user, ask, data):
    request = ask()

    assert as_user(cast.county_secretary).post(request.get_absolute_url(), data).status_code == 200
    request.refresh_from_db()
    assert request.state == "waiting"


def test_other_places_are_not_shown(cast, as_user, ask, today):
    far = ask(organization=cast.other_district)

    assert far.get_absolute_url() not in as_user(cast.district_staff).get(LIST).text
    assert as_user(cast.district_staff).get(far.get_absolute_url()).status_code == 404
    assert as_user(cast.secretary).get(LIST).status_code == 403


def test_three_cost_no_more_queries_than_one(cast, as_user, ask, today, django_assert_num_queries):
    ask()
    client = as_user(cast.county_secretary)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)
    for kind in (OfficeKind.COMMITTEE_STAFF, OfficeKind.ADMINISTRATOR):
        ask(kind)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)


QUERIES = 4
