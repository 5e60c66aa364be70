"""The pages of channels: set up, change, try out, stop. The address is shown as its host and dots."""

import uuid
from html import unescape

import pytest
from django.urls import reverse

from members.fields import opened
from reminders.choices import ChannelKind
from reminders.models import ChannelSetup
from tests.cast import make_organization
from tests.reminders.channels.outside import closed_port, http_service

pytestmark = pytest.mark.usefixtures("today")

LIST, ADD = "reminders:channel-list", "reminders:channel-add"
ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=top-secret-token"
SECRET = "SEC-top-secret"
QUERIES_OF_LIST = 5
WITHOUT_OFFICE = ["stranger", "member", "secretary", "officer", "county_secretary", "inspector", "administrator"]


def make(organization, kind=ChannelKind.DINGTALK, address=ADDRESS, **fields):
    return ChannelSetup.objects.create(
        organization=organization, kind=kind, name=f"{organization.name}群", address=address, secret=SECRET, **fields
    )


def typed(**fields):
    given = {"key": uuid.uuid4(), "organization": "branch", "kind": ChannelKind.DINGTALK, "name": "支部群"}
    return {**given, "address": ADDRESS, "secret": SECRET, **fields}


def at(name, setup):
    return reverse(f"reminders:channel-{name}", args=[setup.pk])


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_shows_what_is_set_up_below_and_never_an_address(cast, as_user):
    make(cast.branch)
    make(cast.other_branch)
    page = as_user(cast.district_staff).get(reverse(LIST))

    content = page.content.decode()
    assert "红旗社区第一党支部群" in content
    assert "东山村党支部群" not in content
    assert "oapi.dingtalk.com/••••••" in content
    assert "top-secret" not in content


def test_without_a_channel_the_page_says_what_happens_then(cast, as_user):
    content = as_user(cast.district_staff).get(reverse(LIST)).content.decode()

    assert reverse(ADD) in content
    assert "<table" not in content


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"q": "第一"}, 1),
        ({"q": "没有"}, 0),
        ({"kind": "sms"}, 1),
        ({"kind": "gossip"}, 2),
        ({"page": "x"}, 2),
    ],
)
def test_the_list_can_be_narrowed(cast, as_user, asked, found):
    make(cast.branch)
    make(cast.district, ChannelKind.SMS)

    assert len(as_user(cast.district_staff).get(reverse(LIST), asked).context["page"]) == found


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_however_many_there_are(cast, as_user, django_assert_num_queries, number):
    for one in range(number):
        make(make_organization(f"new-{one}", f"新{one}支部", "branch", cast.district))
    client = as_user(cast.district_staff)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(reverse(LIST))


def test_the_list_says_whether_there_is_a_mail_server(cast, as_user, settings):
    client = as_user(cast.district_staff)
    assert "@" not in str(client.get(reverse(LIST)).context["notes"][0])
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example", "branch@party.example"

    assert "branch@party.example" in client.get(reverse(LIST)).content.decode()


# --- Setting up -------------------------------------------------------------------------------------------------------
def test_a_channel_is_set_up_and_then_tried_out(cast, as_user):
    answer = as_user(cast.district_staff).post(reverse(ADD), typed())

    setup = ChannelSetup.objects.get()
    assert answer.url == at("try", setup)
    assert (setup.organization, setup.name, opened(setup.address)) == (cast.branch, "支部群", ADDRESS)


def test_the_form_offers_the_places_that_one_manages(cast, as_user):
    page = as_user(cast.district_staff).get(reverse(ADD))

    assert [code for code, _name in page.context["form"].places] == ["district", "branch", "group", "next-branch"]


def test_a_double_click_sets_up_one(cast, as_user):
    client, form = as_user(cast.district_staff), typed()
    assert [client.post(reverse(ADD), form).status_code for _click in range(2)] == [302, 302]

    assert ChannelSetup.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"organization": "other-branch"},
        {"organization": "county"},
        {"organization": "missing"},
        {"organization": ""},
        {"kind": ChannelKind.EMAIL},
        {"kind": "pigeon"},
        {"name": ""},
        {"address": "https://evil.example/?token=top-secret-token"},
        {"address": "http://169.254.169.254/top-secret-token"},
        {"address": ""},
        {"address": "\0"},
        {"secret": "SEC top-secret"},
        {"secret": "绝密的词"},
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_leaves_nothing(cast, as_user, fields):
    page = as_user(cast.district_staff).post(reverse(ADD), typed(**fields))

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == fields.keys()
    assert not ChannelSetup.objects.exists()
    assert typed(**fields)["secret"] not in page.content.decode()


def test_a_second_one_of_the_kind_is_refused_at_its_field(cast, as_user):
    make(cast.branch)
    page = as_user(cast.district_staff).post(reverse(ADD), typed())

    assert page.context["form"].errors.keys() == {"kind"}


