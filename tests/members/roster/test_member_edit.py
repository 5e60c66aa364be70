"""Recording and changing a member on the pages."""

import uuid
from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from audit.models import Entry
from members.models import Affiliation, Member
from tests.cast import make_national_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NEW_ID = make_national_id("19600501", 128)
CREATE = "members:member-create"


def filled(cast, **changed):
    return {
        "key": str(uuid.uuid4()),
        "organization": cast.branch.pk,
        "since": "2026-03-01",
        "name": "陈玉兰",
        "sex": "female",
        "membership": "formal_member",
        "national_id": NEW_ID,
        "phone": "13912345678",
        "born": "1960-05-01",
        "joined": "1985-07",
        "confirmed": "1986.7.1",
        **changed,
    }


def edit_url(member):
    return reverse("members:member-edit", args=[member.key])


def as_shown(client, member, **changed):
    """What the browser would send: the form as it was shown, with some fields changed."""
    form = client.get(edit_url(member)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**shown, **changed}.items() if value is not None}


# --- Recording ---
def test_a_new_member_is_stored_and_their_page_opens(cast, as_user):
    client = as_user(cast.secretary)
    response = client.post(reverse(CREATE), filled(cast))

    member = Member.objects.get(name="陈玉兰")
    assert response["Location"] == reverse("members:member-detail", args=[member.key])
    assert (str(member.born), str(member.joined), str(member.confirmed)) == ("1960-05-01", "1985-07", "1986-07-01")
    assert member.affiliations.get().valid_from == date(2026, 3, 1)
    assert client.get(response["Location"]).status_code == 200


def test_the_form_brings_a_key_of_its_own_so_that_a_double_click_stores_one(cast, as_user):
    client = as_user(cast.secretary)
    keys = {client.get(reverse(CREATE)).context["form"]["key"].value() for _turn in range(2)}
    assert len(keys) == 2

    sent = filled(cast)
    answers = [client.post(reverse(CREATE), sent)["Location"] for _turn in range(2)]
    assert answers[0] == answers[1]
    assert Member.objects.filter(name="陈玉兰").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"membership": ""}, "membership"),
        ({"organization": ""}, "organization"),
        ({"born": "1960-13"}, "born"),
        ({"born": "1960-05-02"}, "born"),
        ({"sex": "male"}, "sex"),
        ({"national_id": NEW_ID[:-1] + "0"}, "national_id"),
        ({"national_id": "123"}, "national_id"),
        ({"national_id": make_national_id("19750109", 349), "sex": "", "born": "", "joined": ""}, "national_id"),
        ({"joined": "1970"}, "joined"),
        ({"confirmed": "1984"}, "confirmed"),
        ({"membership": "probationary_member"}, "confirmed"),
        ({"phone": "12"}, "phone"),
        ({"email": "x"}, "email"),
        ({"dues_base": "-1"}, "dues_base"),
        ({"since": "2026-02-30"}, "since"),
        ({"key": "x"}, "key"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_stored(cast, as_user, changed, field):
    before = Member.objects.count()
    response = as_user(cast.secretary).post(reverse(CREATE), filled(cast, **changed))

    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert (Member.objects.count(), Entry.objects.count()) == (before, 0)


def test_all_that_is_wrong_is_said_at_once(cast, as_user):
    sent = filled(cast, sex="male", joined="1970", confirmed="1965", phone="12")
    errors = as_user(cast.secretary).post(reverse(CREATE), sent).context["form"].errors
    assert set(errors) == {"sex", "joined", "confirmed", "phone"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("１００２２６１９６００５０１１２８", None), (f" {NEW_ID[:6]} {NEW_ID[6:].lower()} ", NEW_ID)],
)
def test_an_identity_number_is_understood_in_the_ways_it_is_typed(cast, as_user, typed, stored):
    sent = typed if stored else NEW_ID.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    as_user(cast.secretary).post(reverse(CREATE), filled(cast, national_id=sent))
    assert Member.objects.get(name="陈玉兰").national_id.open() == NEW_ID


