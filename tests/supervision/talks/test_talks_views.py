"""The pages of talks: who may, what they show, bad input; and that a note is in no answer to anybody but the two."""

import io
import uuid
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Entry
from members.models import Office
from supervision.models import Talk, TalkNote
from supervision.talks.models import TalkNoteQuerySet
from tests.cast import make_member, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, EXPORT, MINE, NEW = (reverse(f"supervision:talk-{name}") for name in ("list", "export", "mine", "new"))
YEAR, YEAR_EXPORT = reverse("supervision:talk-year"), reverse("supervision:talk-year-export")
DAY = date(2026, 11, 20)
SECRET = "他说家里老人住院"


@pytest.fixture
def talk(cast):
    stored = Talk.objects.create(
        organization=cast.branch, first=cast.zhang, second=cast.li, held_on=DAY, recorded_by=cast.secretary
    )
    TalkNote.objects.create(talk=stored, author=cast.zhang, text=SECRET)
    return stored


def text(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")


def rows_of(answer):
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def of(name, talk):
    return reverse(f"supervision:talk-{name}", args=[talk.pk])


def filled(cast, **changes):
    facts = {"key": uuid.uuid4(), "first": cast.zhang.key, "second": cast.li.key, "held_on": DAY, "occasion": "yearly"}
    return facts | changes


def some_talks(cast, number):
    for place in range(number):
        other = make_member(f"党员{place}", cast.branch)
        Talk.objects.create(
            organization=cast.branch, first=cast.zhang, second=other, held_on=DAY, recorded_by=cast.secretary
        )


# --- Recording --------------------------------------------------------------------------------------------------------
def test_an_officer_records_a_talk_and_a_double_click_stores_one(cast, as_user):
    client, form = as_user(cast.officer), filled(cast)
    for _ in range(2):
        answer = client.post(f"{NEW}?org=branch", form)
        assert answer.status_code == 302

    stored = Talk.objects.get()
    assert (stored.pk, stored.first, stored.second, stored.held_on) == (form["key"], cast.zhang, cast.li, DAY)
    assert stored.recorded_by == cast.officer


def test_the_button_fills_in_both_names(cast, as_user):
    page = text(as_user(cast.secretary).get(NEW, {"org": "branch", "first": cast.zhang.key, "second": cast.li.key}))

    for one in (cast.zhang, cast.li):
        assert f'<option value="{one.key}" selected>' in page


def test_a_member_records_a_talk_of_their_own(cast, as_user):
    client = as_user(cast.member)
    page = text(client.get(NEW))
    assert cast.li.name in page
    assert cast.wang.name not in page
    assert 'name="first"' not in page

    client.post(NEW, filled(cast, first=cast.wang.key))
    stored = Talk.objects.get()
    assert (stored.first, stored.second, stored.organization) == (cast.zhang, cast.li, cast.branch)


@pytest.mark.parametrize(
    "changes",
    [
        {"held_on": "2026-11-25"}, {"held_on": "x"}, {"occasion": "gossip"}, {"second": "x"}, {"second": ""},
        {"key": "x"},
    ],
)  # fmt: skip
def test_bad_input_is_said_on_the_page_and_stores_nothing(cast, as_user, changes):
    answer = as_user(cast.officer).post(f"{NEW}?org=branch", filled(cast, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Talk.objects.count() == 0


def test_with_oneself_and_with_a_neighbour_it_is_refused(cast, as_user):
    client = as_user(cast.officer)
    for second in (cast.zhang, cast.wang):
        assert client.post(f"{NEW}?org=branch", filled(cast, second=second.key)).context["form"].errors
    assert Talk.objects.count() == 0


@pytest.mark.parametrize(
    ("part", "place", "status"),
    [
        ("secretary", "branch", 200),
        ("secretary", "next-branch", 404),
        ("secretary", "group", 403),
        ("member", "branch", 200),
        ("member", "next-branch", 404),
        ("group_leader", "group", 403),
        ("district_staff", "branch", 403),
        ("county_secretary", "branch", 403),
        ("stranger", "branch", 404),
    ],
)
def test_who_may_record_and_where(cast, as_user, part, place, status):
    assert as_user(getattr(cast, part)).get(NEW, {"org": place}).status_code == status


def test_wrong_methods_are_refused(cast, talk, as_user):
    client = as_user(cast.secretary)
    for address in (LIST, EXPORT, MINE, YEAR, of("detail", talk)):
        assert client.post(address).status_code == 405
    for address in (NEW, of("correct", talk), of("remove", talk)):
        assert client.put(address).status_code == 405


# --- Correcting and removing ------------------------------------------------------------------------------------------
def test_an_officer_corrects_and_takes_out_with_a_reason(cast, talk, as_user):
    client = as_user(cast.officer)
    wrong = client.post(of("correct", talk), {"held_on": "2026-11-21", "occasion": "hardship", "reason": ""})
    assert wrong.context["form"].errors
    client.post(of("correct", talk), {"held_on": "2026-11-21", "occasion": "hardship", "reason": "记错"})
    talk.refresh_from_db()
    assert (talk.held_on, talk.occasion) == (date(2026, 11, 21), "hardship")

    assert client.post(of("remove", talk), {"reason": ""}).context["form"].errors
    assert client.post(of("remove", talk), {"reason": "没有谈"}).url == LIST
    assert Talk.objects.count() == 0


def test_one_of_the_two_does_it_too(cast, talk, as_user):
    assert as_user(cast.member).post(of("remove", talk), {"reason": "没有谈"}).url == MINE


def test_who_only_reads_changes_nothing(cast, talk, as_user):
    reader = make_user("reader", "publicity_officer", cast.branch)
    client = as_user(reader)

    assert client.get(of("detail", talk)).status_code == 200
    for name in ("correct", "remove"):
        assert client.post(of(name, talk), {"reason": "x"}).status_code == 403
    assert client.get(of("note", talk)).status_code == 404


def test_an_officer_does_not_take_out_what_one_of_the_two_recorded(cast, talk, as_user):
    Talk.objects.update(recorded_by=cast.member)

    assert as_user(cast.secretary).post(of("remove", talk), {"reason": "x"}).status_code == 403
    assert as_user(cast.member).get(of("remove", talk)).status_code == 200


# --- The note ---------------------------------------------------------------------------------------------------------
def test_both_read_both_notes_and_write_only_their_own(cast, talk, as_user):
    li = make_user("li", member=cast.li)
    client = as_user(li)
    assert SECRET in text(client.get(of("detail", talk)))
    assert SECRET not in text(client.get(of("note", talk)))

    client.post(of("note", talk), {"text": "我的记录"})
    assert {note.author: note.text.open() for note in TalkNote.objects.all()} == {
        cast.zhang: SECRET,
        cast.li: "我的记录",
    }
    assert "我的记录" in text(as_user(cast.member).get(of("detail", talk)))


def test_who_talked_and_holds_an_office_reads_their_own_talks_only(cast, talk, as_user):
    """The secretary's office opens nothing; being one of the two does."""
    cast.secretary.member = make_member("周书记", cast.branch)
    cast.secretary.save()

    assert SECRET not in text(as_user(cast.secretary).get(of("detail", talk)))
    cast.secretary.member = cast.li
    cast.secretary.save()
    assert SECRET in text(as_user(cast.secretary).get(of("detail", talk)))


def answers_with_the_note(cast, talk, as_user):
    """Everybody but the two asks every address of a talk, exports, the API, the trail and the places beside it."""
    addresses = [
        LIST, EXPORT, MINE, f"{NEW}?org=branch", YEAR, f"{YEAR}?org=branch", YEAR_EXPORT,
        *(of(name, talk) for name in ("detail", "correct", "remove", "note")),
        reverse("api:talk-list"), reverse("api:talk-detail", args=[talk.pk]),
        reverse("members:audit-list"), reverse("members:member-detail", args=[cast.zhang.key]), "/",
    ]  # fmt: skip
    found = []
    for part, user in cast.users().items():
        if part != "member":
            client = as_user(user)
            found += [(part, one) for one in addresses if SECRET in text(client.get(one, follow=True))]
    return found


def test_the_note_is_in_no_answer_to_anybody_but_the_two(cast, talk, as_user):
    assert answers_with_the_note(cast, talk, as_user) == []
    assert SECRET in text(as_user(cast.member).get(of("detail", talk)))


def test_without_the_scope_of_notes_the_protection_is_seen_to_fail(cast, talk, as_user, monkeypatch):
    """The negative control: with notes visible to everybody who sees the talk, offices read them on its page."""
    monkeypatch.setattr(TalkNoteQuerySet, "visible_to", lambda self, user: self.all())
    monkeypatch.setattr(Talk, "is_of", lambda self, user: True)

    assert ("secretary", of("detail", talk)) in answers_with_the_note(cast, talk, as_user)


# --- Lists ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 2),
        ({"q": "李国"}, 1),
        ({"q": "张英"}, 2),
        ({"first": "2026-07-01"}, 1),
        ({"last": "2026-07-01"}, 1),
        ({"first": "2026-01-01", "last": "2026-12-31"}, 2),
        ({"occasion": "hardship"}, 1),
        ({"first": "x", "order": "x"}, 2),
        ({"order": "name"}, 2),
        ({"order": "oldest"}, 2),
    ],
)
def test_the_list_is_narrowed(cast, talk, as_user, query, found):
    Talk.objects.create(
        organization=cast.branch, first=cast.zhang, second=make_member("孙磊", cast.branch), held_on=date(2026, 2, 1),
        occasion="hardship", recorded_by=cast.officer,
    )  # fmt: skip

    assert len(as_user(cast.secretary).get(LIST, {"org": "branch", **query}).context["page"].object_list) == found


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_queries_for_one_talk_and_three(cast, as_user, number, django_assert_num_queries):
    some_talks(cast, number)
    client = as_user(cast.secretary)
    with django_assert_num_queries(7):
        assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_year_asks_the_same_queries_for_one_member_and_three(cast, as_user, number, django_assert_num_queries):
    for place in range(number):
        make_member(f"党员{place}", cast.branch)
    Office.objects.create(kind="committee_member", organization=cast.branch, member=cast.zhang)
    client = as_user(cast.secretary)
    with django_assert_num_queries(12):
        assert client.get(YEAR).status_code == 200


def test_a_group_leader_is_told_where_talks_are_kept(cast, talk, as_user):
    client = as_user(cast.group_leader)
    for address in (LIST, YEAR):
        answer = client.get(address)
        assert answer.status_code == 200
        assert cast.zhang.name not in text(answer)


def test_ones_own_talks(cast, talk, as_user):
    page = text(as_user(cast.member).get(MINE))
    assert cast.li.name in page
    assert SECRET not in page
    assert as_user(cast.stranger).get(MINE).status_code == 404


def test_the_export_is_on_record_and_holds_no_note(cast, talk, as_user):
    Talk.objects.update(recorded_by=cast.member)
    rows = rows_of(as_user(cast.secretary).get(EXPORT, {"org": "branch"}))

    assert [row[1:3] for row in rows[-1:]] == [["张英", "李国强"]]
    assert SECRET not in str(rows)
    entry = Entry.objects.in_order().last()
    assert (entry.action, entry.organization_code, entry.details) == ("export_talks", "branch", {"rows": 1})


# --- The year ---------------------------------------------------------------------------------------------------------
def test_the_year_names_what_is_missing_with_a_button(cast, as_user):
    sun = make_member("孙磊", cast.group)
    Office.objects.create(kind="committee_member", organization=cast.branch, member=cast.zhang)
    page = text(as_user(cast.secretary).get(YEAR, {"org": "branch"}))

    assert f"first={cast.li.key}&amp;second={cast.zhang.key}" in page
    assert f"first={cast.li.key}&amp;second={sun.key}" in page


def test_a_large_branch_shows_the_first_and_the_rest_on_pages(cast, as_user):
    for number in range(60):
        make_member(f"党员{number}", cast.branch)
    client = as_user(cast.secretary)
    lists = client.get(YEAR, {"org": "branch"}).context["lists"]
    assert [(name, len(rows), total) for name, _words, rows, total in lists] == [
        ("committee", 0, 0), ("with-committee", 0, 0), ("members", 8, 62),
    ]  # fmt: skip

    one = client.get(YEAR, {"org": "branch", "part": "members", "page": 2})
    assert len(one.context["page"].object_list) == 12


@pytest.mark.parametrize("year", ["2025", "1800", "x", "２０２５"])
def test_other_years_and_what_is_none(cast, as_user, year):
    assert as_user(cast.secretary).get(YEAR, {"year": year}).status_code == 200


def test_a_committee_is_told_counts_and_none_below_three(cast, talk, as_user):
    client = as_user(cast.county_staff)
    answer = client.get(YEAR)
    assert {line.branch.code: line.talks for line in answer.context["page"]} == {"branch": None}
    for one in (cast.zhang, cast.li):
        assert one.name not in text(answer)

    some_talks(cast, 2)
    assert {line.branch.code: line.talks for line in client.get(YEAR).context["page"]} == {"branch": 3}
    assert "张英" not in str(rows_of(client.get(YEAR_EXPORT)))


def test_a_committee_that_asks_for_one_branch_is_told_counts_too(cast, talk, as_user):
    answer = as_user(cast.district_staff).get(YEAR, {"org": "branch"})

    assert "members/pages/list.html" in [template.name for template in answer.templates]
    assert cast.zhang.name not in text(answer)


def test_without_the_bound_a_single_talk_would_be_told(cast, talk, as_user, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("supervision.talks.queries.told_above", lambda count: count)

    assert [line.talks for line in as_user(cast.county_staff).get(YEAR).context["page"]] == [1]
