"""What the pages about schemes share."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import Indicator, Scheme
from assessment.queries.schemes import Tree, places_kept
from assessment.rules.flaws import Flaw
from members.choices import Capability
from members.models import Organization
from members.policy import fetch
from members.requests import PageRequest

VIEW, MANAGE = Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES
SCHEMES = Scheme.objects.select_related("organization")


def fetch_draft(request: PageRequest, key: UUID) -> Scheme:
    """A scheme that can still be changed; 403 with the reason when it no longer can."""
    scheme = fetch(request, SCHEMES, pk=key)
    if not scheme.is_draft:
        raise PermissionDenied(_("Branches are assessed by it, so it stays as it is: make a new version."))
    return scheme


def posted(request: PageRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when nothing was."""
    return request.POST if request.method == "POST" else None


def may_manage(request: PageRequest, scheme: Scheme) -> bool:
    return request.user.standing.may(MANAGE, scheme.scope_path)


def places_offered(request: PageRequest) -> list[Organization]:
    """The committees for which the viewer keeps schemes, in tree order. 404 without one."""
    if not (places := list(places_kept(request.user).standing_on(request.today))):
        raise Http404
    return places


def place_asked_for(request: PageRequest) -> Organization:
    """The one in the address, else the first of one's own. 404 outside one's own."""
    code = request.GET.get("org")
    found = next((place for place in places_offered(request) if code in (None, "", place.code)), None)
    if found is None:
        raise Http404
    return found


def lines_below_which(scheme: Scheme, line: Indicator | None = None) -> QuerySet[Indicator]:
    """Lines below which another may stand."""
    lines = scheme.indicators.order_by("position")
    return lines.exclude(pk=line.pk) if line else lines


def checks(scheme: Scheme, tree: Tree) -> list[dict[str, Any]]:
    """What doesn't add up yet: which line it is about, the sentence, and the page where it is put right."""
    return [
        {"place": _place(flaw, tree), "sentence": flaw.sentence, "url": _page(flaw, scheme, tree)}
        for flaw in tree.flaws()
    ]


def _place(flaw: Flaw, tree: Tree) -> str:
    return str(tree.lines[flaw.line].line) if flaw.line is not None else ""


def _page(flaw: Flaw, scheme: Scheme, tree: Tree) -> str:
    if flaw.line is None:
        name = "scheme-bands" if flaw.path.startswith("bands") else "scheme-edit"
        name = "scheme-line-new" if flaw.code == "no_lines" else name
        return reverse(f"assessment:{name}", args=[scheme.pk])
    line = tree.lines[flaw.line]
    if flaw.clause is not None:
        return reverse("assessment:scheme-clause-edit", args=[scheme.pk, line.clauses[flaw.clause].clause.pk])
    name = "scheme-clause-new" if flaw.code == "clauses_missing" else "scheme-line-edit"
    return reverse(f"assessment:{name}", args=[scheme.pk, line.line.pk])