def test_birth_and_sex_are_read_from_the_identity_number_where_left_empty(cast, as_user):
    as_user(cast.secretary).post(reverse(CREATE), filled(cast, born="", sex=""))
    member = Member.objects.get(name="陈玉兰")
    assert (str(member.born), member.sex) == ("1960-05-01", "female")


def test_only_branches_and_groups_whose_roster_one_keeps_are_offered(cast, as_user):
    form = as_user(cast.secretary).get(reverse(CREATE)).context["form"]
    assert set(form.fields["organization"].queryset) == {cast.branch, cast.group}

    response = as_user(cast.secretary).post(reverse(CREATE), filled(cast, organization=cast.next_branch.pk))
    assert response.context["form"].errors["organization"]
    assert not Member.objects.filter(name="陈玉兰").exists()


@pytest.mark.parametrize("actor", ["group_leader", "county_staff", "county_secretary", "administrator", "stranger"])
def test_who_keeps_no_roster_records_nobody(cast, as_user, actor):
    client = as_user(getattr(cast, actor))
    assert client.get(reverse(CREATE)).status_code == 403
    assert client.post(reverse(CREATE), filled(cast)).status_code == 403
    assert not Member.objects.filter(name="陈玉兰").exists()


# --- Changing ---
def test_the_form_shows_what_is_recorded_but_nothing_private(cast, as_user):
    content = as_user(cast.secretary).get(edit_url(cast.zhang)).content.decode()
    assert "张英" in content
    assert "15695900689" not in content
    assert make_national_id("19750109", 349) not in content


def test_a_change_is_stored_and_private_fields_left_empty_stay(cast, as_user):
    client = as_user(cast.secretary)
    response = client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, work_post="退休教师"))

    assert response.status_code == 302
    stored = Member.objects.get(pk=cast.zhang.pk)
    assert (stored.work_post, stored.phone.open()) == ("退休教师", "15695900689")
    assert list(Entry.objects.get().changes) == ["work_post"]


def test_a_private_field_is_replaced_or_struck_out(cast, as_user):
    client = as_user(cast.secretary)
    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, phone="139 0000 1111"))
    assert Member.objects.get(pk=cast.zhang.pk).phone.open() == "13900001111"

    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, forget=["phone"]))
    assert Member.objects.get(pk=cast.zhang.pk).phone.open() == ""


def test_the_dues_base_is_typed_in_yuan_and_kept_in_fen(cast, as_user):
    client = as_user(cast.secretary)
    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, dues_base="4850.50"))
    assert Member.objects.get(pk=cast.zhang.pk).dues_base.open() == "485050"


def test_a_sensitive_fact_asks_for_a_reason(cast, as_user):
    client = as_user(cast.secretary)
    refused = client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, name="张颖"))
    assert refused.context["form"].errors["reason"]

    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, name="张颖", reason="与户口簿核对"))
    assert Member.objects.get(pk=cast.zhang.pk).name == "张颖"
    assert Entry.objects.get().reason == "与户口簿核对"


def test_a_page_that_is_out_of_date_says_so_and_overwrites_nothing(cast, as_user):
    client = as_user(cast.secretary)
    old = as_shown(client, cast.zhang, work_post="甲")
    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, work_post="乙"))

    response = client.post(edit_url(cast.zhang), old)
    assert response.context["form"].non_field_errors()
    assert Member.objects.get(pk=cast.zhang.pk).work_post == "乙"


def test_after_that_it_shows_what_is_on_record_and_can_be_sent_again(cast, as_user):
    client = as_user(cast.secretary)
    old = as_shown(client, cast.zhang, work_post="甲")
    client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, work_post="乙", phone="13900001111"))

    form = client.post(edit_url(cast.zhang), old).context["form"]
    assert [value for _label, value in form.on_record] == ["乙"]
    client.post(edit_url(cast.zhang), {**old, "version": form["version"].value()})
    stored = Member.objects.get(pk=cast.zhang.pk)
    assert (stored.work_post, stored.phone.open()) == ("甲", "13900001111")


