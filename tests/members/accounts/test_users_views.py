"""The pages of users and offices: passwords shown once, nobody beyond the subtree, nobody for themselves."""

import re
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from knox.models import AuthToken

from audit.models import Entry
from members.choices import OfficeKind
from members.models import Office, User
from tests.cast import PASSWORD, make_national_id, make_user

pytestmark = pytest.mark.django_db

POSTS = ["password", "codes", "sign-out", "access"]


def url(name, username=None):
    return reverse(f"members:user-{name}", args=[username] if username else [])


def office_url(act, office):
    return reverse(f"members:office-{act}", args=[office.pk])


def give_url(username):
    return reverse("members:office-give", args=[username])


def shown(response):
    return response.content.decode()


def password_on(page):
    found = re.search(r"<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>", page)
    return found and found.group(1)


@pytest.fixture
def county(cast, as_user):
    """The browser of the county's administrator."""
    return as_user(cast.administrator)


@pytest.fixture
def district(cast, client):
    """The browser of an administrator of the district only."""
    user = make_user("district_administrator", OfficeKind.ADMINISTRATOR, cast.district)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def given(**fields):
    return {
        "username": "wang.li", "display_name": "王丽", "kind": "secretary", "organization": "branch",
        "on": "2026-11-01", "decided_by": "支部大会", **fields,
    }  # fmt: skip


# --- The list -------------------------------------------------------------------------------------------------------
def listed(response):
    return [row.user.username for row in response.context["listing"].rows]


def test_an_administrator_sees_the_users_of_the_subtree(district):
    assert listed(district.get(url("list"))) == [
        "district_administrator", "district_staff", "group_leader", "member", "next_secretary", "officer", "secretary",
    ]  # fmt: skip


def test_offices_stand_beside_the_names(county):
    row = next(row for row in county.get(url("list")).context["listing"].rows if row.user.username == "secretary")

    assert [(office.kind, office.organization.code) for office in row.offices] == [("secretary", "branch")]


def test_an_office_given_to_the_member_stands_beside_the_users_name(cast, county):
    Office.objects.create(member=cast.zhang, kind=OfficeKind.PUBLICITY_OFFICER, organization=cast.branch)

    row = next(row for row in county.get(url("list")).context["listing"].rows if row.user.username == "member")

    assert [office.kind for office in row.offices] == ["publicity_officer"]


@pytest.mark.parametrize(
    ("query", "usernames"),
    [
        ({"q": "next"}, ["next_secretary"]),
        ({"office": "inspector"}, ["inspector"]),
        ({"org": "branch"}, ["officer", "secretary"]),
        ({"org": "红旗社区第一"}, ["officer", "secretary"]),
        ({"org": "branch", "office": "secretary"}, ["secretary"]),
        ({"state": "closed"}, ["officer"]),
        ({"state": "waiting"}, ["secretary"]),
        ({"q": "nobody"}, []),
    ],
)
def test_the_list_is_narrowed(cast, county, query, usernames):
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    User.objects.filter(pk=cast.secretary.pk).update(must_change_password=True)

    assert listed(county.get(url("list"), query)) == usernames


def test_a_filter_that_cannot_be_read_is_answered(county):
    assert county.get(url("list"), {"office": "king", "state": "gone", "page": "x"}).status_code == 200


@pytest.mark.parametrize("users", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(cast, county, django_assert_num_queries, users):
    for number in range(users):
        make_user(f"u{number}", OfficeKind.COMMITTEE_MEMBER, cast.branch)

    with django_assert_num_queries(7):
        county.get(url("list"))


# --- A new user -----------------------------------------------------------------------------------------------------
def test_a_new_user_gets_a_one_time_password_that_is_shown_once(county, cast):
    response = county.post(url("create"), given())

    user = User.objects.get(username="wang.li")
    assert user.check_password(password_on(shown(response)))
    assert user.must_change_password
    assert "no-store" in response["Cache-Control"]
    assert password_on(shown(county.get(url("detail", "wang.li")))) is None
    office = Office.objects.get(user=user)
    assert (office.kind, office.organization, office.valid_from) == ("secretary", cast.branch, date(2026, 11, 1))


def test_a_second_click_makes_no_second_user(county):
    county.post(url("create"), given())

    assert "username" in county.post(url("create"), given()).context["form"].errors
    assert Office.objects.filter(user__username="wang.li").count() == 1


def test_an_organization_is_found_by_its_name(county, cast):
    county.post(url("create"), given(organization="红旗社区第一党支部"))

    assert Office.objects.get(user__username="wang.li").organization == cast.branch


def test_a_member_may_be_named_by_the_identity_number(county, cast):
    number = make_national_id("19520318", 188)
    # the place is there already where one came from a branch's page; a member's log-in is of none
    county.post(url("create"), given(kind="", organization="branch", national_id=f" {number[:6]} {number[6:]} "))

    assert User.objects.get(username="wang.li").member == cast.wang


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("username", {"username": "secretary"}),
        ("username", {"username": "a b"}),
        ("display_name", {"display_name": ""}),
        ("kind", {"kind": "group_leader"}),  # no such office in a branch
        ("kind", {"kind": "king"}),
        ("kind", {"kind": "", "organization": ""}),  # neither an office nor a member
        ("kind", {"kind": ""}),
        ("organization", {"organization": ""}),
        ("organization", {"organization": "nowhere"}),
        ("on", {"on": "soon"}),
        ("national_id", {"national_id": "100226190001010000"}),
    ],
)
def test_a_wrong_entry_is_said_beside_its_field_and_nobody_is_made(county, field, fields):
    before = User.objects.count()

    response = county.post(url("create"), given(**fields))

    assert field in response.context["form"].errors
    assert User.objects.count() == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("place", ["county", "other-district", "other-branch"])
