"""Contact persons, the contact log and requests for help on the pages."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from members.choices import ContactKind, SituationKind
from members.models import Contact, ContactPerson, HelpRequest, LocalRule, Situation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def person(cast):
    return ContactPerson.objects.create(member=cast.zhang, name="张小兰", relation="女儿", phone="13900004444")


@pytest.fixture
def contact(cast):
    return Contact.objects.create(
        member=cast.zhang, happened_on=date(2026, 10, 1), kind=ContactKind.VISIT, made_by="李国强", needs="膝盖手术",
        recorded_by=cast.secretary,
    )  # fmt: skip


@pytest.fixture
def asked(cast):
    return HelpRequest.objects.create(
        member=cast.zhang, asked_on=date(2026, 10, 2), due_on=date(2026, 10, 17), request="借轮椅",
        recorded_by=cast.secretary,
    )  # fmt: skip


def url(page, row=None):
    return reverse(f"members:{page}", args=[row.key] if row else [])


def sent(**changed):
    return {
        "key": str(uuid.uuid4()), "kind": "phone", "happened_on": "2026-11-24", "made_by": "张书记",
        "needs": "一切都好", **changed,
    }  # fmt: skip


# --- Contact persons ---
def test_only_members_of_the_branch_whom_one_sees_are_offered_as_contact_persons(cast, as_user):
    offered = (
        as_user(cast.secretary).get(url("contact-person-add", cast.zhang)).context["form"].fields["person"].queryset
    )
    assert list(offered) == [cast.li]
    offered = (
        as_user(cast.group_leader).get(url("contact-person-add", cast.li)).context["form"].fields["person"].queryset
    )
    assert list(offered) == []


def test_who_is_contact_person_now_stays_on_offer(cast, as_user):
    beside = ContactPerson.objects.create(member=cast.li, person=cast.zhang)
    form = as_user(cast.group_leader).get(url("contact-person-edit", beside)).context["form"]

    assert list(form.fields["person"].queryset) == [cast.zhang]


def test_a_contact_person_is_named_once_although_sent_twice(cast, as_user):
    given = {"key": str(uuid.uuid4()), "name": "张小兰", "relation": "女儿", "phone": "139 0000 4444"}
    for _turn in range(2):
        assert as_user(cast.secretary).post(url("contact-person-add", cast.zhang), given).status_code == 302
    assert ContactPerson.objects.get().phone.open() == "13900004444"


def test_a_contact_person_is_corrected_and_ended(cast, person, as_user):
    client = as_user(cast.secretary)
    form = client.get(url("contact-person-edit", person)).context["form"]
    assert form["phone"].value() == "13900004444"
    client.post(
        url("contact-person-edit", person), {"name": "张小兰", "phone": "13900004444", "valid_until": "2026-11-01"}
    )
    person.refresh_from_db()
    assert (person.relation, person.valid_until) == ("", date(2026, 11, 1))


@pytest.mark.parametrize(
    ("given", "field"), [({"name": ""}, "name"), ({"name": "x", "phone": "1"}, "phone"), ({"person": "0"}, "person")]
)
def test_a_contact_person_who_is_none_is_refused_with_a_sentence(cast, as_user, given, field):
    response = as_user(cast.secretary).post(url("contact-person-add", cast.zhang), {"key": str(uuid.uuid4()), **given})
    assert response.context["form"].errors[field]
    assert not ContactPerson.objects.exists()


# --- The contact log ---
def test_the_form_knows_today_who_asks_and_the_usual_day_for_an_answer(cast, as_user):
    cast.secretary.prefer(display_name="张书记")
    form = as_user(cast.secretary).get(url("contact-add", cast.zhang)).context["form"]
    assert form["made_by"].value() == "张书记"
    assert (form["happened_on"].value(), form["due_on"].value()) == (date(2026, 11, 24), date(2026, 12, 9))


def test_the_form_begins_with_how_somebody_was_in_touch_the_time_before(cast, as_user):
    client = as_user(cast.secretary)
    assert client.get(url("contact-add", cast.zhang)).context["form"]["kind"].value() == "phone"
    client.post(url("contact-add", cast.zhang), sent(kind="visit"))
    assert client.get(url("contact-add", cast.zhang)).context["form"]["kind"].value() == "visit"


def test_a_committees_own_day_for_an_answer_is_used(cast, as_user):
    LocalRule.objects.create(
        organization=cast.county, rule_key="help.answer.days", value="7", document="县委通知", approved_by="县委",
        approved_on=date(2026, 1, 1), valid_from=date(2026, 1, 1),
    )  # fmt: skip
    form = as_user(cast.secretary).get(url("contact-add", cast.zhang)).context["form"]
    assert form["due_on"].value() == date(2026, 12, 1)


@pytest.mark.parametrize(("back", "to"), [("reach", "/reach/"), ("desk", "/")])
def test_a_contact_is_recorded_from_the_list_in_one_step_and_leads_back(cast, as_user, back, to):
    given = sent(next_on="2026-12-24", request="想借轮椅", due_on="2026-12-01")
    for _turn in range(2):
        response = as_user(cast.secretary).post(url("contact-add", cast.zhang) + f"?back={back}", given)
        assert response["Location"] == to
    assert Contact.objects.get().next_on == date(2026, 12, 24)
    assert HelpRequest.objects.get().due_on == date(2026, 12, 1)


@pytest.mark.parametrize("back", ["", "?back=//evil.example", "?back=home"])
def test_without_a_list_to_go_back_to_it_leads_to_the_member(cast, as_user, back):
    response = as_user(cast.secretary).post(url("contact-add", cast.zhang) + back, sent())
    assert response["Location"] == cast.zhang.get_absolute_url()
    assert not HelpRequest.objects.exists()


def test_the_group_leader_records_a_contact_with_a_member_of_the_group(cast, as_user):
    assert as_user(cast.group_leader).post(url("contact-add", cast.li), sent()).status_code == 302
    assert Contact.objects.get().recorded_by == cast.group_leader


def test_who_reaches_a_lost_member_is_reminded_of_the_situation_and_nothing_ends_by_itself(cast, as_user):
    lost = Situation.objects.create(member=cast.zhang, kind=SituationKind.LOST_CONTACT)
    response = as_user(cast.secretary).post(url("contact-add", cast.zhang), sent(), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["success", "warning"]
    lost.refresh_from_db()
    assert lost.valid_until is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"happened_on": "2026-11-25"}, "happened_on"),
        ({"happened_on": ""}, "happened_on"),
        ({"kind": "dream"}, "kind"),
        ({"made_by": ""}, "made_by"),
        ({"next_on": "2026-11-24"}, "next_on"),
        ({"request": "轮椅", "due_on": "2026-11-01"}, "due_on"),
    ],
)
def test_a_contact_that_does_not_fit_is_said_beside_its_field(cast, as_user, changed, field):
    response = as_user(cast.secretary).post(url("contact-add", cast.zhang), sent(**changed))
    assert response.context["form"].errors[field]
    assert not Contact.objects.exists()
    assert not Entry.objects.exists()


def test_an_entry_is_read_in_full_and_corrected(cast, contact, as_user):
    client = as_user(cast.secretary)
    assert client.get(url("contact-edit", contact)).context["form"]["needs"].value() == "膝盖手术"
    client.post(
        url("contact-edit", contact), sent(happened_on="2026-10-01", kind="visit", made_by="李国强", needs="已痊愈")
    )
    assert list(Entry.objects.get().changes) == ["needs"]


# --- Requests for help ---
def test_open_requests_come_first_by_their_day_and_overdue_is_shown(cast, asked, as_user):
    later = HelpRequest.objects.create(
        member=cast.li, asked_on=date(2026, 11, 20), due_on=date(2026, 12, 5), request="煤", recorded_by=cast.secretary
    )
    done = HelpRequest.objects.create(
        member=cast.li, asked_on=date(2026, 1, 1), due_on=date(2026, 1, 5), request="药", recorded_by=cast.secretary,
        answered_on=date(2026, 1, 3), answer="送到", answered_by=cast.secretary,
    )  # fmt: skip
    client = as_user(cast.secretary)
    response = client.get(url("help-list"))
    assert list(response.context["page"].object_list) == [asked, later, done]
    assert response.content.decode().count("tag-bad") == 1
    assert list(client.get(url("help-list") + "?state=open").context["page"].object_list) == [asked, later]
    assert list(client.get(url("help-list") + "?state=answered").context["page"].object_list) == [done]
    assert client.get(url("help-list") + "?state=x&page=99").status_code == 200


def test_a_request_is_recorded_answered_and_the_answer_corrected(cast, as_user):
    client = as_user(cast.secretary)
    given = {"key": str(uuid.uuid4()), "request": "借轮椅", "asked_on": "2026-11-20", "due_on": "2026-12-05"}
    for _turn in range(2):
        assert client.post(url("help-add", cast.zhang), given).status_code == 302
    request = HelpRequest.objects.get()
    for answer in ("已借到", "已送到家"):
        response = client.post(url("help-answer", request), {"answer": answer, "answered_on": "2026-11-24"})
        assert response["Location"] == url("help-list")
    request.refresh_from_db()
    assert (request.answer.open(), request.answered_by) == ("已送到家", cast.secretary)


def test_an_empty_answer_is_none(cast, asked, as_user):
    response = as_user(cast.secretary).post(url("help-answer", asked), {"answer": " ", "answered_on": "2026-11-24"})
    assert response.context["form"].errors["answer"]
    assert HelpRequest.objects.unanswered().exists()


def test_the_day_of_a_request_is_moved(cast, asked, as_user):
    client = as_user(cast.secretary)
    given = {"request": "借轮椅", "asked_on": "2026-10-02", "due_on": "2026-12-31"}
    assert client.post(url("help-edit", asked), given)["Location"] == url("help-answer", asked)
    refused = client.post(url("help-edit", asked), {**given, "due_on": "2026-01-01"})
    assert refused.context["form"].errors["due_on"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_requests_costs_the_same_however_many_there_are(cast, as_user, rows, django_assert_num_queries):
    HelpRequest.objects.bulk_create(
        HelpRequest(
            member=cast.zhang, asked_on=date(2026, 11, 1), due_on=date(2026, 11, 16), request="x",
            recorded_by=cast.secretary,
        )
        for _row in range(rows)
    )  # fmt: skip
    client = as_user(cast.secretary)
    with django_assert_num_queries(5):
        client.get(url("help-list"))


# --- Who may ---
ENTRIES = ["contact-person-edit", "contact-person-remove", "contact-edit", "contact-remove", "help-answer", "help-edit",
           "help-remove"]  # fmt: skip
NEW = ["contact-person-add", "contact-add", "help-add"]


def address(page, cast, person, contact, asked):
    rows = {"contact-person": person, "contact": contact, "help": asked}
    return url(page, cast.zhang if page in NEW else rows[page.rpartition("-")[0]])


@pytest.mark.parametrize("page", [*NEW, *ENTRIES])
@pytest.mark.parametrize(
    ("actor", "status"),
    [
        ("officer", 200),
        ("group_leader", 404),
        ("next_secretary", 404),
        ("county_staff", 403),
        ("district_staff", 403),
        ("county_secretary", 403),
        ("administrator", 403),
        ("member", 403),
    ],
)
def test_the_contact_log_is_the_branches_own(cast, person, contact, asked, as_user, page, actor, status):
    client, where = as_user(getattr(cast, actor)), address(page, cast, person, contact, asked)
    assert client.get(where).status_code == status
    if status == 200:
        assert client.delete(where).status_code == 405
    else:
        assert client.post(where, {"reason": "x", **sent()}).status_code == status
        assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("actor", "seen"), [("secretary", 1), ("officer", 1), ("group_leader", 0), ("next_secretary", 0)]
)
def test_requests_are_listed_where_ones_office_reads_them(cast, asked, as_user, actor, seen):
    response = as_user(getattr(cast, actor)).get(url("help-list"))
    assert len(response.context["page"].object_list) == seen


@pytest.mark.parametrize(
    "actor", ["county_staff", "county_secretary", "inspector", "administrator", "member", "stranger"]
)
def test_committees_and_members_open_no_list_of_requests(cast, asked, as_user, actor):
    assert as_user(getattr(cast, actor)).get(url("help-list")).status_code == 403
    assert as_user(cast.secretary).post(url("help-list")).status_code == 405


@pytest.mark.parametrize("page", [page for page in ENTRIES if page.endswith("remove")])
def test_an_entry_made_by_mistake_is_removed_with_a_word_why(cast, person, contact, asked, as_user, page):
    client, where = as_user(cast.secretary), address(page, cast, person, contact, asked)
    assert client.post(where, {"reason": ""}).context["form"].errors["reason"]
    assert client.post(where, {"reason": "记错了人"})["Location"] == cast.zhang.get_absolute_url()
    assert client.get(where).status_code == 404
    assert Entry.objects.get().reason == "记错了人"


def test_the_request_that_has_waited_longest_is_answered_next(cast, as_user):
    client = as_user(cast.secretary)
    assert client.get(url("help-next", cast.zhang))["Location"] == url("help-list")
    later, first = (
        HelpRequest.objects.create(
            member=cast.zhang, asked_on=date(2026, 11, 24), due_on=due_on, request="灯坏了", recorded_by=cast.secretary
        )
        for due_on in (date(2026, 12, 9), date(2026, 12, 1))
    )
    assert client.get(url("help-next", cast.zhang))["Location"] == url("help-answer", first)
    HelpRequest.objects.filter(pk=first.pk).update(
        answered_on=date(2026, 11, 24), answered_by=cast.secretary, answer="修好了"
    )
    assert client.get(url("help-next", cast.zhang))["Location"] == url("help-answer", later)
