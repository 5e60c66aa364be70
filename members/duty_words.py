"""How a desk speaks of a duty, and where it is done. Each app keeps the words of its own; `settings.DUTY_WORDS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from members.choices import Capability
from members.models import Member, Organization
from rulebook.values import Duty


@dataclass(frozen=True, slots=True)
class Place:
    """A duty with the rows that it names, so that an address can be made without a query."""

    duty: Duty
    organization: Organization
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class DutyWords:
    """`title` names the duty ("Theme day"), `action` what is done there ("Plan it"), `url` where, with the form open.

    `url` runs no query. `seen_with`: what an officer holds at the place to have it on the desk at all (None: whoever
    settles duties there). `done_with`: what the page at `url` asks for; who doesn't hold it reads the line without the
    button (None: the same as `seen_with`).
    """

    title: Promise | str
    action: Promise | str
    url: Callable[[Place], str]
    icon: str = "check-circle"
    seen_with: Capability | None = None
    done_with: Capability | None = None


@cache
def duty_words() -> Mapping[str, DutyWords]:
    """Kind of duty → its words, of all apps."""
    return {kind: words for name in settings.DUTY_WORDS for kind, words in import_string(name).items()}
