"""Every view says who may open it; a view that doesn't is a mistake before it is a page."""

from types import ModuleType, SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from members.access.policy import (
    ApiPolicy,
    Policy,
    every_view_declares_a_policy,
    get_in_scope,
    permits,
    policy_of,
    public,
    require_at,
    requires,
    routes,
    signed_in,
)
from members.access.queries import access_for
from members.access.sessions import PolicyMiddleware
from members.choices import Capability
from members.models import Member, Organization
from tests.cast import TODAY


@public
def open_page(request):
    return HttpResponse("open")


@signed_in
def own_page(request):
    return HttpResponse("own")


@requires(Capability.VIEW_ROSTER)
def roster_page(request, key):
    return HttpResponse(get_in_scope(request, Member.objects.all(), key=key).name)


@requires(Capability.EDIT_ROSTER, Capability.MANAGE_USERS)
def either_page(request, code):
    require_at(request, Organization.objects.get(code=code).path)
    return HttpResponse("either")


@signed_in
def any_visible_page(request, key):
    return HttpResponse(get_in_scope(request, Member.objects.all(), key=key).name)


def forgotten_page(request):
    return HttpResponse("leak")


class DeclaredApi:
    policy = Policy(capabilities=frozenset({Capability.VIEW_ROSTER}))


class ForgottenApi:
    pass


urlpatterns = [
    path("", include("branchweb.urls")),
    path("open/", open_page),
    path("own/", own_page),
    path("roster/of/<uuid:key>/", roster_page),
    path("either/<str:code>/", either_page),
    path("visible/<uuid:key>/", any_visible_page),
]
leaking = ModuleType("leaking")
leaking.urlpatterns = [*urlpatterns, path("below/", include([path("forgotten/", forgotten_page)]))]
here = pytest.mark.urls(__name__)


@pytest.mark.parametrize(
    ("view", "policy", "words"),
    [
        (open_page, Policy(open_to_all=True), "public"),
        (own_page, Policy(), "signed in"),
        (roster_page, Policy(capabilities=frozenset({Capability.VIEW_ROSTER})), "view_roster"),
        (
            either_page,
            Policy(capabilities=frozenset({Capability.EDIT_ROSTER, Capability.MANAGE_USERS})),
            "edit_roster or manage_users",
        ),
    ],
)
def test_a_view_carries_what_it_declares(view, policy, words):
    assert policy_of(view) == policy
    assert str(policy_of(view)) == words


def test_an_api_view_carries_the_policy_of_its_class():
    view = SimpleNamespace(cls=DeclaredApi)

    assert policy_of(view) == DeclaredApi.policy
    assert policy_of(SimpleNamespace(cls=ForgottenApi)) is None


def request_of(user):
    request = RequestFactory().get("/")
    request.user, request.resolver_match = user, None
    if user.is_authenticated:
        user.access = access_for(user, on=TODAY)
    return request


@pytest.mark.parametrize(
    ("policy", "anonymous", "stranger", "secretary"),
    [
        (None, False, False, False),
        (Policy(open_to_all=True), True, True, True),
        (Policy(), False, True, True),
        (Policy(capabilities=frozenset({Capability.VIEW_ROSTER})), False, False, True),
        (Policy(capabilities=frozenset({Capability.MANAGE_USERS})), False, False, False),
        (Policy(capabilities=frozenset({Capability.MANAGE_USERS, Capability.VIEW_ROSTER})), False, False, True),
    ],
)
def test_a_policy_lets_in_whom_it_names(cast, policy, anonymous, stranger, secretary):
    nobody = SimpleNamespace(is_authenticated=False)

    assert permits(policy, request_of(nobody)) is anonymous
    assert permits(policy, request_of(cast.stranger)) is stranger
    assert permits(policy, request_of(cast.secretary)) is secretary


def test_the_api_keeps_the_same_policy(cast):
    assert ApiPolicy().has_permission(request_of(cast.secretary), DeclaredApi())
    assert not ApiPolicy().has_permission(request_of(cast.stranger), DeclaredApi())
    assert not ApiPolicy().has_permission(request_of(cast.secretary), ForgottenApi())


