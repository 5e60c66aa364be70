"""The pages of elections: opening, counting, voting again, and the approval by the committee above."""

import uuid

import pytest
from django.urls import reverse

from meetings.models import Count, Vote
from meetings.votes.election_rules import Ballot
from meetings.votes.election_services import Posts, add_election, count_election
from members.models import Office, Term
from tests.meetings.votes.voting import bring, hold, ids

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("meetings:election-list")


@pytest.fixture
def meeting(cast):
    return hold(cast)


def url(name, row):
    return reverse(f"meetings:{name}", args=[row.pk])


def opened(meeting, candidates=("党员03",), posts=None):
    return add_election(
        key=uuid.uuid4(), item=meeting.agenda.last(), posts=posts or Posts("secretary", 1, "支部书记"),
        candidates=ids(meeting, *candidates), scrutineers=ids(meeting, "党员07"), by="secretary",
    )  # fmt: skip


def counted(vote, votes, good=8):
    figures = {str(one.pk): (votes[one.name], good - votes[one.name], 0) for one in vote.candidates.all()}
    for typist in ("secretary", "officer"):
        count_election(vote=vote, ballot=Ballot(good, good, 0, figures, {}), by=typist)
    return vote


def elected(meeting):
    return counted(opened(meeting), {"党员03": 7})


def tied(meeting):
    bring(meeting, 10)
    vote = opened(meeting, ("党员03", "党员04", "党员05"), Posts("committee_member", 2, "支部委员"))
    return counted(vote, {"党员03": 8, "党员04": 6, "党员05": 6}, good=10)


def typed(meeting, candidates=("党员03", "党员04", "党员05", "党员06"), scrutineers=("党员07",), **more):
    people = {"candidates": ids(meeting, *candidates), "scrutineers": ids(meeting, *scrutineers)}
    fields = {"item": meeting.agenda.last().pk, "office": "committee_member", "about": "", "seats": 3}
    return {"key": uuid.uuid4(), **fields, **people, **more}


def papers(vote, *figures, **more):
    """The form of a count: for each candidate for, against and abstained."""
    rows = {
        f"{name}_{one.pk}": value
        for one, row in zip(vote.candidates.all(), figures, strict=True)
        for name, value in zip(("for", "against", "abstained"), row, strict=True)
    }
    return {"issued": 8, "returned": 8, "void": 0, **rows, **more}


def approval(**more):
    return {"on": "2026-11-24", "document": "镇党委批复〔2026〕7号", **more}


