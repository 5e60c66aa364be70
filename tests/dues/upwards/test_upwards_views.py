"""The pages on which dues go upwards, are spent and published."""

import uuid
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from dues.models import Disclosure, DuesUse, LargeDues, Remittance
from dues.upwards.services import hand_up, record_large, send_up
from meetings.models import Meeting
from members.models import LocalRule, User
from tests.cast import TODAY
from tests.dues.making import charge, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, NEW = reverse("dues:remittance-list"), reverse("dues:remittance-new")
USES, USE_NEW = reverse("dues:use-list"), reverse("dues:use-new")
PUBLISHED = reverse("dues:publication-list")
LARGE, LARGE_NEW = reverse("dues:large-list"), reverse("dues:large-new")
SHEET, OVERVIEW, EXPORT = reverse("dues:disclosure"), reverse("dues:overview"), reverse("dues:overview-export")
DAY = TODAY.isoformat()


@pytest.fixture
def paid(cast):
    LocalRule.objects.create(
        organization=cast.district, rule_key="dues.remit.ratio", value="0.2", document="镇委〔2026〕3号",
        approved_by="镇党委", approved_on=date(2026, 1, 5), valid_from=date(2026, 1, 1),
    )  # fmt: skip
    charge(cast.zhang, "2026-09", 5000)
    pay(cast.zhang, 5000, "2026-09-15")
    return cast


@pytest.fixture
def sent(paid):
    months = {"first": month("2026-09"), "last": month("2026-10"), "sent_on": TODAY}
    return hand_up(key=uuid.uuid4(), branch=paid.branch, **months, by="officer", on=TODAY)


@pytest.fixture
def given(cast):
    one = LargeDues(organization=cast.branch, member=cast.zhang, amount_fen=200_000, given_on=TODAY)
    return record_large(one, by=cast.officer, on=TODAY)


def text(answer):
    return answer.content.decode()


def batch(**changes):
    return {"key": uuid.uuid4(), "first": "2026-09", "last": "2026-10", "sent_on": DAY, **changes}


def use(**changes):
    facts = {"key": uuid.uuid4(), "kind": "training", "amount_fen": "30.00", "used_on": DAY, "purpose": "购书"}
    return {**facts, "decided_on": DAY, "decided_by": "支委会", **changes}


def large(cast, **changes):
    return {"key": uuid.uuid4(), "member": cast.zhang.key, "amount_fen": "2000", "given_on": DAY, **changes}


def test_the_officer_hands_up_and_the_committee_confirms(paid, as_user):
    page = text(as_user(paid.officer).get(NEW))
    assert "50.00" in page
    assert "20 %" in page

    as_user(paid.officer).post(NEW, batch())
    one = Remittance.objects.get()
    assert (one.amount_fen, one.sent_by) == (1000, "officer")

    confirm = reverse("dues:remittance-confirm", args=[one.pk])
    assert confirm in text(as_user(paid.district_staff).get(LIST))
    as_user(paid.district_staff).post(confirm, {"received_on": DAY})
    one.refresh_from_db()
    assert one.received_by == "district_staff"
    assert confirm not in text(as_user(paid.officer).get(LIST))


def test_without_a_ratio_the_page_says_whom_to_ask(cast, as_user):
    answer = as_user(cast.officer).get(NEW)

    assert reverse("members:regulation-detail", args=["dues.remit.ratio"]) in text(answer)


