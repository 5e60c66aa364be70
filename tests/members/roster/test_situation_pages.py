"""Situations on the pages."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from members.choices import SituationKind
from members.models import Situation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def mobile(cast):
    return Situation.objects.create(
        member=cast.zhang, kind=SituationKind.MOBILE, valid_from=date(2026, 3, 1), place="深圳", note="与女儿同住"
    )


def url(page, row):
    return reverse(f"members:situation-{page}", args=[row.key])


def test_a_situation_is_recorded_once_although_sent_twice(cast, as_user):
    sent = {"key": str(uuid.uuid4()), "kind": "frail", "valid_from": "2026-01-01", "able_to": "在家学习"}
    for _turn in range(2):
        response = as_user(cast.secretary).post(url("add", cast.zhang), sent)
        assert response["Location"] == cast.zhang.get_absolute_url()
    assert Situation.objects.get().able_to == "在家学习"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"kind": "frail", "valid_from": "gestern"}, "valid_from"),
        ({"kind": "suspended"}, "note"),
        ({"kind": "mobile"}, "kind"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(cast, mobile, as_user, sent, field):
    response = as_user(cast.secretary).post(url("add", cast.zhang), {"key": str(uuid.uuid4()), **sent})
    assert response.context["form"].errors[field]
    assert Situation.objects.count() == 1


def test_a_situation_is_corrected_with_its_note_in_view(cast, mobile, as_user):
    client = as_user(cast.secretary)
    assert client.get(url("edit", mobile)).context["form"]["note"].value() == "与女儿同住"

    client.post(url("edit", mobile), {"valid_from": "2026-03-01", "place": "广州", "note": "与女儿同住"})
    assert list(Entry.objects.get().changes) == ["place"]
    refused = client.post(url("edit", mobile), {"valid_from": "2026-03-01", "valid_until": "2026-02-01"})
    assert refused.context["form"].errors["valid_until"]


def test_a_situation_is_ended(cast, mobile, as_user):
    client = as_user(cast.secretary)
    assert client.post(url("end", mobile), {"on": "2026-02-01"}).context["form"].errors["on"]
    assert client.post(url("end", mobile), {"on": "2026-11-01"}).status_code == 302
    mobile.refresh_from_db()
    assert mobile.valid_until == date(2026, 11, 1)


def test_what_was_never_true_is_removed_with_a_word_why(cast, mobile, as_user):
    client = as_user(cast.secretary)
    assert client.post(url("remove", mobile), {"reason": ""}).context["form"].errors["reason"]
    assert client.post(url("remove", mobile), {"reason": "记错了人"}).status_code == 302
    assert not Situation.objects.exists()
    assert client.get(url("remove", mobile)).status_code == 404


@pytest.mark.parametrize("page", ["add", "edit", "end", "remove"])
@pytest.mark.parametrize(
    ("actor", "status"),
    [("officer", 200), ("group_leader", 403), ("county_staff", 403), ("next_secretary", 404), ("member", 403)],
)
def test_who_may_write_situations_down(cast, mobile, as_user, page, actor, status):
    client = as_user(getattr(cast, actor))
    address = url(page, cast.zhang if page == "add" else mobile)
    assert client.get(address).status_code == status
    if status == 200:
        assert client.delete(address).status_code == 405
    else:
        assert client.post(address, {"reason": "x"}).status_code == status
        assert not Entry.objects.exists()
