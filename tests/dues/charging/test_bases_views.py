"""The guided list of bases, a member's form, and the history: the pages."""

import json
import re
import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import Entry
from dues.models import Basis, Charge
from members.access.queries import holders, named_offices
from members.choices import Capability, OfficeKind
from members.models import Member, Office
from tests.cast import TODAY, make_member
from tests.dues.making import charge, fix, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = reverse("dues:basis-list")


def fixing(member, year=2026):
    return reverse("dues:basis-fix", args=[member.key, year])


def keeping(member, year=2026):
    return reverse("dues:basis-keep", args=[member.key, year])


def typed(**changed):
    return {"key": uuid.uuid4(), "category": "employed", "valid_from": "2026-01", "base": "4900"} | changed


def row_of(member, page):
    found = re.search(rf'<tr>(?:(?!</tr>).)*id="row-{member.pk}".*?</tr>', page, re.DOTALL)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", found[0]) if found else ""


@pytest.fixture
def officer(cast, as_user):
    return as_user(cast.officer)


def test_the_list_shows_last_years_base_what_the_roster_says_and_the_new_one(cast, officer):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    Member.objects.filter(pk=cast.li.pk).update(dues_base="512345")
    fix(cast.li, 7650, base=510_000)
    page = officer.get(LIST).content.decode()

    assert "4,900.00" in row_of(cast.zhang, page)
    assert "5,123.45" in row_of(cast.li, page)
    assert "5,100.00" in row_of(cast.li, page)
    assert '<progress value="1" max="2"' in page
    assert page.index('<details class="fold">') < page.index(row_of(cast.li, page))  # what is fixed begins folded
    assert "王秀兰" not in page


@pytest.mark.parametrize("others", [0, 2])
def test_the_list_costs_the_same_queries_for_one_and_for_three(cast, officer, others, django_assert_num_queries):
    for number in range(others):
        fix(make_member(f"党员{number}", cast.branch), 4900, base=490_000)
    fix(cast.zhang, 4900, base=490_000)
    officer.get(LIST)
    with django_assert_num_queries(8):
        officer.get(LIST)


def test_keeping_one_by_htmx_answers_what_a_fresh_page_shows(cast, officer):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    patch = officer.post(keeping(cast.zhang), headers={"HX-Request": "true"}).content.decode()
    fresh = officer.get(LIST).content.decode()

    assert row_of(cast.zhang, patch) == row_of(cast.zhang, fresh) != ""
    assert '<progress value="1" max="2"' in patch
    assert '<progress value="1" max="2"' in fresh
    assert 'hx-swap-oob="true"' in patch


def test_keeping_one_without_script_leads_back_to_the_row(cast, officer):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    answer = officer.post(keeping(cast.zhang))

    assert answer.url == f"{LIST}?org=branch&year=2026#row-{cast.zhang.pk}"
    assert Basis.objects.get(member=cast.zhang, year=2026).amount_fen == 4900


def test_what_cant_be_kept_says_so(cast, officer):
    answer = officer.post(keeping(cast.zhang), follow=True)

    assert "张英" in answer.content.decode()
    assert Basis.objects.count() == 0


def test_all_that_can_be_kept_are_kept_at_once(cast, officer):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    fix(cast.li, 3300, since="2025-01", rules="ledger")
    fix(cast.wang, 4900, since="2025-01", base=490_000)
    url = reverse("dues:basis-keep-all", args=["branch", 2026])
    preview = officer.post(url)
    assert not Basis.objects.filter(year=2026).exists()
    officer.post(url, {"seen": preview.context["seen"]})

    assert list(Basis.objects.filter(year=2026).values_list("member", flat=True)) == [cast.zhang.pk]


def test_before_they_are_kept_the_page_says_what_will_be_stored_and_what_of_it_is_on_record(cast, officer):
    """Each base with a month's amount so far and by the new rules, who can't be kept and why, which months change."""
    fix(cast.zhang, 4800, since="2025-01", base=490_000)
    charge(cast.zhang, "2026-02", 4000)
    fix(cast.li, 100, since="2025-01", category="farmer")
    url = reverse("dues:basis-keep-all", args=["branch", 2026])
    page = officer.post(url)
    told = {one.member: (one.base_fen, one.was_fen, one.amount_fen) for one in page.context["would"]}

    assert told == {cast.zhang: (490_000, 4800, 4900), cast.li: (None, 100, None)}
    assert "未采用：" in page.text and "沿用 1 个基数" in page.text
    assert "张英，2026年2月：" in page.text
    assert officer.post(url, {"seen": "of another list"}).context["would"] == page.context["would"]
    assert not Basis.objects.filter(year=2026).exists()
    officer.post(url, {"seen": page.context["seen"]})
    assert list(Basis.objects.filter(year=2026).values_list("member", "amount_fen")) == [(cast.zhang.pk, 4900)]


def test_items_are_fixed_with_what_counts_and_what_doesnt(cast, officer):
    page = officer.get(fixing(cast.zhang)).content.decode()
    answer = officer.post(
        fixing(cast.zhang), typed(base="", post_pay="4000", income_tax="100", reward_performance="2000")
    )

    assert "中组发〔2008〕3号" in page
    assert "组电明字〔2017〕5号" in page
    assert answer.url == f"{LIST}?org=branch&year=2026"
    basis = Basis.objects.get()
    assert (basis.base.open(), basis.amount_fen) == ("390000", 3900)


