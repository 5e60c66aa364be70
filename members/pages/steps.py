"""The page of a step: one form, one service, one sentence (docs/pages.md)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from members.pages.requests import PageRequest, try_on_form

Words = str | Promise
Crumb = tuple[Words, Words]
"""What a page above is called, and its address."""
PAGE = "members/pages/step.html"


@dataclass(frozen=True, slots=True)
class Button:
    """A way to another page beside the heading. One of a page is `primary` at most."""

    label: Words
    url: Words
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The words of a step: the page's title, the button, and what the next page says when it is `done` (a function of
    what the service gave, where that matters). `question` is asked once more; `danger`: something goes away.
    """

    title: Words
    label: Words
    done: Words | Callable[[Any], Words] = ""
    question: Words = ""
    danger: bool = False


def form_page(
    request: PageRequest,
    form: BaseForm,
    act: Callable[[dict[str, Any]], Any],
    step: Step,
    then: Any,
    *,
    crumbs: Sequence[Crumb] = (),
    cancel: str = "",
    buttons: Iterable[object] = (),
    lead: Words = "",
    notes: Iterable[Words] = (),
    notice: Words = "",
    facts: Sequence[tuple[Words, object]] = (),
    ways: Sequence[Crumb] = (),
    also: Sequence[Any] = (),
    within: str = "",
    template: str = PAGE,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form; when it is valid let the service `act` on what was typed and go on. A refusal stands on the form.

    `then`: whatever `redirect` takes, or a function that makes it of what `act` gave. `cancel` leads back, by default
    to the last of the `crumbs`; `buttons` lead elsewhere; `lead`, `notes`, `notice` and `facts` (what is on
    record of what the step is about) stand above the form, `ways` to other steps below it. `also`: forms and formsets
    that must be valid too; `within` names the template that shows them above the button. A `template` of its own
    extends `PAGE`; `more` is what either of them reads besides.
    """
    outcome: list[Any] = []
    valid = [one.is_valid() for one in (form, *also)]
    if all(valid) and try_on_form(form, lambda: outcome.append(act(form.cleaned_data))):
        if sentence := _made_of(step.done, *outcome):
            messages.success(request, str(sentence))
        return redirect(_made_of(then, *outcome))
    context = {
        "form": form,
        "title": step.title,
        "label": step.label,
        "question": step.question,
        "danger": step.danger,
        "crumbs": crumbs,
        "cancel_url": cancel or (crumbs[-1][1] if crumbs else ""),
        "buttons": [button for button in buttons if isinstance(button, Button)],
        "lead": lead,
        "notes": [note for note in notes if note],
        "notice": notice,
        "facts": facts,
        "ways": ways,
        "above": within,
    }
    return render(request, template, context | dict(more or {}))


def _made_of(value: Any, outcome: Any) -> Any:
    return value(outcome) if callable(value) else value
