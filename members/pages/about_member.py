"""What the steps about a member share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.pages.forms import ReasonForm
from members.pages.requests import PageRequest
from members.pages.steps import Crumb, Step, Words, form_page


def member_crumbs(member: Member) -> list[Crumb]:
    return [(_("Roster"), reverse("members:roster-list")), (member.name, member.get_absolute_url())]


def remove_page(request: PageRequest, entry: Any, act: Callable[[str], object], done: Words) -> HttpResponse:
    """Ask why, then let what was written down about a member by mistake be deleted."""
    sentence = _(
        "%(name)s: “%(what)s” is deleted, as if it had never been written down. What was true and is over is not "
        "removed but ended."
    )
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda typed: act(typed["reason"]),
        Step(_("Remove what was never true"), _("Remove"), done),
        entry.member,
        crumbs=member_crumbs(entry.member),
        lead=sentence % {"name": entry.member.name, "what": entry},
    )
