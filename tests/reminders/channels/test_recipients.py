"""What is known of people before they are told something."""

from datetime import time, timedelta

import pytest

from members.models import ContactPerson, Member, Situation
from reminders.channels.queries import recipients, setups_in_use
from reminders.channels.rules import Channels, Quiet
from reminders.choices import ChannelKind
from reminders.models import ChannelSetup, Preference
from tests.cast import TODAY, make_member, make_user

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def member_of(member):
    return recipients([member.pk], on=TODAY).members[member.pk]


def test_a_member_with_an_account_is_told_there_and_one_without_has_a_phone_or_not(cast):
    assert member_of(cast.zhang).person.user_id == cast.member.pk
    assert member_of(cast.zhang).path == cast.branch.path
    without = make_member("孙无名", cast.branch)
    assert member_of(cast.li).person.user_id is None
    assert [member_of(one).person.has_phone for one in (cast.li, without)] == [True, False]


def test_the_digits_of_a_phone_are_never_read(cast):
    cast.zhang.phone = "13800138000"
    cast.zhang.save()
    assert "138" not in repr(member_of(cast.zhang))


def test_an_account_that_is_switched_off_is_none_and_neither_is_its_address(cast):
    type(cast.member).objects.filter(pk=cast.member.pk).update(is_active=False, email="old@example.cn")
    person = member_of(cast.zhang).person
    assert (person.user_id, person.email) == (None, "")


def test_the_address_of_the_account_goes_before_the_rosters(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(email="roster@example.cn")
    assert member_of(cast.zhang).person.email == "roster@example.cn"
    cast.member.prefer(email="account@example.cn")
    assert member_of(cast.zhang).person.email == "account@example.cn"


def test_situations_and_contact_persons_are_those_of_the_day(cast):
    Situation.objects.create(member=cast.li, kind="frail", valid_from=TODAY)
    Situation.objects.create(member=cast.li, kind="mobile", valid_until=TODAY)
    Situation.objects.create(member=cast.li, kind="seconded", valid_from=TOMORROW)
    ContactPerson.objects.create(member=cast.li, name="从前", valid_until=TODAY)
    now = ContactPerson.objects.create(member=cast.li, name="李女士", phone="13900139000", valid_from=YESTERDAY)
    found = member_of(cast.li)
    assert found.situations == {"frail"}
    assert [(one.key, one.person.name, one.person.has_phone) for one in found.contacts] == [(now.pk, "李女士", True)]


def test_a_contact_person_who_is_a_member_has_that_members_account_address_and_language(cast):
    cast.member.prefer(email="zhang@example.cn", language="en")
    ContactPerson.objects.create(member=cast.li, person=cast.zhang)
    [contact] = member_of(cast.li).contacts
    person = contact.person
    assert (person.name, person.user_id, person.email) == ("张英", cast.member.pk, "zhang@example.cn")
    assert person.language == "en"


def test_a_contact_person_who_is_on_no_roster_any_more_is_none(cast):
    ContactPerson.objects.create(member=cast.li, person=cast.zhang)
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    assert member_of(cast.li).contacts == ()


def test_what_somebody_wants_is_the_members_also_for_the_officer_that_the_member_is(cast):
    Preference.objects.create(
        member=cast.zhang, language="en", quiet_from=time(20), quiet_until=time(9), workdays_only=True,
        no_channels=["sms"], wants_digest=False,
    )  # fmt: skip
    found = recipients([cast.zhang.pk], [cast.member.pk], on=TODAY)
    for person in (found.members[cast.zhang.pk].person, found.officers[cast.member.pk]):
        assert person.quiet == Quiet(time(20), time(9), workdays_only=True)
        assert (person.language, person.no_channels, person.wants_digest) == ("en", {"sms"}, False)


def test_an_officer_who_is_no_member_has_a_preference_of_the_account(cast):
    Preference.objects.create(user=cast.secretary, quiet_from=time(18))
    officer = recipients([], [cast.secretary.pk], on=TODAY).officers[cast.secretary.pk]
    assert (officer.name, officer.quiet.quiet_from, officer.wants_digest) == ("secretary", time(18), True)


def test_who_never_said_anything_has_the_defaults(cast):
    person = member_of(cast.zhang).person
    assert (person.language, person.quiet, person.no_channels) == ("zh-hans", Quiet(), frozenset())


def test_an_officer_who_cannot_log_in_any_more_is_not_among_them(cast):
    gone = make_user("gone")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    assert recipients([], [gone.pk, 987654321], on=TODAY).officers == {}


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_four_queries_however_large(cast, django_assert_num_queries, count):
    members = [make_member(f"周{number}", cast.branch) for number in range(count)]
    for member in members:
        ContactPerson.objects.create(member=member, person=cast.zhang)
        Situation.objects.create(member=member, kind="frail")
    users = [make_user(f"user{number}").pk for number in range(count)]
    with django_assert_num_queries(4):
        found = recipients([member.pk for member in members], users, on=TODAY)
    assert (len(found.members), len(found.officers)) == (count, count)


def test_nobody_costs_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert recipients([], on=TODAY).members == {}


def setup(place, kind, **fields):
    return ChannelSetup.objects.create(
        organization=place, kind=kind, name=kind, address="https://sms.example.cn/send", **fields
    )


def test_text_messages_go_through_the_nearest_gateway_at_or_above(cast):
    county = setup(cast.county, "sms")
    district = setup(cast.district, "sms")
    setup(cast.branch, "sms", is_used=False)
    found = setups_in_use()
    assert [getattr(found.sms_for(place.path), "key", None) for place in (cast.group, cast.branch, cast.district)] == [
        district.pk
    ] * 3
    assert getattr(found.sms_for(cast.other_branch.path), "key", None) == county.pk


def test_a_group_chat_is_only_that_of_the_branch_itself(cast):
    setup(cast.district, "wecom")
    own = setup(cast.branch, "feishu")
    found = setups_in_use()
    assert found.group_chat_of(cast.next_branch.path) is None
    chat = found.group_chat_of(cast.branch.path)
    assert chat and (chat.key, chat.kind) == (own.pk, ChannelKind.FEISHU)


def test_what_goes_out_depends_on_the_mail_server_and_the_gateway(cast, settings):
    settings.EMAIL_HOST = ""
    assert setups_in_use().channels(cast.branch.path) == Channels()
    settings.EMAIL_HOST = "mail.example.cn"
    setup(cast.branch, "sms")
    assert setups_in_use().channels(cast.branch.path) == Channels(email=True, sms=True)
    assert setups_in_use().channels(cast.next_branch.path) == Channels(email=True)
