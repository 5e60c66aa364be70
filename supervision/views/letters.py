"""Sealed letters, for the inspectors to whose keys they are sealed. The passphrase is asked for each time."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability, OfficeKind
from members.models import Organization
from members.paths import outermost
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.choices import FileKind, LetterState
from supervision.forms.letterbox import WHOM
from supervision.forms.letters import PassphraseForm, YearForm
from supervision.models import LetterFile
from supervision.queries.key_trust import keys_of_inspectors
from supervision.queries.letter_list import LINES, WHOLE, narrowed
from supervision.queries.letters import letter_counts as counts_of
from supervision.queries.letters import with_too_few_readers
from supervision.services.letter_contents import NamedSubject, Opened
from supervision.services.letter_files import OpenedFile, open_file
from supervision.services.letter_names import name_view
from supervision.services.letters import open_by_inspector

ON_A_PAGE = 30
FILES = LetterFile.objects.select_related("letter__organization").defer("ciphertext")
TYPES = {FileKind.PICTURE: ("image/jpeg", "jpg"), FileKind.PDF: ("application/pdf", "pdf")}
ONLY_SEEN = gettext_lazy(
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
    return render(request, "supervision/letter_list.html", context)


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def letter_read(request: PageRequest, key: UUID) -> HttpResponse:
    """The letter, for as long as this page is open. Nothing of it, nor of the passphrase, goes into the session."""
    letter = fetch(request, WHOLE, pk=key)
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    opened: list[Opened] = []
    if form.is_bound and form.is_valid():
        given = {"letter": letter, "user": request.user, "passphrase": form.cleaned_data["passphrase"]}
        carried_out(form, lambda: opened.append(open_by_inspector(**given)))
    context = {"letter": letter, "form": form, "opened": opened[0] if opened else None}
    context["name"] = name_view(opened[0]) if opened else None
    context["files"] = letter.files.defer("ciphertext")
    context["subjects"] = [in_words(subject) for one in opened for subject in one.contents.subjects]
    return render(request, "supervision/letter_read.html", context)


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def letter_file(request: PageRequest, key: UUID) -> HttpResponse:
    """An attachment, to be saved: the browser opens nothing of it here."""
    file = fetch(request, FILES, pk=key)
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    opened: list[OpenedFile] = []
    if form.is_bound and form.is_valid():
        given = {"file": file, "user": request.user, "passphrase": form.cleaned_data["passphrase"]}
        carried_out(form, lambda: opened.append(open_file(**given)))
    if opened:
        return as_attachment(opened[0], file.number)
    context = {"letter": file.letter, "form": form, "title": _("Attachment of a letter"), "lead": ONLY_SEEN}
    return render(request, "supervision/letter_act.html", context | {"label": _("Save the file")})


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
    return render(request, "supervision/letter_counts.html", {"form": form, "year": year, "counts": counts})


def counted_paths(request: PageRequest) -> list[str]:
    """Of committees: a branch's offices count nothing here, not even that there is nothing."""
    held = request.user.standing.held
    counting = [office for office in held if not office.capabilities.isdisjoint(COUNTING)]
    return outermost(office.path for office in counting if office.kind in COMMITTEE_OFFICES)
