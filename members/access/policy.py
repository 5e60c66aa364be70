"""Who may open a page: each view declares it, and the program doesn't start when one doesn't."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from django.core.checks import Error, Tags, register
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from members.choices import Capability

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Policy:
    """What a view asks of who opens it. Several capabilities: any of them."""

    open_to_all: bool = False
    capabilities: frozenset[Capability] = frozenset()

    def __str__(self) -> str:
        if self.open_to_all:
            return "public"
        return " or ".join(sorted(self.capabilities)) or "signed in"


def declare(policy: Policy) -> Callable[[View], View]:
    """Write the policy on a view function, or on a class of the API."""

    def write(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return write


public = declare(Policy(open_to_all=True))
signed_in = declare(Policy())


def requires(*capabilities: Capability) -> Callable[[View], View]:
    """The viewer holds one of the capabilities in some office."""
    return declare(Policy(capabilities=frozenset(capabilities)))


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy a view declares, on itself or on its API class."""
    declared = getattr(view, "policy", None) or getattr(getattr(view, "cls", None), "policy", None)
    return cast(Policy | None, declared)


class Scoped(Protocol):
    """A row that lies in the organization tree."""

    @property
    def scope_path(self) -> str: ...


def scope_path(row: Model) -> str:
    """Where a row lies, for whoever wants to do something with it."""
    return cast(Scoped, row).scope_path


def get_in_scope(
    request: HttpRequest | Request, rows: QuerySet[Row], path_of: Callable[[Row], str] = scope_path, **lookup: object
) -> Row:
    """The row, if the viewer may see it (else 404) and may do at its place what the view asks for (else 403).

    `path_of`: where that is, for a view that only shows and is open to more than those who may change something.
    """
    if any("\0" in value for value in lookup.values() if isinstance(value, str)):
        raise Http404  # nobody types one, and PostgreSQL takes none
    visible = rows.visible_to(request.user)  # type: ignore[attr-defined]
    row = get_object_or_404(visible, **lookup)
    require_at(request, path_of(row))
    return row


def require_at(request: HttpRequest | Request, path: str) -> None:
    """Raise PermissionDenied unless one of the view's capabilities holds at the organization with that path."""
    match = request.resolver_match
    policy = policy_of(match.func) if match else None
    wanted = policy.capabilities if policy else frozenset(Capability)
    access = request.user.access  # type: ignore[union-attr]
    if wanted and not any(access.may(capability, path) for capability in wanted):
        raise PermissionDenied(_refusal(path))


def require_everywhere(request: HttpRequest | Request) -> None:
    """Raise PermissionDenied unless one of the view's capabilities is held at the top of the tree."""
    match = request.resolver_match
    policy = policy_of(match.func) if match else None
    access = request.user.access  # type: ignore[union-attr]
    if not (policy and any(access.may_everywhere(capability) for capability in policy.capabilities)):
        raise PermissionDenied(_("This holds for everybody, so it is kept at the top. Ask the county's administrator."))


def _refusal(path: str) -> str:
    if not path:
        return _("This person is on no roster any more. What is on record can be read, but not changed.")
    return _("Your office doesn't cover this here. Ask the branch secretary or the committee.")


class ApiPolicy(BasePermission):
    """The API's default permission: the policy of the view class."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return permits(getattr(view, "policy", None), request)


def permits(policy: Policy | None, request: HttpRequest | Request) -> bool:
    """Whether the policy lets this user in at all. No policy lets nobody in."""
    if policy is None:
        return False
    if policy.open_to_all:
        return True
    user = request.user
    if not user.is_authenticated:
        return False
    return not policy.capabilities or user.access.may_any(policy.capabilities)


def undeclared_views() -> Iterator[str]:
    """Routes whose view declares no policy."""
    for route, view in routes():
        if policy_of(view) is None:
            yield route


def routes() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route of the program with its view."""
    yield from _routes_below(get_resolver().url_patterns, "")


def _routes_below(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes_below(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


@register(Tags.security)
def every_view_declares_a_policy(app_configs: Any, **options: Any) -> list[Error]:
    """No page is public by accident."""
    return [
        Error(
            f"The view at /{route} declares no policy.",
            hint="Decorate it with @public, @signed_in or @requires(Capability…) from members.policy.",
            id="members.E001",
        )
        for route in undeclared_views()
    ]
