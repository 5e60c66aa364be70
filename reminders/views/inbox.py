"""One's own messages: what one was told, and answering from there."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.policy import signed_in
from members.requests import PageRequest
from members.services.refused import Refused
from reminders.choices import AnswerSource
from reminders.forms.messages import OwnAnswerForm
from reminders.models import Message
from reminders.queries.answering import question_of
from reminders.queries.messages import PEOPLE, letter
from reminders.rules.links import choices_of
from reminders.services.answering import answer
from reminders.services.links import answer_link

ON_A_PAGE = 30


@signed_in
@never_cache
@require_safe
def inbox(request: PageRequest) -> HttpResponse:
    """What one was told, the newest first; what wasn't opened yet is marked."""
    own = Message.objects.inbox_of(request.user).select_related(*PEOPLE, "wording")
    page = Paginator(own, ON_A_PAGE).get_page(request.GET.get("page"))
    lines = [{"message": one, "letter": letter(one), "asks": bool(choices_of(one.kind))} for one in page]
    return render(request, "reminders/inbox.html", {"page": page, "lines": lines})


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
    return render(request, "reminders/inbox_message.html", context)


@signed_in
@require_POST
def inbox_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer from there."""
    message = _own(request, key)
    form = OwnAnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Choose one of the answers."))
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
