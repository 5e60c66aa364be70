"""The pages about joint goals: what they do, for whom, what they refuse, and that committees read no name."""

import io
import uuid

import openpyxl
import pytest
from django.urls import reverse

from assessment.models import Goal, GoalStep
from audit.models import Entry
from tests.assessment.goals.making import BEHIND, CHECKED, DROPPED, FEBRUARY, JULY, NOVEMBER, REACHED, goal
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, NEW, COPY, EXPORT, COUNTS, COUNTS_EXPORT = (
    reverse(f"assessment:goal-{name}") for name in ("list", "new", "copy", "export", "counts", "counts-export")
)
STEPS = ("edit", "step", "check", "result")
CANARY = "金丝雀"


def page(one, name="detail"):
    return reverse(f"assessment:goal-{name}", args=[one.pk])


def shown(answer):
    return {one.goal.title for one in answer.context["listing"].rows}


def planned(**changes):
    known = {
        "key": uuid.uuid4(), "year": "2026", "title": "降耗", "target": "单耗降百分之五", "party_work": "带头改进",
        "responsible": "", "responsible_name": "车间主任老周", "planned_on": "2026-02-03",
    }  # fmt: skip
    return known | changes


def given(step, **changes):
    known = {
        "edit": {
            "year": "2026", "title": "降耗增效", "target": "降百分之六", "party_work": "党员示范岗",
            "responsible_name": "老周",
        },
        "step": {"key": uuid.uuid4(), "on": "2026-04-01", "text": "签了责任书"},
        "check": {"checked_on": "2026-07-10", "on_track": "no", "check_words": "差一半"},
        "result": {"ended_on": "2026-11-20", "state": "partly", "result_words": "完成四部"},
    }  # fmt: skip
    return known[step] | changes


def cells(answer):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.active.values]


# --- Planning and the way to the result ------------------------------------------------------------------------------
def test_a_goal_is_planned_once(cast, as_user):
    client, typed = as_user(cast.secretary), planned()
    answer = [client.post(NEW, typed) for _turn in range(2)][1]

    one = Goal.objects.get()
    assert answer["Location"] == page(one)
    assert (one.organization, one.year, one.state, one.responsible_name) == (
        cast.branch,
        2026,
        "planned",
        "车间主任老周",
    )
    assert Entry.objects.filter(action="plan_goal").count() == 1