@pytest.mark.parametrize(
    "changes", [{"first": "x"}, {"last": "2026-08"}, {"sent_on": "2027-01-01"}, {"key": "x"}, {"first": ""}]
)
def test_a_batch_with_bad_input_is_refused_on_the_page(paid, as_user, changes):
    answer = as_user(paid.officer).post(NEW, batch(**changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Remittance.objects.count() == 0


def test_the_officer_takes_a_batch_back_with_a_reason(paid, sent, as_user):
    take_back = reverse("dues:remittance-take-back", args=[sent.pk])
    assert as_user(paid.officer).post(take_back, {"reason": ""}).context["form"].errors
    as_user(paid.officer).post(take_back, {"reason": "月份选错"})

    assert Remittance.objects.count() == 0


@pytest.mark.parametrize("day", ["", "2026-11-25", "2026-11-01", "x"])
def test_a_confirmation_with_a_wrong_day_says_so_and_stores_nothing(paid, sent, as_user, day):
    confirm = reverse("dues:remittance-confirm", args=[sent.pk])
    answer = as_user(paid.district_staff).post(confirm, {"received_on": day})

    assert answer.context["form"].errors["received_on"]
    sent.refresh_from_db()
    assert sent.received_on is None


@pytest.mark.parametrize(
    ("part", "status"),
    [("secretary", 403), ("officer", 403), ("county_staff", 302), ("county_secretary", 403), ("stranger", 403)],
)
def test_only_committee_staff_confirm(paid, sent, as_user, part, status):
    confirm = reverse("dues:remittance-confirm", args=[sent.pk])

    assert as_user(paid.users()[part]).post(confirm, {"received_on": DAY}).status_code == status


def test_a_neighbour_finds_no_batch(paid, sent, as_user):
    take_back = reverse("dues:remittance-take-back", args=[sent.pk])

    assert as_user(paid.next_secretary).get(take_back).status_code == 404
    assert as_user(paid.next_secretary).get(f"{NEW}?org=branch").status_code == 404
    assert list(as_user(paid.next_secretary).get(LIST).context["page"]) == []


def test_only_what_waits_is_shown_when_asked(paid, sent, as_user):
    waiting = as_user(paid.district_staff).get(LIST, {"waiting": "1"})
    assert list(waiting.context["page"]) == [sent]
    Remittance.objects.update(received_on=TODAY, received_by="district_staff")
    assert list(as_user(paid.district_staff).get(LIST, {"waiting": "1"}).context["page"]) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_for_one_batch_as_for_three(sent, as_user, rows, django_assert_num_queries):
    for _ in range(rows - 1):
        Remittance.objects.create(
            **{field.name: getattr(sent, field.name) for field in Remittance._meta.local_fields if field.name != "key"}
        )
    client = as_user(Remittance.objects.first().organization.offices.get(kind="secretary").user)
    with django_assert_num_queries(5):
        client.get(LIST)


def test_a_use_is_recorded_with_the_meeting_that_decided(cast, as_user):
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="committee_meeting", day=date(2026, 11, 3), counts_for_year=2026, state="held"
    )
    as_user(cast.officer).post(USE_NEW, use(meeting=meeting.pk, decided_on="", decided_by=""))

    one = DuesUse.objects.get()
    assert (one.meeting, one.decided_on, one.amount_fen) == (meeting, date(2026, 11, 3), 3000)
    assert "购书" in text(as_user(cast.district_staff).get(USES))


def held(cast, kind, **more):
    facts = {"organization": cast.branch, "day": date(2026, 11, 3), "counts_for_year": 2026, "state": "held"}
    return Meeting.objects.create(kind=kind, **{**facts, **more})


@pytest.mark.parametrize("kind", ["party_lecture", "theme_day", "group_meeting"])
def test_only_a_meeting_that_decides_can_have_allowed_a_use(cast, as_user, kind):
    meeting = held(cast, kind)

    assert as_user(cast.officer).post(USE_NEW, use(meeting=meeting.pk)).context["form"].errors["meeting"]
    assert DuesUse.objects.count() == 0


@pytest.mark.parametrize(("part", "linked"), [("officer", True), ("district_staff", False)])
def test_a_use_leads_to_its_meeting_for_who_may_read_it(cast, as_user, part, linked):
    meeting = held(cast, "committee_meeting")
    as_user(cast.officer).post(USE_NEW, use(meeting=meeting.pk))

    assert (meeting.get_absolute_url() in text(as_user(cast.users()[part]).get(USES))) is linked


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "banquet"},
        {"amount_fen": "0"},
        {"amount_fen": "x"},
        {"used_on": "2027-01-01"},
        {"decided_on": "2026-11-25"},
        {"decided_by": ""},
        {"purpose": ""},
        {"meeting": str(uuid.uuid4())},
    ],
)
def test_a_use_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.officer).post(USE_NEW, use(**changes))

    assert answer.context["form"].errors
    assert DuesUse.objects.count() == 0


