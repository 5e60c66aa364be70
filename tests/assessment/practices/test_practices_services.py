"""Practices: every row and its entry, and nothing left of what was refused."""

import uuid

import pytest

from assessment.models import Adoption, Practice
from assessment.practices import services
from assessment.practices.services import (
    edit_practice,
    publish_practice,
    remove_practice,
    say_how_it_goes,
    stop_adopting,
    withdraw_practice,
)
from audit.models import Entry
from members.models import Affiliation, Member
from members.refused import Refused
from tests.assessment.practices.making import TEXTS, adopt, publish, write
from tests.cast import TODAY, make_member

pytestmark = pytest.mark.django_db


def actions():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def test_a_draft_is_stored_once_with_an_entry_that_holds_none_of_it(cast):
    key = uuid.uuid4()
    for _turn in range(2):
        write(cast.branch, cast.secretary, key)
    entry = Entry.objects.get()

    assert Practice.objects.get().state == "draft"
    assert (entry.action, entry.organization_code, entry.details) == ("write_practice", "branch", {"kind": "dues"})
    assert not any(text in str(vars(entry)) for name, text in TEXTS.items() if name != "kind")


def test_without_its_entry_nothing_is_stored(cast, monkeypatch):
    one = write(cast.branch, cast.secretary)

    def fails(**_facts):
        raise RuntimeError

    monkeypatch.setattr(services, "record", fails)
    for act in (
        lambda: write(cast.branch, cast.secretary),
        lambda: edit_practice(practice=one, values={"title": "别的"}, by=cast.secretary),
        lambda: publish_practice(practice=one, on=TODAY, by=cast.secretary),
        lambda: remove_practice(practice=one, by=cast.secretary),
    ):
        with pytest.raises(RuntimeError):
            act()
    stored = Practice.objects.get()

    assert (stored.title, stored.state) == (TEXTS["title"], "draft")


@pytest.mark.parametrize("field", ["title", "problem", "solution", "needs"])
@pytest.mark.parametrize("text", ["请张英带头", "找李国强", "电话13800138000"])
def test_no_draft_gives_somebody_away(cast, field, text):
    with pytest.raises(Refused) as refusal:
        write(cast.branch, cast.secretary, **{field: text})

    assert refusal.value.field == field
    assert (Practice.objects.count(), actions()) == (0, [])


def test_whoever_left_is_not_named_either_and_other_branches_people_may_be(cast):
    Affiliation.objects.filter(member=cast.zhang).update(valid_until=TODAY, left_because="left_system")
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    with pytest.raises(Refused):
        write(cast.branch, cast.secretary, title="请张英带头")

    assert write(cast.branch, cast.secretary, title="学习王秀兰").title == "学习王秀兰"


def test_what_is_published_is_looked_at_once_more(cast):
    one = write(cast.branch, cast.secretary, title="请钱红带头")
    make_member("钱红", cast.branch)
    with pytest.raises(Refused) as refusal:
        publish_practice(practice=one, on=TODAY, by=cast.secretary)

    assert refusal.value.field == "title"
    assert Practice.objects.get().published_on is None


def test_published_withdrawn_changed_and_published_again(cast):
    one = publish(cast.branch, cast.secretary)
    publish_practice(practice=one, on=TODAY, by=cast.secretary)
    with pytest.raises(Refused):
        edit_practice(practice=one, values={"title": "改"}, by=cast.secretary)
    for _turn in range(2):
        withdraw_practice(practice=one, by=cast.secretary)
    assert edit_practice(practice=one, values=TEXTS | {"title": "改"}, by=cast.officer) == ["title"]
    assert edit_practice(practice=one, values={"title": "改"}, by=cast.officer) == []
    publish_practice(practice=one, on=TODAY, by=cast.secretary)
    one.refresh_from_db()

    assert (one.title, one.state, one.published_on) == ("改", "published", TODAY)
    assert actions() == [
        "write_practice", "publish_practice", "withdraw_practice", "edit_practice", "publish_practice",
    ]  # fmt: skip


def test_only_what_was_never_published_is_thrown_away(cast):
    draft, known = write(cast.branch, cast.secretary), publish(cast.branch, cast.secretary)
    withdraw_practice(practice=known, by=cast.secretary)
    for _turn in range(2):
        remove_practice(practice=draft, by=cast.secretary)
    with pytest.raises(Refused):
        remove_practice(practice=known, by=cast.secretary)
    with pytest.raises(Refused):
        edit_practice(practice=draft, values={"title": "改"}, by=cast.secretary)

    assert Practice.objects.get() == known


def test_a_branch_adopts_once_says_how_it_goes_and_stops(cast):
    one = publish(cast.branch, cast.secretary)
    for _turn in range(2):
        taken = adopt(one, cast.next_branch, cast.next_secretary, " 顺利 ")
    assert taken.words == "顺利"
    for _turn in range(2):
        say_how_it_goes(adoption=taken, words="改为每季", by=cast.next_secretary)
    for _turn in range(2):
        stop_adopting(adoption=taken, by=cast.next_secretary)
    with pytest.raises(Refused):
        say_how_it_goes(adoption=taken, words="还在做", by=cast.next_secretary)

    assert not Adoption.objects.exists()
    assert actions()[2:] == ["adopt_practice", "edit_adoption", "stop_adopting"]
    assert set(Entry.objects.filter(number__gt=2).values_list("organization_code", flat=True)) == {"next-branch"}


def test_neither_ones_own_nor_what_isnt_published_is_adopted(cast):
    published, draft = publish(cast.branch, cast.secretary), write(cast.branch, cast.secretary)
    for one, place, by in (
        (published, cast.branch, cast.secretary),
        (draft, cast.next_branch, cast.next_secretary),
    ):
        with pytest.raises(Refused):
            adopt(one, place, by)

    assert not Adoption.objects.exists()


def test_the_words_of_an_adoption_name_nobody_of_the_branch_that_writes_them(cast):
    one = publish(cast.branch, cast.secretary)
    with pytest.raises(Refused) as refusal:
        adopt(one, cast.next_branch, cast.next_secretary, "王秀兰很满意")
    taken = adopt(one, cast.next_branch, cast.next_secretary)
    with pytest.raises(Refused):
        say_how_it_goes(adoption=taken, words="打18114818389", by=cast.next_secretary)

    assert refusal.value.field == "words"
    assert Adoption.objects.get().words == ""
