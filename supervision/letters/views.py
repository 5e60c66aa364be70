"""Sealed letters for inspectors, and writers' names for the custodian. The passphrase is asked for each time."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OfficeKind
from members.models import Organization
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.pages.steps import PAGE as STEP_PAGE, Crumb, Step, form_page
from members.paths import outermost
from supervision.choices import FileKind, LetterState
from supervision.letters.contents import NamedSubject, Opened
from supervision.letters.custody_services import ask_for_name, decide_name, name_view, reason_for_custodian
from supervision.letters.forms import WHOM, CustodyForm, NameReasonForm, PassphraseForm, WordsForm, YearForm
from supervision.letters.inspector_services import (
    OpenedFile,
    accept,
    answer,
    close,
    not_accept,
    open_by_inspector,
    open_file,
    reseal,
    step_back,
    tell_result,
)
from supervision.letters.models import Letter, LetterFile, NameRequest
from supervision.letters.queries import (
    LINES,
    WHOLE,
    keys_of_inspectors,
    letter_counts as counts_of,
    narrowed,
    with_too_few_readers,
)

ON_A_PAGE = 30
FILES = LetterFile.objects.select_related("letter__organization").defer("ciphertext")
TYPES = {FileKind.PICTURE: ("image/jpeg", "jpg"), FileKind.PDF: ("application/pdf", "pdf")}
ONLY_SEEN = _(
    "It was made anew from what can be seen in it. Keep it strictly, on no computer that others use, and delete it"
    " there when you have read it."
)
COUNTING = frozenset({Capability.COUNT_SUPERVISION, Capability.READ_LETTERS})
COMMITTEE_OFFICES = (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF, OfficeKind.INSPECTOR)


@requires(Capability.READ_LETTERS)
@require_safe
def letter_list(request: PageRequest) -> HttpResponse:
    """Those sealed to me: days, states, deadlines, and whether two can still read it; nothing of what is inside."""
    shown = request.GET.get("state", "")
    page = Paginator(narrowed(LINES.visible_to(request.user), shown), ON_A_PAGE).get_page(request.GET.get("page"))
    readers = keys_of_inspectors(on=request.today)
    kept = [letter.pk for letter in page if not letter.shredded_on]
    context = {
        "page": page,
        "few_readers": with_too_few_readers(kept, readers),
        "shown": shown,
        "states": LetterState.choices,
        "has_key": any(key.user_id == request.user.pk for key in readers),
    }
    return render(request, "supervision/letters/list.html", context)


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@require_http_methods(FORM_METHODS)
def letter_read(request: PageRequest, key: UUID) -> HttpResponse:
    """The letter, for as long as this page is open. Nothing of it, nor of the passphrase, goes into the session."""
    letter = get_in_scope(request, WHOLE, pk=key)
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    opened: list[Opened] = []
    if form.is_bound and form.is_valid():
        given = {"letter": letter, "user": request.user, "passphrase": form.cleaned_data["passphrase"]}
        try_on_form(form, lambda: opened.append(open_by_inspector(**given)))
    context = {"letter": letter, "form": form, "opened": opened[0] if opened else None}
    context["name"] = name_view(opened[0]) if opened else None
    context["files"] = letter.files.defer("ciphertext")
    context["subjects"] = [in_words(subject) for one in opened for subject in one.contents.subjects]
    return render(request, "supervision/letters/read.html", context)


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@require_http_methods(FORM_METHODS)
def letter_file(request: PageRequest, key: UUID) -> HttpResponse:
    """An attachment, to be saved: the browser opens nothing of it here."""
    file = get_in_scope(request, FILES, pk=key)
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    opened: list[OpenedFile] = []
    if form.is_bound and form.is_valid():
        given = {"file": file, "user": request.user, "passphrase": form.cleaned_data["passphrase"]}
        try_on_form(form, lambda: opened.append(open_file(**given)))
    if opened:
        return as_attachment(opened[0], file.number)
    crumbs = _crumbs(file.letter)
    context = {"form": form, "title": _("Attachment of a letter"), "label": _("Save the file"), "lead": ONLY_SEEN}
    return render(request, STEP_PAGE, context | {"crumbs": crumbs, "cancel_url": crumbs[-1][1]})


def as_attachment(file: OpenedFile, number: int) -> HttpResponse:
    kind, ending = TYPES[file.kind]
    answer = HttpResponse(file.content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}.{ending}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def in_words(subject: NamedSubject) -> str:
    """Whom it is about, in one line."""
    place = Organization.objects.filter(key=subject.organization).values_list("name", flat=True).first() or "—"
    return " · ".join([place, str(dict(WHOM).get(subject.post, subject.post)), *subject.names])


@requires(Capability.COUNT_SUPERVISION, Capability.READ_LETTERS)
@require_safe
def letter_counts(request: PageRequest) -> HttpResponse:
    """How many came in, for committees. Never one or two: that would say that somebody wrote."""
    form = YearForm(request.GET, today=request.today)
    year = form.year()
    counts = [count for path in counted_paths(request) for count in counts_of(path, year, on=request.today)]
    return render(request, "supervision/letters/counts.html", {"form": form, "year": year, "counts": counts})


def counted_paths(request: PageRequest) -> list[str]:
    """Of committees: a branch's offices count nothing here, not even that there is nothing."""
    held = request.user.access.held
    counting = [office for office in held if not office.capabilities.isdisjoint(COUNTING)]
    return outermost(office.path for office in counting if office.kind in COMMITTEE_OFFICES)


