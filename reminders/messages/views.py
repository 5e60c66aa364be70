"""What was sent, what is looked at before, one's own messages, and the page behind a link."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _, ngettext, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.keyring import fingerprint
from members.access.policy import get_in_scope, public, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Badge, Listing, Nothing, badges, excel, linked, number, text
from members.pages.queries import names_of
from members.pages.requests import PageRequest, address, try_on_form
from members.pages.steps import Words
from members.paths import subtree
from members.refused import Refused
from reminders.choices import Addressee, AnswerSource, MessageKind
from reminders.messages.forms import DeclineForm, MessageFilterForm, OwnAnswerForm
from reminders.messages.models import Message, MessageQuerySet, Release
from reminders.messages.queries import (
    CAN_BE_SENT_AGAIN,
    PEOPLE,
    answered,
    attempts_shown,
    held_heaps,
    letter,
    messages_of,
    narrowed,
    question_of,
    told,
)
from reminders.messages.rules import choices_of
from reminders.messages.services import (
    answer,
    answer_link,
    decline,
    message_of,
    release,
    send_again,
    take_back,
)

ON_A_PAGE = 30
MOST_ROWS = 20_000
MESSAGES = Message.objects.select_related(*PEOPLE, "wording")
KINDS = {"sent": "good", "unknown": "warn", "dead": "bad", "held": "info", "to_call": "info"}


def state_badges(message: Message, _on: date) -> Iterator[Badge]:
    """What became of it, in a word."""
    yield message.get_state_display(), KINDS.get(message.state, "quiet")


def _for_whom(message: Message) -> Words:
    is_contact = message.addressee == Addressee.CONTACT_PERSON and message.member
    return _("for %(name)s") % {"name": message.member.name} if is_contact and message.member else ""


def _again(message: Message) -> Words:
    return _("time %(step)s") % {"step": message.step} if message.step > 1 else ""


def _led_to(message: Message) -> Words | None:
    if said := answered(message):
        return said
    if message.settled_at:
        return _("done by %(day)s") % {"day": timezone.localdate(message.settled_at)}
    return _("read") if message.read_at else None


def _moment(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _answered_at(message: Message) -> str:
    given = getattr(message, "answer", None)
    return _moment(given.answered_at if given else None)


CHANNEL = text("channel", _("Channel"), "get_channel_display")
STATE = badges("state", _("State"), state_badges)
LISTING = Listing(
    columns=[
        linked(
            "told", _("Told"), lambda message: told(message) or message.get_addressee_display(), below=_for_whom,
            url=lambda message: address("reminders:message-detail", message.key),
        ),
        text("kind", _("What for"), "get_kind_display", below=_again),
        text("when", _("When"), lambda message: _moment(message.sent_at or message.due_at), style="nowrap says-itself"),
        CHANNEL,
        STATE,
        text("led_to", _("What it led to"), _led_to),
    ],
    phone=["told", "state", "kind", "when", "led_to"],
    workbook=[
        text("planned_at", _("Planned at"), lambda message: _moment(message.planned_at)),
        text("kind", _("Kind"), "get_kind_display"),
        text("branch", _("Branch"), "organization.name"),
        text("addressee", _("Told"), "get_addressee_display"),
        text("told", _("Who it is"), told),
        text("about", _("About"), "member.name"),
        CHANNEL,
        STATE,
        text("sent_at", _("Sent"), lambda message: _moment(message.sent_at)),
        number("attempts", _("Attempts"), "attempts_made"),
        text("problem", _("Problem")),
        text("read_at", _("Read"), lambda message: _moment(message.read_at)),
        text("answer", _("Answer"), answered),
        text("answered_at", _("Answered"), _answered_at),
        text("done_at", _("Done at"), lambda message: _moment(message.settled_at)),
    ],
    counted=ngettext_lazy("%(counter)s message", "%(counter)s messages", "counter"),
    nothing=Nothing(
        _(
            "Nothing was sent yet. Whoever misses a meeting, lives far away or is behind with dues is told by the "
            "program."
        ),
        "send",
    ),
    no_match=_("Nothing fits. Take away a filter, or look for fewer letters."),
)  # fmt: skip


ATTEMPTS = Listing(
    columns=[
        text("started_at", _("Begun"), lambda row: _moment(row["attempt"].started_at), style="nowrap"),
        text("channel", _("Channel"), "attempt.get_channel_display"),
        text("result", _("Result"), lambda row: row["attempt"].get_result_display() or _("going on")),
        text("problem", _("Problem"), lambda row: row["attempt"].problem or None),
        text("by", _("By")),
    ],
    phone=["started_at", "result", "channel", "problem", "by"],
    nothing=LISTING.nothing,
    size=500,
)


@requires(Capability.VIEW_MESSAGES)
@require_safe
def message_list(request: PageRequest) -> HttpResponse:
    """What was sent on behalf of one's branches, the newest first."""
    form = MessageFilterForm(request.GET)
    return LISTING.shown(request, _asked(request, form), form=form).answer(
        title=_("Sent messages"),
        lead=_(
            "What the program told whom, by which way, and what came of it. It stops by itself once the thing is done."
        ),
        buttons=[excel(request, reverse("reminders:message-export"))],
    )


