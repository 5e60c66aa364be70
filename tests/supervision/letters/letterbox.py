"""What tests of sealed letters share: inspectors with keys, and letters written through the pages as anybody would."""

import re
from dataclasses import dataclass, field

from django.test import Client
from django.utils import timezone

from members.access.queries import access_for
from members.choices import OfficeKind
from members.models import Organization, User
from supervision.letters import rate_limit, sealing
from supervision.letters.key_services import make_key, make_recovery_key
from supervision.models import InspectorKey
from tests.cast import TODAY, Cast, make_user
from tests.supervision.letters.sealed import approve

PASSPHRASE = "水牛 茶壶 石桥 棉被 灯笼"
RECEIPT = re.compile(r'class="letters-receipt">([\d ]+)<')


@dataclass
class Box:
    """A county in which letters can be taken: two inspectors with approved keys, and the recovery key."""

    cast: Cast
    inspectors: list[User] = field(default_factory=list)
    keys: list[InspectorKey] = field(default_factory=list)
    recovery: bytes = b""

    def more(self, name: str, place: Organization, on=TODAY) -> User:
        """One more inspector whose key is in use."""
        user = make_user(name, OfficeKind.INSPECTOR, place)
        self.give_key(user, place, on)
        return user

    def give_key(self, user: User, place: Organization, on=TODAY) -> InspectorKey:
        by = self.cast.county_secretary
        for person in (user, by):
            person.access = access_for(person, on=on)
        key = make_key(user=user, organization=place, passphrase=PASSPHRASE, on=on)
        approve(key, self.recovery, by=by, on=on, passphrase=PASSPHRASE)
        self.inspectors.append(user)
        self.keys.append(InspectorKey.objects.get(pk=key.pk))
        return self.keys[-1]


def open_box(cast: Cast, on=TODAY) -> Box:
    box = Box(cast)
    box.recovery = make_recovery_key(on=on, by="system")
    box.give_key(cast.inspector, cast.county, on)
    box.more("inspector_two", cast.county, on)
    return box


def letter_of(words: str, **given: str) -> dict[str, str]:
    """What the form sends."""
    about = {"place": "branch", "whom": OfficeKind.SECRETARY, "names": "周明"}
    return {"step": "send", "receipt": sealing.receipt(), "excluded": "", "text": words, **about, **given}


def write(text: str, client: Client | None = None, **given: str) -> str:
    """Seal a letter through the page, in a minute of its own; the receipt."""
    rate_limit.LETTERS.counts.clear()
    answer = (client or Client()).post("/letters/write/", letter_of(text, **given))
    assert answer.status_code == 200, answer.status_code
    found = RECEIPT.search(answer.text)
    assert found, answer.text
    return found[1].replace(" ", "")


def today():
    return timezone.localdate()
