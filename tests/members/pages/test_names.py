"""What people are called on pages and papers: by name and office, not by their log-in."""

from datetime import timedelta

import pytest
from django.utils import translation

from members.choices import OfficeKind
from members.models import Office, User
from members.pages.queries import called, names_of
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_the_member_is_named_else_the_account_else_the_log_in(cast):
    User.objects.filter(pk=cast.member.pk).update(display_name="四号窗口")
    User.objects.filter(pk=cast.secretary.pk).update(display_name="第一支部")

    assert names_of(["member", "secretary", "officer", "system", ""]) == {
        "member": "张英", "secretary": "第一支部", "officer": "officer",
    }  # fmt: skip
    users = User.objects.select_related("member").filter(username__in=["member", "secretary", "officer"])
    assert [called(user) for user in users.order_by("username")] == ["张英", "officer", "第一支部"]
    assert called(None) == ""


def test_the_office_is_the_one_of_that_day(cast):
    Office.objects.create(
        member=cast.zhang, kind=OfficeKind.PUBLICITY_OFFICER, organization=cast.branch, valid_from=TODAY
    )

    assert names_of(["member", "secretary"], on=TODAY, at=cast.branch) == {
        "member": f"张英 ({OfficeKind.PUBLICITY_OFFICER.label})",
        "secretary": f"secretary ({OfficeKind.SECRETARY.label})",
    }
    assert names_of(["member"], on=TODAY - timedelta(days=1), at=cast.branch) == {"member": "张英"}


def test_an_office_held_elsewhere_is_none_of_this_paper(cast):
    Office.objects.create(user=cast.secretary, kind=OfficeKind.COMMITTEE_MEMBER, organization=cast.county)

    assert names_of(["secretary"], on=TODAY, at=cast.branch) == {"secretary": "secretary (Branch secretary)"}
    assert names_of(["secretary"], on=TODAY, at=cast.county) == {"secretary": "secretary (Member of the committee)"}
    assert names_of(["secretary"], on=TODAY, at=cast.district) == {"secretary": "secretary"}


@pytest.mark.parametrize("people", [1, 3])
def test_names_cost_two_queries_for_one_and_three(cast, django_assert_num_queries, people):
    with django_assert_num_queries(2):
        names_of(["member", "secretary", "officer"][:people], on=TODAY, at=cast.branch)
