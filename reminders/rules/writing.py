"""What is said against a wording while it is written, so that nothing has to be held back when it is sent."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.choices import MessageKind
from reminders.rules.filling import BRACES, Unfilled, fill, lacking, unknown
from reminders.rules.placeholders import PLACEHOLDERS, Placeholder

LONE = (*BRACES, "{}")
"""What `unknown` gives for a brace that belongs to no placeholder."""


def objections(kind: MessageKind, subject: str, text: str, language: str) -> Iterator[tuple[str, str]]:
    """Field (`subject` or `text`) and a sentence that says what to do. Nothing: it can be sent to everybody."""
    found = [("subject", one) for one in _faults(kind, subject, language)]
    if names := lacking(subject):
        words = {"names": _listed(names)}
        found.append(("subject", _("There isn't always a value for %(names)s: leave it to the text.") % words))
    found += [("text", one) for one in _faults(kind, text, language)]
    yield from found or _nothing_left(kind, text)


def name_in(placeholder: Placeholder, language: str) -> str:
    """How the placeholder is written in a text of that language."""
    return placeholder.name if language == "en" else placeholder.zh


def _faults(kind: MessageKind, text: str, language: str) -> Iterator[str]:
    names = unknown(text, kind)
    if any(name in LONE for name in names):
        yield _("A brace has no partner. Placeholders are written like this: %(example)s.") % {
            "example": _listed([name_in(PLACEHOLDERS[kind][0], language)])
        }
    if wrong := [name for name in names if name not in LONE]:
        there_are = _listed(name_in(one, language) for one in PLACEHOLDERS[kind])
        yield ngettext(
            "There is no placeholder %(names)s here. These exist: %(known)s.",
            "There are no placeholders %(names)s here. These exist: %(known)s.",
            len(wrong),
        ) % {"names": _listed(wrong), "known": there_are}


def _nothing_left(kind: MessageKind, text: str) -> Iterator[tuple[str, str]]:
    barest = {one.name: "" if one.may_lack else one.name for one in PLACEHOLDERS[kind]}
    try:
        is_empty = not fill(text, barest)
    except Unfilled:
        is_empty = True
    if is_empty:
        yield "text", _("Each line needs a value that isn't always there: write one that can always be sent.")


def _listed(names: Iterable[str]) -> str:
    return " ".join(f"{{{name}}}" for name in names)
