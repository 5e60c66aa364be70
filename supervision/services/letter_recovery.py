"""Letters whose readers lost their keys, opened with the offline recovery key and sealed anew; none is shown."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from audit.services import record
from members.models import User
from members.services.refused import Refused
from supervision import sealing
from supervision.models import Letter, RecoveryKey
from supervision.queries.key_trust import keys_of_inspectors
from supervision.queries.letters import with_too_few_readers
from supervision.services.letter_acts import reseal_with_recovery


@dataclass
class Recovered:
    """How many letters were sealed anew, and how many were not."""

    resealed: int = 0
    refused: int = 0


def recover_letters(*, private: bytes, every: bool, on: date, by: User | str) -> Recovered:
    """Those that fewer than two can read, or every one. Each is a transaction of its own. Raises Refused."""
    if not RecoveryKey.objects.filter(public_key=sealing.public_of(private)).exists():
        raise Refused(_("This is no recovery key of this installation."))
    letters = {letter.pk: letter for letter in Letter.objects.unshredded()}
    done = Recovered()
    for key in letters if every else with_too_few_readers(letters, keys_of_inspectors(on=on)):
        _recover(letters[key], private, on, done)
    record(action="recover_letters", by=by, subject=None)
    return done


def _recover(letter: Letter, private: bytes, on: date, done: Recovered) -> None:
    try:
        reseal_with_recovery(letter=letter, private=private, on=on)
    except Refused:
        done.refused += 1
    else:
        done.resealed += 1
