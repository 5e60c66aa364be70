"""Merging two entries of one person."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from members.access.policy import get_in_scope, requires
from members.choices import MergeState
from members.models.contact import Merge
from members.models.member import Member
from members.pages.about_member import member_crumbs
from members.pages.forms import key_field
from members.pages.links import Link
from members.pages.listing import Listing, Nothing, number, text
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.pages.steps import Step, form_page
from members.roster.forms import MemberForm
from members.roster.merge_queries import (
    CAPABILITIES,
    better_the_other_way,
    candidates,
    counted,
    mergeable,
    obstacles,
    places,
    sentences,
)
from members.roster.merge_services import confirm_merge, propose_merge, refuse_merge, undo_merge
from members.roster.services import EDITABLE, PRIVATE, value_of

HIDDEN = "••••••"
WHOSE = {"kept": _("Of the entry that stays: %(value)s"), "merged": _("Of the other entry: %(value)s")}


class OtherForm(forms.Form):
    """The key of the other entry."""

    other = forms.UUIDField()


class MergeForm(forms.Form):
    """For each fact that differs: that of the entry that stays, or of the other. One that is missing is filled in."""

    key = key_field()
    reason = forms.CharField(label=_("Why they are one person"), max_length=300)

    def __init__(self, *args: Any, kept: Member, merged: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = []
        for name in EDITABLE:
            mine, other = value_of(kept, name), value_of(merged, name)
            if mine != other and other:
                both = (("kept", mine), ("merged", other))
                shown = [(code, WHOSE[code] % {"value": _shown(name, value)}) for code, value in both]
                self.fields[f"take_{name}"] = forms.ChoiceField(
                    label=MemberForm.base_fields[name].label, choices=shown, widget=forms.RadioSelect,
                    initial="kept" if mine else "merged",
                )  # fmt: skip
                self.facts.append(name)

    def choices(self) -> Iterator[BoundField]:
        return (self[f"take_{name}"] for name in self.facts)

    @staticmethod
    def labels(names: Iterable[str]) -> list[str]:
        return [str(MemberForm.base_fields[name].label) for name in names]

    def takes(self) -> list[str]:
        return [name for name in self.facts if self.cleaned_data[f"take_{name}"] == "merged"]


class MergeActForm(forms.Form):
    """What is done with a proposal, or with what was merged; undoing needs a word why."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("confirm", "refuse", "undo")], widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("act") == "undo" and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why the entries are parted again."))


def _shown(name: str, value: Any) -> str:
    if not value:
        return "—"
    if name in PRIVATE:
        return HIDDEN
    return str(dict(getattr(MemberForm.base_fields[name], "choices", ())).get(value, value))


@requires(*CAPABILITIES)
@require_http_methods(FORM_METHODS)
def merge_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Choose the other entry of the person, then which facts stay; a second person confirms it."""
    kept = get_in_scope(request, Member.objects.all(), key=key)
    other, title = OtherForm(request.GET), _("Merge the entry of %(name)s with another") % {"name": kept.name}
    if not other.is_valid():
        return _choose(request, kept, title)
    merged = get_object_or_404(mergeable(request.user).exclude(pk=kept.pk), key=other.cleaned_data["other"])
    form = MergeForm(request.POST or None, kept=kept, merged=merged)
    act = partial(propose_merge, kept=kept, merged=merged, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], reason=typed["reason"], takes=form.takes()),
        Step(title, _("Ask a second person")),
        lambda made: made,
        crumbs=member_crumbs(kept),
        template="members/roster/merge_new.html",
        more={
            "member": kept,
            "merged": merged,
            "counted": COUNTED.shown(request, counted(kept, merged)),
            "sentences": sentences(kept, merged),
            "obstacles": obstacles(kept, merged),
            "turn": better_the_other_way(kept, merged),
            "places": places(kept, merged),
        },
    )


def _choose(request: PageRequest, kept: Member, title: str) -> HttpResponse:
    joined = gettext("Joined the party")
    context = {
        "title": title,
        "crumbs": member_crumbs(kept),
        "lead": _(
            "Which entry is of the same person? This one stays; the other becomes another name of it. A second person "
            "looks at it before anything changes."
        ),
        "choices": [
            Link("person", one.name, f"{one.born or '—'} · {joined} {one.joined or '—'}", f"?other={one.key}")
            for one in candidates(kept, request.user)
        ],
        "none": _("Nobody else on the rosters that you keep has this name or this phone number."),
        "cancel_url": kept.get_absolute_url(),
    }
    return render(request, "members/pages/choose.html", context)


COUNTED = Listing(
    columns=[
        text("name", _("What there is")),
        number("kept", _("This entry")),
        number("merged", _("The other entry")),
        text(
            "becomes",
            _("What becomes of it"),
            lambda line: (
                _("stays as recorded, reached from here")
                if line.stays
                else _("moves to this entry; what would be there twice stays")
            ),
        ),
    ],
    phone=["name", "becomes", "kept", "merged"],
    nothing=Nothing(_("Nothing is recorded there.")),
    size=100,
)


@requires(*CAPABILITIES)
@require_http_methods(FORM_METHODS)
def merge_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was proposed or done: the second person confirms or refuses it, and for thirty days it can be undone."""
    merge = get_in_scope(request, Merge.objects.select_related("kept", "merged", "proposed_by", "settled_by"), key=key)
    form = MergeActForm(request.POST or None)
    if form.is_valid() and try_on_form(form, lambda: _act(request, merge, form)):
        messages.success(request, gettext("Stored."))
        return redirect(merge)
    context = {
        "merge": merge,
        "form": form,
        "title": _("Two entries of %(name)s") % {"name": merge.kept.name},
        "crumbs": member_crumbs(merge.kept),
        "counted": COUNTED.shown(request, counted(merge.kept, merge.merged)),
        "places": places(merge.kept, merge.merged),
        "may_confirm": merge.state == MergeState.PROPOSED and merge.proposed_by != request.user,
        "taken": MergeForm.labels(merge.takes),
        "sentences": sentences(merge.kept, merge.merged) if merge.state == MergeState.PROPOSED else [],
    }
    return render(request, "members/roster/merge.html", context)


def _act(request: PageRequest, merge: Merge, form: MergeActForm) -> None:
    match form.cleaned_data["act"]:
        case "confirm":
            confirm_merge(merge=merge, on=request.today, by=request.user)
        case "refuse":
            refuse_merge(merge=merge, on=request.today, by=request.user)
        case _:
            undo_merge(merge=merge, reason=form.cleaned_data["reason"], on=request.today, by=request.user)
