import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from members.access.queries import access_for
from members.choices import SituationKind
from members.models import Situation
from reminders.messages.queries import start_links
from tests.cast import TODAY, Cast, make_member
from tests.reminders.planning.outbox import AT, store_messages

HOME = "reminders:desk"
UPLOAD = "上传花名册"


def test_a_secretary_with_an_empty_roster_is_asked_for_the_workbook(cast: Cast, as_user) -> None:
    cast.wang.roster_path = ""
    cast.wang.save()
    assert UPLOAD in as_user(cast.next_secretary).get(reverse(HOME)).text


def figures_of(client: Client) -> dict[str, int]:
    """Address → count of the figures on the start page."""
    page = client.get(reverse(HOME)).text
    line = page.split('class="beside-figures">')[1].split("</p>")[0]
    found = re.findall(r'href="([^"]+)">(\d+)', line)
    return {address: int(count) for address, count in found}


def test_a_secretary_sees_the_figures_of_the_own_branch(cast: Cast, as_user) -> None:
    Situation.objects.create(member=cast.li, kind=SituationKind.RETIRED)
    Situation.objects.create(member=cast.wang, kind=SituationKind.RETIRED)
    Situation.objects.create(member=cast.wang, kind=SituationKind.MOBILE)
    roster = reverse("members:roster-list")
    figures = {roster: 2, f"{roster}?voting=yes": 2, f"{roster}?situation=retired": 1}
    assert figures_of(as_user(cast.secretary)) == figures


@pytest.mark.parametrize("kind", ["retired", "lost_contact"])
def test_a_figure_leads_to_the_members_it_counts(cast: Cast, as_user, kind: str) -> None:
    Situation.objects.create(member=cast.li, kind=kind)
    client = as_user(cast.secretary)
    address = f"{reverse('members:roster-list')}?situation={kind}"
    assert figures_of(client)[address] == 1
    page = client.get(address).text
    assert "李国强" in page
    assert "张英" not in page


def test_a_situation_that_ended_is_not_counted(cast: Cast, as_user) -> None:
    Situation.objects.create(member=cast.li, kind=SituationKind.MOBILE, valid_until="2020-01-01")
    assert not [address for address in figures_of(as_user(cast.secretary)) if "mobile" in address]


def work_links(user) -> dict[str, str]:
    user.access = access_for(user, on=TODAY)
    return {link.url: link.text for link in start_links(user, on=TODAY)}


def test_a_secretary_is_told_whom_to_call_and_what_to_look_at_before_it_goes_out(cast: Cast) -> None:
    assert work_links(cast.secretary) == {}
    store_messages(cast.li, 2, state="to_call", channel="by_hand")
    store_messages(cast.li, 3, state="held")

    told = work_links(cast.secretary)
    assert list(told) == [reverse("reminders:call-list"), reverse("reminders:review-list")]
    assert "2" in told[reverse("reminders:call-list")]
    assert "3" in told[reverse("reminders:review-list")]


def test_calls_of_another_day_and_another_branch_are_not_counted(cast: Cast) -> None:
    store_messages(cast.li, state="to_call", due_at=AT + timedelta(days=1))
    store_messages(cast.li, state="to_call", due_at=AT - timedelta(days=9), expires_at=AT - timedelta(days=1))
    store_messages(cast.wang, state="to_call")

    assert work_links(cast.secretary) == {}
    assert work_links(cast.member) == work_links(cast.district_staff) == {}


def test_a_committee_sees_how_many_organizations_and_members_it_has(cast: Cast, as_user) -> None:
    answer = as_user(cast.district_staff).get(reverse(HOME))
    assert [count for _, count in answer.context["organizations"]] == [1, 2, 1]
    assert answer.context["members"] == 3


def test_a_committee_is_shown_no_counts_of_frail_members(cast: Cast, as_user) -> None:
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)
    assert "figures" not in as_user(cast.county_staff).get(reverse(HOME)).context


def test_an_administrator_is_led_to_users_and_sees_no_roster(cast: Cast, as_user) -> None:
    page = as_user(cast.administrator).get(reverse(HOME)).text
    assert reverse("members:user-list") in page
    assert reverse("members:roster-list") not in page


def test_a_member_is_led_to_the_own_page(cast: Cast, as_user) -> None:
    assert reverse("members:member-me") in as_user(cast.member).get(reverse(HOME)).text


def test_somebody_without_office_is_told_whom_to_ask(cast: Cast, as_user) -> None:
    assert "还没有为您登记职务" in as_user(cast.stranger).get(reverse(HOME)).text


@pytest.mark.parametrize("more", [1, 3])
def test_home_costs_the_same_whatever_the_roster(
    cast: Cast, as_user, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    for number in range(more):
        member = make_member(f"党员{number}", cast.branch)
        Situation.objects.create(member=member, kind=SituationKind.RETIRED)
    client = as_user(cast.secretary)
    with django_assert_num_queries(65):
        client.get(reverse(HOME))


def test_home_is_read_only_and_for_people_who_are_logged_in(cast: Cast, client, as_user) -> None:
    assert client.get(reverse(HOME)).status_code == 302
    assert as_user(cast.secretary).post(reverse(HOME)).status_code == 405
