"""How messages read: which wording holds where, and a committee's own."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.pages.requests import PageRequest
from members.refused import Refused
from reminders.channels.queries import OFFERED, managed_places
from reminders.choices import Addressee, MessageKind
from reminders.messages.forms import WordingForm
from reminders.messages.models import Wording
from reminders.messages.services import give_wording_back, write_wording
from reminders.messages.text_rules import AUDIENCES, PLACEHOLDERS, filled, name_in
from reminders.messages.wording_queries import Slot, Wordings, sample, slot_of, source_of

WRITERS = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
"""Branches speak with the words of the level above."""
SHOWN = 20
"""Earlier texts that a page shows."""


class Typed(NamedTuple):
    """A text that isn't stored."""

    subject: str
    text: str


@requires(Capability.MANAGE_MESSAGES)
@require_safe
def wording_list(request: PageRequest) -> HttpResponse:
    """Every kind of message, and whose wording holds for an organization."""
    places = managed_places(request.user).filter(kind__in=WRITERS)
    place = _place(request, request.GET["org"]) if request.GET.get("org") else places.first()
    if place is None:
        raise Http404
    wordings = Wordings.load()
    lines = [_line(wordings, place, kind, told) for kind, audience in AUDIENCES.items() for told in audience]
    context = {"place": place, "places": places[:OFFERED], "lines": lines, "languages": settings.LANGUAGES}
    return render(request, "reminders/messages/wording_list.html", context)


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def wording_edit(request: PageRequest, code: str, kind: str, told: str, language: str) -> HttpResponse:
    """A wording of one's own, with a preview; `preview` in what is sent stores nothing."""
    place, slot = _place(request, code), _slot(kind, told, language)
    wordings = Wordings.load()
    held = wordings.at(place.path, *slot_arguments(slot))
    form = WordingForm(request.POST or None, slot=slot, initial={"subject": held.subject, "text": held.text})
    is_sent = request.method == "POST" and "preview" not in request.POST
    if is_sent and form.is_valid() and _written(request, place, form):
        return redirect(_address(place))
    context = {"form": form, "place": place, "slot": slot, **_shown(wordings, place, slot), **_names(slot)}
    return render(request, "reminders/messages/wording_edit.html", context | _preview(request, place, form, held))


@requires(Capability.MANAGE_MESSAGES)
@require_POST
def wording_give_back(request: PageRequest, code: str, kind: str, told: str, language: str) -> HttpResponse:
    """From now on the wording of the level above."""
    place = _place(request, code)
    give_wording_back(organization=place, slot=_slot(kind, told, language), by=request.user)
    messages.success(request, _("The wording of the level above holds again."))
    return redirect(_address(place))


def slot_arguments(slot: Slot) -> tuple[str, str, str]:
    """As `Wordings.at` takes them."""
    return slot.kind, slot.language, slot.addressee


def _place(request: PageRequest, code: str) -> Organization:
    return get_in_scope(request, Organization.objects.filter(kind__in=WRITERS), code=code)


def _slot(kind: str, told: str, language: str) -> Slot:
    if kind not in MessageKind.values or language not in dict(settings.LANGUAGES):
        raise Http404
    slot = slot_of(kind, language, told)
    if slot.addressee != told:
        raise Http404
    return slot


def _line(wordings: Wordings, place: Organization, kind: MessageKind, told: Addressee) -> dict[str, Any]:
    slots = [Slot(kind.value, told.value, language) for language, _name in settings.LANGUAGES]
    held = [wordings.at(place.path, *slot_arguments(slot)) for slot in slots]
    return {
        "kind": kind.label,
        "told": told.label,
        "texts": [
            {"language": name, "held": row, "is_own": row.organization_id == place.pk, "url": _address(place, slot)}
            for (_language, name), row, slot in zip(settings.LANGUAGES, held, slots, strict=True)
        ],
    }


def _address(place: Organization, slot: Slot | None = None) -> str:
    if slot is None:
        return f"{reverse('reminders:wording-list')}?org={place.code}"
    return reverse("reminders:wording-edit", args=[place.code, *slot])


def _shown(wordings: Wordings, place: Organization, slot: Slot) -> dict[str, object]:
    """Whose wording holds and would hold, what was written before, and what may be left open."""
    return {
        "held": wordings.at(place.path, *slot_arguments(slot)),
        "own": wordings.own(place.path, slot),
        "above": wordings.at(place.parent_path, *slot_arguments(slot)),
        "history": _history(place, slot),
        "placeholders": _placeholders(slot),
    }


def _names(slot: Slot) -> dict[str, object]:
    return {
        "kind": MessageKind(slot.kind).label,
        "told": Addressee(slot.addressee).label,
        "language_name": dict(settings.LANGUAGES)[slot.language],
    }


def _placeholders(slot: Slot) -> list[tuple[str, object, bool]]:
    """As one writes it, what it says, and whether a line with it may be left out."""
    known = PLACEHOLDERS[MessageKind(slot.kind)]
    return [(f"{{{name_in(one, slot.language)}}}", one.says, one.may_lack) for one in known]


def _history(place: Organization, slot: Slot) -> list[Wording]:
    rows = Wording.objects.filter(organization=place, **slot._asdict()).select_related("written_by__member")
    return list(rows.newest_first()[:SHOWN])


def _preview(request: PageRequest, place: Organization, form: WordingForm, held: Wording) -> dict[str, Any]:
    """How the text that stands in the form would read; nothing while something is wrong with it."""
    values = sample(form.slot, place, on=request.today)
    if form.is_bound and not form.is_valid():
        return {"preview": None, "source": source_of(values)}
    text = Typed(**form.cleaned_data) if form.is_bound else Typed(held.subject, held.text)
    return {"preview": filled(text, values.values), "source": source_of(values)}


def _written(request: PageRequest, place: Organization, form: WordingForm) -> bool:
    try:
        write_wording(organization=place, slot=form.slot, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    messages.success(request, _("The wording is stored. It holds from the next message on."))
    return True
