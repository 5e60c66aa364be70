"""The lists of suggestions: those of a branch, one's own, and counts of the branches below."""

from collections.abc import Iterator
from datetime import date

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from members.models import HelpRequest
from members.pages.listing import Badge, Listing, Nothing, badges, day, linked, number, text
from members.pages.steps import Words
from supervision.suggestions.models import Suggestion
from supervision.suggestions.rules import answer_state

SHOWN_OF_OWN = 50
YES, NO = _("Yes"), _("No")


def state_badges(one: Suggestion, on: date) -> Iterator[Badge]:
    """Where it stands on the day."""
    state = answer_state(due_on=one.due_on, answered_on=one.answered_on, on=on)
    if state == "overdue":
        yield _("Overdue"), "bad"
    elif state != "answered":
        yield _("Waiting for an answer"), "warn"
    else:
        yield from _answered(one)


def _answered(one: Suggestion) -> Iterator[Badge]:
    words: dict[str, str | Promise] = {"solved": one.get_outcome_display(), "explained": _("Explained")}
    yield words.get(one.outcome, _("Passed up")), "good" if one.outcome == "solved" else "info"
    if one.is_thanked:
        yield _("Thanked"), "good"
    if one.is_settled is not None:
        yield (_("Member: settled"), "good") if one.is_settled else (_("Member: not settled"), "warn")


def _audience(one: Suggestion) -> Words:
    return _("Members of the branch") if one.is_shared else _("Officers only")


def _shortened(one: Suggestion) -> str:
    return Truncator(one.text.open()).chars(60)


KIND, BRANCH = text("kind", _("It is about"), "get_kind_display"), text("branch", _("Branch"), "organization.name")
NAME = text("name", _("Name"), "member.name", style="nowrap")
ASKED_ON, DUE_ON, STATE = (
    day("asked_on", _("Asked on")),
    day("due_on", _("Answer by")),
    badges("state", _("State"), state_badges),
)
LISTING = Listing(
    columns=[linked("text", _("Suggestion"), _shortened), KIND, BRANCH, NAME, ASKED_ON, DUE_ON, STATE],
    phone=["text", "state", "name", "due_on"],
    workbook=[
        ASKED_ON, BRANCH, NAME, KIND,
        text("text", _("Suggestion"), "text.open"),
        text("audience", _("Who may read it"), _audience),
        DUE_ON,
        day("answered_on", _("Answered on")),
        text("outcome", _("What became of it"), "get_outcome_display"),
        text("answer", _("Answer"), "answer.open"),
        text("thanked", _("Thanked"), lambda one: YES if one.is_thanked else ""),
        text("settled", _("Settled, says the member"), lambda one: {True: YES, False: NO, None: ""}[one.is_settled]),
    ],
    counted=ngettext_lazy("%(counter)s suggestion", "%(counter)s suggestions", "counter"),
    nothing=Nothing(
        _(
            "Nobody has suggested anything yet. Suggestions belong to the branch; its members write them on their own "
            "page."
        ),
        "lightbulb",
    ),
    no_match=_("No suggestion fits. Take away a filter."),
)  # fmt: skip


OWN = Listing(
    columns=[linked("text", _("Suggestion"), _shortened), ASKED_ON, DUE_ON, STATE],
    phone=["text", "state", "asked_on", "due_on"],
    nothing=Nothing(
        _("You haven't suggested anything yet. What could be better in the branch or the unit?"), "lightbulb"
    ),
    size=SHOWN_OF_OWN,
)


def _help_badges(one: HelpRequest, on: date) -> list[Badge]:
    if one.answered_on:
        return []
    return [(_("Overdue"), "bad") if one.due_on < on else (_("Waiting for an answer"), "warn")]


OWN_HELP = Listing(
    columns=[
        text("request", _("What is needed"), "request.open"),
        ASKED_ON,
        DUE_ON,
        text(
            "answer",
            _("Answer"),
            lambda one: one.answer.open() if one.answered_on else "",
            below=lambda one: one.answered_on or "",
            badges=_help_badges,
        ),
    ],
    phone=["request", "answer", "due_on"],
    nothing=Nothing(
        _("Nothing is on record. If you need something, ask; only the officers of your branch read it."),
        "life-preserver",
    ),
    size=SHOWN_OF_OWN,
)


COUNTED = [
    text("branch", _("Branch"), "branch.name"),
    number("asked", _("Asked")),
    number("answered", _("Answered")),
    number("on_time", _("Answered in time"), "answered_on_time"),
    number("solved", _("Solved")),
    number("solved_share", _("Solved, per cent of the answers")),
    number("overdue", _("Overdue"), is_bad=True),
]
BRANCHES = Listing(
    columns=[
        *COUNTED,
        badges("state", _("State"), lambda line, _on: [] if line.asked else [(_("Nobody asked"), "quiet")]),
    ],
    workbook=COUNTED,
    phone=["branch", "state", "asked", "answered", "solved"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "search"),
)