def test_a_wrong_birth_date_is_said_although_the_identity_number_is_not_shown(cast, as_user):
    client = as_user(cast.secretary)
    response = client.post(edit_url(cast.zhang), as_shown(client, cast.zhang, born="1976-01-09", reason="更正"))
    assert response.context["form"].errors["born"]


@pytest.mark.parametrize(
    ("actor", "whom", "status"),
    [
        ("officer", "zhang", 200),
        ("group_leader", "li", 403),
        ("group_leader", "zhang", 403),
        ("county_staff", "zhang", 403),
        ("next_secretary", "zhang", 404),
        ("secretary", "wang", 404),
        ("member", "zhang", 403),
    ],
)
def test_who_may_change_whom(cast, as_user, actor, whom, status):
    client, member = as_user(getattr(cast, actor)), getattr(cast, whom)
    assert client.get(edit_url(member)).status_code == status
    if status != 200:
        assert client.post(edit_url(member), {"name": "x"}).status_code == status
        assert not Entry.objects.exists()


@pytest.mark.parametrize("url", ["create", "edit"])
def test_other_methods_are_refused(cast, as_user, url):
    address = reverse(CREATE) if url == "create" else edit_url(cast.zhang)
    assert as_user(cast.secretary).delete(address).status_code == 405


def test_the_edit_page_costs_the_same_for_everybody(cast, as_user, django_assert_num_queries):
    client = as_user(cast.secretary)
    with django_assert_num_queries(4):
        client.get(edit_url(cast.zhang))


# --- Moving, leaving, taking back ---
@pytest.fixture
def relation(cast):
    return Affiliation.objects.get(member=cast.zhang)


def url(name, key):
    return reverse(f"members:member-{name}", args=[key])


def test_a_member_is_moved_into_a_group_and_back(cast, as_user, relation):
    client = as_user(cast.secretary)
    sent = {"key": str(uuid.uuid4()), "organization": cast.group.pk, "on": "2026-11-01"}
    assert client.post(url("move", cast.zhang.key), sent).status_code == 302
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.group.path

    before = client.get(url("move", cast.zhang.key)).context["before"]
    assert before == relation
    assert client.post(url("take-back", before.key), {"reason": "选错了小组"}).status_code == 302
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": "2027-01-01"}, "on"),
        ({"organization": "branch"}, "organization"),
        ({"organization": "next"}, "organization"),
    ],
    ids=["in the future", "where they are", "not one's own"],
)
def test_a_move_that_does_not_fit_says_why(cast, as_user, changed, field):
    places = {"branch": cast.branch.pk, "next": cast.next_branch.pk}
    sent = {"key": str(uuid.uuid4()), "organization": cast.group.pk, "on": "2026-11-01", **changed}
    sent["organization"] = places.get(sent["organization"], sent["organization"])
    response = as_user(cast.secretary).post(url("move", cast.zhang.key), sent)
    assert response.context["form"].errors[field]
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


def test_a_member_leaves_and_can_be_put_back(cast, as_user, relation):
    client = as_user(cast.secretary)
    sent = {"because": "left_system", "on": "2026-11-01", "reason": "回执2026-18"}
    answer = client.post(url("leave", relation.key), sent)
    assert answer["Location"] == cast.zhang.get_absolute_url()
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == ""
    assert url("take-back", relation.key) in client.get(answer["Location"]).content.decode()

    assert client.get(url("take-back", relation.key)).status_code == 200
    client.post(url("take-back", relation.key), {"reason": "回执是别人的"})
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path
    assert client.get(url("take-back", relation.key)).status_code == 200


def test_leaving_twice_is_leaving_once(cast, as_user, relation):
    sent = {"because": "left_system", "on": "2026-11-01", "reason": "回执2026-18"}
    for _turn in range(2):
        assert as_user(cast.secretary).post(url("leave", relation.key), sent).status_code == 302
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("sent", [{"because": ""}, {"because": "import_undone", "on": "2026-11-01", "reason": "x"}])
def test_leaving_needs_a_reason_that_people_have(cast, as_user, relation, sent):
    response = as_user(cast.secretary).post(url("leave", relation.key), sent)
    assert "?because=deceased" in [one.url for one in response.context["choices"]]
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