def test_an_election_is_opened_with_candidates_and_scrutineers(meeting, cast, as_user):
    answer = as_user(cast.secretary).post(url("election-add", meeting), typed(meeting), follow=True)
    vote = Vote.objects.get()

    assert answer.status_code == 200
    assert (vote.candidates.count(), vote.scrutineers.count(), vote.seats) == (4, 1, 3)
    assert vote.about
    assert "党员07" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"candidates": ()}, "candidates"),
        ({"candidates": ("党员03", "党员04", "党员05")}, "candidates"),
        ({"scrutineers": ()}, "scrutineers"),
        ({"scrutineers": ("党员03",)}, "scrutineers"),
        ({"seats": 0}, "seats"),
        ({"seats": "x"}, "seats"),
        ({"office": "inspector"}, "office"),
        ({"office": ""}, "about"),
        ({"item": ""}, "item"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(meeting, cast, as_user, change, field):
    answer = as_user(cast.secretary).post(url("election-add", meeting), typed(meeting, **change))

    assert field in answer.context["form"].errors
    assert not Vote.objects.exists()


def test_somebody_from_elsewhere_cannot_be_chosen(meeting, cast, as_user):
    form = typed(meeting) | {"candidates": [cast.wang.pk]}

    assert "candidates" in as_user(cast.secretary).post(url("election-add", meeting), form).context["form"].errors


def test_below_four_fifths_the_page_says_how_many_are_missing(meeting, cast, as_user):
    bring(meeting, 7)
    answer = as_user(cast.secretary).post(url("election-add", meeting), typed(meeting))

    assert answer.context["form"].non_field_errors()
    assert not Vote.objects.exists()


def test_the_form_is_prefilled_for_the_seats_that_stayed_open(meeting, cast, as_user):
    asked = {"item": str(meeting.agenda.last().pk), "office": "secretary", "seats": "2"}
    form = as_user(cast.secretary).get(url("election-add", meeting), asked).context["form"]

    assert (form.initial["office"], form.initial["seats"]) == ("secretary", "2")


def test_two_people_count_an_election(meeting, cast, as_user):
    vote = opened(meeting)
    for typist in (cast.secretary, cast.officer):
        answer = as_user(typist).post(url("vote-count", vote), papers(vote, (7, 1, 0)), follow=True)

    assert answer.context["vote"].is_passed
    assert vote.candidates.get().is_elected
    assert not Count.objects.exists()


def test_who_stands_is_not_offered_the_count(meeting, cast, as_user):
    vote = opened(meeting)
    cast.officer.member = vote.candidates.get().member
    cast.officer.save()
    client = as_user(cast.officer)

    assert url("vote-count", vote) not in client.get(vote.get_absolute_url()).text
    assert client.get(url("vote-count", vote)).url == vote.get_absolute_url()
    assert url("vote-count", vote) in as_user(cast.secretary).get(vote.get_absolute_url()).text


def test_another_name_is_typed_with_its_votes(meeting, cast, as_user):
    vote = opened(meeting)
    form = papers(vote, (1, 7, 0), name_1=" 张英 ", votes_1=6)
    for typist in (cast.secretary, cast.officer):
        as_user(typist).post(url("vote-count", vote), form)

    assert vote.candidates.get(is_elected=True).name == "张英"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name_1": "张英"}, "votes_1"),
        ({"votes_1": 3}, "votes_1"),
        ({"name_1": "张英", "votes_1": 1, "name_2": "张英", "votes_2": 1}, "__all__"),
        ({"name_1": "张英", "votes_1": 3}, "__all__"),
        ({"name_1": "党员03", "votes_1": 1}, "__all__"),
        ({"void": 1}, "abstained_"),
        ({"issued": 9}, "issued"),
        ({"returned": ""}, "returned"),
    ],
)
def test_a_count_that_cannot_be_true_is_said_at_its_field(meeting, cast, as_user, more, field):
    vote = opened(meeting)
    answer = as_user(cast.secretary).post(url("vote-count", vote), papers(vote, (6, 2, 0), **more))

    assert any(name.startswith(field) for name in answer.context["form"].errors)
    assert not Count.objects.exists()


def test_the_tied_are_voted_on_again_on_a_prefilled_page(meeting, cast, as_user):
    vote = tied(meeting)
    client = as_user(cast.secretary)
    page = client.get(url("election-again", vote))
    form = page.context["form"]
    answer = client.post(url("election-again", vote), {"key": uuid.uuid4(), "scrutineers": form.initial["scrutineers"]})
    again = Vote.objects.get(again_for=vote)

    assert [one.name for one in page.context["tied"]] == ["党员04", "党员05"]
    assert answer.url == again.get_absolute_url()
    assert client.get(url("vote-detail", vote)).context["again"] == again


def test_the_tied_are_not_offered_as_scrutineers(meeting, cast, as_user):
    vote = tied(meeting)
    form = as_user(cast.secretary).get(url("election-again", vote)).context["form"]

    assert not set(ids(meeting, "党员04", "党员05")) & {value for value, _name in form.fields["scrutineers"].choices}
    refused = as_user(cast.secretary).post(url("election-again", vote), {"key": uuid.uuid4()})
    assert "scrutineers" in refused.context["form"].errors


def test_where_nobody_is_tied_the_page_says_so(meeting, cast, as_user):
    vote = elected(meeting)
    form = {"key": uuid.uuid4(), "scrutineers": ids(meeting, "党员07")}

    assert as_user(cast.secretary).post(url("election-again", vote), form).context["form"].non_field_errors()


# --- The approval -----------------------------------------------------------------------------------------------------


def test_the_approval_shows_whose_office_ends_and_gives_the_new_one(meeting, cast, as_user):
    vote = elected(meeting)
    client = as_user(cast.district_staff)
    page = client.get(url("election-approve", vote))
    answer = client.post(url("election-approve", vote), approval())

    assert [office.user for office in page.context["ending"]] == [cast.secretary]
    assert answer.url == LIST
    assert Office.objects.get(kind="secretary", member__name="党员03").valid_until is None
    assert Term.objects.count() == 1


