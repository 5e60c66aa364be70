"""The pages of lists and self-checks; a check that isn't shared is seen by nobody but its member."""

import uuid

import pytest
from django.urls import reverse

from supervision.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from supervision.self_checks.models import SelfCheckQuerySet
from tests.cast import TODAY, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LISTS, NEW = reverse("supervision:checklist-list"), reverse("supervision:checklist-new")
MINE, SHARED = reverse("supervision:self-check-mine"), reverse("supervision:self-check-shared")
SECRET, PLAN = "上半年漏交过两次", "每月一号就交"


@pytest.fixture
def checklist(cast):
    stored = Checklist.objects.create(
        organization=cast.county, title="党员自查清单", lead="半年一次", valid_from=TODAY.replace(month=1)
    )
    for position, line in enumerate(("按月交纳党费", "按时参加组织生活"), start=1):
        ChecklistItem.objects.create(checklist=stored, position=position, text=line, source="第11条")
    return stored


@pytest.fixture
def check(cast, checklist):
    return make(cast.zhang, checklist)


def make(member, checklist, **facts):
    stored = SelfCheck.objects.create(member=member, checklist=checklist, made_on=TODAY, plan=PLAN, **facts)
    for item in checklist.items.all():
        SelfCheckAnswer.objects.create(check_made=stored, item=item, mark="partly", note=SECRET)
    return stored


