"""Lists with long words on a telephone: English states are longer than Chinese ones, and wrap."""

import pytest
from django.urls import reverse

from tests.assessment.assessments.judging import begun, record_says, shown
from tests.browsers import TELEPHONE, new_context
from tests.cast import PASSWORD, make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("today")]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_of_assessments_is_no_wider_than_a_telephone(
    browser, live_server, transactional_db, monkeypatch, language
):
    cast = make_cast()
    record_says(monkeypatch)
    shown(begun(cast), cast)
    cast.district_staff.prefer(language=language)
    context = new_context(browser, str(live_server), TELEPHONE)
    page = context.new_page()
    page.goto(f"{reverse('account_login')}?next={reverse('assessment:assessment-list')}")
    page.fill("[name=login]", cast.district_staff.username)
    page.fill("[name=password]", PASSWORD)
    page.click("form[method=post] button.btn-primary")
    page.locator("td .tag").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    context.close()