@requires(Capability.VIEW_MESSAGES)
@require_safe
def message_export(request: PageRequest) -> FileResponse:
    """The list as a workbook, without what the messages say. That it was taken is on record."""
    rows = list(_asked(request, MessageFilterForm(request.GET))[:MOST_ROWS])
    record_export(action="export_messages", rows=len(rows), by=request.user)
    name = _("Messages %(day)s.xlsx") % {"day": request.today.isoformat()}
    return LISTING.exported(request, rows, file=name, sheet=_("Messages"))


@requires(Capability.VIEW_MESSAGES)
@never_cache
@require_safe
def message_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One message as it was sent, each try, and what it led to."""
    message = get_in_scope(request, MESSAGES.all(), pk=key)
    may_send = request.user.access.may(Capability.SEND_MESSAGES, message.scope_path)
    attempts = attempts_shown(message)
    names = names_of(attempt.by for attempt in attempts)
    rows = [{"attempt": attempt, "by": names.get(attempt.by, attempt.by)} for attempt in attempts]
    context = {
        "message": message,
        "told": told(message),
        "answered": answered(message),
        "badges": state_badges(message, request.today),
        "letter": letter(message),
        "attempts": ATTEMPTS.shown(request, rows) if rows else None,
        "may_send_again": may_send and message.state in CAN_BE_SENT_AGAIN,
    }
    return render(request, "reminders/messages/message.html", context)


@requires(Capability.SEND_MESSAGES)
@require_POST
def message_again(request: PageRequest, key: UUID) -> HttpResponse:
    """Send once more what didn't go out, or perhaps didn't."""
    message = get_in_scope(request, MESSAGES.all(), pk=key)
    try:
        send_again(message=message, at=timezone.now(), by=request.user)
        messages.success(request, _("It is planned anew and goes out within a minute or two."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reminders:message-detail", key=message.pk)


def _asked(request: PageRequest, form: MessageFilterForm) -> MessageQuerySet:
    found = narrowed(messages_of(request.user), request.user, form.given())
    return found.select_related(*PEOPLE).newest_first()


RELEASES = Release.objects.select_related("organization", "released_by")


HEAPS = Listing(
    columns=[
        linked(
            "branch",
            _("Branch"),
            "organization",
            url=lambda heap: address("reminders:review-detail", heap.code, heap.kind),
        ),
        text("kind", _("Kind"), "kind_name"),
        number("number", _("How many wait")),
    ],
    phone=["branch", "number", "kind"],
    nothing=Nothing(_("Nothing waits to be reviewed."), "check-circle"),
    size=500,
)


@requires(Capability.SEND_MESSAGES)
@require_safe
def review_list(request: PageRequest) -> HttpResponse:
    """What waits to be looked at, by branch and kind; and which kinds go out without."""
    given = RELEASES.visible_to(request.user, Capability.SEND_MESSAGES).in_force()
    return HEAPS.shown(request, held_heaps(request.user)).answer(
        title=_("Messages to review"),
        lead=_(
            "The first time that many messages of a kind would go out, somebody reads them before. Once released, "
            "later ones of the kind go out by themselves."
        ),
        prints=False,
        template="reminders/messages/review_list.html",
        more={"releases": given.order_by("organization__path", "kind")},
    )


@requires(Capability.SEND_MESSAGES)
@never_cache
@require_safe
def review_detail(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Each of them in its words."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    return _shown(request, place, _kind(kind), DeclineForm())


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_release(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Let them go, and those to come."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    number = release(place, _kind(kind), by=request.user)
    sentence = ngettext("%(number)s message goes out now.", "%(number)s messages go out now.", number)
    messages.success(request, sentence % {"number": number})
    return redirect("reminders:review-list")


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_decline(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Don't send those that are ticked, or any of them, because."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    form = DeclineForm(request.POST)
    declined: list[int] = []
    if form.is_valid():
        given = {"by": request.user, "reason": form.cleaned_data["reason"], "keys": form.keys()}
        try_on_form(form, lambda: declined.append(decline(place, _kind(kind), **given)))
    if not declined:
        return _shown(request, place, _kind(kind), form)
    sentence = ngettext("%(number)s message is not sent.", "%(number)s messages are not sent.", declined[0])
    messages.success(request, sentence % {"number": declined[0]})
    return redirect("reminders:review-list")


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """From now on messages of the kind are looked at again."""
    given = get_in_scope(request, RELEASES.all(), pk=key)
    take_back(given, by=request.user)
    messages.success(request, _("From now on messages of this kind wait to be looked at again, when there are many."))
    return redirect("reminders:review-list")


def _shown(request: PageRequest, place: Organization, kind: MessageKind, form: DeclineForm) -> HttpResponse:
    page = Paginator(_waiting(request, place, kind), ON_A_PAGE).get_page(request.GET.get("page"))
    lines: list[dict[str, Any]] = [{"message": one, "told": told(one), "letter": letter(one)} for one in page]
    context = {"place": place, "kind": kind, "page": page, "lines": lines, "form": form, "ticked": form.ticked()}
    return render(request, "reminders/messages/review.html", context)


def _waiting(request: PageRequest, place: Organization, kind: MessageKind) -> MessageQuerySet:
    held = messages_of(request.user, Capability.SEND_MESSAGES).held()
    inside = held.filter(subtree("organization__path", [place.path]), kind=kind)
    return inside.select_related(*PEOPLE, "wording").order_by("planned_at", "key")


def _kind(code: str) -> MessageKind:
    try:
        return MessageKind(code)
    except ValueError:
        raise Http404 from None


@signed_in
@never_cache
@require_safe
def inbox(request: PageRequest) -> HttpResponse:
    """What one was told, the newest first; what wasn't opened yet is marked."""
    own = Message.objects.inbox_of(request.user).select_related(*PEOPLE, "wording")
    page = Paginator(own, ON_A_PAGE).get_page(request.GET.get("page"))
    lines = [{"message": one, "letter": letter(one), "asks": bool(choices_of(one.kind))} for one in page]
    return render(request, "reminders/messages/inbox.html", {"page": page, "lines": lines})