def test_a_member_of_the_branch_can_answer_for_it_and_nobody_of_another(cast, as_user):
    client = as_user(cast.secretary)
    client.post(NEW, planned(responsible=cast.li.key, responsible_name=""))
    refused = client.post(NEW, planned(responsible=cast.wang.key, responsible_name=""))

    assert Goal.objects.get().responsible == cast.li
    assert refused.context["form"].errors.keys() == {"responsible"}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""}, {"target": " "}, {"party_work": ""}, {"responsible_name": ""}, {"year": "2031"}, {"year": "x"},
        {"planned_on": "2026-11-25"}, {"planned_on": "morgen"}, {"key": "x"}, {"title": "长" * 161},
        {"responsible": "x"}, {"responsible": str(uuid.uuid4())},
    ],
)  # fmt: skip
def test_a_goal_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(NEW, planned(**changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Goal.objects.exists()


def test_both_a_member_and_a_name_are_one_too_many(cast, as_user):
    answer = as_user(cast.secretary).post(NEW, planned(responsible=cast.li.key))

    assert answer.context["form"].errors.keys() == {"responsible_name"}


def test_the_way_of_a_goal_says_days_as_every_page_does(cast, as_user):
    one = goal(cast.branch)

    assert f"<time>{one.planned_on.isoformat()}</time>" in as_user(cast.secretary).get(page(one)).text


def test_each_step_is_put_down_on_its_page_and_once(cast, as_user):
    one, client = goal(cast.branch), as_user(cast.secretary)
    for step in STEPS:
        assert client.get(page(one, step)).status_code == 200
        typed = given(step)
        assert {client.post(page(one, step), typed).status_code for _turn in range(2)} <= {302, 200}

    one.refresh_from_db()
    assert (one.title, one.checked_on, one.on_track, one.state, one.ended_on) == (
        "降耗增效", JULY, False, "partly", NOVEMBER,
    )  # fmt: skip
    assert GoalStep.objects.get().text == "签了责任书"
    acts = Entry.objects.filter(subject_id=str(one.pk)).values_list("action", flat=True)
    assert sorted(acts) == ["add_goal_step", "check_goal", "edit_goal", "end_goal"]


def test_the_way_is_shown_in_the_order_of_the_days(cast, as_user):
    one = goal(cast.branch, **REACHED)
    GoalStep.objects.create(goal=one, on=NOVEMBER.replace(month=9), text="九月一步", by=cast.secretary)
    GoalStep.objects.create(goal=one, on=FEBRUARY.replace(month=4), text="四月一步", by=cast.secretary)
    answer = as_user(cast.secretary).get(page(one))

    assert [event.text for event in answer.context["events"]] == ["", "四月一步", "过半", "九月一步", "按期完成"]
    assert one.target in answer.text
    assert one.party_work in answer.text


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ("edit", {"title": ""}), ("edit", {"responsible_name": ""}), ("edit", {"year": "1999"}),
        ("step", {"text": ""}), ("step", {"on": "2026-11-25"}), ("step", {"on": "2026-02-02"}), ("step", {"key": "x"}),
        ("check", {"on_track": ""}), ("check", {"check_words": " "}), ("check", {"checked_on": "2026-11-25"}),
        ("check", {"checked_on": "2026-01-01"}),
        ("result", {"state": "planned"}), ("result", {"state": ""}), ("result", {"result_words": ""}),
        ("result", {"ended_on": "2027-01-01"}),
    ],
)  # fmt: skip
def test_a_step_with_bad_input_is_refused_on_its_page(cast, as_user, step, changes):
    one = goal(cast.branch)
    answer = as_user(cast.secretary).post(page(one, step), given(step, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Goal.objects.filter(state="planned", title=one.title).exists()
    assert not GoalStep.objects.exists()


@pytest.mark.parametrize(("step", "facts"), [("check", CHECKED), ("result", REACHED)])
def test_what_stands_is_corrected_with_a_reason(cast, as_user, step, facts):
    one, client = goal(cast.branch, **facts), as_user(cast.secretary)
    assert client.post(page(one, step), given(step)).context["form"].errors.keys() == {"reason"}

    assert client.post(page(one, step), given(step, reason="看错了")).status_code == 302
    assert Entry.objects.get(subject_id=str(one.pk)).reason == "看错了"


def test_once_it_was_checked_only_who_answers_for_it_changes(cast, as_user):
    one, client = goal(cast.branch, **CHECKED), as_user(cast.secretary)
    client.post(page(one, "edit"), given("edit", responsible=cast.zhang.key, responsible_name=""))

    one.refresh_from_db()
    assert (one.title, one.responsible) == ("让老旧小区装上电梯", cast.zhang)


@pytest.mark.parametrize("step", ["edit", "step", "check"])
def test_a_goal_with_its_result_stays_as_it_is(cast, as_user, step):
    one = goal(cast.branch, **REACHED)
    typed = given(step) | {"reason": "x", "responsible_name": "别人"}

    assert as_user(cast.secretary).post(page(one, step), typed).context["form"].errors
    assert Goal.objects.get().responsible_name == "周主任"


# --- Into the next year -----------------------------------------------------------------------------------------------
def test_open_goals_go_on_once(cast, as_user):
    last = {"year": 2025, "planned_on": FEBRUARY.replace(year=2025)}
    going, client = goal(cast.branch, title="接着做", responsible=cast.zhang, **last), as_user(cast.secretary)
    goal(cast.branch, title="做成了", **last, **REACHED)
    other = goal(cast.next_branch, title="别的支部", **last)
    assert list(client.get(COPY).context["form"].fields["goals"].queryset) == [going]
    for _turn in range(2):
        client.post(COPY, {"goals": [going.pk]})
    client.post(COPY, {"goals": [other.pk]})

    copied = Goal.objects.get(year=2026)
    assert (copied.title, copied.responsible, copied.state, copied.planned_on) == (
        "接着做",
        cast.zhang,
        "planned",
        TODAY,
    )
    assert client.get(COPY).context["nothing"].url == LIST


@pytest.mark.parametrize("typed", [{}, {"goals": "x"}, {"goals": [str(uuid.uuid4())]}])
def test_nothing_chosen_takes_nothing_along(cast, as_user, typed):
    goal(cast.branch, year=2025)
    answer = as_user(cast.secretary).post(COPY, typed)

    assert answer.status_code == 200
    assert Goal.objects.count() == 1


# --- Lists ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"甲", "乙", "丙"}), ("year=2025", {"丁"}), ("year=all", {"甲", "乙", "丙", "丁"}),
        ("state=open", {"甲", "乙"}),
        ("state=behind", {"乙"}), ("state=reached", {"丙"}), ("who=张英", {"甲"}), ("who=周", {"乙", "丙"}),
        ("q=乙", {"乙"}),
        ("q=逐户", {"甲", "乙", "丙"}), ("order=newest", {"甲", "乙", "丙"}),
        ("state=x&year=y&order=z", {"甲", "乙", "丙"}),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, titles):
    goal(cast.branch, title="甲", responsible=cast.zhang)
    goal(cast.branch, title="乙", **BEHIND)
    goal(cast.branch, title="丙", **REACHED)
    goal(cast.branch, title="丁", year=2025)
    goal(cast.next_branch, title="别的支部")

    assert shown(as_user(cast.secretary).get(f"{LIST}?{query}")) == titles


def test_committees_read_the_goals_of_their_branches_and_narrow_them_to_one(cast, as_user):
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        goal(place, title=place.code)

    assert shown(as_user(cast.district_staff).get(LIST)) == {"branch", "next-branch"}
    assert shown(as_user(cast.district_staff).get(f"{LIST}?org=next-branch")) == {"next-branch"}
    assert shown(as_user(cast.county_secretary).get(LIST)) == {"branch", "next-branch", "other-branch"}


def test_the_empty_list_says_what_comes_next(cast, as_user):
    assert NEW in as_user(cast.secretary).get(LIST).text
    assert NEW not in as_user(cast.county_secretary).get(LIST).text


def test_the_export_holds_the_same_rows_and_no_formula(cast, as_user):
    goal(cast.branch, title="=1+1", responsible=cast.zhang, **DROPPED)
    rows = cells(as_user(cast.secretary).get(EXPORT))

    assert rows[1][2] == "=1+1"
    assert "张英" in rows[1]
    assert Entry.objects.get(action="export_goals").details == {"rows": 1}


def test_many_goals_go_on_pages_or_on_one_for_paper(cast, as_user):
    for number in range(31):
        goal(cast.branch, title=f"目标{number}")
    client = as_user(cast.secretary)

    assert len(client.get(LIST).context["page"]) == 30
    assert len(client.get(f"{LIST}?page=2").context["page"]) == 1
    assert len(client.get(f"{LIST}?paper=1").context["page"]) == 31


# --- Counts -----------------------------------------------------------------------------------------------------------
def test_committees_count_goals_by_branch(cast, as_user):
    for facts in ({}, BEHIND, REACHED, DROPPED):
        goal(cast.branch, **facts)
    goal(cast.branch, year=2025)
    answer = as_user(cast.district_staff).get(COUNTS)

    found = {one.branch.code: one.figures for one in answer.context["page"]}
    assert found["branch"] == {
        "planned": 4, "checked": 2, "behind": 1, "reached": 1, "partly": 0, "missed": 0, "dropped": 1, "open": 2,
    }  # fmt: skip
    assert found["next-branch"]["planned"] == 0
    assert answer.context["notes"] == ["2个支部，其中1个还没有共同目标"]
    assert [cell["text"] for cell in answer.context["listing"].totals][1:] == list("42110012")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"branch", "next-branch"}), ("only=without", {"next-branch"}), ("only=behind", {"branch"}),
        ("only=open", {"branch"}), ("q=第二", {"next-branch"}), ("only=x&year=y", {"branch", "next-branch"}),
        ("year=2025", {"branch", "next-branch"}),
    ],
)  # fmt: skip
def test_the_counts_are_narrowed(cast, as_user, query, codes):
    goal(cast.branch, **BEHIND)
    answer = as_user(cast.district_staff).get(f"{COUNTS}?{query}")

    assert {one.branch.code for one in answer.context["page"]} == codes