def test_no_office_is_given_outside_ones_subtree(district, place):
    kind = "secretary" if place == "other-branch" else "inspector"

    assert "organization" in district.post(url("create"), given(kind=kind, organization=place)).context["form"].errors
    assert not User.objects.filter(username="wang.li").exists()


def test_a_member_outside_ones_subtree_is_not_found(district):
    response = district.post(url("create"), given(national_id=make_national_id("19830804", 91)))

    assert "national_id" in response.context["form"].errors


def test_a_name_that_several_have_asks_for_the_code(county, cast):
    cast.next_branch.name = cast.branch.name
    cast.next_branch.save()

    response = county.post(url("create"), given(organization=cast.branch.name))

    assert all(code in str(response.context["form"].errors["organization"]) for code in ("branch", "next-branch"))


# --- One user -------------------------------------------------------------------------------------------------------
def test_a_users_page_shows_offices_and_what_was_done(county):
    page = shown(county.get(url("detail", "secretary")))

    assert "红旗社区第一党支部" in page
    assert url("password", "secretary") in page


def test_of_offices_elsewhere_an_administrator_sees_nothing(cast, district):
    Office.objects.create(user=cast.secretary, kind=OfficeKind.INSPECTOR, organization=cast.other_district)

    page = shown(district.get(url("detail", "secretary")))

    assert "东山镇党委" not in page
    assert url("password", "secretary") not in page


@pytest.mark.parametrize("username", ["county_staff", "other_secretary", "stranger", "nobody"])
def test_users_beyond_the_subtree_are_not_there(district, username):
    assert district.get(url("detail", username)).status_code == 404
    assert district.get(give_url(username)).status_code == 404
    for act in POSTS:
        assert district.post(url(act, username)).status_code == 404


def test_ones_own_page_has_nothing_to_change(cast, county):
    page = shown(county.get(url("detail", "administrator")))

    assert url("password", "administrator") not in page
    assert give_url("administrator") not in page


def test_a_reset_password_is_shown_once(county, cast):
    response = county.post(url("password", "secretary"))

    cast.secretary.refresh_from_db()
    assert cast.secretary.check_password(password_on(shown(response)))
    assert cast.secretary.must_change_password
    assert "no-store" in response["Cache-Control"]


def test_signing_out_says_how_many(county, cast):
    AuthToken.objects.create(cast.secretary)
    assert county.post(url("sign-out", "secretary")).url == url("detail", "secretary")
    assert Entry.objects.get().action == "sign_out_everywhere"


def test_access_is_closed_and_opened(county, cast):
    county.post(url("access", "secretary"), {"reason": "退休"})
    cast.secretary.refresh_from_db()
    assert not cast.secretary.is_active

    county.post(url("access", "secretary"), {"active": "on"})
    cast.secretary.refresh_from_db()
    assert cast.secretary.is_active
    assert [entry.action for entry in Entry.objects.in_order()] == ["deactivate_user", "activate_user"]


def test_a_reason_that_is_too_long_changes_nothing(county, cast):
    county.post(url("access", "secretary"), {"reason": "长" * 201})

    assert User.objects.get(pk=cast.secretary.pk).is_active


def test_codes_are_taken_away(county, cast):
    Authenticator.objects.create(user=cast.secretary, type="totp", data={})
    for _turn in range(2):
        county.post(url("codes", "secretary"))

    assert not Authenticator.objects.exists()
    assert Entry.objects.get().action == "remove_codes"


def test_a_user_is_linked_to_a_member(county, cast):
    county.post(url("member", "officer"), {"national_id": make_national_id("19520318", 188)})

    assert User.objects.get(pk=cast.officer.pk).member == cast.wang


def test_a_link_that_cannot_be_is_said(county):
    response = county.post(url("member", "officer"), {"national_id": make_national_id("19750109", 349)})

    assert "national_id" in response.context["form"].errors  # already the user `member`


