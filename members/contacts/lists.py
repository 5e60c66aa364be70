"""The lists of requests for help, and of members who are hard to reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse, reverse_lazy
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy as _, ngettext, ngettext_lazy

from members.choices import ContactKind, SituationKind
from members.contacts.queries import ReachRow
from members.contacts.rules import ContactUrgency, NextContact
from members.contacts.services import Numbers
from members.models.contact import HelpRequest
from members.pages.listing import Act, Badge, Listing, Nothing, acts, day, linked, number, text
from members.pages.requests import address

OVERDUE: Badge = (_("Overdue"), "bad")


def _shortened(words: str) -> str:
    return Truncator(words).chars(80)


HELP = Listing(
    columns=[
        linked("member", _("Member"), "member.name", url=lambda one: reverse("members:help-answer", args=[one.key])),
        text("request", _("What is needed"), lambda one: _shortened(one.request.open())),
        day("asked_on", _("Asked on")),
        day(
            "due_on",
            _("Answer by"),
            badges=lambda one, on: [OVERDUE] if not one.answered_on and one.due_on < on else [],
        ),
        text(
            "answer",
            _("Answer"),
            lambda one: _shortened(one.answer.open()) if one.answered_on else "",
            badges=lambda one, _on: [] if one.answered_on else [(_("Open"), "warn")],
        ),
    ],
    phone=["member", "due_on", "request", "answer"],
    nothing=Nothing(
        _(
            "Nobody has asked for anything yet. Requests come up in contacts: record them there, and they are answered "
            "here."
        ),
        "life-preserver",
        _("Who is hard to reach"),
        reverse_lazy("members:reach-list"),
    ),
    no_match=_("No request fits. Choose another state."),
)


def answer_state(one: HelpRequest, on: date) -> str:
    if one.answered_on:
        return gettext("Answered")
    return gettext("Overdue") if one.due_on < on else gettext("Open")


def why(due: NextContact) -> str:
    """Why the next contact is due then, in words."""
    if due.agreed:
        return gettext("agreed at the last contact")
    if due.rule is None:
        return ""
    every = ngettext("every %(count)s month", "every %(count)s months", due.rule.whole) % {"count": due.rule.whole}
    return f"{every} · {due.citation}"


@dataclass(frozen=True)
class ReachLine:
    """A member who is hard to reach, as the lists show them. `numbers`: opened for a purpose."""

    row: ReachRow
    may_record: bool = False
    numbers: Numbers | None = None

    @property
    def situations(self) -> str:
        return "、".join(str(SituationKind(kind).label) for kind in self.row.waiting.situations)

    @property
    def last_kind(self) -> str:
        kind = self.row.waiting.last_kind
        return str(ContactKind(kind).label) if kind else ""

    @property
    def why(self) -> str:
        """Why the next contact is due, and what may be considered after a long silence."""
        return " ".join([why(self.row.waiting.next), *self._after_silence()]).strip()

    def _after_silence(self) -> Iterator[str]:
        if verdict := self.row.waiting.silence:
            considered = gettext(
                "The branch may consider suspending the membership; that is for the organization to decide."
            )
            yield f"{verdict.reason} {considered} {verdict.citations[0]}"

    @property
    def persons(self) -> str:
        return "、".join(f"{one} {one.relation}".strip() for one in self.row.contact_persons)

    @property
    def ways(self) -> Iterator[Act]:
        member = self.row.member
        if self.row.open_requests:
            yield _("Asks for help"), address("members:help-list", state="open"), member.name
        if self.may_record:
            yield _("Record a contact"), address("members:contact-add", member.key, back="reach"), member.name
        if self.may_record and not self.row.contact_persons:
            yield _("Name somebody"), address("members:contact-person-add", member.key, back="reach"), member.name


STATES: dict[ContactUrgency, Badge] = {
    ContactUrgency.OVERDUE: OVERDUE,
    ContactUrgency.NEVER: (_("No contact on record"), "warn"),
    ContactUrgency.SOON: (_("Soon"), "info"),
}
WRITTEN = {
    ContactUrgency.OVERDUE: _("Overdue"),
    ContactUrgency.NEVER: _("No contact on record"),
    ContactUrgency.SOON: _("Within two weeks"),
}


def _state(line: ReachLine, _on: date) -> list[Badge]:
    state = line.row.waiting.next.state
    return [STATES[state]] if state in STATES else []


NAME = linked("name", _("Name"), "row.member.name", url="row.member.get_absolute_url")
SITUATION = text("situations", _("Situation"), below="row.waiting.places")
LAST = text("last", _("Last contact"), "row.waiting.last.on", below="last_kind")
REACH = Listing(
    columns=[
        NAME,
        SITUATION,
        LAST,
        text("next", _("Next contact"), lambda line: line.row.waiting.next.due_on or "", below="why", badges=_state),
        text("persons", _("Contact person"), lambda line: line.persons or None),
        acts(lambda line: line.ways),
    ],
    phone=["name", "next", "situations", "last"],
    workbook=[
        NAME,
        SITUATION,
        text("places", _("Place"), "row.waiting.places"),
        text("persons", _("Contact person")),
        LAST,
        text("last_kind", _("How")),
        day("due_on", _("Next contact by"), "row.waiting.next.due_on"),
        text("why", _("Why"), lambda line: why(line.row.waiting.next)),
        text("state", _("State"), lambda line: WRITTEN.get(line.row.waiting.next.state, "")),
        number("requests", _("Open requests for help"), "row.open_requests"),
    ],
    counted=ngettext_lazy("%(counter)s member", "%(counter)s members", "counter"),
    nothing=Nothing(
        _(
            "Nobody is recorded as retired, away, frail or lost. Record the situation on a member's page, or bring it "
            "along in the workbook."
        ),
        "person-heart",
        _("To the roster"),
        reverse_lazy("members:roster-list"),
    ),
    no_match=_("Nobody fits. Take away a filter, or look for fewer letters."),
)
