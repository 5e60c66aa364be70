"""The API: the scope of the pages, nothing private, and every refusal as the schema says."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from knox.models import AuthToken

from audit.models import Entry
from members.choices import AffiliationKind, SituationKind
from members.models import Affiliation, Office, Situation, User
from tests.cast import TODAY, make_member, make_national_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_token(client):
    """Asks as a program does: `by_token(cast.secretary)("/api/members/")`."""

    def get(user):
        token = AuthToken.objects.create(user)[1]

        def ask(path, **query):
            return client.get(path, query, headers={"Authorization": f"Token {token}"})

        return ask

    return get


def names(response):
    return [row["name"] for row in response.json()["results"]]


# --- Organizations --------------------------------------------------------------------------------------------------
def test_organizations_come_in_tree_order_with_the_code_above(cast, by_token):
    answer = by_token(cast.district_staff)("/api/organizations/").json()

    assert [(row["code"], row["parent"]) for row in answer["results"]] == [
        ("district", None), ("branch", "district"), ("group", "branch"), ("next-branch", "district"),
    ]  # fmt: skip


def test_one_organization(cast, by_token):
    assert by_token(cast.secretary)("/api/organizations/branch/").json() == {
        "code": "branch", "name": "红旗社区第一党支部", "kind": "branch", "parent": None, "unit_kind": "",
        "is_village": False, "founded_on": None, "dissolved_on": None,
    }  # fmt: skip


def test_the_figures_of_a_subtree(cast, by_token):
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)

    summary = by_token(cast.inspector)("/api/organizations/branch/summary/").json()

    assert (summary["members"], summary["frail"], summary["voting"]) == (2, 1, 2)


def test_the_figures_of_another_day(cast, by_token):
    Affiliation.objects.filter(member=cast.li).update(valid_from=TODAY)

    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert by_token(cast.inspector)("/api/organizations/branch/summary/", on=yesterday).json()["members"] == 1


def test_a_day_that_is_none_is_refused_with_its_field(cast, by_token):
    answer = by_token(cast.inspector)("/api/organizations/branch/summary/", on="soon")

    assert answer.status_code == 400
    assert "on" in answer.json()


# --- Members --------------------------------------------------------------------------------------------------------
def test_members_of_the_roster_and_of_no_other(cast, by_token):
    assert set(names(by_token(cast.secretary)("/api/members/"))) == {"张英", "李国强"}


def test_one_member_says_nothing_private(cast, by_token):
    Situation.objects.create(member=cast.zhang, kind=SituationKind.MOBILE, place="佛山")

    answer = by_token(cast.secretary)(f"/api/members/{cast.zhang.key}/")

    assert answer.json() == {
        "key": str(cast.zhang.key), "name": "张英", "sex": "", "membership": "formal_member",
        "organization": "branch", "joined": None, "confirmed": None, "situations": ["mobile"],
    }  # fmt: skip


def test_nothing_private_is_in_any_answer(cast, by_token):
    member = make_member("钱红", cast.branch, phone="19900001234", national_id=make_national_id("19700101", 55))
    for field in ("address", "dues_base", "remark", "email"):
        setattr(member, field, f"canary-{field}")
    member.save()

    text = by_token(cast.county_staff)("/api/members/").content.decode()

    assert "canary" not in text
    assert "19900001234" not in text and make_national_id("19700101", 55) not in text


def test_members_are_searched_and_narrowed_to_a_place(cast, by_token):
    ask = by_token(cast.county_staff)

    assert names(ask("/api/members/", search="张英")) == ["张英"]
    assert names(ask("/api/members/", organization="other-district")) == ["赵东山"]
    assert ask("/api/members/", organization="nowhere").status_code == 404


def test_a_place_outside_ones_scope_looks_like_none(cast, by_token):
    assert by_token(cast.district_staff)("/api/members/", organization="other-branch").status_code == 404


def test_pages_lead_to_the_next_ones_until_all_are_seen(cast, by_token):
    for number in range(130):
        make_member(f"党员{number}", cast.branch)
    ask, found, path = by_token(cast.secretary), [], "/api/members/"

    while path:
        answer = ask(path).json()
        found += [row["key"] for row in answer["results"]]
        path = answer["next"]

    assert len(found) == len(set(found)) == 132


@pytest.mark.parametrize("members", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(cast, by_token, django_assert_num_queries, members):
    for number in range(members):
        member = make_member(f"党员{number}", cast.branch)
        Situation.objects.create(member=member, kind=SituationKind.RETIRED)
    ask = by_token(cast.secretary)

    with django_assert_num_queries(5):
        ask("/api/members/")


# --- Who may --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("secretary", "/api/organizations/next-branch/", 404),
        ("secretary", "/api/organizations/district/", 404),
        ("secretary", "/api/organizations/nowhere/", 404),
        ("secretary", "/api/organizations/next-branch/summary/", 404),
        ("district_staff", "/api/organizations/other-branch/", 404),
        ("member", "/api/organizations/", 403),
        ("stranger", "/api/organizations/", 403),
        ("administrator", "/api/members/", 403),
        ("inspector", "/api/members/", 403),
        ("county_secretary", "/api/members/", 403),
        ("member", "/api/members/", 403),
    ],
)
def test_out_of_scope_is_missing_and_without_the_capability_forbidden(cast, by_token, user, path, status):
    assert by_token(getattr(cast, user))(path).status_code == status


def test_another_branchs_member_looks_like_none(cast, by_token):
    ask = by_token(cast.secretary)

    beside, missing = ask(f"/api/members/{cast.wang.key}/"), ask("/api/members/11111111-1111-4111-8111-111111111111/")

    assert (beside.status_code, beside.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_taking_part_in_a_branch_shows_nobody_to_it(cast, by_token):
    Affiliation.objects.create(member=cast.wang, organization=cast.branch, kind=AffiliationKind.PARTICIPATION)

    assert "王秀兰" not in names(by_token(cast.secretary)("/api/members/"))


@pytest.mark.parametrize("path", ["/api/organizations/", "/api/members/", "/api/schema/"])
def test_without_a_token_nothing_is_answered(cast, client, path):
    for headers in ({}, {"Authorization": "Token nonsense"}, {"Authorization": "Token"}):
        assert client.get(path, headers=headers).status_code == 401


def test_the_browsers_log_in_counts_too(cast, as_user):
    assert as_user(cast.secretary).get("/api/organizations/branch/").status_code == 200


def test_an_office_that_has_ended_opens_nothing(cast, by_token):
    ask = by_token(cast.secretary)
    Office.objects.filter(user=cast.secretary).update(valid_until=TODAY)

    assert ask("/api/members/").status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}])
def test_who_may_not_log_in_may_not_ask(cast, by_token, change):
    ask = by_token(cast.secretary)
    User.objects.filter(pk=cast.secretary.pk).update(**change)

    assert ask("/api/members/").status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_only_reads(cast, by_token, client, method):
    token = AuthToken.objects.create(cast.county_staff)[1]

    answer = getattr(client, method)("/api/organizations/branch/", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 405


@pytest.mark.parametrize("path", ["/api/organizations/%00/", "/api/members/x/", "/api/organizations/a%2Fb/"])
def test_addresses_that_name_nothing_are_missing(cast, by_token, path):
    assert by_token(cast.county_staff)(path).status_code == 404


@pytest.mark.parametrize("query", [{"search": "\0"}, {"organization": "\0"}, {"search": "长" * 61}])
def test_what_cannot_be_asked_is_refused(cast, by_token, query):
    assert by_token(cast.county_staff)("/api/members/", **query).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "%%%", "cD14", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ==", "cD0lMDA="])
def test_a_made_up_cursor_is_answered(cast, by_token, cursor):
    assert by_token(cast.county_staff)("/api/members/", cursor=cursor).status_code in (200, 404)


# --- Its description ------------------------------------------------------------------------------------------------
def test_the_schema_is_whole_and_says_every_refusal(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", file=str(tmp_path / "api.json")
    )

    paths = json.loads((tmp_path / "api.json").read_text())["paths"]
    ours = {path: answers for path, answers in paths.items() if path != "/api/schema/"}
    read = [answers["get"]["responses"] for answers in ours.values() if "get" in answers]
    assert len(read) == 44
    assert all({"200", "401", "403", "404"} <= set(answers) for answers in read)
    written = [answers["post"]["responses"] for answers in ours.values() if "post" in answers]
    assert all({"400", "401", "403", "404"} <= set(answers) for answers in written)


def test_the_description_is_for_those_who_have_logged_in(cast, as_user, client):
    assert client.get("/api/docs/").status_code == 302
    assert as_user(cast.stranger).get("/api/docs/").status_code == 200
    assert as_user(cast.stranger).get("/api/schema/").status_code == 200


# --- Tokens ---------------------------------------------------------------------------------------------------------
def test_a_token_is_made_from_the_shell_and_works(cast, client):
    out = StringIO()
    call_command("create_api_token", "secretary", "--days", "7", "--json", stdout=out)
    answer = json.loads(out.getvalue())

    assert client.get("/api/members/", headers={"Authorization": f"Token {answer['token']}"}).status_code == 200
    assert (answer["username"], answer["days"]) == ("secretary", 7)
    entry = Entry.objects.get()
    assert (entry.action, entry.organization_code) == ("create_api_token", "branch")
    assert answer["token"] not in str(vars(entry))


@pytest.mark.parametrize("arguments", [("nobody",), ("secretary", "--days", "0"), ("secretary", "--days", "367")])
def test_a_token_that_cannot_be_is_refused(cast, arguments):
    with pytest.raises(CommandError) as error:
        call_command("create_api_token", *arguments)

    assert error.value.returncode == 2
    assert not AuthToken.objects.exists()


def test_who_cannot_log_in_gets_no_token(cast):
    User.objects.filter(pk=cast.secretary.pk).update(is_active=False)

    with pytest.raises(CommandError):
        call_command("create_api_token", "secretary")
