"""Steps: the form is shown, the service acts, a refusal stands on the form, and the next page says what was done."""

from typing import Any

import pytest
from django import forms
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory

from members.pages.steps import Step, form_page
from members.refused import CannotBelong, Refused

STEP = Step("A title", "Do it", "It is done.")


class Form(forms.Form):
    reason = forms.CharField(max_length=5)


class FileForm(Form):
    file = forms.FileField(required=False)


def request(**typed: str) -> Any:
    made: Any = RequestFactory().post("/step/", typed) if typed else RequestFactory().get("/step/")
    made.user = None
    made._messages = CookieStorage(made)
    return made


def step(asked: Any, act: Any = lambda typed: "stored", words: Step = STEP, then: Any = "/next/", **more: Any) -> Any:
    form = more.pop("form", Form)(asked.POST or None)
    answer: HttpResponse = form_page(asked, form, act, words, then, **more)
    return answer


def said(asked: Any) -> list[str]:
    return [str(message) for message in asked._messages]


def test_the_form_is_shown_with_its_words() -> None:
    page = step(
        request(), crumbs=[("Above", "/above/")], lead="A lead", notes=["A note", ""], notice="Mind"
    ).content.decode()
    assert "<h1>A title</h1>" in page
    assert '<button class="btn btn-primary" type="submit">Do it</button>' in page
    assert '<a class="btn btn-secondary" href="/above/">' in page
    assert '<p class="page-lead measure">A lead</p>' in page
    assert page.count('<p class="quiet measure">') == 1
    assert "<div>Mind</div>" in page
    assert "novalidate" in page


def test_what_it_is_about_stands_above_the_form_and_ways_on_below() -> None:
    page = step(request(), facts=[("Since", None)], ways=[("It never was", "/remove/")]).content.decode()
    assert page.index("<dt>Since</dt><dd>—</dd>") < page.index("<form")
    assert page.index("</form>") < page.index('<a href="/remove/">It never was</a>')


def test_back_leads_where_it_is_said() -> None:
    page = step(request(), crumbs=[("Above", "/above/")], cancel="/else/").content.decode()
    assert '<a class="btn btn-secondary" href="/else/">' in page


def test_the_service_gets_what_was_typed_and_the_next_page_says_so() -> None:
    given, asked = [], request(reason="x")
    answer = step(asked, given.append)
    assert (answer.status_code, answer.url) == (302, "/next/")
    assert given == [{"reason": "x"}]
    assert said(asked) == ["It is done."]


def test_where_it_goes_and_what_is_said_may_come_from_what_was_stored() -> None:
    asked = request(reason="x")
    words = Step("A title", "Do it", lambda stored: f"{stored}!")
    assert step(asked, words=words, then=lambda stored: f"/{stored}/").url == "/stored/"
    assert said(asked) == ["stored!"]


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    asked = request(reason="x")
    assert step(asked, words=Step("A title", "Do it")).status_code == 302
    assert said(asked) == []


@pytest.mark.parametrize(("field", "place"), [("reason", 'id="error_1_id_reason"'), ("", "notice notice-bad")])
def test_a_refusal_stands_on_the_form(field: str, place: str) -> None:
    def refuse(typed: object) -> None:
        raise Refused("Not today.", field)

    asked = request(reason="x")
    answer = step(asked, refuse)
    assert answer.status_code == 200
    assert "Not today." in answer.content.decode()
    assert place in answer.content.decode()
    assert said(asked) == []


def test_a_member_who_cant_be_placed_is_a_refusal_like_any_other() -> None:
    def refuse(typed: object) -> None:
        raise CannotBelong("Not there.")

    answer = step(request(reason="x"), refuse)
    assert answer.status_code == 200
    assert "Not there." in answer.content.decode()


def test_what_is_not_valid_reaches_no_service() -> None:
    given: list[object] = []
    assert "is-invalid" in step(request(reason="much too long"), given.append).content.decode()
    assert given == []


def test_a_form_that_is_checked_too_holds_the_service_back() -> None:
    given: list[object] = []
    asked = request(reason="x")
    assert step(asked, given.append, also=[Form({"reason": ""})]).status_code == 200
    assert given == []


def test_what_goes_away_is_asked_for_once_more_and_looks_so() -> None:
    page = step(request(), words=Step("A title", "Remove", question="Sure?", danger=True)).content.decode()
    assert 'data-confirm="Sure?"' in page
    assert "btn btn-outline-danger" in page
    assert "novalidate" not in page


def test_a_form_with_a_file_is_sent_in_parts() -> None:
    assert 'enctype="multipart/form-data"' in step(request(), form=FileForm).content.decode()
    assert "enctype" not in step(request()).content.decode()


def test_a_template_of_its_own_reads_more() -> None:
    page = step(request(), within="includes/empty.html", more={"sentence": "Within"}).content.decode()
    assert page.index("Within") < page.index("Do it")