def test_a_committee_records_its_own_uses_and_filters_by_kind(cast, as_user):
    client = as_user(cast.district_staff)
    client.post(f"{USE_NEW}?org=district", use())
    assert DuesUse.objects.get().organization == cast.district
    assert len(client.get(USES, {"kind": "disaster"}).context["page"]) == 0
    assert len(client.get(USES, {"kind": "training"}).context["page"]) == 1


def test_a_use_is_taken_out_by_its_branch_and_by_no_other(cast, as_user):
    as_user(cast.officer).post(USE_NEW, use())
    remove = reverse("dues:use-remove", args=[DuesUse.objects.get().pk])

    assert as_user(cast.next_secretary).post(remove, {"reason": "x"}).status_code == 404
    assert as_user(cast.county_secretary).post(remove, {"reason": "x"}).status_code == 403
    as_user(cast.officer).post(remove, {"reason": "录错"})
    assert DuesUse.objects.count() == 0


def publish(client, address=f"{SHEET}?org=branch&year=2026", **changed):
    """As somebody does who looked at the sheet."""
    seen = client.get(address).context["form"]["sheet"].value()
    facts = {"way": "meeting", "place": "11月党员大会", "disclosed_on": DAY, "sheet": seen} | changed
    return client.post(address, facts)


def test_nothing_is_published_unasked(paid, as_user):
    client = as_user(paid.secretary)
    form = client.get(f"{SHEET}?org=branch&year=2026").context["form"]
    for name in ("way", "place", "disclosed_on"):
        assert form[name].value() is None
        assert name in publish(client, **{name: ""}).context["form"].errors
    assert Disclosure.objects.count() == 0


def test_figures_that_changed_meanwhile_are_shown_before_they_are_published(paid, as_user):
    client = as_user(paid.secretary)
    answer = publish(client, sheet="another")

    assert answer.context["form"].non_field_errors()
    assert Disclosure.objects.count() == 0
    publish(client, sheet=answer.context["form"]["sheet"].value())
    assert Disclosure.objects.get().place == "11月党员大会"


def test_once_published_the_page_says_so_and_asks_for_nothing(paid, as_user):
    client = as_user(paid.secretary)
    publish(client)
    page, again = (client.get(f"{SHEET}?org=branch&year=2026{more}") for more in ("", "&again=1"))

    assert "11月党员大会" in page.text
    assert 'name="disclosed_on"' not in page.text
    assert 'name="disclosed_on"' in again.text


def test_the_year_is_published_and_the_member_reads_it(paid, as_user):
    publish(as_user(paid.secretary))
    page = reverse("dues:disclosure-detail", args=[Disclosure.objects.get().pk])

    assert "50.00" in text(as_user(paid.member).get(page))
    for part in ("stranger", "next_secretary"):
        assert as_user(paid.users()[part]).get(page).status_code == 404


def test_the_member_finds_what_was_published_from_the_own_page(paid, as_user):
    publish(as_user(paid.secretary))
    page = reverse("dues:disclosure-detail", args=[Disclosure.objects.get().pk])
    client = as_user(paid.member)

    assert PUBLISHED in text(client.get(reverse("dues:mine")))
    assert page in text(client.get(PUBLISHED))


@pytest.mark.parametrize(("part", "found"), [("district_staff", 1), ("next_secretary", 0), ("stranger", 0)])
def test_others_find_what_was_published_where_they_hold_an_office(paid, as_user, part, found):
    publish(as_user(paid.secretary))

    assert len(as_user(paid.users()[part]).get(PUBLISHED).context["page"]) == found


