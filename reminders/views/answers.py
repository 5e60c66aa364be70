"""The page behind the link in a message: one question, large buttons, no log-in, and nothing about anybody."""

from contextlib import suppress

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from audit.keyring import fingerprint
from members.policy import public
from members.services.refused import Refused
from reminders.choices import AnswerSource
from reminders.models import Message
from reminders.queries.answering import question_of
from reminders.rules.links import choices_of
from reminders.services.answering import answer
from reminders.services.links import message_of

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
        return _page(request, "reminders/answer_old.html", status=410)
    if request.method != "POST":
        return _page(request, "reminders/answer.html", question=question_of(message))
    choice = request.POST.get("choice", "")
    if choice not in choices_of(message.kind):
        return _page(request, "reminders/answer.html", question=question_of(message), is_wrong=True, status=400)
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
    return _page(request, "reminders/answer_old.html", status=404)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    """Without the frame of the other pages: its forms would set a cookie."""
    return render(request, template, {"frame": None, **context}, status=status)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it, and no other site is told the address."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