Act = Callable[..., object]
Words = tuple[Step, Promise]


def act(request: PageRequest, key: UUID, form_class: type[forms.Form], service: Act, said: Words) -> HttpResponse:
    """One page of all acts. `said`: the words of the step, and what stands above its form."""
    letter = get_in_scope(request, WHOLE, pk=key)
    form = form_class(request.POST if request.method == "POST" else None)
    step, lead = said
    act = partial(service, letter=letter, on=request.today, by=request.user)
    onwards = partial(_onwards, request, letter)
    return form_page(request, form, lambda typed: act(**typed), step, onwards, crumbs=_crumbs(letter), lead=lead)


def _onwards(request: PageRequest, letter: Letter, _outcome: object) -> str:
    """To the letter, while one may still see it."""
    if WHOLE.visible_to(request.user).filter(pk=letter.pk).exists():
        return reverse("supervision:letter-read", args=[letter.pk])
    return reverse("supervision:letter-list")


def _crumbs(letter: Letter) -> list[Crumb]:
    here = (letter.received_on.isoformat(), reverse("supervision:letter-read", args=[letter.pk]))
    return [(_("Sealed letters"), reverse("supervision:letter-list")), here]


def words(title: Promise, lead: Promise, label: Promise, done: Promise) -> Words:
    return Step(title, label, done), lead


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
page = require_http_methods(FORM_METHODS)
secret = sensitive_post_parameters()


@READS
@secret
@page
def letter_answer(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, answer, ANSWER)


@READS
@secret
@page
def letter_accept(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, forms.Form, accept, ACCEPT)


@READS
@secret
@page
def letter_refuse(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, not_accept, REFUSE)


@READS
@secret
@page
def letter_close(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, forms.Form, close, CLOSE)


@READS
@secret
@page
def letter_result(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, WordsForm, tell_result, RESULT)


@READS
@secret
@page
def letter_step_back(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, PassphraseForm, step_back, STEP_BACK)


@READS
@secret
@page
def letter_reseal(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, PassphraseForm, reseal, RESEAL)


@READS
@secret
@page
def letter_ask_name(request: PageRequest, key: UUID) -> HttpResponse:
    return act(request, key, NameReasonForm, ask_for_name, ASK_NAME)


REQUESTS = NameRequest.objects.select_related("letter__organization", "custody_key")


@signed_in
@require_safe
def name_list(request: PageRequest) -> HttpResponse:
    """Those sealed to my key; for everybody else an empty page."""
    rows = REQUESTS.visible_to(request.user).order_by("decided_on", "asked_on", "key")
    return render(request, "supervision/letters/name_list.html", {"rows": rows})


@signed_in
@sensitive_post_parameters()
@require_http_methods(FORM_METHODS)
def name_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """First the reason, then yes or no."""
    row = get_in_scope(request, REQUESTS, pk=key)
    form = CustodyForm(request.POST if request.method == "POST" else None)
    reason: list[str] = []
    if form.is_valid():
        private, act = form.cleaned_data["private"], form.cleaned_data["act"]
        if act == CustodyForm.READ:
            try_on_form(form, lambda: reason.append(reason_for_custodian(request=row, private=private)))
        elif try_on_form(form, lambda: _decide(request, row, private, act)):
            messages.success(request, _("It is decided. The writer sees it with the receipt."))
            return redirect("supervision:name-list")
    return render(request, "supervision/letters/name_decide.html", {"row": row, "form": form, "reason": reason})


def _decide(request: PageRequest, row: NameRequest, private: bytes, act: str) -> None:
    is_released = act == CustodyForm.RELEASE
    decide_name(request=row, private=private, is_released=is_released, on=request.today, by=request.user)
