"""What tests of sealed letters share: a county with three inspectors and their keys, and a letter in it."""

from dataclasses import dataclass, field

from members.access.queries import access_for
from members.choices import OfficeKind
from members.models import User
from members.paths import contains
from supervision.letters.contents import NamedSubject, Receipt
from supervision.letters.key_services import approve_first_key, approve_key, make_key, make_recovery_key
from supervision.letters.queries import keys_of_inspectors, recovery_approves
from supervision.letters.rules import MEMBER
from supervision.letters.services import write_letter
from supervision.models import InspectorKey, Letter
from tests.cast import TODAY, Cast, make_user

PASSPHRASE = "水牛 茶壶 石桥 棉被 灯笼"
WORDS = "他收了三万元，帐上没有。"
NAME, CONTACT = "龚胜利", "13900001111"


@dataclass
class Sealed:
    cast: Cast
    inspectors: list[User] = field(default_factory=list)
    keys: list[InspectorKey] = field(default_factory=list)
    recovery: bytes = b""

    def another(self, name: str, place=None) -> User:
        place = place or self.cast.county
        return self.with_key(make_user(name, OfficeKind.INSPECTOR, place), place)

    def with_key(self, user: User, place=None) -> User:
        place = place or self.cast.county
        stand(user, self.cast.county_secretary)
        key = make_key(user=user, organization=place, passphrase=PASSPHRASE, on=TODAY)
        approve(key, self.recovery, by=self.cast.county_secretary, on=TODAY)
        self.inspectors.append(user)
        self.keys.append(InspectorKey.objects.get(pk=key.pk))
        return user

    def write(self, **given) -> Receipt:
        return write_letter(**self.facts(**given))

    def facts(self, **given):
        about = NamedSubject(self.cast.branch.key, MEMBER, ("张三",))
        return {"subjects": [about], "text": WORDS, "on": TODAY, **given}


def approve(key: InspectorKey, recovery: bytes, *, by: User, on=TODAY, passphrase=PASSPHRASE) -> None:
    """With the recovery key, while that may be; else by an inspector there or above who is trusted already."""
    readers = keys_of_inspectors(on=on)
    if recovery_approves(key, readers):
        return approve_first_key(key=key, private=recovery, on=on, by=by)
    above = [one for one in readers if contains(one.organization.path, key.organization.path)]
    signer = next(one.user for one in above if one.user_id != key.user_id)
    signer.access = access_for(signer, on=on)
    return approve_key(key=key, passphrase=passphrase, on=on, by=signer)


def seal_county(cast: Cast) -> Sealed:
    """Two inspectors of the county with keys in use, and the recovery key."""
    sealed = Sealed(cast)
    sealed.recovery = make_recovery_key(on=TODAY, by="shell")
    sealed.with_key(cast.inspector)
    sealed.another("inspector_two")
    return sealed


def stand(*users: User) -> None:
    for user in users:
        user.access = access_for(user, on=TODAY)


def letter_of(receipt: Receipt) -> Letter:
    return Letter.objects.get(finder=receipt.digits[:8])
