"""What happened to a member, in words: the lines of the timeline on a member's page."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from members.choices import AffiliationKind, ContactKind, LeavingReason, OfficeKind, RowVerdict, SituationKind
from members.dates import PartialDate
from members.roster.member_queries import Event, Happening


@dataclass(frozen=True)
class TimelineEvent:
    """As templates/includes/timeline.html shows it."""

    when: str
    icon: str
    title: str
    text: str = ""
    url: str = ""


ICONS = {
    Happening.JOINED: "flag",
    Happening.CONFIRMED: "patch-check",
    Happening.PLACED: "box-arrow-in-right",
    Happening.LEFT: "box-arrow-right",
    Happening.OFFICE_BEGUN: "person-badge",
    Happening.OFFICE_ENDED: "person-badge",
    Happening.SITUATION_BEGUN: "bookmark",
    Happening.SITUATION_ENDED: "check",
    Happening.PERSON_BEGUN: "person-heart",
    Happening.PERSON_ENDED: "person-x",
    Happening.CONTACT: "chat-dots",
    Happening.HELP_ASKED: "life-preserver",
    Happening.HELP_ANSWERED: "check-circle",
    Happening.IMPORTED: "file-earmark-spreadsheet",
}
CONTACT_ICONS = {"visit": "house-heart", "phone": "telephone", "online": "chat-dots", "letter": "envelope"}
PAGES = {
    Happening.CONTACT: "members:contact-edit",
    Happening.HELP_ASKED: "members:help-answer",
    Happening.HELP_ANSWERED: "members:help-answer",
}
"""Where an entry of the contact log is read in full and corrected."""


def lines(events: list[Event], *, may_record: bool) -> list[TimelineEvent]:
    """The events as a person reads them; with links for those who keep the contact log."""
    return [_line(event, _url(event) if may_record else "") for event in events]


def _line(event: Event, url: str) -> TimelineEvent:
    title, text = TELL[event.happening](event)
    icon = CONTACT_ICONS.get(event.code, "") if event.happening == Happening.CONTACT else ""
    return TimelineEvent(_when(event), icon or ICONS[event.happening], title, text, url)


def _when(event: Event) -> str:
    dated = event.happening in (Happening.JOINED, Happening.CONFIRMED)
    return str(PartialDate(event.day, event.code)) if dated else event.day.isoformat()


def _url(event: Event) -> str:
    return reverse(PAGES[event.happening], args=[event.ref]) if event.happening in PAGES else ""


def _placed(event: Event) -> tuple[str, str]:
    if event.code == AffiliationKind.PARTICIPATION:
        return _("Takes part in %(place)s") % {"place": event.text}, ""
    return _("On the roster of %(place)s") % {"place": event.text}, ""


def _left(event: Event) -> tuple[str, str]:
    return _("Left %(place)s") % {"place": event.text}, _label(LeavingReason, event.code)


def _office_begun(event: Event) -> tuple[str, str]:
    return _("Became %(office)s") % {"office": _label(OfficeKind, event.code)}, event.text


def _office_ended(event: Event) -> tuple[str, str]:
    return _("No longer %(office)s") % {"office": _label(OfficeKind, event.code)}, event.text


def _situation_begun(event: Event) -> tuple[str, str]:
    return _("Begins: %(situation)s") % {"situation": _label(SituationKind, event.code)}, event.text


def _situation_ended(event: Event) -> tuple[str, str]:
    return _("Ends: %(situation)s") % {"situation": _label(SituationKind, event.code)}, event.text


def _person_begun(event: Event) -> tuple[str, str]:
    return _("%(name)s looks after the member") % {"name": event.text}, event.code


def _person_ended(event: Event) -> tuple[str, str]:
    return _("%(name)s no longer looks after the member") % {"name": event.text}, event.code


def _contact(event: Event) -> tuple[str, str]:
    return f"{_label(ContactKind, event.code)} · {event.text}", event.words.open()


def _help_asked(event: Event) -> tuple[str, str]:
    return _("Asked for help"), event.words.open()


def _help_answered(event: Event) -> tuple[str, str]:
    return _("Request for help answered"), event.words.open()


def _imported(event: Event) -> tuple[str, str]:
    if event.code == RowVerdict.NEW:
        return _("Taken over from a workbook"), event.text
    return _("Brought up to date from a workbook"), event.text


TELL: dict[Happening, Callable[[Event], tuple[str, str]]] = {
    Happening.JOINED: lambda event: (_("Admitted to the party"), ""),
    Happening.CONFIRMED: lambda event: (_("Became a formal member"), ""),
    Happening.PLACED: _placed,
    Happening.LEFT: _left,
    Happening.OFFICE_BEGUN: _office_begun,
    Happening.OFFICE_ENDED: _office_ended,
    Happening.SITUATION_BEGUN: _situation_begun,
    Happening.SITUATION_ENDED: _situation_ended,
    Happening.PERSON_BEGUN: _person_begun,
    Happening.PERSON_ENDED: _person_ended,
    Happening.CONTACT: _contact,
    Happening.HELP_ASKED: _help_asked,
    Happening.HELP_ANSWERED: _help_answered,
    Happening.IMPORTED: _imported,
}


def _label(choices: type[Enum], code: str) -> str:
    labels: dict[str, Any] = dict(choices.choices)  # type: ignore[attr-defined]
    return str(labels.get(code, code))
