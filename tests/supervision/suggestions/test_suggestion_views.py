"""The pages of suggestions: who may do what where, what each shows, and what it costs."""

import uuid
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from audit.models import Entry
from members.models import HelpRequest, Member, User
from supervision.models import Suggestion
from tests.cast import TODAY, make_member
from tests.supervision.suggestions.making import TEXT, ago, answer, suggest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, EXPORT, RECORD = (reverse(f"supervision:suggestion-{name}") for name in ("list", "export", "record"))
MINE, NEW, HELP = (reverse(f"supervision:suggestion-{name}") for name in ("mine", "new", "help"))


def at(suggestion, name):
    return reverse(f"supervision:suggestion-{name}", args=[suggestion.pk])


def text(page):
    return page.content.decode()


def typed(**changes):
    given = {"key": uuid.uuid4(), "kind": "work", "text": TEXT, "audience": "shared", "shows_name": "on"}
    return {name: value for name, value in (given | changes).items() if value is not None}


def found(page):
    return [one.text.open() for one in page.context["page"]]


@pytest.fixture
def one(cast):
    return suggest(cast.zhang, cast.member)


@pytest.fixture
def comrade(cast):
    """Another member of the branch, with an account and no office."""
    return User.objects.create_user("comrade", member=cast.li)


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_a_member_writes_and_finds_it_on_the_own_page(cast, as_user):
    client = as_user(cast.member)
    page = client.post(NEW, typed(), follow=True)
    stored = Suggestion.objects.get()

    assert page.redirect_chain[-1][0] == stored.get_absolute_url()
    assert (stored.member, stored.recorded_by, stored.shows_name) == (cast.zhang, cast.member, True)
    assert TEXT in text(client.get(MINE))


def test_sent_twice_it_is_one(cast, as_user):
    given = typed()
    assert [as_user(cast.member).post(NEW, given).status_code for _ in range(2)] == [302, 302]
    assert Suggestion.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"kind": "?"}, {"text": ""}, {"audience": "all"}, {"key": "x"}, {"text": "字" * 4001}]
)
def test_what_cant_be_read_is_asked_again(cast, as_user, wrong):
    assert as_user(cast.member).post(NEW, typed(**wrong)).status_code == 200
    assert not Suggestion.objects.exists()


def test_who_is_no_member_has_nothing_of_their_own(cast, as_user):
    assert {as_user(cast.secretary).get(address).status_code for address in (MINE, NEW, HELP)} == {404}


def test_who_left_reads_the_own_page_and_can_ask_nothing(cast, as_user, one):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    client = as_user(cast.member)

    assert NEW not in text(client.get(MINE))
    assert TEXT in text(client.get(MINE))
    assert client.get(NEW).status_code == client.post(HELP, {}).status_code == 404


def test_an_officer_writes_one_down_for_a_frail_member(cast, as_user):
    given = typed(member=cast.li.pk, asked_on=ago(2), shows_name=None)
    page = as_user(cast.secretary).post(RECORD, given, follow=True)
    stored = Suggestion.objects.get()

    assert (stored.member, stored.recorded_by, stored.asked_on) == (cast.li, cast.secretary, ago(2))
    assert "李国强" in text(page)


@pytest.mark.parametrize(("who", "day"), [("wang", 0), ("li", -1)])
def test_only_for_members_of_the_branch_and_never_for_tomorrow(cast, as_user, who, day):
    given = typed(member=getattr(cast, who).pk, asked_on=ago(day))

    assert as_user(cast.secretary).post(RECORD, given).status_code == 200
    assert not Suggestion.objects.exists()


# --- Help -------------------------------------------------------------------------------------------------------------
def test_a_member_asks_for_help_and_reads_the_answer(cast, as_user):
    key = uuid.uuid4()
    for _ in range(2):
        assert as_user(cast.member).post(HELP, {"key": key, "request": "想借一辆轮椅"}).status_code == 302
    wish = HelpRequest.objects.get()
    wish.answer, wish.answered_on, wish.answered_by = "已从社区借到", TODAY, cast.secretary
    wish.save()
    page = text(as_user(cast.member).get(MINE))

    assert (wish.pk, wish.member, wish.recorded_by, wish.asked_on) == (key, cast.zhang, cast.member, TODAY)
    assert "想借一辆轮椅" in page
    assert "已从社区借到" in page


def test_nobody_elses_help_is_on_the_page(cast, as_user, comrade):
    days = {"asked_on": TODAY, "due_on": TODAY}
    HelpRequest.objects.create(member=cast.zhang, request="轮椅", recorded_by=cast.secretary, **days)

    assert "轮椅" in text(as_user(cast.member).get(MINE))
    assert "轮椅" not in text(as_user(comrade).get(MINE))


