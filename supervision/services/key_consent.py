"""An inspector's consent by passphrase: what the key ring, the command line and a log-in alone can't give."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from members.models import User
from members.services.refused import Refused
from supervision import sealing
from supervision.models import InspectorKey
from supervision.queries.key_trust import trusted_keys
from supervision.rules.routing import FEWEST
from supervision.services.letter_acts import private_of
from supervision.services.letter_refusals import Damaged


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agrees, with the passphrase of an approved key of theirs."""

    user: User
    passphrase: str = field(repr=False)


def signing_half(key: InspectorKey, passphrase: str) -> bytes:
    """The private half, where it belongs to the row's key for signatures. Raises Refused (`passphrase`), Damaged."""
    private = private_of(key, passphrase)
    if sealing.signing_public_of(private) != key.signing_key:
        raise Damaged
    return private


def refuse_without_consent(consents: Sequence[Consent]) -> None:
    """Two people who hold approved keys agree; one, where there is only one. Nobody has to, where there is none.

    Whoever holds a key counts, whatever became of the office and the log-in since: an administrator ends those.
    Raises Refused, Damaged.
    """
    keys = list(InspectorKey.objects.in_use().filter(pk__in=trusted_keys()).select_related("user"))
    needed = min(FEWEST, len({_person(key.user) for key in keys}))
    if len({_person(one.user) for one in consents}) < needed:
        raise Refused(
            _("That takes the passphrases of %(count)s inspectors whose keys are approved.") % {"count": needed}
        )
    for one in consents:
        _refuse_stranger(one, [key for key in keys if key.user_id == one.user.pk])


def _person(user: User) -> int:
    return user.member_id or -user.pk


def _refuse_stranger(one: Consent, keys: Sequence[InspectorKey]) -> None:
    if not keys:
        raise Refused(_("%(name)s has no approved key.") % {"name": one.user.get_full_name()})
    signing_half(keys[0], one.passphrase)
