"""The pages about cadres, courses and conditions: what they do, for whom, and what they refuse."""

import io
import uuid
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from assessment.models import CadrePost, Conditions, Training
from audit.models import Entry
from members.choices import OfficeKind
from members.models import Office
from tests.assessment.cadres.making import JANUARY, MAY, conditions, post, training

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, NEW, EXPORT, COUNTS, COUNTS_EXPORT = (
    reverse(f"assessment:cadre-{name}") for name in ("list", "new", "export", "counts", "counts-export")
)
COURSES, COURSE_NEW, COURSES_EXPORT, MINE = (
    reverse(f"assessment:training-{name}") for name in ("list", "new", "export", "mine")
)
CONDITIONS = reverse("assessment:conditions-edit")
KEEPING = (LIST, NEW, EXPORT, COURSES, COURSE_NEW, COURSES_EXPORT, CONDITIONS)


def page(one, name, of="cadre"):
    return reverse(f"assessment:{of}-{name}", args=[one.pk])


def taken_up(who, **changes):
    known = {
        "key": uuid.uuid4(), "member": who.key, "post": "专职组织员", "share": "full_time", "percent": "",
        "valid_from": "2026-03-01",
    }  # fmt: skip
    return known | changes


def course(*people, **changes):
    known = {
        "key": uuid.uuid4(), "held_on": "2026-05-12", "subject": "发展党员实务", "hours": "16", "certificate": "结业证",
        "people": [one.key for one in people],
    }  # fmt: skip
    return known | changes


def figures(**changes):
    known = {"posts_planned": "3", "rooms": "2", "square_metres": "60", "budget_fen": "5000", "spent_fen": "1234.50"}
    return known | changes


def shown(answer):
    return {one.post.member.name for one in answer.context["listing"].rows}


def cells(answer):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.active.values]


# --- Posts -----------------------------------------------------------------------------------------------------------
def test_a_post_is_put_down_once(cast, as_user):
    client, typed = as_user(cast.secretary), taken_up(cast.li)
    answer = [client.post(NEW, typed) for _turn in range(2)][1]

    one = CadrePost.objects.get()
    assert answer["Location"] == f"{LIST}?org=branch"
    assert (one.organization, one.member, one.share, one.percent) == (cast.branch, cast.li, "full_time", 100)
    assert Entry.objects.get(subject_id=str(one.pk)).action == "add_cadre_post"


@pytest.mark.parametrize(
    "changes",
    [
        {"post": ""}, {"share": "whole"}, {"share": "part_time"}, {"share": "part_time", "percent": "100"},
        {"share": "part_time", "percent": "0"}, {"valid_from": "2026-11-25"}, {"valid_from": "x"}, {"key": "x"},
        {"member": ""}, {"member": "x"}, {"member": str(uuid.uuid4())},
    ],
)  # fmt: skip
def test_a_post_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(NEW, taken_up(cast.li, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not CadrePost.objects.exists()


def test_nobody_of_another_branch_takes_up_a_post_here(cast, as_user):
    answer = as_user(cast.secretary).post(NEW, taken_up(cast.wang))

    assert answer.context["form"].errors.keys() == {"member"}


def test_the_same_post_is_held_once_at_a_time(cast, as_user):
    post(cast.branch, cast.li, post="专职组织员")
    answer = as_user(cast.secretary).post(NEW, taken_up(cast.li))

    assert answer.context["form"].errors.keys() == {"post"}
    assert CadrePost.objects.count() == 1


def test_a_committee_looks_for_the_person_first(cast, as_user):
    client = as_user(cast.district_staff)
    assert client.get(NEW).context["found"] == []
    assert client.get(f"{NEW}?q=王秀").context["found"] == [cast.wang]
    assert client.get(f"{NEW}?q=赵东").context["found"] == []

    client.post(f"{NEW}?q=王秀", taken_up(cast.wang))
    assert CadrePost.objects.get().organization == cast.district


def test_a_post_is_corrected_and_ended(cast, as_user):
    one, client = post(cast.branch, cast.li), as_user(cast.secretary)
    for name, typed in (
        ("edit", taken_up(cast.li, share="part_time", percent="30")),
        ("end", {"valid_until": "2026-10-01"}),
    ):
        assert client.get(page(one, name)).status_code == 200
        assert [client.post(page(one, name), typed).status_code for _turn in range(2)] == [302, 302]

    one.refresh_from_db()
    assert (one.post, one.percent, one.valid_until) == ("专职组织员", 30, date(2026, 10, 1))
    acts = Entry.objects.filter(subject_id=str(one.pk)).order_by("number").values_list("action", flat=True)
    assert list(acts) == ["edit_cadre_post", "end_cadre_post"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("edit", {"post": ""}), ("edit", {"valid_from": "2026-12-01"}), ("end", {"valid_until": ""}),
        ("end", {"valid_until": "2026-01-05"}), ("end", {"valid_until": "2026-12-01"}),
    ],
)  # fmt: skip
def test_a_change_with_bad_input_is_refused_on_the_page(cast, as_user, name, typed):
    one = post(cast.branch, cast.li)
    answer = as_user(cast.secretary).post(page(one, name), taken_up(cast.li) | typed)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert CadrePost.objects.filter(post="党务干事", valid_until__isnull=True).exists()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"张英", "李国强"}), ("q=张", {"张英"}), ("q=干事", {"李国强"}), ("share=full_time", {"张英"}),
        ("holding=ended", {"李国强"}), ("holding=now", {"张英"}),
        ("hours=kept", {"张英"}), ("hours=missing", {"李国强"}),
        ("year=2025", set()), ("share=x&hours=y&year=z", {"张英", "李国强"}),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, names):
    post(cast.branch, cast.zhang, post="专职组织员", share="full_time", percent=100)
    post(cast.group, cast.li, valid_until=MAY)
    post(cast.next_branch, cast.wang)
    for _turn in range(3):
        training(cast.branch, cast.zhang, cast.secretary)

    assert shown(as_user(cast.secretary).get(f"{LIST}?{query}")) == names


