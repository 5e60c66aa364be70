"""Self-checks for programs: one's own with what was written, and of others only what they shared."""

from datetime import date

import pytest

from supervision.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = "/api/self-checks/"


def check(cast, member, text="按时交纳党费", **facts):
    asked = Checklist.objects.create(organization=cast.county, title="自查", valid_from=date(2026, 1, 1))
    line = ChecklistItem.objects.create(checklist=asked, position=1, text=text)
    made = SelfCheck.objects.create(member=member, checklist=asked, made_on=TODAY, plan="每月一日交纳", **facts)
    SelfCheckAnswer.objects.create(check_made=made, item=line, mark="partly", note="三月晚了两天")
    return made


def test_one_reads_what_one_wrote(cast, as_user):
    made = check(cast, cast.zhang)

    answer = as_user(cast.member).get(f"{LIST}{made.pk}/").json()

    assert (answer["plan"], answer["shared_on"]) == ("每月一日交纳", None)
    assert answer["answers"] == [{"position": 1, "mark": "partly", "note": "三月晚了两天"}]


def test_the_branch_reads_only_what_was_shared(cast, as_user):
    check(cast, cast.zhang)
    shared = check(cast, cast.zhang, shared_on=TODAY)

    found = as_user(cast.secretary).get(LIST).json()["results"]

    assert [one["key"] for one in found] == [str(shared.pk)]


@pytest.mark.parametrize("part", ["next_secretary", "district_staff", "county_secretary", "stranger"])
def test_nobody_else_reads_any(cast, as_user, part):
    check(cast, cast.zhang, shared_on=TODAY)

    assert as_user(cast.users()[part]).get(LIST).json()["results"] == []


def test_nothing_is_written_here(cast, as_user):
    assert as_user(cast.member).post(LIST, {}).status_code == 405


@pytest.mark.parametrize("checks", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(cast, as_user, django_assert_num_queries, checks):
    for _number in range(checks):
        check(cast, cast.zhang)
    client = as_user(cast.member)
    with django_assert_num_queries(5):
        assert len(client.get(LIST).json()["results"]) == checks
