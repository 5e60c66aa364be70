"""The page of the facts that the program counts."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from assessment.schemes.queries import all_metrics, metric_groups
from rulebook.book import rule
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("assessment:metric-list")


@pytest.mark.parametrize("part", ["secretary", "group_leader", "district_staff", "county_secretary"])
def test_who_reads_assessments_reads_what_is_counted(cast, as_user, part):
    page = as_user(cast.users()[part]).get(LIST)
    assert page.status_code == 200
    text = page.content.decode()
    assert all(f'id="{name}"' in text for name in all_metrics())
    assert text.count('<details class="fold">') == len(all_metrics())


def test_a_fact_stands_there_with_its_definition_and_its_article(cast, as_user):
    text = as_user(cast.secretary).get(LIST).content.decode()
    metric = all_metrics()["meetings.theme_day"]
    for words in (metric.definition, metric.numerator, metric.denominator, metric.source, metric.not_recorded):
        assert escape(str(words)) in text
    asked = rule("meet.theme_day.per_month", TODAY)
    assert reverse("members:regulation-detail", args=[asked.key]) in text
    assert escape(str(asked.citation)) in text


@pytest.mark.parametrize("part", ["member", "inspector", "administrator", "stranger"])
def test_others_do_not(cast, as_user, part):
    assert as_user(cast.users()[part]).get(LIST).status_code == 403


def test_nobody_without_log_in(client, cast):
    assert client.get(LIST).status_code == 302


def test_nothing_is_sent_to_it(cast, as_user):
    assert as_user(cast.secretary).post(LIST).status_code == 405


def test_unknown_words_in_the_address_change_nothing(cast, as_user):
    assert as_user(cast.secretary).get(LIST, {"q": "\x00", "page": "x"}).status_code == 200


def test_every_fact_stands_in_one_group():
    found = [entry.metric.name for group in metric_groups(TODAY) for entry in group.entries]
    assert sorted(found) == sorted(all_metrics())