def test_a_branch_does_not_take_back_whom_another_branch_has_received(cast, as_user, relation):
    Affiliation.objects.filter(pk=relation.pk).update(valid_until=date(2026, 3, 1), left_because="transferred")
    Affiliation.objects.create(member=cast.zhang, organization=cast.next_branch, valid_from=date(2026, 3, 1))
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path=cast.next_branch.path)
    assert as_user(cast.secretary).post(url("take-back", relation.key), {"reason": "x"}).status_code == 403
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.next_branch.path


@pytest.mark.parametrize("page", ["move", "leave", "take-back"])
@pytest.mark.parametrize(
    ("actor", "status"), [("group_leader", 403), ("county_secretary", 403), ("next_secretary", 404), ("member", 403)]
)
def test_who_does_not_keep_the_roster_moves_nobody(cast, as_user, relation, page, actor, status):
    address = url(page, cast.zhang.key if page == "move" else relation.key)
    client = as_user(getattr(cast, actor))
    assert client.get(address).status_code == status
    assert client.post(address, {"reason": "x"}).status_code == status
    assert client.delete(address).status_code in (403, 404, 405)
    assert not Entry.objects.exists()


# --- Groups ---
def groups_url(branch, page="groups"):
    return reverse(f"members:member-{page}", args=[branch.code])


def test_the_branch_is_shown_by_groups_with_who_left(cast, as_user, relation):
    relation.valid_until, relation.left_because = date(2026, 5, 1), "left_system"
    relation.save()
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")

    context = as_user(cast.secretary).get(groups_url(cast.branch)).context
    shown = [(group.organization.code, [str(member) for member in group.members]) for group in context["groups"]]
    assert shown == [("branch", []), ("group", ["李国强"])]
    assert [str(one.member) for one in context["left"]] == ["张英"]


def test_ticked_members_are_put_into_a_group(cast, as_user):
    sent = {"members": [cast.zhang.pk], "organization": cast.group.pk, "on": "2026-11-20"}
    response = as_user(cast.secretary).post(groups_url(cast.branch, "group-place"), sent)
    assert response["Location"] == groups_url(cast.branch)
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.group.path


@pytest.mark.parametrize("changed", [{"members": []}, {"members": ["wang"]}, {"organization": "next_branch"}])
def test_nobody_is_put_anywhere_by_a_form_that_does_not_fit(cast, as_user, changed):
    sent = {"members": [cast.zhang.pk], "organization": cast.group.pk, "on": "2026-11-20", **changed}
    sent["members"] = [cast.wang.pk if one == "wang" else one for one in sent["members"]]
    sent["organization"] = cast.next_branch.pk if sent["organization"] == "next_branch" else sent["organization"]
    client = as_user(cast.secretary)
    response = client.post(
        groups_url(cast.branch, "group-place"), urlencode(sent, doseq=True), "application/x-www-form-urlencoded"
    )
    assert response.status_code == 302
    assert "notice" in client.get(response["Location"]).content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("actor", "status"), [("county_staff", 200), ("group_leader", 404), ("next_secretary", 404), ("inspector", 403)]
)
def test_who_sees_the_groups(cast, as_user, actor, status):
    client = as_user(getattr(cast, actor))
    assert client.get(groups_url(cast.branch)).status_code == status
    refused = 404 if actor == "next_secretary" else 403
    assert client.post(groups_url(cast.branch, "group-place"), {}).status_code == refused
    assert client.post(groups_url(cast.branch)).status_code in (403, 404, 405)
    assert client.get(groups_url(cast.branch, "group-place")).status_code in (403, 404, 405)


@pytest.mark.parametrize("count", [1, 3])
def test_the_groups_cost_the_same_however_many_members_there_are(cast, as_user, count, django_assert_num_queries):
    for number in range(count):
        Affiliation.objects.create(
            member=Member.objects.create(name=f"甲{number}", membership="formal_member", roster_path=cast.group.path),
            organization=cast.group,
        )
    client = as_user(cast.secretary)
    with django_assert_num_queries(10):
        client.get(groups_url(cast.branch))
