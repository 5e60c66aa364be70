"""What an inspector does with a letter: each act is a page with what it needs, mostly the passphrase again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.letters import PassphraseForm, ReasonForm, WordsForm
from supervision.models import Letter
from supervision.queries.letter_list import WHOLE
from supervision.services import letters
from supervision.services.letter_names import ask_for_name

Act = Callable[..., object]


def act(
    request: PageRequest, key: UUID, form_class: type[forms.Form], service: Act, words: dict[str, Any]
) -> HttpResponse:
    """One page of all acts. `words`: title, lead, label of the button, what is said when it is done."""
    letter = fetch(request, WHOLE, pk=key)
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = {"letter": letter, "on": request.today, "by": request.user, **form.cleaned_data}
        if carried_out(form, lambda: service(**given)):
            messages.success(request, words["done"])
            return _onwards(request, letter)
    return render(request, "supervision/letter_act.html", {"letter": letter, "form": form, **words})


def _onwards(request: PageRequest, letter: Letter) -> HttpResponse:
    """To the letter, while one may still see it."""
    if WHOLE.visible_to(request.user).filter(pk=letter.pk).exists():
        return redirect("supervision:letter-read", key=letter.pk)
    return redirect("supervision:letter-list")


def words(title: Promise, lead: Promise, label: Promise, done: Promise) -> dict[str, Promise]:
    return {"title": title, "lead": lead, "label": label, "done": done}


ANSWER = words(
    _("Write to the writer"),
    _("A question, or where things stand. The writer reads it when they come back with the receipt."),
    _("Seal and send"),
    _("It is sealed; the writer reads it with the receipt."),
)
ACCEPT = words(
    _("Accept the letter"),
    _("It is within scope and will be handled. The writer sees so with the receipt, by which a named one is told."),
    _("Accept for handling"),
    _("Accepted, and the writer sees it."),
)
REFUSE = words(
    _("Not for the discipline body"),
    _("Say why, and where the writer can turn. The letter is closed with that."),
    _("Close it with these words"),
    _("Closed; the writer reads why."),
)
CLOSE = words(
    _("Close the letter"),
    _("What was to be done is done. From today the days to tell the result begin."),
    _("Close the letter"),
    _("Closed. Tell the writer the result now."),
)
RESULT = words(
    _("Tell the result"),
    _("What came of it, as far as it may be told. Only once."),
    _("Seal and tell"),
    _("The writer reads the result with the receipt."),
)
STEP_BACK = words(
    _("Step back"),
    _("You are close to somebody in it, or can't judge freely. You never see this letter again; others get it."),
    _("Step back from this letter"),
    _("You have stepped back."),
)
RESEAL = words(
    _("Seal anew"),
    _("To everybody who may read it today: colleagues who came later, not those whose key was withdrawn."),
    _("Seal anew"),
    _("Sealed anew."),
)
ASK_NAME = words(
    _("Ask for the writer's name"),
    _("Say why the letter can't be followed up without it. The custodian decides; the writer reads your reason."),
    _("Seal and ask"),
    _("Asked. Tell the custodian, who finds it under “Names of writers”."),
)
READS = requires(Capability.READ_LETTERS)
page = require_http_methods(["GET", "HEAD", "POST"])
secret = sensitive_post_parameters()


@READS
@secret
@page
def letter_answer(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, letters.answer, ANSWER)


@READS
@secret
@page
def letter_accept(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, forms.Form, letters.accept, ACCEPT)


@READS
@secret
@page
def letter_refuse(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, letters.not_accept, REFUSE)


@READS
@secret
@page
def letter_close(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, forms.Form, letters.close, CLOSE)


@READS
@secret
@page
def letter_result(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, letters.tell_result, RESULT)


@READS
@secret
@page
def letter_step_back(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, PassphraseForm, letters.step_back, STEP_BACK)


@READS
@secret
@page
def letter_reseal(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, PassphraseForm, letters.reseal, RESEAL)


@READS
@secret
@page
def letter_ask_name(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, ReasonForm, ask_for_name, ASK_NAME)
