"""The session and the account that every page asks for: Django's, in prepared queries."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from members.backends import AccountBackend
from members.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    session = SessionStore()
    session["name"] = "张英"
    session.create()
    return session


def test_a_session_is_read_back_in_one_query(stored, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert SessionStore(stored.session_key)["name"] == "张英"


def test_one_that_is_over_is_none(stored):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    found = SessionStore(stored.session_key)

    assert (found.get("name"), found.session_key) == (None, None)


@pytest.mark.parametrize("key", ["nobody-has-this-one", "x" * 200, "' OR 1=1 --"])
def test_a_key_that_nobody_was_given_opens_nothing(stored, key):
    assert SessionStore(key).get("name") is None


def test_an_account_is_found_by_its_number_in_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert AccountBackend().get_user(cast.secretary.pk) == cast.secretary


def test_no_account_where_there_is_none_or_it_was_closed(cast):
    cast.secretary.is_active = False
    cast.secretary.save()

    assert AccountBackend().get_user(cast.secretary.pk) is None
    assert AccountBackend().get_user(0) is None