# --- Reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("shared", "names", "reads", "reads_name"),
    [(True, True, True, True), (True, False, True, False), (False, True, False, False)],
)
def test_what_other_members_read(cast, as_user, comrade, shared, names, reads, reads_name):
    one = answer(suggest(cast.zhang, cast.member, is_shared=shared, shows_name=names), cast.secretary)
    client = as_user(comrade)
    page, detail = text(client.get(MINE)), client.get(at(one, "detail"))

    assert (TEXT in page, "阀门" in page, "张英" in page) == (reads, reads, reads_name)
    assert detail.status_code == (200 if reads else 404)
    assert ("张英" in text(detail)) == reads_name


def test_the_branchs_offices_see_who_wrote_it(cast, as_user):
    one = suggest(cast.zhang, cast.member, is_shared=False, shows_name=False)

    assert "张英" in text(as_user(cast.secretary).get(at(one, "detail")))
    assert "张英" in text(as_user(cast.officer).get(LIST))


@pytest.mark.parametrize("part", ["next_secretary", "district_staff", "county_staff", "county_secretary", "inspector"])
def test_nobody_else_reads_it(cast, as_user, one, part):
    client = as_user(cast.users()[part])

    assert client.get(at(one, "detail")).status_code == 404
    assert client.get(at(one, "answer")).status_code in (403, 404)
    assert TEXT not in text(client.get(LIST, follow=True))


def test_the_negative_control_of_who_reads(cast, as_user, one, monkeypatch):
    """Were everything visible, the next branch would read it."""
    monkeypatch.setattr("supervision.suggestions.models.SuggestionQuerySet.visible_to", lambda self, *_: self.all())

    assert TEXT in text(as_user(cast.next_secretary).get(at(one, "detail")))


def test_a_committee_is_led_to_the_counts(cast, as_user):
    page = as_user(cast.district_staff).get(LIST, {"org": "branch", "first": "2026-01-01"})

    assert page.status_code == 302
    assert page["Location"] == reverse("supervision:suggestion-below") + "?org=branch&first=2026-01-01"


# --- The list ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def three(cast):
    late = suggest(cast.zhang, cast.member, ago(20), text="迟了", kind="work")
    waits = suggest(cast.li, cast.secretary, ago(5), text="在等", kind="unit")
    done = answer(suggest(cast.li, cast.secretary, ago(40), text="办了", kind="unit"), cast.secretary, ago(30))
    suggest(cast.wang, cast.next_secretary, text="别的支部")
    return late, waits, done


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["迟了", "在等", "办了"]),
        ({"state": "overdue"}, ["迟了"]),
        ({"state": "waiting"}, ["迟了", "在等"]),
        ({"state": "answered"}, ["办了"]),
        ({"state": "waiting", "last": ago(35)}, ["办了"]),
        ({"kind": "unit"}, ["在等", "办了"]),
        ({"outcome": "solved"}, ["办了"]),
        ({"q": "张"}, ["迟了"]),
        ({"year": 2025}, []),
        ({"first": ago(21), "last": ago(6)}, ["迟了"]),
        ({"first": "x", "org": "branch"}, ["迟了", "在等", "办了"]),
        ({"org": "group"}, []),
    ],
)
def test_the_list_is_narrowed(cast, as_user, three, query, expected):
    assert found(as_user(cast.secretary).get(LIST, query)) == expected


def test_a_member_narrows_what_is_shared(cast, as_user, three):
    assert found(as_user(cast.member).get(MINE, {"state": "answered"})) == ["办了"]
    assert found(as_user(cast.member).get(MINE, {"kind": "work"})) == ["迟了"]