def test_a_committee_sees_the_sums_and_who_hasnt_published_but_publishes_nothing(paid, as_user):
    client = as_user(paid.district_staff)
    page = client.get(SHEET)
    assert [branch.code for branch in page.context["missing"]] == ["branch", "next-branch"]
    client.post(SHEET, {"way": "meeting", "disclosed_on": DAY})
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize("changes", [{"way": "rumour"}, {"disclosed_on": "2026-11-25"}, {"disclosed_on": ""}])
def test_a_publication_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(SHEET, {"way": "meeting", "disclosed_on": DAY, **changes})

    assert answer.context["form"].errors
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize(("year", "shown"), [("2025", 2025), ("2099", 2026), ("x", 2026), ("1900", 2008), ("²", 2026)])
def test_the_year_of_the_sheet_is_one_that_can_be(cast, as_user, year, shown):
    assert as_user(cast.secretary).get(SHEET, {"year": year}).context["year"] == shown


def test_large_dues_go_from_the_branch_to_the_centre_and_back_to_the_member(cast, as_user):
    as_user(cast.officer).post(LARGE_NEW, large(cast))
    one = LargeDues.objects.get()
    steps = [
        (cast.officer, "send-up", {"profile": "退休教师", "sent_up_on": DAY}),
        (cast.district_staff, "take-in", {"received_on": DAY}),
        (cast.district_staff, "note-receipt", {"number": "中组收 88"}),
        (cast.officer, "hand-over", {"handed_over_on": DAY}),
    ]
    for user, step, given in steps:
        as_user(user).post(reverse("dues:large-step", args=[one.pk, step]), given)

    one.refresh_from_db()
    assert (one.received_by, one.centre_receipt, one.handed_over_on) == ("district_staff", "中组收 88", TODAY)
    User.objects.filter(username="district_staff").update(display_name="韩晨阳")
    assert "韩晨阳" in text(as_user(cast.member).get(reverse("dues:large-detail", args=[one.pk])))