def test_the_counts_leave_as_a_workbook(cast, as_user):
    goal(cast.branch, **BEHIND)

    assert cells(as_user(cast.district_staff).get(COUNTS_EXPORT))[1][1:] == [1, 1, 1, 0, 0, 0, 0, 1]


# --- Who may, and what committees are told ----------------------------------------------------------------------------
def test_no_name_reaches_a_committee(cast, as_user):
    cast.zhang.name = CANARY
    cast.zhang.save()
    cast.secretary.display_name = f"{CANARY}书记"
    cast.secretary.save()
    chosen = goal(cast.branch, title="选了人", responsible=cast.zhang)
    named = goal(cast.branch, title="写了名", responsible_name=CANARY)
    GoalStep.objects.create(goal=chosen, on=JULY, text="一步", by=cast.secretary)
    pages = [LIST, f"{LIST}?who={CANARY}", COUNTS, page(chosen), page(named)]
    for part in ("district_staff", "county_secretary"):
        client = as_user(cast.users()[part])
        for address in pages:
            assert CANARY not in client.get(address).text.replace(f"who={CANARY}", "")
        assert CANARY not in str(cells(client.get(EXPORT)))

    own = as_user(cast.secretary)
    assert all(CANARY in own.get(address).text for address in (LIST, page(chosen), page(named)))


