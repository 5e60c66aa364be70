"""How pages show that a service said no. For the pages of every app."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from members.services.belonging import CannotBelong
from members.services.refused import Refused


def carried_out(form: BaseForm, act: Callable[[], object]) -> bool:
    """Whether the service did it; if it refused, its sentence stands beside the field."""
    try:
        act()
    except (Refused, CannotBelong) as refusal:
        add_refusal(form, refusal)
        return False
    return True


def told(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Whether the service did it. The next page says what is done, or why nothing was."""
    try:
        act()
    except (Refused, CannotBelong) as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


def add_refusal(form: BaseForm, refusal: Exception) -> None:
    """Show a service's sentence beside its field, or above the form."""
    field = refusal.field if isinstance(refusal, Refused) else None
    form.add_error(field if field in form.fields else None, str(refusal))
