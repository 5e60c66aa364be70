"""The pages of practices: who may do what where, what each shows, and what it costs."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from assessment.models import Adoption, Practice
from members.models import Member, Organization
from tests.assessment.practices.making import TEXTS, adopt, publish, write
from tests.cast import TODAY
from tests.supervision.problems.making import problem
from tests.supervision.suggestions.making import answer, suggest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, START, NEW = (reverse(f"assessment:practice-{name}") for name in ("list", "start", "new"))
OFFICES = ["secretary", "group_leader", "next_secretary", "district_staff", "county_secretary", "inspector"]


def at(row, name, noun="practice"):
    return reverse(f"assessment:{noun}-{name}", args=[row.pk])


def text(page):
    return page.content.decode()


def typed(**changes):
    return {"key": uuid.uuid4(), "organization": "branch", **TEXTS, **changes}


def titles(page):
    return [one.title for one in page.context["page"]]


@pytest.fixture
def one(cast):
    return publish(cast.branch, cast.secretary)


@pytest.fixture
def draft(cast):
    return write(cast.branch, cast.secretary, title="还没写完")


def solved_problem(cast, **facts):
    settled = {"state": "accepted", "settled_on": TODAY, "settled_by": cast.officer}
    return problem(cast.branch, **settled | facts)


# --- The library ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", OFFICES)
def test_everybody_with_an_office_reads_it(cast, as_user, one, draft, part):
    client = as_user(cast.users()[part])

    assert titles(client.get(LIST)) == [one.title]
    assert TEXTS["solution"] in text(client.get(at(one, "detail")))


@pytest.mark.parametrize("part", ["member", "stranger"])
def test_who_holds_no_office_reads_none(cast, as_user, one, part):
    client = as_user(cast.users()[part])

    assert client.get(LIST).status_code == 403
    assert client.get(at(one, "detail")).status_code == 404


@pytest.mark.parametrize("part", OFFICES[1:])
def test_a_draft_and_what_was_withdrawn_only_its_branch_sees(cast, as_user, one, draft, part):
    client = as_user(cast.users()[part])
    Practice.objects.filter(pk=one.pk).update(state="withdrawn")

    for practice in (one, draft):
        assert client.get(at(practice, "detail")).status_code == 404
        for name in ("edit", "publish"):
            assert client.get(at(practice, name)).status_code in (403, 404)
        for name in ("withdraw", "remove"):
            assert client.post(at(practice, name)).status_code in (403, 404)
    page = text(client.get(LIST))
    assert draft.title not in page and TEXTS["title"] not in page


def test_the_negative_control_of_who_reads_a_draft(cast, as_user, draft, monkeypatch):
    monkeypatch.setattr("assessment.practices.models.PracticeQuerySet.visible_to", lambda self, *_: self.all())

    assert draft.title in text(as_user(cast.next_secretary).get(at(draft, "detail")))


def test_whoever_writes_finds_their_drafts_above_it(cast, as_user, draft):
    assert draft.title in text(as_user(cast.officer).get(LIST))


@pytest.fixture
def three(cast):
    Organization.objects.filter(pk=cast.next_branch.pk).update(unit_kind="village")
    Organization.objects.filter(pk=cast.other_branch.pk).update(unit_kind="school")
    publish(cast.branch, cast.secretary, TODAY - timedelta(days=2), title="旧", kind="joint")
    publish(cast.next_branch, cast.next_secretary, title="新", solution="村里 广播")
    publish(cast.other_branch, cast.other_secretary, TODAY - timedelta(days=1), title="中", needs="一间教室")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["新", "中", "旧"]),
        ({"kind": "joint"}, ["旧"]),
        ({"unit": "village"}, ["新"]),
        ({"q": "教室"}, ["中"]),
        ({"q": "广播 村里"}, ["新"]),
        ({"q": "广播 教室"}, []),
        ({"q": "东山村"}, ["中"]),
        ({"kind": "x", "unit": "x", "page": "x"}, ["新", "中", "旧"]),
        ({"q": "字" * 61}, ["新", "中", "旧"]),
    ],
)
def test_the_library_is_narrowed(cast, as_user, three, query, expected):
    assert titles(as_user(cast.secretary).get(LIST, query)) == expected


def test_branches_like_ones_own_are_one_click_away(cast, as_user, three):
    assert 'href="?unit=village"' in text(as_user(cast.next_secretary).get(LIST))
    assert "?unit=" not in text(as_user(cast.inspector).get(LIST))


def test_an_empty_library_says_what_to_do_next(cast, as_user):
    assert START in text(as_user(cast.secretary).get(LIST))
    page = text(as_user(cast.inspector).get(LIST))
    assert 'class="empty"' in page and START not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_more_rows(cast, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        place = Organization.objects.get(pk=cast.district.pk).add_child(
            code=f"b{number}", name=f"支部{number}", kind="branch"
        )
        one = publish(cast.branch, cast.secretary, title=f"第{number}条")
        write(cast.branch, cast.secretary)
        for practice in Practice.objects.published():
            adopt(practice, place, cast.next_secretary, "顺利")
        suggestion = suggest(cast.zhang, cast.member)
        answer(suggestion, cast.secretary)
        solved_problem(cast)
    client = as_user(cast.secretary)
    for address, number in ((LIST, 7), (at(one, "detail"), 7), (START, 6), ("/api/practices/", 5)):
        client.get(address)
        with django_assert_num_queries(number):
            client.get(address)


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_written_published_withdrawn_and_changed(cast, as_user):
    client, given = as_user(cast.officer), typed()
    assert [client.post(NEW, given).status_code for _turn in range(2)] == [302, 302]
    one = Practice.objects.get()
    assert (one.state, one.organization, one.written_by) == ("draft", cast.branch, cast.officer)

    assert client.post(at(one, "publish"), {"looked": "on"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.published_on) == ("published", TODAY)
    assert client.post(at(one, "edit"), TEXTS).status_code == 200
    client.post(at(one, "withdraw"))
    assert client.post(at(one, "edit"), TEXTS | {"title": "改过"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.title) == ("withdrawn", "改过")
    client.post(at(one, "remove"))
    assert Practice.objects.exists()


def test_a_draft_is_thrown_away(cast, as_user, draft):
    client = as_user(cast.secretary)

    assert [client.post(at(draft, "remove")).status_code for _turn in range(2)] == [302, 404]
    assert not Practice.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "?"}, {"title": ""}, {"title": "字" * 121}, {"problem": " "}, {"solution": "字" * 4001}, {"key": "x"},
        {"organization": "next-branch"}, {"organization": "\0"}, {"title": "请张英带头"}, {"needs": "电话13800138000"},
    ],
)  # fmt: skip
def test_what_cant_be_kept_is_asked_again(cast, as_user, wrong):
    page = as_user(cast.secretary).post(NEW, typed(**wrong))

    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Practice.objects.exists()


def test_without_a_look_nothing_is_published(cast, as_user, draft):
    assert as_user(cast.secretary).post(at(draft, "publish"), {}).status_code == 200
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("part", ["group_leader", "district_staff", "county_secretary", "inspector", "member"])
def test_who_doesnt_write_for_a_branch_is_told_so(cast, as_user, one, part):
    client = as_user(cast.users()[part])

    for address in (NEW, START, at(one, "edit"), at(one, "publish"), at(one, "adopt")):
        assert client.get(address).status_code == 403
    for name in ("withdraw", "remove"):
        assert client.post(at(one, name)).status_code == 403


def test_another_branchs_practice_is_read_and_not_changed(cast, as_user, one):
    client = as_user(cast.next_secretary)

    assert [client.get(at(one, name)).status_code for name in ("edit", "publish")] == [403, 403]
    assert [client.post(at(one, name)).status_code for name in ("withdraw", "remove")] == [403, 403]


@pytest.mark.parametrize(
    ("method", "name"), [("post", "detail"), ("put", "edit"), ("get", "withdraw"), ("get", "remove")]
)
def test_other_methods_are_refused(cast, as_user, draft, method, name):
    assert getattr(as_user(cast.secretary), method)(at(draft, name)).status_code == 405
    assert as_user(cast.secretary).post(LIST).status_code == 405


# --- From what was solved -------------------------------------------------------------------------------------------
def test_a_draft_begins_with_a_problem_that_was_put_right(cast, as_user):
    done, open_ = solved_problem(cast), problem(cast.branch, text="还没解决")
    marked = solved_problem(cast, text="内部问题", is_internal=True)
    client = as_user(cast.secretary)
    page = text(client.get(START))

    assert f"{NEW}?problem={done.pk}" in page
    assert "还没解决" not in page and "内部问题" not in page
    form = client.get(NEW, {"problem": done.pk}).context["form"]
    assert (form["problem"].value(), form["solution"].value()) == (done.text, done.measure)
    assert {client.get(NEW, {"problem": key}).status_code for key in (open_.pk, marked.pk, "x")} == {404}


def test_a_members_words_are_not_copied(cast, as_user):
    known = answer(suggest(cast.zhang, cast.member, text="暖气不热"), cast.secretary)
    hidden = answer(suggest(cast.zhang, cast.member, text="只给委员看", is_shared=False), cast.secretary)
    client = as_user(cast.secretary)
    page = client.get(NEW, {"suggestion": known.pk})

    assert "暖气不热" in text(page)
    assert not page.context["form"]["problem"].value()
    assert "只给委员看" not in text(client.get(START))
    assert client.get(NEW, {"suggestion": hidden.pk}).status_code == 404


def test_only_ones_own_branchs_are_begun_from(cast, as_user):
    done = solved_problem(cast)
    known = answer(suggest(cast.zhang, cast.member), cast.secretary)

    for query in ({"problem": done.pk}, {"suggestion": known.pk}):
        assert as_user(cast.next_secretary).get(NEW, query).status_code == 404
    assert as_user(cast.next_secretary).get(START, {"org": "branch"}).status_code == 404


def test_nothing_of_what_it_began_from_is_shown_to_others(cast, as_user):
    """The canary: whoever reads the practice is led to no problem, no name and no number of the branch."""
    done = solved_problem(cast, text="canary-problem", responsible=cast.zhang)
    client = as_user(cast.secretary)
    client.post(f"{NEW}?problem={done.pk}", typed())
    client.post(at(Practice.objects.get(), "publish"), {"looked": "on"})
    Member.objects.filter(pk=cast.zhang.pk).update(remark="canary-remark")
    other = as_user(cast.other_secretary)
    for address in (LIST, at(Practice.objects.get(), "detail"), "/api/practices/"):
        page = text(other.get(address))
        assert TEXTS["title"] in page
        for hidden in ("canary", "张英", "15695900689", str(done.pk)):
            assert hidden not in page


# --- Taking over ------------------------------------------------------------------------------------------------------
def test_another_branch_does_it_too_and_says_how_it_goes(cast, as_user, one):
    client = as_user(cast.next_secretary)
    given = {"key": uuid.uuid4(), "organization": "next-branch", "words": "顺利"}
    assert [client.post(at(one, "adopt"), given).status_code for _turn in range(2)] == [302, 302]
    taken = Adoption.objects.get()
    assert (taken.organization, taken.adopted_on, taken.by) == (cast.next_branch, TODAY, cast.next_secretary)

    client.post(at(taken, "edit", "adoption"), {"words": "改为每季一次"})
    page = text(as_user(cast.inspector).get(at(one, "detail")))
    assert "改为每季一次" in page and cast.next_branch.name in page
    client = as_user(cast.next_secretary)
    assert [client.post(at(taken, "stop", "adoption")).status_code for _turn in range(2)] == [302, 404]
    assert not Adoption.objects.exists()


@pytest.mark.parametrize("wrong", [{"organization": "other-branch"}, {"key": "x"}, {"words": "王秀兰很满意"}])
def test_an_adoption_that_cant_be_is_asked_again(cast, as_user, one, wrong):
    given = {"key": uuid.uuid4(), "organization": "next-branch", "words": "", **wrong}

    assert as_user(cast.next_secretary).post(at(one, "adopt"), given).status_code == 200
    assert not Adoption.objects.exists()


def test_ones_own_is_not_taken_over(cast, as_user, one):
    client = as_user(cast.secretary)

    assert at(one, "adopt") not in text(client.get(at(one, "detail")))
    assert client.post(at(one, "adopt"), {"key": uuid.uuid4(), "organization": "branch"}).status_code == 200
    assert not Adoption.objects.exists()


def test_another_branchs_line_is_read_and_not_changed(cast, as_user, one):
    taken = adopt(one, cast.next_branch, cast.next_secretary)
    client = as_user(cast.secretary)

    assert client.get(at(taken, "edit", "adoption")).status_code == 403
    assert client.post(at(taken, "stop", "adoption")).status_code == 403


def test_with_the_practice_its_adoptions_are_out_of_sight(cast, as_user, one):
    taken = adopt(one, cast.next_branch, cast.next_secretary)
    Practice.objects.filter(pk=one.pk).update(state="withdrawn")

    assert as_user(cast.next_secretary).get(at(taken, "edit", "adoption")).status_code == 404
    assert as_user(cast.next_secretary).get(at(one, "adopt")).status_code == 404


# --- For programs -----------------------------------------------------------------------------------------------------
def test_programs_read_what_is_published(cast, as_user, three, draft):
    one = publish(cast.branch, cast.secretary, title="接口")
    adopt(one, cast.next_branch, cast.next_secretary, "顺利")
    client = as_user(cast.inspector)

    found = client.get(f"/api/practices/{one.pk}/").json()
    assert found["adoptions"] == [{"organization": "next-branch", "adopted_on": TODAY.isoformat(), "words": "顺利"}]
    assert (found["title"], found["organization"]) == ("接口", "branch")
    rows = client.get("/api/practices/", {"unit_kind": "school", "search": "教室"}).json()["results"]
    assert [row["title"] for row in rows] == ["中"]
    assert client.get("/api/practices/", {"kind": "gossip"}).status_code == 400
    assert as_user(cast.secretary).get(f"/api/practices/{draft.pk}/").status_code == 404
    assert as_user(cast.secretary).post("/api/practices/", {}).status_code == 405
    assert as_user(cast.stranger).get("/api/practices/").status_code == 403