@pytest.mark.parametrize("step", ["burn", "hand-over"])
def test_a_step_that_isnt_next_changes_nothing(cast, given, as_user, step):
    address = reverse("dues:large-step", args=[given.pk, step])
    answer = as_user(cast.officer).post(address, {"handed_over_on": DAY}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    given.refresh_from_db()
    assert given.handed_over_on is None


@pytest.mark.parametrize(("part", "step"), [("district_staff", "send-up"), ("officer", "take-in")])
def test_a_step_of_the_other_side_is_forbidden(cast, given, as_user, part, step):
    address = reverse("dues:large-step", args=[given.pk, step])
    answer = as_user(cast.users()[part]).post(address, {"profile": "x", "sent_up_on": DAY, "received_on": DAY})

    given.refresh_from_db()
    assert (answer.status_code, given.sent_up_on, given.received_on) == (403, None, None)


def test_a_step_with_bad_input_is_refused_on_the_page(cast, given, as_user):
    address = reverse("dues:large-step", args=[given.pk, "send-up"])
    for wrong in ({"profile": "", "sent_up_on": DAY}, {"profile": "教师", "sent_up_on": "2026-11-25"}):
        assert as_user(cast.officer).post(address, wrong).context["form"].errors


def test_the_next_step_is_offered_to_whom_it_belongs(cast, given, as_user):
    page = reverse("dues:large-detail", args=[given.pk])
    assert "profile" in as_user(cast.officer).get(page).context["form"].fields
    assert as_user(cast.district_staff).get(page).context["form"] is None
    send_up(given, sent_up_on=TODAY, profile="教师", by=cast.officer, on=TODAY)
    assert "received_on" in as_user(cast.district_staff).get(page).context["form"].fields
    assert "张英" in text(as_user(cast.district_staff).get(LARGE))


@pytest.mark.parametrize(
    "changes", [{"amount_fen": "999.99"}, {"given_on": "2026-11-25"}, {"member": str(uuid.uuid4())}]
)
def test_large_dues_with_bad_input_are_refused_on_the_page(cast, as_user, changes):
    assert as_user(cast.officer).post(LARGE_NEW, large(cast, **changes)).context["form"].errors
    assert LargeDues.objects.count() == 0


def test_nobody_of_the_next_branch_can_be_named(cast, as_user):
    assert as_user(cast.officer).post(LARGE_NEW, large(cast, member=cast.wang.key)).context["form"].errors


@pytest.mark.parametrize("part", ["stranger", "next_secretary", "county_secretary", "group_leader"])
def test_large_dues_of_others_are_not_found(cast, given, as_user, part):
    client = as_user(cast.users()[part])

    assert client.get(reverse("dues:large-detail", args=[given.pk])).status_code == 404
    assert list(client.get(LARGE).context["page"]) == []


def test_the_giver_follows_how_far_it_has_come_from_the_own_page(cast, given, as_user):
    client, page = as_user(cast.member), reverse("dues:large-detail", args=[given.pk])

    assert LARGE in text(client.get(reverse("dues:mine")))
    assert page in text(client.get(LARGE))
    assert client.get(page).context["form"] is None


def test_the_committee_sees_sums_and_no_names(paid, as_user):
    answer = as_user(paid.district_staff).get(OVERVIEW)

    assert "50.00" in text(answer)
    assert "张英" not in text(answer)
    assert [line.branch.code for line in answer.context["page"]] == ["branch", "next-branch"]


def test_the_overview_finds_branches_and_months(paid, as_user):
    client = as_user(paid.district_staff)
    assert len(client.get(OVERVIEW, {"q": "第二"}).context["page"]) == 1
    assert client.get(OVERVIEW, {"first": "2026-10", "last": "2026-11"}).context["total"]["charged_fen"] == 0
    assert client.get(OVERVIEW, {"first": "x"}).context["first"] == month("2026-01")


def test_the_overview_is_exported(paid, as_user):
    answer = as_user(paid.district_staff).get(EXPORT)

    assert answer.headers["Content-Type"].endswith("sheet")
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_the_workbook_names_each_batch_and_each_use_with_its_decision(paid, sent, as_user):
    as_user(paid.officer).post(USE_NEW, use())
    answer = as_user(paid.district_staff).get(EXPORT, {"first": "2026-09", "last": "2026-11"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    _sums, handed_up, spent = ([list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] for sheet in book)

    assert [(row[0], row[3], row[5]) for row in handed_up] == [("红旗社区第一党支部", 50, 10)]
    assert [(row[3], row[4], row[6]) for row in spent] == [("购书", 30, "支委会")]


def test_the_workbook_leaves_out_other_months_and_other_branches(paid, sent, as_user):
    as_user(paid.officer).post(USE_NEW, use())
    client = as_user(paid.district_staff)
    for asked in ({"first": "2026-01", "last": "2026-03"}, {"q": "第二"}):
        book = load_workbook(BytesIO(b"".join(client.get(EXPORT, asked).streaming_content)))
        assert [sheet.max_row for sheet in book.worksheets[1:]] == [1, 1]


@pytest.mark.parametrize("part", ["inspector", "administrator", "stranger", "member"])
@pytest.mark.parametrize("address", [LIST, NEW, USES, USE_NEW, SHEET, OVERVIEW, EXPORT, LARGE_NEW])
def test_whoever_has_nothing_to_do_with_dues_is_refused(cast, as_user, part, address):
    assert as_user(cast.users()[part]).get(address).status_code == 403


@pytest.mark.parametrize("address", [OVERVIEW, USES, LIST, LARGE])
def test_lists_are_only_read(cast, as_user, address):
    assert as_user(cast.secretary).post(address).status_code == 405