@here
def test_a_stranger_to_the_program_is_sent_to_the_log_in_and_back(cast, client):
    answer = client.get("/own/?a=1")

    assert (answer.status_code, answer.url) == (302, "/account/login/?next=/own/%3Fa%3D1")
    assert client.get("/open/").content == b"open"


@here
def test_without_the_capability_anywhere_the_page_is_refused_whatever_the_row(cast, as_user):
    own, other = (f"/roster/of/{member.key}/" for member in (cast.zhang, cast.wang))

    assert as_user(cast.stranger).get(own).status_code == 403
    assert as_user(cast.stranger).get(other).status_code == 403


@here
@pytest.mark.parametrize(
    ("who", "zhang", "li", "wang", "zhao"),
    [
        ("secretary", 200, 200, 404, 404),
        ("next_secretary", 404, 404, 200, 404),
        ("group_leader", 404, 200, 404, 404),
        ("district_staff", 200, 200, 200, 404),
        ("county_staff", 200, 200, 200, 200),
        ("member", 403, 403, 403, 403),
        ("administrator", 403, 403, 403, 403),
    ],
)
def test_a_row_out_of_scope_is_missing_and_one_in_scope_is_shown(cast, as_user, who, zhang, li, wang, zhao):
    client = as_user(getattr(cast, who))
    members = [cast.zhang, cast.li, cast.wang, cast.zhao]

    assert [client.get(f"/roster/of/{member.key}/").status_code for member in members] == [zhang, li, wang, zhao]


@here
def test_everybody_may_open_their_own_row_where_a_log_in_is_enough(cast, as_user):
    assert as_user(cast.member).get(f"/visible/{cast.zhang.key}/").content.decode() == "张英"
    assert as_user(cast.member).get(f"/visible/{cast.li.key}/").status_code == 404


@here
@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("secretary", "branch", 200),
        ("secretary", "group", 200),
        ("secretary", "next-branch", 403),
        ("secretary", "district", 403),
        ("administrator", "next-branch", 200),
        ("county_staff", "branch", 403),
    ],
)
def test_one_of_several_capabilities_is_enough_if_it_holds_there(cast, as_user, who, code, status):
    assert as_user(getattr(cast, who)).get(f"/either/{code}/").status_code == status


@here
def test_an_address_that_no_row_can_have_is_not_found(cast, as_user):
    """PostgreSQL refuses even to look for a text with a zero byte."""
    assert as_user(cast.secretary).get("/either/br%00anch/").status_code == 404


def test_fetch_asks_for_the_place_and_not_only_for_the_capability_somewhere(cast, django_assert_num_queries):
    """A group leader sees himself in another branch's roster, but leads nobody there."""
    cast.group_leader.member = cast.wang
    request = request_of(cast.group_leader)
    request.resolver_match = SimpleNamespace(func=roster_page)

    with pytest.raises(PermissionDenied):
        get_in_scope(request, Member.objects.all(), key=cast.wang.key)
    with pytest.raises(Http404):
        get_in_scope(request, Member.objects.all(), key=cast.zhao.key)
    assert get_in_scope(request, Member.objects.all(), key=cast.li.key) == cast.li
    with django_assert_num_queries(0), pytest.raises(Http404):  # PostgreSQL takes no such text
        get_in_scope(request, Organization.objects.all(), code="branch\0")


def test_a_request_without_a_view_demands_some_capability_there(cast):
    with pytest.raises(PermissionDenied):
        require_at(request_of(cast.stranger), cast.branch.path)


@pytest.mark.urls(leaking)
def test_the_program_doesnt_start_with_a_view_that_declares_nothing():
    with pytest.raises(ImproperlyConfigured, match="below/forgotten/"):
        PolicyMiddleware(lambda request: HttpResponse())


@pytest.mark.urls(leaking)
def test_manage_py_check_names_the_view_that_declares_nothing():
    assert [error.id for error in every_view_declares_a_policy(None)] == ["members.E001"]


def test_the_program_as_it_is_has_none():
    assert every_view_declares_a_policy(None) == []
    assert len(list(routes())) > 10