# --- Changing ---------------------------------------------------------------------------------------------------------
def test_name_address_and_secret_are_changed(cast, as_user):
    setup = make(cast.branch)
    client = as_user(cast.district_staff)
    shown = client.get(at("edit", setup)).content.decode()
    assert "oapi.dingtalk.com/••••••" in shown
    assert "top-secret" not in shown

    answer = client.post(at("edit", setup), {"name": "大群", "address": f"{ADDRESS}2", "secret": "new"})

    assert answer.url == reverse(LIST)
    setup.refresh_from_db()
    assert (setup.name, opened(setup.address), opened(setup.secret)) == ("大群", f"{ADDRESS}2", "new")


@pytest.mark.parametrize(("fields", "secret"), [({}, SECRET), ({"without_secret": "on"}, "")])
def test_what_is_left_empty_stays_but_for_the_secret_if_it_is_said(cast, as_user, fields, secret):
    setup = make(cast.branch)
    as_user(cast.district_staff).post(at("edit", setup), {"name": "大群", **fields})

    setup.refresh_from_db()
    assert (opened(setup.address), opened(setup.secret)) == (ADDRESS, secret)


@pytest.mark.parametrize("fields", [{"name": ""}, {"address": "https://evil.example/"}, {"address": "x" * 501}])
def test_a_change_that_cannot_be_is_refused(cast, as_user, fields):
    setup = make(cast.branch)
    page = as_user(cast.district_staff).post(at("edit", setup), {"name": "大群", **fields})

    assert page.context["form"].errors.keys() == fields.keys()
    setup.refresh_from_db()
    assert setup.name == "红旗社区第一党支部群"


# --- Trying out, and stopping -----------------------------------------------------------------------------------------
def test_a_trial_is_sent_and_noted(cast, as_user, settings):
    client = as_user(cast.district_staff)
    with http_service() as service:
        settings.OUTSIDE_HOSTS = (service.host,)
        setup = make(cast.branch, address=service.url())
        assert "phone" not in client.get(at("try", setup)).context["form"].fields
        answer = client.post(at("try", setup))

    assert answer.url == reverse(LIST)
    assert len(service.asked) == 1
    setup.refresh_from_db()
    assert setup.tested_at
    assert setup.test_problem == ""


def test_a_trial_that_fails_says_why(cast, as_user, settings):
    port = closed_port()
    settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
    setup = make(cast.branch, address=f"http://127.0.0.1:{port}/?access_token=top-secret-token")
    page = as_user(cast.district_staff).post(at("try", setup))

    setup.refresh_from_db()
    assert page.context["form"].non_field_errors() == [setup.test_problem]
    assert setup.test_problem in unescape(as_user(cast.district_staff).get(reverse(LIST)).content.decode())
    assert "top-secret" not in page.content.decode()


@pytest.mark.parametrize(("phone", "sent"), [("13900000001", True), ("", False), ("12", False)])
def test_a_gateway_is_tried_out_with_a_phone(cast, as_user, settings, phone, sent):
    with http_service() as service:
        settings.OUTSIDE_HOSTS = (service.host,)
        setup = make(cast.district, ChannelKind.SMS, service.url("/sms"))
        as_user(cast.district_staff).post(at("try", setup), {"phone": phone})

    assert bool(service.asked) == sent


def test_looking_at_the_trial_sends_nothing(cast, as_user, settings):
    with http_service() as service:
        settings.OUTSIDE_HOSTS = (service.host,)
        setup = make(cast.branch, address=service.url())
        as_user(cast.district_staff).get(at("try", setup))

    assert service.asked == []


def test_a_channel_that_is_stopped_stays_in_the_list_and_can_do_nothing_more(cast, as_user):
    setup = make(cast.branch)
    client = as_user(cast.district_staff)
    assert client.post(at("stop", setup)).url == reverse(LIST)

    setup.refresh_from_db()
    assert not setup.is_used
    assert len(client.get(reverse(LIST)).context["page"]) == 1
    assert client.get(at("edit", setup)).status_code == client.post(at("try", setup)).status_code == 404


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", WITHOUT_OFFICE)
def test_only_who_manages_messages_sees_channels(cast, as_user, part):
    setup = make(cast.branch)
    client = as_user(getattr(cast, part))

    assert {client.get(address).status_code for address in (reverse(LIST), reverse(ADD), at("edit", setup))} == {403}
    assert {client.post(at(name, setup)).status_code for name in ("edit", "try", "stop")} == {403}
    assert client.post(reverse(ADD), typed(organization="district")).status_code == 403
    assert ChannelSetup.objects.filter(is_used=True).count() == 1


def test_a_channel_of_another_committee_is_not_found(cast, as_user):
    setup = make(cast.other_branch)
    client = as_user(cast.district_staff)

    assert {client.get(at(name, setup)).status_code for name in ("edit", "try")} == {404}
    assert {client.post(at(name, setup)).status_code for name in ("edit", "try", "stop")} == {404}
    assert client.get(reverse("reminders:channel-edit", args=[uuid.uuid4()])).status_code == 404
    setup.refresh_from_db()
    assert setup.is_used


def test_what_a_page_does_not_do_is_refused(cast, as_user):
    setup = make(cast.branch)
    client = as_user(cast.district_staff)

    assert client.post(reverse(LIST)).status_code == 405
    assert client.get(at("stop", setup)).status_code == 405
    assert client.put(at("edit", setup)).status_code == 405