def test_other_branches_lists_are_missing(cast, as_user):
    assert as_user(cast.secretary).get(LIST, {"org": "next-branch"}).status_code == 404
    assert as_user(cast.secretary).get(RECORD, {"org": "next-branch"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_for_more_rows(cast, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        answer(suggest(make_member(f"孙{number}", cast.branch), cast.secretary), cast.secretary)
        suggest(cast.zhang, cast.member)
        answer(suggest(cast.zhang, cast.member), cast.officer)
    for user, address, number in ((cast.secretary, LIST, 9), (cast.member, MINE, 11)):
        client = as_user(user)
        client.get(address)
        with django_assert_num_queries(number):
            client.get(address)


def test_the_workbook_is_what_the_page_shows_and_never_a_formula(cast, as_user, three):
    suggest(cast.li, cast.secretary, text="=1+1", kind="leaders")
    page = as_user(cast.secretary).get(EXPORT, {"kind": "leaders"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(page.streaming_content))).active

    assert sheet.max_row == 2
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert Entry.objects.latest("number").details == {"rows": 1}


# --- Answering, settling, taking back ---------------------------------------------------------------------------------
def answered(**changes):
    return {"outcome": "solved", "answer": "已换了阀门", "answered_on": TODAY, "is_thanked": "on", **changes}


def test_the_branch_answers_the_member_says_settled_the_officer_corrects(cast, as_user, one):
    assert as_user(cast.secretary).post(at(one, "answer"), answered()).status_code == 302
    client = as_user(cast.member)
    assert "已换了阀门" in text(client.get(MINE))
    client.post(at(one, "settle"), {"settled": "no"})
    one.refresh_from_db()
    assert one.is_settled is False

    as_user(cast.officer).post(at(one, "answer"), answered(answer="又换了管子"))
    one.refresh_from_db()
    assert (one.answer.open(), one.is_settled) == ("又换了管子", None)


@pytest.mark.parametrize(
    "wrong", [{"outcome": ""}, {"answer": ""}, {"answered_on": "2026-11-25"}, {"answered_on": "x"}]
)
def test_an_answer_that_cant_be_is_asked_again(cast, as_user, one, wrong):
    assert as_user(cast.secretary).post(at(one, "answer"), answered(**wrong)).status_code == 200
    one.refresh_from_db()
    assert one.answered_on is None


def test_only_an_office_of_the_branch_answers(cast, as_user, one, comrade):
    for user, status in ((cast.member, 403), (comrade, 403), (cast.next_secretary, 404), (cast.group_leader, 403)):
        assert as_user(user).post(at(one, "answer"), answered()).status_code == status
    one.refresh_from_db()
    assert one.answered_on is None


def test_an_officer_of_another_branch_reads_and_cant_answer(cast, as_user, one):
    """Who is a member here and secretary elsewhere reads what is shared, and no more."""
    User.objects.filter(pk=cast.next_secretary.pk).update(member=cast.li)
    client = as_user(User.objects.get(pk=cast.next_secretary.pk))

    assert client.get(at(one, "detail")).status_code == 200
    assert client.post(at(one, "answer"), answered()).status_code == 403


@pytest.mark.parametrize("name", ["settle", "withdraw"])
def test_only_the_member_speaks_for_the_member(cast, as_user, one, comrade, name):
    for user in (cast.secretary, comrade, cast.next_secretary):
        assert as_user(user).post(at(one, name), {"settled": "yes"}).status_code == 404
    assert as_user(cast.member).get(at(one, name)).status_code == 405
    assert Suggestion.objects.filter(is_settled__isnull=True).count() == 1


@pytest.mark.parametrize("settled", ["", "perhaps"])
def test_a_word_that_isnt_one_says_nothing(cast, as_user, one, settled):
    answer(one, cast.secretary)
    as_user(cast.member).post(at(one, "settle"), {"settled": settled})
    one.refresh_from_db()

    assert one.is_settled is None


def test_settled_before_the_answer_is_refused_with_a_sentence(cast, as_user, one):
    page = as_user(cast.member).post(at(one, "settle"), {"settled": "yes"}, follow=True)

    assert [str(message) for message in page.context["messages"]]
    assert Suggestion.objects.get().is_settled is None


def test_a_member_takes_an_unanswered_one_back_and_no_other(cast, as_user, one):
    second = answer(suggest(cast.zhang, cast.member, text="第二条"), cast.secretary)
    client = as_user(cast.member)

    assert client.post(at(one, "withdraw")).headers["Location"] == MINE
    assert client.post(at(second, "withdraw")).headers["Location"] == second.get_absolute_url()
    assert [row.pk for row in Suggestion.objects.all()] == [second.pk]


def test_a_mistaken_record_is_removed_with_a_reason(cast, as_user, one):
    mistaken = suggest(cast.li, cast.secretary)
    client = as_user(cast.secretary)

    assert at(mistaken, "remove") in text(client.get(at(mistaken, "detail")))
    assert client.post(at(mistaken, "remove"), {"reason": ""}).status_code == 200
    assert client.post(at(mistaken, "remove"), {"reason": "记错了人"}).status_code == 302
    assert at(one, "remove") not in text(client.get(at(one, "detail")))
    assert client.post(at(one, "remove"), {"reason": "不中听"}).status_code == 200
    assert [row.pk for row in Suggestion.objects.all()] == [one.pk]


@pytest.mark.parametrize(("address", "method"), [(LIST, "post"), (EXPORT, "post"), (MINE, "post"), (NEW, "put")])
def test_other_methods_are_refused(cast, as_user, address, method):
    user = cast.member if address in (MINE, NEW) else cast.secretary

    assert getattr(as_user(user), method)(address).status_code == 405