def test_candidates_stand_by_strokes_on_the_page_and_on_the_count(meeting, cast, as_user):
    vote = opened(meeting, ("党员03", "党员04", "张英", "李国强"))
    client = as_user(cast.secretary)
    page, count = client.get(vote.get_absolute_url()), client.get(url("vote-count", vote))

    assert [one.name for one in page.context["candidates"]] == ["李国强", "张英", "党员03", "党员04"]
    assert [line["name"] for line in count.context["form"].lines()] == ["李国强", "张英", "党员03", "党员04"]
    assert page.context["to_look_up"] == ["党员03", "党员04"]
    assert "请查字典确定笔画顺序：党员03、党员04" in page.content.decode()


def test_who_was_written_in_stands_below_the_ballot(meeting, cast, as_user):
    vote = opened(meeting, ("张英",))
    figures = {str(vote.candidates.get().pk): (2, 6, 0)}
    for typist in ("secretary", "officer"):
        count_election(vote=vote, ballot=Ballot(8, 8, 0, figures, {"丁一": 5}), by=typist)

    page = as_user(cast.secretary).get(vote.get_absolute_url())
    assert [one.name for one in page.context["candidates"]] == ["张英", "丁一"]


def test_what_waits_and_what_is_approved_are_two_lists(meeting, cast, as_user):
    vote = elected(meeting)
    client = as_user(cast.district_staff)
    waiting = list(client.get(LIST).context["page"])
    client.post(url("election-approve", vote), approval())

    assert waiting == [vote]
    assert list(client.get(LIST).context["page"]) == []
    assert list(client.get(LIST, {"state": "approved"}).context["page"]) == [vote]
    assert client.get(url("election-approve", vote)).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document": ""}, "document"),
        ({"on": "x"}, "on"),
        ({"on": "2026-11-23"}, "__all__"),
        ({"on": "2026-11-25"}, "__all__"),
    ],
)
def test_an_approval_that_is_not_whole_changes_nothing(meeting, cast, as_user, change, field):
    answer = as_user(cast.district_staff).post(url("election-approve", elected(meeting)), approval(**change))

    assert field in answer.context["form"].errors
    assert not Office.objects.filter(valid_until__isnull=False).exists()


def test_a_later_term_is_said_on_the_page(meeting, cast, as_user):
    Term.objects.create(organization=cast.branch, elected_on="2027-01-01", ends_on="2030-01-01", rule="x")
    answer = as_user(cast.district_staff).post(url("election-approve", elected(meeting)), approval())

    assert answer.context["form"].non_field_errors()
    assert not Vote.objects.filter(approved_on__isnull=False).exists()


def test_only_committees_above_approve(meeting, cast, as_user):
    vote = elected(meeting)
    answers = {
        part: as_user(user).get(url("election-approve", vote)).status_code for part, user in cast.users().items()
    }
    lists = {part for part, user in cast.users().items() if as_user(user).get(LIST).status_code == 200}

    assert {part for part, status in answers.items() if status == 200} == {"district_staff", "county_staff"}
    assert answers["secretary"] == answers["county_secretary"] == 403
    assert lists == {"district_staff", "county_staff"}


def test_a_committee_elsewhere_finds_nothing(meeting, cast, as_user):
    Office.objects.filter(user=cast.district_staff).update(organization=cast.other_district)

    assert as_user(cast.district_staff).get(url("election-approve", elected(meeting))).status_code == 404


@pytest.mark.parametrize("name", ["election-add", "election-again"])
def test_elections_are_opened_by_the_branchs_offices_only(meeting, cast, as_user, name):
    row = meeting if name == "election-add" else elected(meeting)
    answers = {part: as_user(user).get(url(name, row)).status_code for part, user in cast.users().items()}

    assert {part for part, status in answers.items() if status == 200} == {"secretary", "officer"}
    assert answers["next_secretary"] == 404


def test_the_list_takes_no_post_and_what_does_not_exist_is_missing(cast, as_user):
    client = as_user(cast.district_staff)

    assert client.post(LIST).status_code == 405
    assert client.get(reverse("meetings:election-approve", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("votes", [1, 3])
def test_the_list_asks_as_often_with_one_election_as_with_three(
    meeting, cast, as_user, votes, django_assert_num_queries
):
    for _turn in range(votes):
        elected(meeting)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(6):
        assert len(client.get(LIST).context["page"]) == votes
