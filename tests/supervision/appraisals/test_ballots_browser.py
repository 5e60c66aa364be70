"""The ballot on a telephone, in large type: readable, big enough for a thumb, and counted once."""

import pytest
from django.urls import reverse

from supervision.choices import RoundState
from supervision.models import Appraisee
from tests.browsers import TELEPHONE, new_context, problems_of
from tests.cast import PASSWORD, make_cast
from tests.supervision.appraisals.making import led_to, people, sums

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("today")]
THUMB = 44
"""Pixels a thumb needs."""


def test_a_ballot_in_large_type_on_a_telephone(browser, live_server, transactional_db):
    cast = make_cast()
    people(cast)
    held = led_to(cast, RoundState.BALLOT)
    cast.member.prefer(text_size="large")
    context = new_context(browser, str(live_server), TELEPHONE)
    page = context.new_page()
    problems = problems_of(page)
    page.goto(f"{reverse('account_login')}?next={reverse('supervision:appraisal-own', args=[held.pk])}")
    page.fill("[name=login]", "member")
    page.fill("[name=password]", PASSWORD)
    page.click("form[method=post] button.btn-primary")
    page.click("a.btn-lg")
    page.locator(".ballot").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    labels = page.locator(".ballot .marks label")
    graded = Appraisee.objects.filter(round=held, is_graded=True).exclude(member=cast.zhang).count()
    assert labels.count() == 5 * graded
    assert all(labels.nth(place).bounding_box()["height"] >= THUMB for place in range(labels.count()))
    page.click(".ballot .btn-primary")  # nobody is marked yet
    page.locator(".ballot .notice-bad").wait_for()
    assert sums(held) == {}
    page.evaluate("document.documentElement.classList.remove('large-type')")
    assert len({labels.nth(place).bounding_box()["y"] for place in range(5)}) == 1  # the five marks of one person
    for fieldset in page.locator(".ballot fieldset").all():
        fieldset.locator("label").nth(1).click()
    page.dblclick(".ballot .btn-primary")
    page.locator(".step-line").wait_for()

    assert sums(held)["李国强"] == {"qualified": 1}
    assert Appraisee.objects.get(round=held, member=cast.zhang).has_voted
    assert page.locator("a.btn-lg").count() == 0
    assert problems == []
    context.close()
