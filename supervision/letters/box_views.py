"""The letter box, for whoever writes: nobody logs in, and nothing is kept but the sealed letter."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import public
from members.models import Organization
from members.pages.requests import add_refusal
from members.refused import Refused
from rulebook.book import rule_if_held
from supervision.letters import sealing
from supervision.letters.anonymous_forms import anonymous_form, page, visitor_of
from supervision.letters.contents import Channel, NoReaders, Receipt, WriterView, official_channels
from supervision.letters.custody_services import custodian
from supervision.letters.forms import AdditionForm, DoubtForm, FilesForm, LetterForm, PlaceForm, ReceiptForm
from supervision.letters.queries import MOST_FOUND, place_named, reading_committees
from supervision.letters.rate_limit import AT_ONE_LETTER, FILES, LETTERS, RECEIPTS, Flood, TooMany
from supervision.letters.row_order import scattered
from supervision.letters.services import (
    add_by_writer,
    attach_by_writer,
    doubts_of_addition,
    doubts_of_letter,
    finds_letter,
    open_by_receipt,
    write_letter,
)

MARKS = {
    "real_name": "report.real_name",
    "anonymous": "report.anonymous",
    "retaliation": "rights.retaliation",
    "false_accusation": "rights.false_accusation",
}
form_page = require_http_methods(["GET", "HEAD", "POST"])


@public
@anonymous_form
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this is, what it protects, what it can't."""
    held = {name: rule_if_held(key, request.today) for name, key in MARKS.items()}  # type: ignore[attr-defined]
    marks = {name: rule.citation for name, rule in held.items() if rule}
    committees = reading_committees(on=request.today)  # type: ignore[attr-defined]
    return page(
        request, "supervision/letterbox/about.html", marks=marks, channels=official_channels(), committees=committees
    )


@public
@anonymous_form
@form_page
def write(request: HttpRequest) -> HttpResponse:
    """First where, then the letter, then the receipt. Nothing is kept between: the browser holds what was typed."""
    if not reading_committees(on=request.today):  # type: ignore[attr-defined]
        return page(
            request, "supervision/letterbox/no_readers.html", status=409, channels=official_channels(), is_closed=True
        )
    if request.method != "POST":
        return _places(request, PlaceForm())
    if request.POST.get("step") == "send":
        return _sent(request, LetterForm(request.POST))
    if request.POST.get("step") == "edit":
        return _edited(request, LetterForm(initial=request.POST.dict()))
    form = PlaceForm(request.POST)
    codes = [request.POST["place"]] if request.POST.get("place") else [code for code, _name in form.found()]
    place = place_named(codes[0]) if len(codes) == 1 else None
    if place is None:
        return _places(request, form)
    return _letter(request, LetterForm(initial={"place": place.code, "receipt": sealing.receipt()}), place)


def _edited(request: HttpRequest, form: LetterForm) -> HttpResponse:
    """The form again with what was typed, from the page that refused it or asked."""
    place = place_named(form.initial.get("place", ""))
    return _letter(request, form, place) if place else _places(request, PlaceForm())


def _places(request: HttpRequest, form: PlaceForm) -> HttpResponse:
    return page(request, "supervision/letterbox/place.html", form=form, found=form.found(), most=MOST_FOUND)


def _letter(request: HttpRequest, form: LetterForm, place: Organization) -> HttpResponse:
    keeps_names = custodian(on=request.today) is not None  # type: ignore[attr-defined]
    return page(request, "supervision/letterbox/write.html", form=form, place=place, keeps_names=keeps_names)


def _sent(request: HttpRequest, form: LetterForm) -> HttpResponse:
    place = form.chosen_place()
    if place is None:
        return _places(request, PlaceForm())
    if not form.is_valid():
        return _letter(request, form, place)
    LETTERS.count(visitor_of(request))
    try:
        questions = _questions(request, form, place)
        if questions.is_open():
            return page(request, "supervision/letterbox/doubts.html", form=form, questions=questions)
        given = _sealed(form, place, questions, request.today)  # type: ignore[attr-defined]
    except NoReaders as refusal:
        before = open_by_receipt(form.cleaned_data["receipt"])
        shown = {"channels": refusal.channels, "before": before, "form": form}
        return page(request, "supervision/letterbox/no_readers.html", status=409, **shown)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _letter(request, form, place)
    files = FilesForm(initial={"receipt": given.digits})
    return page(request, "supervision/letterbox/receipt.html", receipt=given, files=files)


def _questions(request: HttpRequest, form: LetterForm, place: Organization) -> DoubtForm:
    """None for a letter whose words mean no reader."""
    facts = {name: value for name, value in form.facts(place).items() if name in ("subjects", "text", "close")}
    return DoubtForm(request.POST, doubts_of_letter(**facts, on=request.today))  # type: ignore[attr-defined]