def test_hours_and_certificates_of_the_year_stand_beside_the_post(cast, as_user):
    post(cast.branch, cast.zhang)
    training(cast.branch, cast.zhang, cast.secretary, certificate="结业证")
    training(cast.branch, cast.zhang, cast.secretary, hours="31.5")
    training(cast.branch, cast.zhang, cast.secretary, held_on=date(2025, 12, 31))
    answer = as_user(cast.secretary).get(LIST)

    [one] = answer.context["listing"].rows
    assert (one.hours, one.certificates, one.is_kept) == (55.5, 1, False)
    assert "[V3]" not in answer.text
    assert answer.context["asked"].ended


def test_the_figure_of_a_year_of_the_plan_is_no_mere_comparison(cast, as_user):
    assert not as_user(cast.secretary).get(f"{LIST}?year=2023").context["asked"].ended


# --- Courses ---------------------------------------------------------------------------------------------------------
def test_several_people_of_one_course_are_put_down_once(cast, as_user):
    client, typed = as_user(cast.secretary), course(cast.zhang, cast.li)
    answer = [client.post(COURSE_NEW, typed) for _turn in range(2)][1]

    assert answer["Location"] == f"{COURSES}?org=branch"
    assert {one.member for one in Training.objects.all()} == {cast.zhang, cast.li}
    assert Training.objects.count() == 2
    assert Entry.objects.get(action="record_training").details == {"rows": 2, "on": "2026-05-12"}


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""}, {"hours": "0"}, {"hours": "201"}, {"hours": "viel"}, {"held_on": "2026-11-25"},
        {"held_on": ""}, {"key": "x"}, {"people": []}, {"people": ["x"]}, {"people": [str(uuid.uuid4())]},
    ],
)  # fmt: skip
def test_a_course_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(COURSE_NEW, course(cast.zhang, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Training.objects.exists()


def test_a_committees_course_is_kept_where_each_cadre_has_their_post(cast, as_user):
    post(cast.branch, cast.zhang)
    post(cast.district, cast.wang)
    client = as_user(cast.district_staff)
    assert set(client.get(COURSE_NEW).context["form"].fields["people"].queryset) == {cast.zhang, cast.wang}

    client.post(COURSE_NEW, course(cast.zhang, cast.wang))
    places = {one.member: one.organization for one in Training.objects.select_related("organization", "member")}
    assert places == {cast.zhang: cast.branch, cast.wang: cast.district}


def test_committees_read_the_courses_of_cadres_and_of_nobody_else(cast, as_user):
    post(cast.branch, cast.zhang)
    for member in (cast.zhang, cast.li):
        training(cast.branch, member, cast.secretary)

    assert {one.member for one in as_user(cast.secretary).get(COURSES).context["page"]} == {cast.zhang, cast.li}
    assert {one.member for one in as_user(cast.district_staff).get(COURSES).context["page"]} == {cast.zhang}


@pytest.mark.parametrize(
    ("query", "subjects"),
    [("", {"甲", "乙"}), ("q=甲", {"甲"}), ("q=李国", {"乙"}), ("year=2025", {"丙"}), ("year=x", {"甲", "乙"})],
)
def test_the_courses_are_narrowed(cast, as_user, query, subjects):
    training(cast.branch, cast.zhang, cast.secretary, subject="甲")
    training(cast.branch, cast.li, cast.secretary, subject="乙")
    training(cast.branch, cast.li, cast.secretary, subject="丙", held_on=date(2025, 3, 1))
    training(cast.next_branch, cast.wang, cast.secretary, subject="丁")

    assert {one.subject for one in as_user(cast.secretary).get(f"{COURSES}?{query}").context["page"]} == subjects


def test_class_hours_recorded_by_mistake_are_taken_out_with_a_reason(cast, as_user):
    one, client = training(cast.branch, cast.zhang, cast.secretary), as_user(cast.secretary)
    address = page(one, "remove", "training")
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).context["form"].errors

    assert client.post(address, {"reason": "记错人了"})["Location"] == f"{COURSES}?org=branch"
    assert client.post(address, {"reason": "记错人了"}).status_code == 404
    assert not Training.objects.exists()
    assert Entry.objects.get(action="remove_training").reason == "记错人了"


def test_a_member_reads_their_own_hours_against_the_rule_for_members(cast, as_user):
    training(cast.branch, cast.zhang, cast.secretary)
    training(cast.branch, cast.li, cast.secretary, subject="别人的课")
    answer = as_user(cast.member).get(MINE)

    assert (answer.context["hours"], answer.context["asked"].rule.whole, answer.context["kept"]) == (24, 32, False)
    assert "别人的课" not in answer.text


@pytest.mark.parametrize("seated", ["post", "office"])
def test_who_holds_a_post_or_sits_in_a_committee_is_asked_for_more(cast, as_user, seated):
    if seated == "post":
        post(cast.branch, cast.zhang)
    else:
        Office.objects.create(user=cast.member, kind=OfficeKind.COMMITTEE_MEMBER, organization=cast.branch)

    assert as_user(cast.member).get(MINE).context["asked"].rule.whole == 56


def test_who_is_no_member_has_no_training_of_their_own(cast, as_user):
    assert as_user(cast.stranger).get(MINE).status_code == 404
    assert as_user(cast.member).post(MINE).status_code == 405


# --- Conditions and counts -------------------------------------------------------------------------------------------
def test_conditions_are_put_down_and_changed(cast, as_user):
    client = as_user(cast.secretary)
    answers = [client.post(CONDITIONS, figures()) for _turn in range(2)]
    client.post(CONDITIONS, figures(rooms=""))

    one = Conditions.objects.get()
    assert {answer["Location"] for answer in answers} == {f"{LIST}?org=branch&year=2026"}
    assert (one.posts_planned, one.rooms, one.square_metres, one.budget_fen, one.spent_fen) == (
        3, None, 60, 500_000, 123_450,
    )  # fmt: skip
    assert Entry.objects.filter(action="put_down_conditions").count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"posts_planned": "-1"}, {"rooms": "x"}, {"budget_fen": "viel"}, {"spent_fen": "-5"}, {"square_metres": "1e9"},
        dict.fromkeys(figures(), ""),
    ],
)  # fmt: skip
def test_conditions_with_bad_input_are_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(CONDITIONS, figures(**changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Conditions.objects.exists()


def test_the_list_says_what_is_unfilled_and_what_was_spent(cast, as_user):
    conditions(cast.branch, cast.secretary)
    post(cast.branch, cast.zhang)
    found = as_user(cast.secretary).get(LIST).context["staffing"]

    assert (found.held, found.unfilled, found.spent_percent) == (1, 1, 25)


def test_committees_count_what_is_below(cast, as_user):
    conditions(cast.branch, cast.secretary)
    post(cast.branch, cast.zhang, share="full_time", percent=100)
    post(cast.next_branch, cast.wang)
    for _turn in range(3):
        training(cast.branch, cast.zhang, cast.secretary)
    for part in ("district_staff", "county_secretary"):
        answer = as_user(cast.users()[part]).get(COUNTS)
        assert answer.context["total"] == {
            "posts": 2, "full_time": 1, "part_time": 1, "people": 2, "kept": 1, "unfilled": 1, "budget": 500_000,
            "spent": 125_000,
        }  # fmt: skip
        assert "张英" not in answer.text
    rows = {row[0]: row for row in cells(as_user(cast.district_staff).get(COUNTS_EXPORT))}
    assert rows["红旗社区第一党支部"][1:8] == [2, 1, 1, 1, 0, 1, 1]
    assert rows["红旗社区第二党支部"][1:4] == [None, 1, None]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"district", "branch", "next-branch"}), ("only=some", {"branch", "next-branch"}),
        ("only=unfilled", {"branch"}), ("only=hours", {"branch", "next-branch"}), ("only=nothing", {"district"}),
        ("q=第二", {"next-branch"}), ("only=x&year=y", {"district", "branch", "next-branch"}),
    ],
)  # fmt: skip
def test_the_counts_are_narrowed(cast, as_user, query, codes):
    conditions(cast.branch, cast.secretary)
    post(cast.branch, cast.zhang)
    post(cast.next_branch, cast.wang)
    answer = as_user(cast.district_staff).get(f"{COUNTS}?{query}")

    assert {line.place.code for line in answer.context["page"]} == codes