def text(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")


def of(name, row):
    return reverse(f"supervision:{name}", args=[row.pk])


def filled(**changes):
    lines = "按月交纳党费 | 党费规定第11条\n按时参加组织生活"
    facts = {"key": uuid.uuid4(), "title": "自查清单", "lead": "", "lines": lines, "valid_from": TODAY}
    return facts | changes


def answered(**changes):
    marks = {"mark_1": "met", "note_1": SECRET, "mark_2": "not_met", "note_2": ""}
    return {"key": uuid.uuid4(), "plan": PLAN, **marks, **changes}


# --- Lists ------------------------------------------------------------------------------------------------------------
def test_the_staff_keeps_a_list_copies_and_ends_it(cast, as_user):
    client, form = as_user(cast.county_staff), filled()
    for _ in range(2):
        assert client.post(NEW, form).url == reverse("supervision:checklist-detail", args=[form["key"]])
    stored = Checklist.objects.get()
    assert [(item.text, item.source) for item in stored.items.all()] == [
        ("按月交纳党费", "党费规定第11条"), ("按时参加组织生活", ""),
    ]  # fmt: skip

    assert "按月交纳党费 | 党费规定第11条" in text(client.get(NEW, {"copy": stored.pk}))
    client.post(of("checklist-end", stored), {"valid_until": TODAY})
    stored.refresh_from_db()
    assert stored.valid_until == TODAY


def test_a_list_in_force_is_replaced(cast, checklist, check, as_user):
    client, form = as_user(cast.county_staff), filled()
    assert "按时参加组织生活" in text(client.get(of("checklist-edit", checklist)))
    client.post(of("checklist-edit", checklist), form)

    checklist.refresh_from_db()
    assert checklist.valid_until == TODAY
    assert Checklist.objects.get(pk=form["key"]).title == "自查清单"
    assert check.answers.count() == 2


@pytest.mark.parametrize(
    "changes", [{"title": ""}, {"lines": "  "}, {"lines": "一\n一"}, {"valid_from": "x"}, {"key": "x"}]
)
def test_bad_input_is_said_on_the_page_and_stores_nothing(cast, as_user, changes):
    answer = as_user(cast.county_staff).post(NEW, filled(**changes))

    assert (answer.status_code, Checklist.objects.count()) == (200, 0)
    assert answer.context["form"].errors


@pytest.mark.parametrize("copy", ["x", "", "00000000-0000-4000-8000-00000000dead"])
def test_a_copy_of_nothing_is_an_empty_form(cast, as_user, copy):
    assert as_user(cast.county_staff).get(NEW, {"copy": copy}).status_code == 200


@pytest.mark.parametrize(
    ("part", "kept", "detail", "edit"),
    [
        ("county_staff", 200, 200, 200),
        ("district_staff", 200, 404, 404),
        ("county_secretary", 403, 404, 403),
        ("secretary", 403, 404, 403),
        ("member", 403, 200, 403),
        ("stranger", 403, 404, 403),
    ],
)
def test_who_keeps_and_who_reads_the_countys_list(cast, checklist, as_user, part, kept, detail, edit):
    client = as_user(getattr(cast, part))
    asked = (LISTS, of("checklist-detail", checklist), of("checklist-edit", checklist))

    assert tuple(client.get(one).status_code for one in asked) == (kept, detail, edit)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_lists_asks_the_same_queries(cast, as_user, number, django_assert_num_queries):
    for place in range(number):
        Checklist.objects.create(organization=cast.county, title=f"清单{place}", valid_from=TODAY)
    client = as_user(cast.county_staff)
    with django_assert_num_queries(5):
        assert len(client.get(LISTS).context["page"].object_list) == number


@pytest.mark.parametrize(
    ("query", "found"), [({}, 1), ({"state": "holding"}, 1), ({"state": "ended"}, 0), ({"q": "财"}, 0)]
)
def test_the_list_of_lists_is_narrowed(cast, checklist, as_user, query, found):
    assert len(as_user(cast.county_staff).get(LISTS, query).context["page"].object_list) == found


# --- One's own --------------------------------------------------------------------------------------------------------
def test_a_member_checks_themself_and_a_double_click_stores_one(cast, checklist, as_user):
    client, form = as_user(cast.member), answered()
    assert of("self-check-new", checklist) in text(client.get(MINE))
    for _ in range(2):
        assert client.post(of("self-check-new", checklist), form).status_code == 302

    stored = SelfCheck.objects.get()
    assert (stored.pk, stored.member, stored.shared_on, stored.plan.open()) == (form["key"], cast.zhang, None, PLAN)
    page = text(client.get(of("self-check-detail", stored)))
    assert SECRET in page
    assert PLAN in page


@pytest.mark.parametrize("changes", [{"mark_1": ""}, {"mark_2": "x"}, {"key": "x"}, {"plan": "长" * 4001}])
def test_a_check_with_bad_input_is_said_on_the_page(cast, checklist, as_user, changes):
    answer = as_user(cast.member).post(of("self-check-new", checklist), answered(**changes))

    assert (answer.status_code, SelfCheck.objects.count()) == (200, 0)


def test_a_list_that_ended_or_lies_elsewhere_is_not_there(cast, checklist, as_user):
    client = as_user(cast.member)
    Checklist.objects.update(valid_until=TODAY)
    assert client.get(of("self-check-new", checklist)).status_code == 404
    Checklist.objects.update(valid_until=None, organization=cast.other_district)
    assert client.get(of("self-check-new", checklist)).status_code == 404


def test_own_checks_are_changed_and_thrown_away(cast, check, as_user):
    client = as_user(cast.member)
    assert SECRET in text(client.get(of("self-check-edit", check)))
    client.post(of("self-check-edit", check), answered(plan="改了"))
    check.refresh_from_db()
    assert check.plan.open() == "改了"

    client.post(of("self-check-remove", check))
    assert SelfCheck.objects.count() == 0


def test_sharing_shows_it_to_the_offices_and_taking_back_hides_it(cast, check, as_user):
    as_user(cast.member).post(of("self-check-share", check))
    assert SECRET in text(as_user(cast.secretary).get(of("self-check-detail", check)))
    assert of("self-check-detail", check) in text(as_user(cast.secretary).get(SHARED))
    for part in ("next_secretary", "district_staff", "county_staff", "inspector"):
        assert as_user(getattr(cast, part)).get(of("self-check-detail", check)).status_code == 404

    as_user(cast.member).post(of("self-check-take-back", check))
    assert as_user(cast.secretary).get(of("self-check-detail", check)).status_code == 404
    assert of("self-check-detail", check) not in text(as_user(cast.secretary).get(SHARED))


def test_offices_do_not_see_the_earlier_check_beside_a_shared_one(cast, check, checklist, as_user):
    SelfCheckAnswer.objects.filter(check_made=check).update(mark="not_met")
    SelfCheck.objects.update(made_on=TODAY.replace(month=5))
    shared = make(cast.zhang, checklist, shared_on=TODAY)

    assert as_user(cast.member).get(of("self-check-detail", shared)).context["earlier"] == check
    answer = as_user(cast.secretary).get(of("self-check-detail", shared))
    assert answer.context["earlier"] is None
    assert [line.before for line in answer.context["lines"]] == ["", ""]


@pytest.mark.parametrize("name", ["self-check-edit", "self-check-share", "self-check-take-back", "self-check-remove"])
def test_nobody_else_changes_even_a_shared_one(cast, checklist, as_user, name):
    shared = make(cast.zhang, checklist, shared_on=TODAY)
    for part in ("secretary", "county_staff", "stranger"):
        assert as_user(getattr(cast, part)).post(of(name, shared)).status_code == 404
    assert as_user(cast.member).put(of(name, shared)).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_own_and_shared_checks_ask_the_same_queries(cast, checklist, as_user, number, django_assert_num_queries):
    for _ in range(number):
        make(cast.zhang, checklist, shared_on=TODAY)
    client = as_user(cast.member)
    with django_assert_num_queries(8):
        assert len(client.get(MINE).context["checks"].rows) == number
    client = as_user(cast.secretary)
    with django_assert_num_queries(5):
        assert len(client.get(SHARED).context["page"].object_list) == number


def test_the_shared_are_found_by_name(cast, checklist, as_user):
    make(cast.zhang, checklist, shared_on=TODAY)
    make(cast.li, checklist, shared_on=TODAY)

    assert [one.member for one in as_user(cast.secretary).get(SHARED, {"q": "李国"}).context["page"]] == [cast.li]


# --- Nobody else ------------------------------------------------------------------------------------------------------
def shows(answer):
    """Whether a word of the check can be read. Its own address says nothing: whoever asks has it."""
    return any(word in text(answer) for word in (SECRET, PLAN))


def answers_with_the_check(cast, check, as_user):
    """Everybody but the member asks every address that could show it, or that there is one."""
    addresses = [
        MINE, SHARED, LISTS, *(of(f"self-check-{name}", check) for name in ("detail", "edit")),
        of("checklist-detail", check.checklist), reverse("api:checklist-list"),
        reverse("api:checklist-detail", args=[check.checklist.pk]), reverse("members:audit-list"),
        reverse("members:member-detail", args=[check.member.key]), "/",
    ]  # fmt: skip
    li = make_user("li", member=cast.li)
    return [
        (part, address)
        for part, user in {**cast.users(), "li": li}.items()
        if part != "member"
        for address in addresses
        if shows(as_user(user).get(address, follow=True))
    ]


def test_a_check_that_is_not_shared_is_seen_by_nobody_else(cast, check, as_user):
    assert answers_with_the_check(cast, check, as_user) == []
    assert SECRET in text(as_user(cast.member).get(of("self-check-detail", check)))


def test_without_the_scope_of_checks_the_protection_is_seen_to_fail(cast, check, as_user, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(SelfCheckQuerySet, "visible_to", lambda self, user, *capability: self.all())

    assert ("secretary", of("self-check-detail", check)) in answers_with_the_check(cast, check, as_user)
