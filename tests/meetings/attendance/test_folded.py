"""After a meeting those who were there are folded: who wasn't, and why, is what is left to do."""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_who_was_there_is_folded_once_the_meeting_is_over(cast, held, chen, as_user):
    answer = as_user(cast.secretary).get(reverse("meetings:attendance", args=[held.pk]))
    before, folded = answer.content.decode().split('<details class="fold there">')

    assert {one.name for one in answer.context["there"]} == {"张英", "陈明"}
    assert "李国强</strong>" in before
    assert "张英</strong>" not in before
    assert "张英</strong>" in folded


def test_while_it_runs_everybody_is_open(cast, held, as_user):
    type(held).objects.filter(pk=held.pk).update(state="open")

    answer = as_user(cast.secretary).get(reverse("meetings:attendance", args=[held.pk]))
    assert not answer.context["there"]
    assert "fold there" not in answer.content.decode()
