"""Talks and their notes: every row, the trail without names and text, and that a failure leaves nothing."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from members.access.queries import access_for
from members.models import Affiliation, Member, Office
from members.refused import Refused
from members.regulations.queries import PlacesBelow
from supervision.models import Talk, TalkNote
from supervision.talks.queries import branch_years, of_branch, talk_duties, talk_figures
from supervision.talks.services import correct_talk, record_talk, remove_talk, write_note
from tests.cast import TODAY, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db

DAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 25)
SECRET = "他说家里老人住院"


def with_standing(user):
    user.access = access_for(user, on=TODAY)
    return user


@pytest.fixture
def cast(cast):
    for user in cast.users().values():
        with_standing(user)
    return cast


def talk(cast, key=None, **changes):
    facts = {"branch": cast.branch, "first": cast.zhang, "second": cast.li, "held_on": DAY, "occasion": "yearly"}
    return record_talk(key=key or uuid.uuid4(), on=TODAY, by=changes.pop("by", cast.secretary), **facts | changes)


def actions():
    return list(Entry.objects.in_order().values_list("action", flat=True))


def trail():
    return "\n".join(str(vars(entry)) for entry in Entry.objects.all())


def test_a_talk_is_stored_with_its_entry_that_names_nobody(cast):
    stored = talk(cast)

    row = Talk.objects.get()
    assert (row.pk, row.organization, row.first, row.second) == (stored.pk, cast.branch, cast.zhang, cast.li)
    assert (row.held_on, row.occasion, row.recorded_by) == (DAY, "yearly", cast.secretary)
    assert actions() == ["record_talk"]
    assert Entry.objects.get().organization_code == "branch"
    assert cast.zhang.name not in trail()
    assert cast.li.name not in trail()


def test_sent_twice_it_is_stored_once(cast):
    key = uuid.uuid4()
    assert talk(cast, key) == talk(cast, key)

    assert (Talk.objects.count(), actions()) == (1, ["record_talk"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (lambda cast: {"second": cast.zhang}, "second"),
        (lambda cast: {"held_on": TOMORROW}, "held_on"),
        (lambda cast: {"second": cast.wang}, "second"),
        (lambda cast: {"first": cast.zhao}, "second"),
    ],
    ids=["with oneself", "tomorrow", "of the next branch", "of another district"],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(cast, changes, field):
    with pytest.raises(Refused) as refusal:
        talk(cast, **changes(cast))

    assert refusal.value.field == field
    assert (Talk.objects.count(), actions()) == (0, [])


def test_somebody_of_the_committee_who_is_on_another_roster_belongs(cast):
    Office.objects.create(kind="publicity_officer", organization=cast.branch, member=cast.wang)

    assert talk(cast, second=cast.wang).second == cast.wang


def test_a_correction_changes_day_and_reason_and_keeps_the_pair(cast):
    stored = talk(cast)
    values = {"held_on": TODAY, "occasion": "hardship", "first": cast.wang}

    assert correct_talk(talk=stored, values=values, reason="记错了日期", on=TODAY, by=cast.secretary) == [
        "held_on", "occasion",
    ]  # fmt: skip
    row = Talk.objects.get()
    assert (row.held_on, row.occasion, row.first) == (TODAY, "hardship", cast.zhang)
    assert actions() == ["record_talk", "correct_talk"]
    assert Entry.objects.in_order().last().reason == "记错了日期"


@pytest.mark.parametrize(("held_on", "reason"), [(TOMORROW, "x"), (TODAY, " ")])
def test_a_correction_that_does_not_fit_leaves_the_talk(cast, held_on, reason):
    stored = talk(cast)
    with pytest.raises(Refused):
        correct_talk(talk=stored, values={"held_on": held_on}, reason=reason, on=TODAY, by=cast.secretary)

    assert Talk.objects.get().held_on == DAY
    assert actions() == ["record_talk"]


def test_an_officer_takes_out_what_an_officer_recorded(cast):
    stored = talk(cast)
    remove_talk(talk=stored, reason="没有谈", by=cast.officer)
    remove_talk(talk=stored, reason="没有谈", by=cast.officer)

    assert Talk.objects.count() == 0
    assert actions() == ["record_talk", "remove_talk"]


def test_what_one_of_the_two_recorded_only_the_two_take_out(cast):
    stored = talk(cast, by=cast.member)
    write_note(talk=stored, text=SECRET, by=cast.member)
    with pytest.raises(Refused):
        remove_talk(talk=stored, reason="删掉", by=cast.secretary)
    assert TalkNote.objects.count() == 1

    remove_talk(talk=stored, reason="删掉", by=cast.member)
    assert (Talk.objects.count(), TalkNote.objects.count()) == (0, 0)


def test_taking_out_asks_for_a_reason(cast):
    with pytest.raises(Refused):
        remove_talk(talk=talk(cast), reason=" ", by=cast.secretary)

    assert Talk.objects.count() == 1


def test_either_of_the_two_writes_and_the_trail_says_nothing_of_it(cast):
    li = with_standing(make_user("li", member=cast.li))
    stored = talk(cast)
    write_note(talk=stored, text=SECRET, by=cast.member)
    write_note(talk=stored, text="另一个人的记录", by=li)
    write_note(talk=stored, text=f"{SECRET}，改过", by=cast.member)

    assert {note.author: note.text.open() for note in TalkNote.objects.all()} == {
        cast.zhang: f"{SECRET}，改过", cast.li: "另一个人的记录",
    }  # fmt: skip
    assert actions() == ["record_talk"]
    assert SECRET not in trail()


def test_a_note_is_sealed_in_the_database_and_emptied_it_is_gone(cast):
    stored = talk(cast)
    note = write_note(talk=stored, text=SECRET, by=cast.member)
    raw = TalkNote.objects.filter(pk=note.pk).values_list("text", flat=True)[0]
    assert SECRET not in str.__str__(raw)

    assert write_note(talk=stored, text="  ", by=cast.member) is None
    assert TalkNote.objects.count() == 0


@pytest.mark.parametrize("part", ["secretary", "officer", "district_staff", "stranger", "inspector"])
def test_nobody_but_the_two_writes_a_note(cast, part):
    stored = talk(cast)
    with pytest.raises(Refused):
        write_note(talk=stored, text="x", by=getattr(cast, part))

    assert TalkNote.objects.count() == 0


# --- The year ---------------------------------------------------------------------------------------------------------
def seat(cast, member, **days):
    return Office.objects.create(kind="committee_member", organization=cast.branch, member=member, **days)


def test_the_year_of_a_branch_with_its_group(cast):
    chen, sun = make_member("陈静", cast.branch), make_member("孙磊", cast.group)
    seat(cast, cast.zhang)
    seat(cast, chen)
    talk(cast, second=cast.li)

    year = of_branch(cast.branch, on=TODAY).year
    assert year.committee_pairs == ((cast.zhang.pk, chen.pk),)
    assert year.without_committee == (sun.pk,)
    assert set(year.without_member) == {cast.li.pk, sun.pk}
    assert (year.due, year.missing) == (5, 4)


def test_where_no_office_is_recorded_the_roster_names_the_committee(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(party_post="支部书记")

    assert of_branch(cast.branch, on=TODAY).committee == (cast.zhang.pk,)


def test_somebody_out_of_contact_is_asked_for_nothing(cast):
    cast.li.situations.create(kind="lost_contact", valid_from=DAY)
    found = of_branch(cast.branch, on=TODAY)

    assert (found.members, found.lost) == ((cast.zhang.pk,), 1)


def test_who_came_to_the_roster_later_is_not_in_an_earlier_year(cast):
    Affiliation.objects.filter(member=cast.li).update(valid_from=date(2026, 2, 1))

    assert of_branch(cast.branch, on=date(2025, 12, 31)).members == (cast.zhang.pk,)


def test_the_same_queries_for_one_branch_and_three(cast, django_assert_num_queries):
    for path, branches in ((cast.next_branch.path, 1), (cast.county.path, 3)):
        with django_assert_num_queries(6):
            assert len(branch_years(PlacesBelow(path, TODAY))) == branches


def test_the_duty_is_closed_by_the_facts(cast):
    duties = {duty.organization: duty for duty in talk_duties(PlacesBelow(cast.county.path, TODAY))}
    assert {code: duty.state for code, duty in duties.items()} == {"branch": "open"}

    talk(cast)
    assert [duty.state for duty in talk_duties(PlacesBelow(cast.branch.path, TODAY))] == ["done"]


def test_a_branch_of_this_year_is_asked_from_the_next_one_on(cast):
    new = make_organization("new", "新支部", "branch", cast.district, founded_on=date(2026, 5, 1))
    for name in ("甲", "乙"):
        make_member(name, new)

    assert talk_duties(PlacesBelow(new.path, TODAY)) == []
    assert [duty.organization for duty in talk_duties(PlacesBelow(new.path, date(2027, 1, 2)))] == ["new"]


def test_the_figures_of_a_period(cast, django_assert_num_queries):
    talk(cast)
    talk(cast, held_on=date(2026, 2, 1))
    with django_assert_num_queries(7):
        figures = talk_figures(cast.county.path, date(2026, 7, 1), TODAY)

    assert figures == {"talks": 1, "pairs_due": 2, "pairs_done": 2}
    assert talk_figures(cast.next_branch.path, date(2026, 1, 1), TODAY)["talks"] == 0
