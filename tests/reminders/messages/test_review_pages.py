"""Looking at messages before they go out: each in its words, released together, declined with a reason."""

import pytest
from django.urls import reverse

from audit.models import Entry
from reminders.choices import MessageKind, MessageState
from reminders.messages.queries import held_heaps
from reminders.models import Message, Release
from tests.meetings.votes.voting import known_as
from tests.reminders.messages.told import LINK, many_members, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = "reminders:review-list"


@pytest.fixture
def secretary(cast, as_user):
    return as_user(cast.secretary)


@pytest.fixture
def waiting(cast):
    return [tell(cast.branch, member, state=MessageState.HELD) for member in (cast.zhang, cast.li)]


def url(name="review-detail", code="branch", kind="missed"):
    return reverse(f"reminders:{name}", args=[code, kind])


def states():
    return sorted(Message.objects.values_list("state", flat=True))


# --- What waits ----------------------------------------
def test_what_waits_is_heaped_by_branch_and_kind(cast, secretary, waiting):
    tell(cast.group, cast.li, kind=MessageKind.DUES, state=MessageState.HELD)
    tell(cast.branch, cast.li)
    tell(cast.next_branch, cast.wang, state=MessageState.HELD)

    heaps = held_heaps(known_as(cast.secretary))

    assert [(one.code, one.kind, one.number) for one in heaps] == [("branch", "missed", 2), ("group", "dues", 1)]
    page = secretary.get(reverse(LIST)).content.decode()
    assert url() in page
    assert url(code="group", kind="dues") in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_heap_costs_the_same_for_one_and_for_three(cast, secretary, django_assert_num_queries, number):
    for member in [cast.li, *many_members(cast, 2)][:number]:
        tell(cast.branch, member, state=MessageState.HELD)
    secretary.get(url())

    with django_assert_num_queries(6):
        page = secretary.get(url()).content.decode()
    assert page.count('type="checkbox" name="key"') == number
    assert (page.count('<details class="letter" open>'), page.count('<details class="letter">')) == (1, number - 1)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_heaps_costs_the_same_for_one_and_for_three(cast, secretary, django_assert_num_queries, number):
    for kind in ("missed", "dues", "make_up")[:number]:
        tell(cast.branch, cast.li, kind=kind, state=MessageState.HELD)
        Release.objects.create(organization=cast.branch, kind=kind, released_by=cast.secretary)
    secretary.get(reverse(LIST))

    with django_assert_num_queries(5):
        page = secretary.get(reverse(LIST)).content.decode()
    assert page.count('<th scope="row"') == number


def test_each_is_read_in_its_words(secretary, waiting):
    page = secretary.get(url()).content.decode()

    assert page.count("11月24日的会您没有到") == 2
    assert LINK not in page


def test_nothing_waits_is_said(secretary):
    assert "没有等待审核的通知" in secretary.get(reverse(LIST)).content.decode()
    assert "这一类已经没有等待的通知" in secretary.get(url()).content.decode()


# --- Released ----------------------------------------
def test_released_they_go_and_later_ones_go_by_themselves(cast, secretary, waiting):
    page = secretary.post(url("review-release"), follow=True).content.decode()

    assert "2条通知现在发出" in page
    assert states() == ["ready", "ready"]
    given = Release.objects.get()
    assert (given.organization, given.kind, given.released_by) == (cast.branch, "missed", cast.secretary)
    assert Entry.objects.filter(action="release_messages", actor="secretary").count() == 1


def test_a_release_is_taken_back(cast, secretary):
    given = Release.objects.create(organization=cast.branch, kind="missed", released_by=cast.secretary)
    assert "再次审核" in secretary.get(reverse(LIST)).content.decode()

    secretary.post(reverse("reminders:review-take-back", args=[given.key]))

    assert Release.objects.in_force().count() == 0


# --- Declined ----------------------------------------
def test_the_ticked_ones_are_not_sent(secretary, waiting):
    given = {"which": "ticked", "key": [str(waiting[0].key)], "reason": "已当面说过"}

    page = secretary.post(url("review-decline"), given, follow=True).content.decode()

    assert "1条通知不再发送" in page
    assert states() == ["declined", "held"]
    assert Message.objects.get(state="declined").problem == "已当面说过"


def test_all_are_not_sent(secretary, waiting):
    secretary.post(url("review-decline"), {"which": "all", "reason": "会议改期"})

    assert states() == ["declined", "declined"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"which": "ticked", "reason": "因为"},
        {"which": "ticked", "reason": "因为", "key": ["x"]},
        {"which": "all", "reason": ""},
        {"which": "all", "reason": "  "},
        {"which": "x", "reason": "因为"},
        {"which": "all", "reason": "长" * 301},
    ],
)
def test_without_a_choice_or_a_reason_nothing_happens(secretary, waiting, given):
    answer = secretary.post(url("review-decline"), given)

    assert answer.status_code == 200
    assert "is-invalid" in answer.content.decode()
    assert states() == ["held", "held"]


def test_what_was_ticked_stays_ticked_when_the_reason_is_missing(secretary, waiting):
    key = str(waiting[0].key)

    page = secretary.post(url("review-decline"), {"which": "ticked", "key": [key], "reason": ""}).content.decode()

    assert f'value="{key}" checked' in page


def test_a_message_elsewhere_is_not_declined_from_here(cast, secretary, waiting):
    other = tell(cast.next_branch, cast.wang, state=MessageState.HELD)

    secretary.post(url("review-decline"), {"which": "ticked", "key": [str(other.key)], "reason": "因为"})

    assert states() == ["held"] * 3


# --- Who may ----------------------------------------
@pytest.mark.parametrize(
    ("part", "status"), [("member", 403), ("group_leader", 403), ("district_staff", 403), ("next_secretary", 404)]
)
@pytest.mark.parametrize("name", ["review-detail", "review-release", "review-decline"])
def test_others_do_not_review(cast, as_user, waiting, part, status, name):
    client = as_user(getattr(cast, part))
    answer = client.get(url(name)) if name == "review-detail" else client.post(url(name), {"which": "all"})

    assert answer.status_code == status
    assert states() == ["held", "held"]


def test_a_neighbour_takes_no_release_back(cast, as_user):
    given = Release.objects.create(organization=cast.branch, kind="missed", released_by=cast.secretary)

    address = reverse("reminders:review-take-back", args=[given.key])
    assert as_user(cast.next_secretary).post(address).status_code == 404
    assert Release.objects.in_force().count() == 1


@pytest.mark.parametrize("name", ["review-detail", "review-release", "review-decline"])
def test_a_kind_or_a_place_that_does_not_exist_is_missing(secretary, name):
    for given in ({"kind": "x"}, {"code": "x"}):
        client = secretary.get if name == "review-detail" else secretary.post
        assert (
            client(
                url(name, **given), **({} if name == "review-detail" else {"data": {"which": "all", "reason": "x"}})
            ).status_code
            == 404
        )


def test_looking_is_a_get_and_deciding_a_post(cast, secretary, waiting):
    assert secretary.post(url()).status_code == 405
    assert secretary.get(url("review-release")).status_code == 405
    assert secretary.get(url("review-decline")).status_code == 405
