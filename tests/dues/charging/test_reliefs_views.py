"""Reliefs on pages: the branch's requests, the committee's answers."""

import uuid

import pytest
from django.urls import reverse

from dues.charging.relief_services import NewRelief, ask_relief
from dues.models import Charge, Relief
from members.models import Member
from tests.cast import TODAY, make_member
from tests.dues.making import fix, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = reverse("dues:relief-list")
MARCH = month("2026-03")


def asking(member):
    return reverse("dues:relief-new", args=[member.key])


def typed(**changed):
    facts = {
        "key": uuid.uuid4(),
        "kind": "waiver",
        "ground": "长期患病",
        "first": "2026-03",
        "decided_on": "2026-03-05",
    }
    return facts | changed


def at(relief, step="detail"):
    return reverse(f"dues:relief-{step}", args=[relief.key])


@pytest.fixture
def relief(cast):
    new = NewRelief(
        key=uuid.uuid4(), member=cast.zhang, kind="waiver", ground="长期患病", decided_on=MARCH, valid_from=MARCH
    )
    return ask_relief(new, category="employed", by=cast.officer, on=TODAY)


def test_a_relief_is_asked_for_by_the_branch_and_waits(cast, as_user):
    client = as_user(cast.officer)
    page = client.get(asking(cast.zhang)).content.decode()
    answer = client.post(asking(cast.zhang), typed(kind="reduction", pays="10", last="2026-08"), follow=True)

    assert "中组发〔2008〕3号" in page
    relief = Relief.objects.get()
    assert (relief.pays_fen, relief.valid_until, relief.needs_superior) == (1000, month("2026-09"), True)
    assert answer.redirect_chain[-1][0] == at(relief)
    assert "长期患病" in answer.content.decode()


@pytest.mark.parametrize(("category", "needs"), [("retired", False), ("farmer", True), ("", True)])
def test_the_category_of_the_roster_says_who_decides_where_no_base_is_fixed(cast, as_user, category, needs):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category=category)
    as_user(cast.officer).post(asking(cast.zhang), typed())

    assert Relief.objects.get().needs_superior is needs


def test_the_category_of_the_base_counts_before_that_of_the_roster(cast, as_user):
    fix(cast.zhang, 2500, category="retired")
    as_user(cast.officer).post(asking(cast.zhang), typed())

    assert Relief.objects.get().needs_superior is False


def test_a_double_click_asks_once(cast, as_user):
    form, client = typed(), as_user(cast.officer)
    for _ in range(2):
        client.post(asking(cast.zhang), form)

    assert Relief.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"kind": "half"}, {"pays": "5"}, {"kind": "reduction"}, {"ground": ""}, {"first": ""}, {"last": "2026-01"},
     {"decided_on": "2026-12-01"}, {"key": "x"}, {"meeting": uuid.uuid4()}],
)  # fmt: skip
def test_bad_input_is_said_and_nothing_is_stored(cast, as_user, changed):
    answer = as_user(cast.officer).post(asking(cast.zhang), typed(**changed))

    assert answer.context["form"].errors
    assert Relief.objects.count() == 0


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        ("officer", True),
        ("secretary", True),
        ("district_staff", True),
        ("county_staff", True),
        ("next_secretary", False),
    ],
)
def test_the_branch_and_the_committee_above_see_the_case(cast, as_user, relief, part, seen):
    client = as_user(cast.users()[part])

    assert ("张英" in client.get(LIST).content.decode()) is seen
    assert client.get(at(relief)).status_code == (200 if seen else 404)


@pytest.mark.parametrize("part", ["member", "stranger", "county_secretary", "inspector"])
def test_others_have_no_list_of_reliefs(cast, as_user, relief, part):
    client = as_user(cast.users()[part])

    assert client.get(LIST).status_code == 403
    assert client.get(at(relief)).status_code in (403, 404)


def test_the_committee_approves_and_the_month_follows(cast, as_user, relief):
    fix(cast.zhang, 4900)
    as_user(cast.officer).post(reverse("dues:charging-charge", args=["branch", 2026]), {"month": "2026-03"})
    client, typed = as_user(cast.district_staff), {"document": "镇党委〔2026〕8号"}
    touched = client.post(at(relief, "approve"), typed).context["approving"]
    answer = client.post(at(relief, "approve"), typed | {"seen": touched.digest}, follow=True)

    assert "镇党委〔2026〕8号" in answer.content.decode()
    assert Charge.objects.net() == 0


def test_the_committee_declines_with_a_reason(cast, as_user, relief):
    client = as_user(cast.district_staff)
    without = client.post(at(relief, "decline"), {"reason": ""})
    client.post(at(relief, "decline"), {"reason": "收入稳定"})

    assert without.context["decline"].errors
    relief.refresh_from_db()
    assert relief.declined_on == TODAY


@pytest.mark.parametrize("step", ["approve", "decline"])
@pytest.mark.parametrize("part", ["officer", "secretary", "next_secretary", "county_secretary", "member"])
def test_only_a_committee_decides(cast, as_user, relief, step, part):
    answer = as_user(cast.users()[part]).post(at(relief, step), {"document": "", "reason": "x"})

    assert answer.status_code in (403, 404)
    relief.refresh_from_db()
    assert (relief.approved_on, relief.declined_on) == (None, None)


def test_it_is_decided_once_and_the_second_answer_says_so(cast, as_user, relief):
    client = as_user(cast.district_staff)
    client.post(at(relief, "approve"), {"document": ""})

    assert client.post(at(relief, "decline"), {"reason": "x"}).context["decline"].errors


def test_the_branch_lets_it_end(cast, as_user, relief):
    client = as_user(cast.officer)
    wrong = client.post(at(relief, "end"), {"last": "2026-01", "reason": "x"})
    client.post(at(relief, "end"), {"last": "2026-06", "reason": "情况好转"})

    assert wrong.context["end"].errors
    relief.refresh_from_db()
    assert relief.valid_until == month("2026-07")


def test_a_committee_doesnt_ask_or_end(cast, as_user, relief):
    client = as_user(cast.district_staff)

    assert client.post(at(relief, "end"), {"last": "2026-06", "reason": "x"}).status_code == 403
    assert client.get(asking(cast.zhang)).status_code == 403


@pytest.mark.parametrize("step", ["approve", "decline", "end"])
def test_deciding_is_a_post(cast, as_user, relief, step):
    part = cast.officer if step == "end" else cast.district_staff

    assert as_user(part).get(at(relief, step)).status_code == 405


def test_the_list_costs_the_same_queries_for_one_and_for_three(cast, as_user, relief, django_assert_num_queries):
    client = as_user(cast.district_staff)
    client.get(LIST)
    for members in ([cast.li], [cast.wang, make_member("孙远", cast.branch)]):
        for member in members:
            new = NewRelief(
                key=uuid.uuid4(), member=member, kind="waiver", ground="x", decided_on=MARCH, valid_from=MARCH
            )
            ask_relief(new, category="retired", by="officer", on=TODAY)
        with django_assert_num_queries(5):
            client.get(LIST)
