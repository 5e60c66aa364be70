"""The branch on itself and on the other branches of its committee, while it is asked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.views_given import ViewForm
from assessment.queries.views_asked import AskedView, views_asked
from assessment.services.views_given import give_view
from assessment.views.assessment_pages import RECORD
from members.policy import requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest


@requires(RECORD)
@require_safe
def view_list(request: PageRequest) -> HttpResponse:
    """What the branch is asked, and what it has said."""
    return render(request, "assessment/view_list.html", {"asked": views_asked(request.user)})


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def view_give(request: PageRequest, key: UUID, code: str) -> HttpResponse:
    """Points of the whole and words; said anew as often as one likes until the assessment is shown."""
    asked = _asked(request, key, code)
    form = ViewForm(request.POST or None, asked=asked)
    given: dict[str, Any] = {"assessment": asked.assessment, "organization": asked.viewer, "on": request.today}
    if form.is_valid() and carried_out(form, lambda: give_view(**form.cleaned_data, **given, by=request.user)):
        messages.success(request, _("It is on record. Until the assessment is shown you can still change it."))
        return redirect("assessment:view-list")
    return render(request, "assessment/view_give.html", {"form": form, "asked": asked})


def _asked(request: PageRequest, key: UUID, code: str) -> AskedView:
    """`code`: the branch whose view it is. Raises Http404."""
    found = [one for one in views_asked(request.user) if one.assessment.pk == key and one.viewer.code == code]
    if not found:
        raise Http404
    return found[0]
