"""Whom an inspector declares: letters about them go to somebody else. Only the inspector sees the names."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.choices import Capability
from members.fields import opened
from members.policy import requires
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.letters import RelativeForm
from supervision.models import DeclaredRelative
from supervision.services.relatives import declare_relative, remove_relative


@requires(Capability.READ_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def relative_list(request: PageRequest) -> HttpResponse:
    """One's own, with the form to add one."""
    form = RelativeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and carried_out(form, lambda: declare_relative(user=request.user, **form.cleaned_data)):
        messages.success(request, _("Declared. Letters about this person don't come to you."))
        return redirect("supervision:relative-list")
    rows = DeclaredRelative.objects.visible_to(request.user).order_by("relation", "key")
    lines = [(row, opened(row.name)) for row in rows]
    return render(request, "supervision/relative_list.html", {"form": form, "lines": lines})


@requires(Capability.READ_LETTERS)
@require_POST
def relative_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Who is no relative any more, or was written wrongly."""
    row = get_object_or_404(DeclaredRelative.objects.visible_to(request.user), pk=key)
    remove_relative(entry=row, by=request.user)
    messages.success(request, _("Removed. Letters that come from now on take no account of it."))
    return redirect("supervision:relative-list")