@scattered()
def _sealed(form: LetterForm, place: Organization, questions: DoubtForm, on: Any) -> Receipt:
    return write_letter(**form.facts(place), cleared=questions.cleared(), on=on)


@public
@anonymous_form
@form_page
def receipt(request: HttpRequest) -> HttpResponse:
    """Whoever has the digits reads the letter and the answers. By POST: addresses are written down everywhere."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if view := _opened(request, form.cleaned_data["receipt"]):
            return _own(request, view, form.cleaned_data["receipt"])
        form.add_unknown()
    return page(request, "supervision/letterbox/come_back.html", form=form)


@public
@anonymous_form
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Something more from the writer."""
    if request.POST.get("step") == "edit":
        return _again(request, AdditionForm(initial=request.POST.dict()))
    form = AdditionForm(request.POST)
    if not form.is_valid():
        return _back(request, form)
    given, today = form.cleaned_data, request.today  # type: ignore[attr-defined]
    flood, counted = _count_try(request, given["receipt"])
    try:
        doubts = doubts_of_addition(receipt=given["receipt"], text=given["text"], on=today)
        if doubts is None:
            return page(request, "supervision/letterbox/come_back.html", form=ReceiptForm())
        flood.uncount(counted)
        questions = DoubtForm(request.POST, doubts)
        if questions.is_open():
            return page(request, "supervision/letterbox/doubts.html", form=form, questions=questions)
        view = _added(given | {"cleared": questions.cleared()}, today)
    except NoReaders as refusal:
        return _own(request, open_by_receipt(given["receipt"]), given["receipt"], form, channels=refusal.channels)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _back(request, form)
    return _own(request, view, form.cleaned_data["receipt"], is_added=True)


@scattered()
def _added(given: dict[str, Any], on: Any) -> WriterView | None:
    return add_by_writer(**given, on=on)


def _opened(request: HttpRequest, digits: str) -> WriterView | None:
    """What the receipt opens; only a wrong one counts. Raises TooMany."""
    flood, counted = _count_try(request, digits)
    view = open_by_receipt(digits)
    if view:
        flood.uncount(counted)
    return view


def _count_try(request: HttpRequest, digits: str) -> tuple[Flood, str]:
    """Where and as what a try of a receipt counts: of the visitor; after many wrong ones, of the letter it finds.

    Raises TooMany.
    """
    visitor = visitor_of(request)
    try:
        RECEIPTS.count(visitor)
    except TooMany:
        if not finds_letter(digits):
            raise
        AT_ONE_LETTER.count(sealing.finder_of(digits))
        return AT_ONE_LETTER, sealing.finder_of(digits)
    return RECEIPTS, visitor


@public
@anonymous_form
@require_POST
def attach(request: HttpRequest) -> HttpResponse:
    """Pictures and PDFs from the writer. A file that is not taken keeps back the others that came with it."""
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _back(request, form)
    given, today = form.cleaned_data, request.today  # type: ignore[attr-defined]
    if _opened(request, given["receipt"]) is None:
        return page(request, "supervision/letterbox/come_back.html", form=ReceiptForm())
    for _file in given["attached"]:
        FILES.count(visitor_of(request))
    try:
        view = attach_by_writer(receipt=given["receipt"], contents=given["attached"], on=today)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _back(request, form)
    return _own(request, view, given["receipt"], is_added=True)


def _again(request: HttpRequest, form: AdditionForm) -> HttpResponse:
    """The letter with the words that were not added yet."""
    digits = sealing.digits_of(form.initial.get("receipt", ""))
    return _own(request, _opened(request, digits) if digits else None, digits, form)


def _back(request: HttpRequest, form: AdditionForm | FilesForm) -> HttpResponse:
    """The letter again, with what is wrong; without a right receipt, the question for it."""
    digits = form.cleaned_data.get("receipt", "")
    view = _opened(request, digits) if digits else None
    return _own(request, view, digits, form)


def _own(
    request: HttpRequest,
    view: WriterView | None,
    digits: str,
    form: Any = None,
    *,
    is_added: bool = False,
    channels: Sequence[Channel] = (),
) -> HttpResponse:
    """The letter with what its writer can do; `form`: what was sent and has something wrong.

    `channels`: the official ways, where an addition wasn't stored because nobody could read it.
    """
    if view is None:
        return page(request, "supervision/letterbox/come_back.html", form=ReceiptForm())
    kinds = {"form": AdditionForm, "files": FilesForm}
    forms: dict[str, Any] = {
        name: form if isinstance(form, kind) else kind(initial={"receipt": digits}) for name, kind in kinds.items()
    }
    sent = view.letter.files.defer("ciphertext")
    shown = {"view": view, "is_added": is_added, "sent": sent, "channels": channels, "grouped": sealing.grouped(digits)}
    return page(request, "supervision/letterbox/letter.html", status=409 if channels else 200, **shown, **forms)