def test_a_committee_does_not_find_goals_by_who_answers_for_them(cast, as_user):
    goal(cast.branch, title="甲", responsible_name=CANARY)
    goal(cast.branch, title="乙")

    assert shown(as_user(cast.district_staff).get(f"{LIST}?who={CANARY}")) == {"甲", "乙"}


@pytest.mark.parametrize("part", ["member", "stranger", "inspector", "administrator"])
def test_who_has_no_such_office_is_refused(cast, as_user, part):
    one, client = goal(cast.branch), as_user(cast.users()[part])
    for address in (LIST, NEW, COPY, EXPORT, COUNTS, COUNTS_EXPORT, page(one), *(page(one, step) for step in STEPS)):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("part", ["district_staff", "county_secretary", "group_leader"])
def test_who_only_reads_plans_and_settles_nothing(cast, as_user, part):
    one, client = goal(cast.branch), as_user(cast.users()[part])
    for address in (NEW, COPY, *(page(one, step) for step in STEPS)):
        assert client.post(address, {}).status_code == 403


def test_outside_ones_own_it_is_as_if_there_were_none(cast, as_user):
    one, client = goal(cast.branch), as_user(cast.next_secretary)
    for address in (page(one), *(page(one, step) for step in STEPS), f"{NEW}?org=branch", f"{COPY}?org=branch"):
        assert client.get(address).status_code == 404
    assert as_user(cast.next_secretary).get(f"{COUNTS}?org=branch").status_code == 404
    assert as_user(cast.group_leader).get(page(one)).status_code == 404


def test_pages_that_show_are_only_read(cast, as_user):
    one, client = goal(cast.branch), as_user(cast.secretary)
    for address in (LIST, EXPORT, COUNTS, COUNTS_EXPORT, page(one)):
        assert client.post(address).status_code == 405
    assert client.put(NEW).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    for _turn in range(number):
        one = goal(cast.branch, responsible=cast.zhang)
        GoalStep.objects.create(goal=one, on=JULY, text="一步", by=cast.secretary)
    client = as_user(cast.secretary)
    for address, queries in ((LIST, 6), (page(one), 5), (COUNTS, 6)):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
