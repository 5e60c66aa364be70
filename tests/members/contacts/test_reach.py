"""Who is hard to reach: the query, the list, the list to call from, the workbook."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from audit.models import Entry
from members.access.queries import access_for
from members.choices import OfficeKind, SituationKind
from members.contacts import services
from members.contacts.queries import waiting_members, with_people
from members.models import Contact, ContactPerson, HelpRequest, LocalRule, Situation
from tests.cast import TODAY, make_member, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MOBILE, FRAIL, RETIRED, LOST = (
    SituationKind.MOBILE, SituationKind.FRAIL, SituationKind.RETIRED, SituationKind.LOST_CONTACT
)  # fmt: skip


def situate(member, kind, since=None, **fields):
    return Situation.objects.create(member=member, kind=kind, valid_from=since, **fields)


def touch(cast, member, on, next_on=None, kind="phone"):
    return Contact.objects.create(
        member=member, happened_on=on, next_on=next_on, kind=kind, made_by="x", recorded_by=cast.secretary
    )


@pytest.fixture
def four(cast):
    """One of each: overdue, never, soon, later; and a neighbour who must not leak."""
    people = {name: make_member(name, cast.branch) for name in ("甲", "乙", "丙", "丁")}
    situate(people["甲"], MOBILE, place="深圳")
    touch(cast, people["甲"], date(2026, 1, 10))
    situate(people["乙"], RETIRED, date(2008, 1, 1))
    situate(people["丙"], FRAIL)
    touch(cast, people["丙"], date(2026, 9, 1))
    situate(people["丁"], RETIRED)
    touch(cast, people["丁"], date(2026, 11, 1))
    situate(cast.wang, MOBILE)
    return people


def waiting(cast, user=None, **asked):
    user = user or cast.secretary
    user.access = access_for(user, on=TODAY)
    return with_people(waiting_members(user, on=TODAY, **asked), on=TODAY)


def names(rows):
    return "".join(row.member.name for row in rows)


# --- The query ---
def test_the_most_pressing_come_first(cast, four):
    rows = waiting(cast)
    assert names(rows) == "甲乙丙丁"
    assert [row.waiting.next.state for row in rows] == ["overdue", "never", "soon", "later"]
    assert rows[0].waiting.places == "深圳"


def test_only_situations_of_today_count(cast, four):
    Situation.objects.filter(member=four["甲"]).update(valid_until=TODAY)
    Situation.objects.filter(member=four["丁"]).update(valid_from=date(2026, 11, 25))
    situate(cast.zhang, SituationKind.HARDSHIP)
    assert names(waiting(cast)) == "乙丙"


def test_the_latest_contact_counts_and_of_one_day_the_one_recorded_last(cast, four):
    touch(cast, four["甲"], date(2026, 11, 2), kind="visit")
    touch(cast, four["甲"], date(2026, 11, 2), date(2026, 12, 1), kind="online")
    row = next(row for row in waiting(cast) if row.member == four["甲"])
    assert (row.waiting.last.on, row.waiting.last_kind, row.waiting.next.due_on) == (
        date(2026, 11, 2), "online", date(2026, 12, 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"situation": "retired"}, "乙丁"),
        ({"situation": "mobile"}, "甲"),
        ({"due": "overdue"}, "甲"),
        ({"due": "never"}, "乙"),
        ({"text": "丙"}, "丙"),
        ({"text": "ding"}, "丁"),
        ({"text": "王秀兰"}, ""),
        ({"situation": "retired", "due": "later"}, "丁"),
    ],
)
def test_the_list_is_narrowed(cast, four, asked, found):
    assert names(waiting(cast, **asked)) == found


def test_whoever_also_narrows_by_a_situation_sees_all_situations_of_the_member(cast, four):
    situate(four["甲"], FRAIL)
    row = waiting(cast, situation="mobile")[0]
    assert list(row.waiting.situations) == ["mobile", "frail"]


def test_a_committees_own_interval_binds_its_branches_only(cast, four):
    rule = {
        "rule_key": "retired.contact.months", "value": "1", "document": "县委通知", "approved_by": "县委",
        "approved_on": date(2026, 1, 1), "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    LocalRule.objects.create(organization=cast.other_district, **rule)
    assert names(waiting(cast, due="later")) == "丁"
    LocalRule.objects.create(organization=cast.district, **{**rule, "document": "镇党委通知"})
    row = next(row for row in waiting(cast) if row.member == four["丁"])
    assert (row.waiting.next.due_on, row.waiting.next.citation.document) == (date(2026, 12, 1), "镇党委通知")


def test_half_a_year_of_silence_of_a_lost_member_is_flagged_and_nothing_is_decided(cast):
    situate(cast.zhang, LOST)
    touch(cast, cast.zhang, date(2026, 5, 1))
    row = waiting(cast)[0]
    assert row.waiting.silence.holds
    assert not Situation.objects.of(SituationKind.SUSPENDED).exists()


def test_contact_persons_of_today_and_open_requests_come_along(cast, four):
    ContactPerson.objects.create(member=four["甲"], name="王邻居")
    ContactPerson.objects.create(member=four["甲"], name="李旧邻", valid_until=date(2026, 1, 1))
    for answered in (None, TODAY):
        HelpRequest.objects.create(
            member=four["甲"], asked_on=date(2026, 11, 1), due_on=date(2026, 11, 16), request="x",
            recorded_by=cast.secretary, answered_on=answered, answer="y" if answered else "",
            answered_by=cast.secretary if answered else None,
        )  # fmt: skip
    row = waiting(cast)[0]
    assert ([str(one) for one in row.contact_persons], row.open_requests) == (["王邻居"], 1)


@pytest.mark.parametrize(
    ("actor", "found"),
    [
        ("secretary", "甲乙丙丁"), ("officer", "甲乙丙丁"), ("group_leader", ""), ("next_secretary", "王秀兰"),
        ("county_staff", ""), ("district_staff", ""), ("county_secretary", ""), ("administrator", ""),
        ("inspector", ""), ("stranger", ""), ("member", ""),
    ],
)  # fmt: skip
def test_everybody_sees_those_whose_contact_log_they_read(cast, four, actor, found):
    assert names(waiting(cast, getattr(cast, actor))) == found


def test_ones_own_row_in_another_branch_is_not_ones_work(cast, four):
    both = make_user("both", OfficeKind.SECRETARY, cast.branch, member=cast.wang)
    assert names(waiting(cast, both)) == "甲乙丙丁"


# --- The list ---
def page(as_user, user, name="list", query=""):
    return as_user(user).get(reverse(f"members:reach-{name}") + query)


def test_the_page_says_last_and_next_contact_and_why(cast, four, as_user):
    ContactPerson.objects.create(member=four["甲"], person=cast.li, relation="结对党员")
    content = page(as_user, cast.secretary).content.decode()
    for word in ("甲", "深圳", "2026-01-10", "2026-04-10", "李国强", "结对党员"):
        assert word in content
    assert "王秀兰" not in content
    assert f"{reverse('members:contact-add', args=[four['甲'].key])}?back=reach" in content


def test_the_counts_lead_to_the_overdue_and_to_those_never_contacted(cast, four, as_user):
    context = page(as_user, cast.secretary).context
    assert (context["overdue"], context["never"]) == (1, 1)
    assert (
        names(line.row for line in page(as_user, cast.secretary, query="?due=overdue").context["listing"].rows) == "甲"
    )


@pytest.mark.parametrize("query", ["?situation=x", "?due=x", "?page=x", "?page=99", "?q=%00", "?q=" + "长" * 99])
def test_a_filter_that_can_not_be_read_asks_for_nothing(cast, four, as_user, query):
    response = page(as_user, cast.secretary, query=query)
    assert response.status_code == 200
    assert len(response.context["listing"].rows) == 4


@pytest.mark.parametrize("query", ["", "?due=overdue"])
def test_an_empty_list_says_what_to_do(cast, as_user, query):
    response = page(as_user, cast.secretary, query=query)
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("name", ["list", "print", "export"])
@pytest.mark.parametrize(
    "actor", ["county_staff", "district_staff", "county_secretary", "inspector", "administrator", "member", "stranger"]
)
def test_who_reads_no_contact_log_opens_no_list(cast, four, as_user, name, actor):
    assert page(as_user, getattr(cast, actor), name).status_code == 403


def test_the_list_and_the_workbook_are_only_read(cast, as_user):
    client = as_user(cast.secretary)
    assert client.post(reverse("members:reach-list")).status_code == 405
    assert client.post(reverse("members:reach-export")).status_code == 405
    assert client.delete(reverse("members:reach-print")).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_many_there_are(cast, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        member = make_member(f"甲{number}", cast.branch)
        situate(member, MOBILE)
        touch(cast, member, date(2026, 1, 1))
        ContactPerson.objects.create(member=member, person=cast.li)
    client = as_user(cast.secretary)
    with django_assert_num_queries(9):
        client.get(reverse("members:reach-list"))


def test_thirty_stand_on_a_page(cast, as_user):
    for number in range(31):
        situate(make_member(f"甲{number}", cast.branch), MOBILE)
    first, second = (page(as_user, cast.secretary, query=f"?page={number}").context for number in (1, 2))
    assert (len(first["listing"].rows), len(second["listing"].rows)) == (30, 1)


# --- The list to call from ---
@pytest.fixture
def phones(cast, four):
    for name, phone in (("甲", "13811110001"), ("丙", "13811110003")):
        four[name].phone = phone
        four[name].save()
    ContactPerson.objects.create(member=four["甲"], name="张小兰", phone="13811110009")
    ContactPerson.objects.create(member=four["丙"], person=cast.zhang)


def open_list(as_user, user, reason="供暖前电话走访", query=""):
    return as_user(user).post(reverse("members:reach-print") + query, {"reason": reason})


def test_the_list_to_call_from_shows_no_number_before_a_reason_is_given(cast, four, phones, as_user):
    content = page(as_user, cast.secretary, "print").content.decode()
    assert "甲" in content
    assert "1381111" not in content


def test_numbers_are_opened_with_a_reason_and_each_is_on_record(cast, four, phones, as_user):
    response = open_list(as_user, cast.secretary)
    content = response.content.decode()
    for number in ("13811110001", "13811110003", "13811110009", "15695900689"):
        assert number in content
    assert "no-store" in response["Cache-Control"]
    entries = Entry.objects.filter(action="print_phone")
    assert sorted(entries.values_list("subject_label", flat=True)) == ["丁", "丙", "乙", "甲"]
    assert set(entries.values_list("reason", "organization_code")) == {("供暖前电话走访", "branch")}
    assert not any("1381111" in str(entry.details) + str(entry.changes) for entry in entries)


def test_only_those_on_the_narrowed_list_are_opened(cast, four, phones, as_user):
    content = open_list(as_user, cast.secretary, query="?due=overdue").content.decode()
    assert "13811110001" in content
    assert "13811110003" not in content
    assert Entry.objects.count() == 1


def test_without_a_reason_nothing_is_opened(cast, four, phones, as_user):
    response = open_list(as_user, cast.secretary, reason=" ")
    assert response.context["form"].errors["reason"]
    assert "1381111" not in response.content.decode()
    assert not Entry.objects.exists()


def test_who_may_not_reveal_opens_nothing(cast, as_user):
    situate(cast.li, FRAIL)
    response = open_list(as_user, cast.group_leader)
    assert response.context["form"].non_field_errors()
    assert "13630098818" not in response.content.decode()
    assert not Entry.objects.exists()
    assert (
        "form"
        not in page(as_user, cast.group_leader, "print").content.decode().partition("<main")[2].split("<footer")[0]
    )


def test_a_day_has_a_limit(cast, four, phones, as_user, monkeypatch):
    monkeypatch.setattr(services, "A_DAY", 6)
    assert open_list(as_user, cast.secretary).context["opened"]
    refused = open_list(as_user, cast.secretary)
    assert refused.context["form"].non_field_errors()
    assert "1381111" not in refused.content.decode()
    assert Entry.objects.count() == 4


# --- The workbook ---
def test_the_workbook_holds_the_same_people_and_no_number(cast, four, phones, as_user):
    response = page(as_user, cast.secretary, "export", "?situation=retired")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["乙", "丁"]
    assert rows[2][4].date() == date(2026, 11, 1)
    assert "1381111" not in str(rows)
    entry = Entry.objects.get()
    assert (entry.action, entry.organization_code, entry.details) == ("export_reach", "branch", {"rows": 2})


def test_a_name_that_looks_like_a_formula_stays_text(cast, as_user):
    situate(make_member("=1+1", cast.branch), MOBILE, place="+深圳")
    response = page(as_user, cast.secretary, "export")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["C2"].data_type) == ("=1+1", "s", "s")
