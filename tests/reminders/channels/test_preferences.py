"""How somebody says how they want to be told things."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from members.choices import OfficeKind
from members.models import ContactPerson, Office, Situation
from members.roster.services import roster_code
from reminders.channels.services import prefer, preference_of
from reminders.models import Preference
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

OWN = reverse("reminders:preference-own")
SENT = {"quiet_from": "20:00", "quiet_until": "09:00", "workdays_only": "on", "no_channels": ["sms"], "language": "en"}


def of_member(member) -> str:
    return reverse("reminders:preference-member", args=[member.key])


# --- The service ------------------------------------------------------------------------------------------------------
def test_what_somebody_wants_is_kept_and_put_on_record_by_its_fields_only(cast):
    changed = prefer(person=cast.li, values={"quiet_from": time(20), "language": "en"}, by=cast.secretary)
    stored = Preference.objects.get()
    assert (stored.member, stored.user, stored.quiet_from, stored.language) == (cast.li, None, time(20), "en")
    assert (stored.quiet_until, stored.no_channels, stored.wants_digest) == (time(8), [], True)
    entry = Entry.objects.get()
    assert changed == ["language", "quiet_from"] and sorted(entry.changes) == ["language", "quiet_from"]
    assert (entry.action, entry.actor, entry.organization_code) == ("set_preference", "secretary", roster_code(cast.li))


def test_the_same_again_changes_nothing_and_is_not_put_on_record_twice(cast):
    for _turn in range(2):
        prefer(person=cast.li, values={"workdays_only": True}, by=cast.secretary)
    assert (Preference.objects.count(), Entry.objects.count()) == (1, 1)


def test_a_user_who_is_a_member_has_the_members(cast):
    prefer(person=cast.member, values={"workdays_only": True}, by=cast.member)
    assert Preference.objects.get().member == cast.zhang
    assert preference_of(cast.zhang).workdays_only


def test_a_user_who_is_no_member_has_their_own(cast):
    prefer(person=cast.secretary, values={"wants_digest": False}, by=cast.secretary)
    assert Preference.objects.get().user == cast.secretary


def test_who_said_nothing_has_the_defaults_and_no_row(cast):
    assert (preference_of(cast.li).quiet_from, preference_of(cast.li).workdays_only) == (time(21), False)
    assert not Preference.objects.exists()


def test_when_it_cannot_be_put_on_record_nothing_is_kept(cast, monkeypatch):
    monkeypatch.setattr("reminders.channels.services.record", lambda **_entry: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        prefer(person=cast.li, values={"workdays_only": True}, by=cast.secretary)
    assert not Preference.objects.exists()


# --- One's own page ---------------------------------------------------------------------------------------------------
def test_a_member_says_how_they_want_to_be_told(cast, as_user):
    client = as_user(cast.member)
    assert client.get(OWN).context["form"]["quiet_from"].value() == time(21)
    assert client.post(OWN, SENT)["Location"] == OWN
    stored = Preference.objects.get()
    assert (stored.quiet_from, stored.quiet_until, stored.workdays_only) == (time(20), time(9), True)
    assert (stored.no_channels, stored.language, stored.wants_digest) == (["sms"], "en", True)
    assert client.get(OWN).context["form"]["no_channels"].value() == ["sms"]


@pytest.mark.parametrize(("part", "asked"), [("member", False), ("secretary", True), ("county_staff", False)])
def test_only_who_settles_duties_is_asked_about_the_weekly_overview(cast, as_user, part, asked):
    assert ("wants_digest" in as_user(getattr(cast, part)).get(OWN).context["form"].fields) is asked


def test_an_officer_gives_the_weekly_overview_up_and_takes_it_again(cast, as_user):
    client = as_user(cast.secretary)
    client.post(OWN, SENT)
    assert not Preference.objects.get().wants_digest
    client.post(OWN, {**SENT, "wants_digest": "on"})
    assert Preference.objects.get().wants_digest


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"quiet_from": ""}, "quiet_from"),
        ({"quiet_until": "eight"}, "quiet_until"),
        ({"no_channels": ["in_app"]}, "no_channels"),
        ({"no_channels": ["by_hand"]}, "no_channels"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_not_kept(cast, as_user, sent, field):
    answer = as_user(cast.member).post(OWN, {**SENT, **sent})
    assert answer.context["form"].errors[field]
    assert not Preference.objects.exists()


def test_strangers_are_asked_to_log_in(client):
    assert client.get(OWN).status_code == 302


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(cast, as_user, method):
    client = as_user(cast.secretary)
    assert getattr(client, method)(OWN).status_code == 405
    assert getattr(client, method)(of_member(cast.li)).status_code == 405


# --- An officer's page for a member -----------------------------------------------------------------------------------
def test_an_officer_writes_down_what_a_member_without_an_account_wants(cast, as_user):
    client = as_user(cast.officer)
    assert client.get(of_member(cast.li)).status_code == 200
    assert client.post(of_member(cast.li), SENT)["Location"] == cast.li.get_absolute_url()
    assert Preference.objects.get().member == cast.li


def test_an_officer_leaves_the_members_weekly_overview_alone(cast, as_user):
    Preference.objects.create(member=cast.zhang, wants_digest=False)
    as_user(cast.officer).post(of_member(cast.zhang), {**SENT, "wants_digest": "on"})
    assert not Preference.objects.get().wants_digest


@pytest.mark.parametrize(
    ("part", "status"),
    [("secretary", 200), ("group_leader", 403), ("district_staff", 403), ("next_secretary", 404), ("member", 403)],
)
def test_only_who_changes_the_roster_there_may(cast, as_user, part, status):
    assert as_user(getattr(cast, part)).get(of_member(cast.li)).status_code == status


def test_a_member_who_does_not_exist_is_not_found(cast, as_user):
    assert as_user(cast.secretary).get(reverse("reminders:preference-member", args=[uuid4()])).status_code == 404


def test_nothing_is_kept_for_a_member_of_another_branch(cast, as_user):
    assert as_user(cast.next_secretary).post(of_member(cast.li), SENT).status_code == 404
    assert not Preference.objects.exists()


# --- What the pages say of today --------------------------------------------------------------------------------------
def test_the_page_says_that_messages_go_to_the_contact_person_of_a_frail_member(cast, as_user):
    Situation.objects.create(member=cast.li, kind="frail")
    ContactPerson.objects.create(member=cast.li, name="李女士", phone="13900139000")
    page = as_user(cast.secretary).get(of_member(cast.li))
    assert (page.context["way"].contact, page.context["way"].channel) == ("李女士", "by_hand")
    assert "李女士" in page.text and "13900139000" not in page.text


def test_the_page_says_by_which_channel_one_would_be_told(cast, as_user, settings):
    settings.EMAIL_HOST = "mail.example.cn"
    cast.member.prefer(email="zhang@example.cn")
    assert as_user(cast.member).get(OWN).context["way"].channel == "email"
    Preference.objects.create(member=cast.zhang, no_channels=["email"])
    way = as_user(cast.member).get(OWN).context["way"]
    assert (way.channel, way.reads_here) == ("in_app", True)


@pytest.mark.parametrize(("part", "leads_there"), [("secretary", True), ("officer", True), ("group_leader", False)])
def test_the_members_page_leads_there_for_who_may(cast, as_user, part, leads_there):
    text = as_user(getattr(cast, part)).get(cast.li.get_absolute_url()).text
    assert (of_member(cast.li) in text) is leads_there


@pytest.mark.parametrize("page", ["members:member-me", "reminders:inbox"])
def test_a_member_finds_the_own_page_from_there(cast, as_user, page):
    assert f'href="{OWN}"' in as_user(cast.member).get(reverse(page)).text


def test_an_officer_who_holds_the_office_as_a_member_is_asked_for_the_member(cast, as_user):
    Office.objects.create(member=cast.zhang, kind=OfficeKind.SECRETARY, organization=cast.branch, valid_from=TODAY)
    as_user(cast.member).post(OWN, {**SENT, "wants_digest": "on"})
    assert Preference.objects.get().member == cast.zhang
