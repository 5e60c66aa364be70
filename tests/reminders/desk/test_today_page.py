"""What the start page says of the things to do first."""

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from members.models import Member
from reminders.desk.queries import words_of
from reminders.desk.rules import Pile
from tests.cast import TODAY


@pytest.mark.parametrize(("member", "said"), [(Member(name="王志强"), "事关王志强"), (None, "2026年11月")])
def test_whom_a_thing_to_do_is_about_is_not_taken_for_who_does_it(member, said):
    duty = SimpleNamespace(kind="task", period="2026-11", state="open", due_on=TODAY)
    line = SimpleNamespace(duty=duty, member=member, where="", url="/", words=words_of("task"))
    today = {"first": [Pile("task", [line])]}
    page = render_to_string("reminders/desk/today.html", {"today": today, "request": SimpleNamespace(today=TODAY)})
    assert f"<p>{said}</p>" in page
    assert "您来办" in page