@signed_in
@never_cache
@require_safe
def inbox_message(request: PageRequest, key: UUID) -> HttpResponse:
    """One of them in full, with its question. Opening it marks it as read."""
    message = _own(request, key)
    Message.objects.mark_read(message, at=timezone.now())
    question = question_of(message) if choices_of(message.kind) else None
    context = {"message": message, "letter": letter(message, asks_here=True), "question": question}
    if question and not question.closed:
        context["link"] = answer_link(message.pk, message.kind)
    return render(request, "reminders/messages/inbox_message.html", context)


@signed_in
@require_POST
def inbox_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer from there."""
    message = _own(request, key)
    form = OwnAnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(str(_("Choose one of the answers.")))
        source, at = AnswerSource.LOGGED_IN, timezone.now()
        answer(message=message, source=source, at=at, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your answer is recorded. Thank you."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reminders:inbox-message", key=message.pk)


def _own(request: PageRequest, key: UUID) -> Message:
    """Whoever else's it is, it doesn't exist."""
    own = Message.objects.inbox_of(request.user).select_related(*PEOPLE, "wording")
    return get_object_or_404(own, pk=key)


MINUTE = 60
WRONG_A_MINUTE = 30


@public
@csrf_exempt  # who answers is known by the address and by no cookie: there is nothing that another site could borrow
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: HttpRequest, token: str) -> HttpResponse:
    """The question of one message. Looking records nothing: programs that check mail look too. One tap does."""
    message = message_of(token)
    if message is None:
        return _unlisted(_unknown(request))
    with translation.override(message.wording.language):
        response = _answered(request, message, token)
        response.headers["Content-Language"] = message.wording.language
    return _unlisted(response)


def _answered(request: HttpRequest, message: Message, token: str) -> HttpResponse:
    now = timezone.now()
    if now >= message.expires_at:
        return _page(request, "reminders/messages/answer_old.html", status=410)
    if request.method != "POST":
        return _page(request, "reminders/messages/answer.html", question=question_of(message))
    choice = request.POST.get("choice", "")
    if choice not in choices_of(message.kind):
        return _page(
            request, "reminders/messages/answer.html", question=question_of(message), is_wrong=True, status=400
        )
    with suppress(Refused):  # the page says why, and what is on record
        answer(message=message, choice=choice, source=AnswerSource.LINK, at=now)
    return redirect("reminders:answer", token)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Whatever is wrong with an address, the answer is the same. Whoever holds a link is never kept waiting."""
    minute = int(timezone.now().timestamp() // MINUTE)
    name = f"answer-guesses:{fingerprint(request.META.get('REMOTE_ADDR') or 'unknown', size=8)}:{minute}"
    cache.add(name, 0, timeout=2 * MINUTE)
    if cache.incr(name) > WRONG_A_MINUTE:
        return render(request, "429.html", status=429)
    return _page(request, "reminders/messages/answer_old.html", status=404)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    """Without the frame of the other pages: its forms would set a cookie."""
    return render(request, template, {"frame": None, **context}, status=status)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it, and no other site is told the address."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
