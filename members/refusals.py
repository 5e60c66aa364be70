"""How pages show that a service said no. For the pages of every app."""

from collections.abc import Callable

from django.forms import Form

from members.services.belonging import CannotBelong
from members.services.refused import Refused


def carried_out(form: Form, act: Callable[[], object]) -> bool:
    """Whether the service did it; if it refused, its sentence stands beside the field."""
    try:
        act()
    except (Refused, CannotBelong) as refusal:
        add_refusal(form, refusal)
        return False
    return True


def add_refusal(form: Form, refusal: Exception) -> None:
    """Show a service's sentence beside its field, or above the form."""
    field = refusal.field if isinstance(refusal, Refused) else None
    form.add_error(field if field in form.fields else None, str(refusal))
