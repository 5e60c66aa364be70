"""What a message says of a term of office."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rulebook.dates import add_months


def term_values(ends_on: date, *, on: date) -> dict[str, str]:
    return {"day": date_format(ends_on, "DATE_FORMAT"), "left": left_text(ends_on, on=on)}


def left_text(ends_on: date, *, on: date) -> str:
    """How long it is until then: whole months, days when it is less than one."""
    months = max((count for count in range(1, 13) if add_months(on, count) <= ends_on), default=0)
    if months:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    days = (ends_on - on).days
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days > 0 else _("today")
