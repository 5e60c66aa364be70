"""The record, and what is kept how long."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.actions import ACTIONS, BREAKS
from audit.models import ChainCheck, EntryQuerySet
from members.access.policy import requires
from members.choices import Capability
from members.dates import to_the_minute
from members.pages.forms import LookedUpField, day_field
from members.pages.listing import Listing, Nothing, linked, text
from members.pages.requests import PageRequest
from members.trail.queries import (
    READERS,
    Act,
    administers_the_root,
    between,
    kept_how_long,
    sees_all,
    trail_page,
    visible_entries,
)
from members.trail.retention import for_good


def _details(act: Act) -> str:
    """The reason, what changed, and the details."""
    changed = f"{_('Changed:')} {', '.join(act.fields)}" if act.fields else ""
    return " · ".join(filter(None, [act.entry.reason, changed, *(f"{name}: {value}" for name, value in act.details)]))


TRAIL = Listing(
    columns=[
        text("what", _("Did what")),
        linked("about", _("What it was about"), lambda act: act.about or "–", url="url"),
        text("who", _("Who"), lambda act: act.who or _("the program")),
        text("moment", _("Moment"), lambda act: to_the_minute(act.entry.at)),
        text("reason", _("Reason and details"), _details),
    ],
    phone=["what", "moment", "about", "who", "reason"],
    nothing=Nothing(
        _(
            "Nothing has been put on record yet. Every change of a member, an office or an organization will stand "
            "here."
        ),
        "clock-history",
    ),
    no_match=_("Nothing on record fits. Try a longer time or fewer filters."),
)


class TrailFilter(forms.Form):
    """What of the trail is wanted. Empty fields ask for nothing."""

    q = forms.CharField(label=_("Name of the record"), required=False, max_length=100)
    who = forms.CharField(label=_("Who (user name)"), required=False, max_length=150)
    action = LookedUpField(label=_("Did what"), required=False)
    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("Until"), required=False)
    kind = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    """With `kind`: everything about one record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(ACTIONS.items(), key=lambda pair: str(pair[1]))
        self.fields["action"].choices = [("", _("Anything")), *choices]  # type: ignore[attr-defined]

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Leave out what wasn't asked for. Fields that can't be read ask for nothing; the page says so beside them."""
        self.is_valid()
        asked = self.cleaned_data
        wanted = {
            "subject_label__icontains": asked.get("q"),
            "actor__iexact": asked.get("who"),
            "action": asked.get("action"),
            "subject_kind": asked.get("kind"),
            "subject_id": asked.get("id"),
        }
        entries = entries.filter(**{lookup: value for lookup, value in wanted.items() if value})
        return between(entries, asked.get("first"), asked.get("last"))


class TrailPlace(forms.Form):
    """Which page: the entries before or after a number. What can't be read means the newest."""

    before = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)

    def numbers(self) -> dict[str, int | None]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("before", "after")}


@requires(Capability.VIEW_AUDIT)
@never_cache
@require_safe
def audit_list(request: PageRequest) -> HttpResponse:
    """Who did what in the organizations below one's office, newest first."""
    form = TrailFilter(request.GET)
    entries = form.narrow(visible_entries(request.user))
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    check = ChainCheck.objects.first()
    trail = trail_page(entries, reader=request.user, **TrailPlace(request.GET).numbers())
    without = ("about",) if form.cleaned_data.get("id") else ()
    return TRAIL.shown(request, trail.acts, form=form, without=without).answer(
        title=_("Audit trail"),
        prints=False,
        template="members/trail/audit.html",
        more={
            "trail": trail,
            "query": query.urlencode(),
            "check": check,
            "found": BREAKS.get(check.found, check.found) if check else "",
            "whole_installation": administers_the_root(request.user),
        },
    )


@requires(*READERS)
@require_safe
def retention_list(request: PageRequest) -> HttpResponse:
    """Each kind with its period, its ground and its numbers, and what stays for good."""
    lines = kept_how_long(request.user, on=request.today)
    context = {"lines": lines, "for_good": for_good(), "sees_all": sees_all(request.user)}
    return render(request, "members/trail/retention.html", context)