@pytest.mark.parametrize("address", [EXPORT, COURSES_EXPORT])
def test_the_lists_leave_as_workbooks_without_a_formula(cast, as_user, address):
    post(cast.branch, cast.zhang, post="=1+1")
    training(cast.branch, cast.zhang, cast.secretary, subject="=1+1")
    rows = cells(as_user(cast.secretary).get(address))

    assert "=1+1" in rows[1]
    assert Entry.objects.get(action="export_cadres").details == {"rows": 1}


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "part", ["member", "stranger", "inspector", "administrator", "group_leader", "county_secretary"]
)
def test_who_has_no_such_office_is_refused(cast, as_user, part):
    one = post(cast.branch, cast.zhang)
    attended = training(cast.branch, cast.zhang, cast.secretary)
    client = as_user(cast.users()[part])
    for address in (*KEEPING, page(one, "edit"), page(one, "end"), page(attended, "remove", "training")):
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code in (403, 405)


def test_outside_ones_own_it_is_as_if_there_were_none(cast, as_user):
    one = post(cast.branch, cast.zhang)
    attended, client = training(cast.branch, cast.zhang, cast.secretary), as_user(cast.next_secretary)
    for address in (page(one, "edit"), page(one, "end"), page(attended, "remove", "training")):
        assert client.get(address).status_code == 404
    for address in (*KEEPING, COUNTS):
        assert client.get(f"{address}?org=branch").status_code == 404


def test_pages_that_show_are_only_read(cast, as_user):
    client = as_user(cast.secretary)
    for address in (LIST, EXPORT, COURSES, COURSES_EXPORT, COUNTS, COUNTS_EXPORT):
        assert client.post(address).status_code == 405
    assert client.put(NEW).status_code == 405


def test_empty_lists_say_what_comes_next(cast, as_user):
    client = as_user(cast.secretary)

    assert f"{NEW}?org=branch" in client.get(LIST).text
    assert f"{COURSE_NEW}?org=branch" in client.get(COURSES).text
    assert f"{NEW}?org=district" in as_user(cast.district_staff).get(COURSE_NEW).text


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    for turn in range(number):
        post(cast.branch, cast.zhang, post=f"职务{turn}", valid_from=JANUARY)
        training(cast.branch, cast.zhang, cast.secretary)
    conditions(cast.branch, cast.secretary)
    for user, address, queries in (
        (cast.secretary, LIST, 9), (cast.secretary, COURSES, 6), (cast.secretary, COURSE_NEW, 7),
        (cast.district_staff, COUNTS, 9), (cast.member, MINE, 9),
    ):  # fmt: skip
        client = as_user(user)
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