def test_what_it_comes_to_is_shown_before_anything_is_stored(cast, officer):
    page = officer.post(fixing(cast.zhang), typed(base="60000", show="1")).content.decode()

    assert "1,000.00" in page
    assert Basis.objects.count() == 0


def test_a_double_click_fixes_once(cast, officer):
    form = typed()
    for _ in range(2):
        officer.post(fixing(cast.zhang), form)

    assert Basis.objects.count() == 1


def test_what_the_roster_says_is_filled_in_only_when_asked_for(cast, officer):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_base="512345")
    plain, asked = officer.get(fixing(cast.zhang)), officer.get(fixing(cast.zhang), {"take": "roster"})

    assert plain.context["form"]["base"].value() is None
    assert asked.context["form"]["base"].value() == "5123.45"


def test_a_flat_category_asks_for_no_base(cast, officer):
    page = officer.get(fixing(cast.zhang), {"category": "student"})
    officer.post(fixing(cast.zhang), typed(category="student", base=""))

    assert "base" not in page.context["form"].fields
    assert Basis.objects.get().amount_fen == 20


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base": ""}, "base"),
        ({"base": "abc"}, "base"),
        ({"base": "100", "post_pay": "100"}, "base"),
        ({"valid_from": "2025-01"}, "valid_from"),
        ({"valid_from": ""}, "valid_from"),
        ({"decided_on": "2026-12-01"}, "decided_on"),
        ({"key": "x"}, "key"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_stored(cast, officer, fields, field):
    answer = officer.post(fixing(cast.zhang), typed(**fields))

    assert field in answer.context["form"].errors
    assert Basis.objects.count() == 0


def test_a_change_within_the_year_asks_for_the_reason(cast, officer):
    officer.post(fixing(cast.zhang), typed())
    first = officer.get(fixing(cast.zhang)).context["form"]["valid_from"].value()
    answer = officer.post(fixing(cast.zhang), typed(base="6000", valid_from="2026-07"))

    assert first == month("2026-11") or first == "2026-11"
    assert "reason" in answer.context["form"].errors


@pytest.mark.parametrize(
    "part", ["secretary", "group_leader", "district_staff", "county_secretary", "member", "stranger"]
)
def test_nobody_but_the_officer_sees_or_fixes_bases(cast, as_user, part):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    client = as_user(cast.users()[part])
    answers = [client.get(LIST), client.get(fixing(cast.zhang)), client.post(fixing(cast.zhang), typed())]
    answers += [client.post(keeping(cast.zhang)), client.post(reverse("dues:basis-keep-all", args=["branch", 2026]))]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert Basis.objects.count() == 1


def test_a_branch_without_an_organization_officer_fixes_and_charges_by_its_secretary(cast, as_user, capsys):
    client = as_user(cast.next_secretary)
    client.post(fixing(cast.wang), typed())
    call_command("charge_dues", "--org", "next-branch", "--month", "2026-11", "--json")
    client.post(reverse("dues:charging-charge", args=["next-branch", 2026]), {"month": "2026-10"})

    assert Basis.objects.get().fixed_by == "next_secretary"
    assert json.loads(capsys.readouterr().out)["charged"] == 1
    assert set(Charge.objects.values_list("month", flat=True)) == {month("2026-10"), month("2026-11")}
    assert Entry.objects.get(action="fix_basis").subject_label == "王秀兰"


def test_members_of_another_branch_are_out_of_reach(cast, officer):
    history = reverse("dues:basis-history", args=[cast.wang.key])

    assert [officer.get(url).status_code for url in (fixing(cast.wang), history)] == [404, 404]
    assert officer.get(LIST, {"org": "next-branch"}).status_code == 404


@pytest.mark.parametrize("year", [1900, 2100])
def test_a_year_that_cant_be_is_not_found(cast, officer, year):
    assert officer.get(fixing(cast.zhang, year)).status_code == 404
    assert officer.post(keeping(cast.zhang, year)).status_code == 404


def test_a_wrong_method_is_refused(cast, officer):
    assert officer.get(keeping(cast.zhang)).status_code == 405
    assert officer.post(LIST).status_code == 405


@pytest.mark.parametrize(
    ("part", "status"), [("officer", 200), ("member", 200), ("secretary", 404), ("district_staff", 404)]
)
def test_the_history_is_the_officers_and_the_members_own(cast, as_user, part, status):
    officer_typed = typed(base="", post_pay="4000", reward_performance="2000")
    as_user(cast.officer).post(fixing(cast.zhang), officer_typed)
    answer = as_user(cast.users()[part]).get(reverse("dues:basis-history", args=[cast.zhang.key]))

    assert answer.status_code == status
    if status == 200:
        assert "4,000.00" in answer.content.decode()
        assert ("no-store" in answer["Cache-Control"]) is True


@pytest.mark.parametrize("has_officer", [True, False])
def test_the_list_says_by_name_who_reads_the_bases(cast, as_user, has_officer):
    if not has_officer:
        Office.objects.filter(kind=OfficeKind.ORGANIZATION_OFFICER).delete()
    user = cast.officer if has_officer else cast.secretary
    page = as_user(user).get(LIST)

    (reader,) = holders(named_offices([cast.branch.path], on=TODAY), Capability.FIX_BASES, cast.branch.path)
    assert reader.office.kind == (OfficeKind.ORGANIZATION_OFFICER if has_officer else OfficeKind.SECRETARY)
    assert f"只有{reader}和党员本人能看到" in page.text