@pytest.mark.parametrize("act", POSTS)
def test_who_also_has_an_office_elsewhere_is_kept_by_the_level_above(cast, district, act):
    """Taking over the log-in would take over the office elsewhere."""
    Office.objects.create(user=cast.secretary, kind=OfficeKind.INSPECTOR, organization=cast.county)

    assert district.post(url(act, "secretary")).status_code == 403
    assert district.get(url("member", "secretary")).status_code == 403
    assert not Entry.objects.exists()
    assert User.objects.get(pk=cast.secretary.pk).check_password(PASSWORD)


def test_control_an_office_elsewhere_that_has_ended_is_no_hindrance(cast, district):
    Office.objects.create(
        user=cast.secretary, kind=OfficeKind.INSPECTOR, organization=cast.county, valid_until=date(2026, 1, 1)
    )

    assert district.post(url("password", "secretary")).status_code == 200


@pytest.mark.parametrize("act", ["codes", "access"])
def test_for_oneself_it_is_refused(county, act):
    county.post(url(act, "administrator"))

    assert User.objects.get(username="administrator").is_active
    assert not Entry.objects.exists()


# --- Offices --------------------------------------------------------------------------------------------------------
def test_another_office_is_given(county, cast):
    response = county.post(
        give_url("officer"), {"kind": "secretary", "organization": "next-branch", "on": "2026-11-01"}
    )

    assert response.url == url("detail", "officer")
    assert Office.objects.filter(user=cast.officer, organization=cast.next_branch).exists()


@pytest.mark.parametrize("place", ["county", "other-branch"])
def test_not_outside_ones_subtree(district, cast, place):
    response = district.post(give_url("officer"), {"kind": "secretary", "organization": place, "on": "2026-11-01"})

    assert "organization" in response.context["form"].errors
    assert Office.objects.filter(user=cast.officer).count() == 1


def test_nobody_gives_themselves_an_office(county, cast):
    response = county.post(
        give_url("administrator"), {"kind": "secretary", "organization": "branch", "on": "2026-11-01"}
    )

    assert response.context["form"].non_field_errors()
    assert Office.objects.filter(user=cast.administrator).count() == 1


def test_an_office_is_ended(county, cast):
    office = Office.objects.get(user=cast.secretary)

    response = county.post(office_url("end", office), {"on": "2026-11-01", "reason": "调离"})

    assert response.url == cast.branch.get_absolute_url()
    assert Office.objects.get(pk=office.pk).valid_until == date(2026, 11, 1)


def test_an_office_is_handed_over(county, cast):
    office = Office.objects.get(user=cast.secretary)
    given = {"to": "officer", "on": "2026-11-01", "decided_by": "换届选举"}

    county.post(office_url("hand-over", office), given)

    assert Office.objects.get(pk=office.pk).valid_until == date(2026, 11, 1)
    assert Office.objects.get(user=cast.officer, kind="secretary").decided_by == "换届选举"


@pytest.mark.parametrize("to", ["administrator", "secretary", "nobody", ""])
def test_a_hand_over_to_oneself_the_same_or_nobody_is_refused(county, cast, to):
    office = Office.objects.get(user=cast.secretary)

    response = county.post(office_url("hand-over", office), {"to": to, "on": "2026-11-01", "decided_by": "换届"})

    assert response.context["form"].errors
    assert Office.objects.get(pk=office.pk).valid_until is None


def test_a_double_click_hands_over_once(county, cast):
    office = Office.objects.get(user=cast.secretary)
    given = {"to": "officer", "on": "2026-11-01", "decided_by": "换届选举"}

    assert county.post(office_url("hand-over", office), given).status_code == 302
    assert county.post(office_url("hand-over", office), given).context["form"].errors
    assert Office.objects.filter(user=cast.officer, kind="secretary").count() == 1


@pytest.mark.parametrize("act", ["end", "hand-over"])
def test_offices_beyond_the_subtree_are_not_there(district, cast, act):
    office = Office.objects.get(user=cast.other_secretary)

    assert district.get(office_url(act, office)).status_code == 404
    assert district.post(office_url(act, office), {"on": "2026-11-01"}).status_code == 404


# --- Who may not, and how not ---------------------------------------------------------------------------------------
def test_who_does_not_manage_users_opens_none_of_it(cast, as_user):
    office = Office.objects.get(user=cast.officer)
    pages = [url("list"), url("create"), url("detail", "officer"), url("member", "officer"), give_url("officer")]
    pages += [office_url("end", office), office_url("hand-over", office)]

    for user in (cast.secretary, cast.county_staff, cast.inspector, cast.member):
        client = as_user(user)
        assert {client.get(page).status_code for page in pages} == {403}
        assert {client.post(url(act, "officer")).status_code for act in POSTS} == {403}


@pytest.mark.parametrize("act", POSTS)
def test_what_changes_something_is_not_done_by_a_link(county, act):
    assert county.get(url(act, "secretary")).status_code == 405


def test_looking_is_by_get_only(county):
    assert county.post(url("list")).status_code == 405
    assert county.post(url("detail", "secretary")).status_code == 405
    assert county.put(url("create")).status_code == 405
