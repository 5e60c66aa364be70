"""Who is told, and by which channel."""

from uuid import UUID

import pytest

from reminders.channels.rules import (
    Channels,
    Contact,
    MemberContext,
    Person,
    Recipient,
    channel_for,
    easiest,
    officer_recipient,
    recipient_for,
)
from reminders.choices import Addressee, ChannelKind

ALL, NONE = Channels(email=True, sms=True), Channels()
KEY, OTHER_KEY = UUID(int=1), UUID(int=2)
DAUGHTER = Contact(KEY, Person("李女士", "zh-hans", has_phone=True))
MEMBER, CONTACT_PERSON = Addressee.MEMBER, Addressee.CONTACT_PERSON


def person(**known) -> Person:
    return Person("张英", "zh-hans", **known)


def member(*situations: str, reach_by: str = "", contacts=(), **known) -> MemberContext:
    return MemberContext(person(**known), "0001", frozenset(situations), reach_by, tuple(contacts))


@pytest.mark.parametrize(
    ("concerned", "addressee"),
    [
        (member(), MEMBER),
        (member(contacts=[DAUGHTER]), MEMBER),
        (member("retired", "relocated", contacts=[DAUGHTER]), MEMBER),
        (member("frail", contacts=[DAUGHTER]), CONTACT_PERSON),
        (member("bedridden", contacts=[DAUGHTER]), CONTACT_PERSON),
        (member("retired", "frail", contacts=[DAUGHTER]), CONTACT_PERSON),
        (member("frail", contacts=[DAUGHTER], user_id=5, email="a@example.cn"), CONTACT_PERSON),
        (member(reach_by="contact_person", contacts=[DAUGHTER]), CONTACT_PERSON),
        (member(reach_by="phone", contacts=[DAUGHTER]), MEMBER),
        (member("frail"), MEMBER),
        (member(reach_by="contact_person"), MEMBER),
    ],
)
def test_the_contact_person_alone_is_told_for_who_is_frail_or_wants_it_so(concerned, addressee):
    assert recipient_for(concerned).addressee == addressee


def test_the_contact_persons_own_language_and_name_count():
    recipient = recipient_for(member("frail", contacts=[Contact(KEY, Person("Anna", "en"))]))
    assert (recipient.person.name, recipient.person.language, recipient.contact) == ("Anna", "en", KEY)


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ({}, {}, KEY),
        ({}, {"has_phone": True}, OTHER_KEY),
        ({"has_phone": True}, {"email": "b@example.cn"}, OTHER_KEY),
        ({"email": "a@example.cn"}, {"user_id": 7}, OTHER_KEY),
        ({"user_id": 7}, {"user_id": 8, "email": "b@example.cn"}, OTHER_KEY),
    ],
)
def test_of_several_contact_persons_the_one_is_told_who_is_reached_most_easily(first, second, key):
    assert easiest([Contact(KEY, person(**first)), Contact(OTHER_KEY, person(**second))]).key == key


EMAIL = {"email": "a@example.cn"}
PHONE = {"has_phone": True}
ACCOUNT = {"user_id": 5}


@pytest.mark.parametrize(
    ("known", "ways", "channel"),
    [
        ({**ACCOUNT, **EMAIL, **PHONE}, ALL, "email"),
        ({**ACCOUNT, **EMAIL, **PHONE}, Channels(sms=True), "sms"),
        ({**ACCOUNT, **EMAIL, **PHONE}, NONE, "in_app"),
        ({**ACCOUNT, **PHONE}, ALL, "sms"),
        (ACCOUNT, ALL, "in_app"),
        ({**ACCOUNT, **EMAIL, "no_channels": frozenset(["email"])}, ALL, "in_app"),
        ({**ACCOUNT, **EMAIL, **PHONE, "no_channels": frozenset(["email"])}, ALL, "sms"),
        ({**ACCOUNT, **EMAIL, **PHONE, "no_channels": frozenset(["email", "sms"])}, ALL, "in_app"),
        ({**EMAIL, **PHONE}, ALL, "email"),
        (PHONE, ALL, "sms"),
        (PHONE, Channels(email=True), "by_hand"),
        (EMAIL, Channels(sms=True), "by_hand"),
        ({**PHONE, "no_channels": frozenset(["sms"])}, ALL, "by_hand"),
        ({**EMAIL, "no_channels": frozenset(["email"])}, ALL, "by_hand"),
        ({}, ALL, "by_hand"),
        ({"no_channels": frozenset(["by_hand", "in_app"])}, ALL, "by_hand"),
        ({**ACCOUNT, "no_channels": frozenset(["by_hand", "in_app"])}, ALL, "in_app"),
    ],
)
def test_one_channel_outside_and_where_nothing_is_left_somebody_calls(known, ways, channel):
    assert channel_for(Recipient(MEMBER, person(**known)), ways) == channel


def test_a_contact_person_with_no_more_than_a_phone_is_called_where_no_text_messages_go_out():
    recipient = recipient_for(member("frail", contacts=[DAUGHTER], **ACCOUNT, **EMAIL))
    assert channel_for(recipient, Channels(email=True)) == ChannelKind.BY_HAND
    assert channel_for(recipient, ALL) == ChannelKind.SMS


def test_officers_get_e_mail_or_read_it_here_and_never_a_text_message():
    assert channel_for(officer_recipient(person(**ACCOUNT, **EMAIL, **PHONE)), ALL) == ChannelKind.EMAIL
    assert channel_for(officer_recipient(person(**ACCOUNT, **PHONE)), ALL) == ChannelKind.IN_APP
