"""Which keys a chain of signatures trusts, readers, lists and counts of letters and keys, and who can be written to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from audit.keyring import proves
from audit.models import Entry
from members.choices import Capability, OfficeKind
from members.fields import holding
from members.models import Office, Organization, User
from members.models.organization import OrganizationQuerySet
from members.pages.links import Link
from members.paths import contains, subtree
from supervision.choices import KeyState, LetterState, NameState
from supervision.letters.key_record import is_last_made, is_needed, withdrawn_in_record
from supervision.letters.models import DeclaredRelative, InspectorKey, Letter, LetterBox, NameRequest, RecoveryKey
from supervision.letters.rules import FEWEST, Holding, Reader, RecusalFacts, few, fingerprint_of
from supervision.letters.sealing import SignedKey, trusted

ROOT = b"recovery key"
"""For what the key ring vouches beside a recovery key."""


def proved_text(public_key: str, signing_key: str) -> str:
    return f"{public_key} {signing_key}"


def recovery_key() -> RecoveryKey | None:
    """The recovery key in use, if the program itself put it here: the last that the record says was made."""
    rows = RecoveryKey.objects.filter(withdrawn_on__isnull=True).order_by("pk")
    return next((row for row in rows if is_proved(row) and is_last_made(row)), None)


def is_proved(row: RecoveryKey) -> bool:
    return bool(row.signing_key) and proves(row.proof, proved_text(row.public_key, row.signing_key), purpose=ROOT)


def keys_were_signed() -> bool:
    """Whether a chain began here, proved or not: then nobody is the first, whatever ring the program was started with.

    Recovery keys from before there were signatures began none.
    """
    began = RecoveryKey.objects.exclude(signing_key="").exists()
    return began or InspectorKey.objects.exclude(signature="").exists()


def signed(row: InspectorKey, organization: UUID) -> SignedKey:
    return SignedKey(
        key=row.pk, user_id=row.user_id, organization=organization, public_key=row.public_key,
        signing_key=row.signing_key, made_on=row.made_on, approved_on=row.approved_on,
        approved_by=row.approved_by_id, signed_by=row.signed_by_id, signature=row.signature,
    )  # fmt: skip


def trusted_keys() -> set[UUID]:
    """Keys with a valid chain, whatever their state and their owner's office. Two queries."""
    root = recovery_key()
    rows = InspectorKey.objects.exclude(signature="").select_related("organization")
    return trusted([signed(row, row.organization.key) for row in rows], root.signing_key) if root else set()


def keys_of_inspectors(*, on: date) -> list[InspectorKey]:
    """Keys that are trusted and in use, whose owners can log in and hold the office of inspector there on that day."""
    offices = Office.objects.filter(holding(on), kind=OfficeKind.INSPECTOR).values_list(
        "organization", "user", "member__user"
    )
    held = {(place, user) for place, *users in offices for user in users if user is not None}
    rows = InspectorKey.objects.in_use().filter(user__is_active=True)
    rows = rows.select_related("organization", "user__member").order_by("pk")
    known, gone = trusted_keys(), withdrawn_in_record()
    sealed_to = [row for row in rows if row.pk in known and str(row.pk) not in gone]
    return [row for row in sealed_to if (row.organization_id, row.user_id) in held]


def may_be_approved(row: InspectorKey, known: set[UUID]) -> bool:
    """It waits, or it is in use without a signature that still counts: then it is signed again."""
    return row.state == KeyState.WAITING or (row.state == KeyState.IN_USE and row.pk not in known)


def own_signing_key(user: User, path: str, readers: Iterable[InspectorKey]) -> InspectorKey | None:
    """The key with which the user approves others at that path: of an office there or above it."""
    return next((key for key in _above(path, readers) if key.user_id == user.pk), None)


def is_among_first(key: InspectorKey, readers: Iterable[InspectorKey]) -> bool:
    """Only the recovery key approves it: fewer than two inspectors' keys bear its signature so far."""
    if not recovery_approves(key, readers):
        return False
    rows = InspectorKey.objects.filter(pk__in=trusted_keys(), signed_by__isnull=True)
    return rows.values("user").distinct().count() < FEWEST


def withdrawal_way(user: User, key: InspectorKey, readers: list[InspectorKey]) -> str:
    """How the user may withdraw it: with a passphrase of their `own`, the `recovery` key, or not at all (empty)."""
    is_own, path = key.user_id == user.pk, key.organization.path
    if not is_own and not user.access.may(Capability.APPROVE_KEYS, path):
        return ""
    if is_needed(key) or (key in readers and recovery_approves(key, readers)):
        return "recovery"
    return "own" if is_own or own_signing_key(user, path, readers) else "recovery"


def recovery_approves(key: InspectorKey, readers: Iterable[InspectorKey]) -> bool:
    """The recovery key approves while fewer than two inspectors there or above could do so for its owner."""
    others = {one.user_id for one in _above(key.organization.path, readers)} - {key.user_id}
    return len(others) < FEWEST


def _above(path: str, readers: Iterable[InspectorKey]) -> Iterable[InspectorKey]:
    return (key for key in readers if contains(key.organization.path, path))


@dataclass(frozen=True, slots=True)
class ReadingCommittee:
    """How many inspectors of a committee letters are sealed to, and when the newest of their keys was approved."""

    name: str
    readers: int
    newest: date


def reading_committees(*, on: date) -> list[ReadingCommittee]:
    """In the order of the tree; empty while no letter can be taken anywhere."""
    keys = sorted(keys_of_inspectors(on=on), key=lambda key: str(key.organization.path))
    places = {key.organization.path: key.organization.name for key in keys}
    found = [_reading(name, [key for key in keys if key.organization.path == path]) for path, name in places.items()]
    return found if any(one.readers >= FEWEST for one in found) else []


def person(user: User) -> int:
    """One number for everybody: who has two log-ins or two keys is one reader."""
    return user.member_id or -user.pk


def _reading(name: str, keys: list[InspectorKey]) -> ReadingCommittee:
    return ReadingCommittee(
        name, len({person(key.user) for key in keys}), max(key.approved_on for key in keys if key.approved_on)
    )


def routing_facts(*, on: date) -> RecusalFacts:
    """The same queries over everything: whom a letter is about doesn't show in what was asked of the database."""
    offices = list(Office.objects.holding(on).select_related("organization", "member", "user__member"))
    kinds = dict(Organization.objects.values_list("path", "kind"))
    return RecusalFacts(kinds, [_holding(office) for office in offices], readers(on=on))


def readers(*, on: date) -> list[Reader]:
    keys = keys_of_inspectors(on=on)
    relatives = _relatives(key.user_id for key in keys)
    return [as_reader(key.pk, key.organization.path, key.user, tuple(relatives[key.user_id])) for key in keys]


def _relatives(users: Iterable[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for entry in DeclaredRelative.objects.filter(user__in=set(users)):
        names[entry.user_id].append(entry.name.open())
    return names


def as_reader(key: UUID, path: str, user: User, relatives: tuple[str, ...]) -> Reader:
    return Reader(
        key=str(key),
        path=path,
        name=user.member.name if user.member else user.get_full_name(),
        user_id=user.pk,
        member_id=user.member_id,
        roster_path=user.member.roster_path if user.member else "",
        relatives=relatives,
    )


def _holding(office: Office) -> Holding:
    """An office is given to a user or to a member; the other of the two is who they also are, if known."""
    user = office.user
    member = office.member or (user.member if user else None)
    return Holding(
        path=office.organization.path,
        kind=office.kind,
        name=member.name if member else (user.get_full_name() if user else ""),
        user_id=office.user_id,
        member_id=member.pk if member else None,
        roster_path=member.roster_path if member else "",
    )


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Of one committee and year; None where it would be one or two, or let one or two be told from the other figure."""

    code: str
    name: str
    received: int | None
    closed: int | None


def with_too_few_readers(letters: Iterable[UUID], readers: Iterable[InspectorKey]) -> set[UUID]:
    """Keys of those letters that fewer than two of the people with these keys open: they are to be sealed anew."""
    wanted = set(letters)
    opened = _who_open(wanted, readers)
    return {letter for letter in wanted if len(opened[letter]) < FEWEST}


def short_of_readers_since(letters: set[UUID]) -> set[UUID]:
    """Of letters with too few readers those that had two, before keys were withdrawn or offices ended since they came.

    Withdrawing takes the boxes along. That the program did it, the sums over rows tell.
    """
    keys = InspectorKey.objects.filter(pk__in=trusted_keys()).select_related("organization", "user__member")
    opened = _who_open(letters, keys.filter(state=KeyState.IN_USE))
    gone = list(keys.filter(state=KeyState.WITHDRAWN))
    for letter in Letter.objects.filter(pk__in=letters).select_related("organization").defer("ciphertext", "sealed_to"):
        opened[letter.pk] |= {person(key.user) for key in gone if _could_read(key, letter)}
    return {letter for letter in letters if len(opened[letter]) >= FEWEST}


def _could_read(gone: InspectorKey, letter: Letter) -> bool:
    is_later = gone.withdrawn_on is not None and gone.withdrawn_on >= letter.received_on
    return is_later and letter.organization.path.startswith(gone.organization.path)


def _who_open(letters: set[UUID], readers: Iterable[InspectorKey]) -> dict[UUID, set[int]]:
    people = {key.pk: person(key.user) for key in readers}
    opened: dict[UUID, set[int]] = defaultdict(set)
    boxes = LetterBox.objects.filter(letter__in=letters, inspector_key__in=people)
    for letter, key in boxes.values_list("letter", "inspector_key"):
        opened[letter].add(people[key])
    return opened


def letter_counts(path: str, year: int, *, on: date) -> list[LetterCounts]:
    """Committees at and below the path to which letters came in that year, up to the end of the month before `on`.

    Of the running month nothing is counted, or the figure would tell in which minute a letter came in.
    """
    first, last = date(year, 1, 1), min(date(year + 1, 1, 1), on.replace(day=1))
    counted = Letter.objects.filter(subtree("organization__path", [path]), received_on__gte=first, received_on__lt=last)
    closed = Count("pk", filter=Q(closed_on__lt=on.replace(day=1)))
    rows = counted.values_list("organization__code", "organization__name").order_by("organization__path")
    figures = rows.annotate(received=Count("pk"), closed=closed).values_list(
        "organization__code", "organization__name", "received", "closed"
    )
    return [LetterCounts(code, name, *few(received, closed)) for code, name, received, closed in figures]


WHOLE = Letter.objects.select_related("organization")
LINES = Letter.objects.select_related("organization").defer("ciphertext", "writer_box", "sealed_to")


def narrowed(letters: QuerySet[Letter], state: str) -> QuerySet[Letter]:
    """Open ones first; named ones before others of the same day, as the rule on real names asks."""
    if state in LetterState.values:
        letters = letters.filter(state=state)
    return letters.order_by("closed_on", "accept_due_on", "-is_named", "key")


KEYS = InspectorKey.objects.select_related("user", "organization", "approved_by")
KIND = {KeyState.WAITING: "warn", KeyState.IN_USE: "good", KeyState.WITHDRAWN: "quiet"}
UNSIGNED = gettext_lazy("To be approved again: no valid signature")
NEW_FOR = timedelta(days=90)
"""How long a key stands among the new ones on the page of everybody who reads letters."""
TOLD_FOR = timedelta(days=14)
"""How long the start page speaks of it."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    key: InspectorKey
    fingerprint: str
    badge: str
    state: Any
    may_approve: bool
    """By the viewer, with their own key or with the recovery key."""
    is_old: bool
    """From before there were signatures: its inspector chooses the passphrase anew first."""
    withdrawn_by: str
    """Empty while it is in use, and where another key of the same inspector took its place."""


@dataclass(frozen=True, slots=True)
class KeyLines:
    mine: list[KeyLine]
    others: list[KeyLine]
    """Those of others that one may approve or withdraw."""
    new: list[KeyLine]
    """Of everybody, for who reads letters: whom else they are sealed to, or soon."""


def lines_of(user: User, *, on: date) -> KeyLines:
    """What waits comes first."""
    known, readers = trusted_keys(), keys_of_inspectors(on=on)
    rows = list(KEYS.visible_to(user).order_by("-state", "-made_on", "key"))
    fresh = _new_for(user, on - NEW_FOR) if any(key.user_id == user.pk for key in rows) else []
    by = _withdrawn_by([*rows, *fresh])

    def drawn(keys: list[InspectorKey]) -> list[KeyLine]:
        return [_line(key, user, known, readers, by.get(str(key.pk), "")) for key in keys]

    mine = drawn([key for key in rows if key.user_id == user.pk])
    return KeyLines(mine, drawn([key for key in rows if key.user_id != user.pk]), drawn(fresh))


def approval_way(user: User, key: InspectorKey, readers: list[InspectorKey]) -> str:
    """How the user may approve it: with their `own` key, with the `recovery` key, or not at all (empty)."""
    if key.user_id == user.pk or not user.access.may(Capability.APPROVE_KEYS, key.organization.path):
        return ""
    if own_signing_key(user, key.organization.path, readers) and not is_among_first(key, readers):
        return "own"
    return "recovery" if recovery_approves(key, readers) else ""


def _withdrawn_by(keys: Iterable[InspectorKey]) -> dict[str, str]:
    """Key → the name of who withdrew it, as the record says. Two queries."""
    gone = [str(key.pk) for key in keys if key.state == KeyState.WITHDRAWN]
    entries = Entry.objects.filter(
        action="withdraw_inspector_key", subject_kind=InspectorKey._meta.label, subject_id__in=gone
    )
    actors = dict(entries.values_list("subject_id", "actor")) if gone else {}
    users = User.objects.filter(username__in=set(actors.values())) if actors else []
    names = {user.username: user.get_full_name() for user in users}
    return {key: names.get(actor, actor) for key, actor in actors.items()}


def _line(
    key: InspectorKey, user: User, known: set[UUID], readers: list[InspectorKey], withdrawn_by: str = ""
) -> KeyLine:
    waits, state = may_be_approved(key, known), KeyState(key.state)
    is_unsigned = waits and state == KeyState.IN_USE
    return KeyLine(
        key=key,
        fingerprint=fingerprint_of(key.public_key),
        badge="bad" if is_unsigned else KIND[state],
        state=UNSIGNED if is_unsigned else state.label,
        may_approve=waits and bool(key.signing_key) and bool(approval_way(user, key, readers)),
        is_old=not key.signing_key and state != KeyState.WITHDRAWN,
        withdrawn_by=withdrawn_by,
    )


def _new_for(user: User, since: date) -> list[InspectorKey]:
    fresh = KEYS.filter(Q(made_on__gte=since) | Q(approved_on__gte=since)).exclude(user=user.pk)
    return list(fresh.order_by("-state", "-made_on", "key"))


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """A name that somebody asks the custodian for; and for who holds keys or approves them: a new recovery key, keys
    that were withdrawn, that are new or wait. At most seven queries.
    """
    if asked := NameRequest.objects.visible_to(user).filter(state=NameState.ASKED).count():
        text = ngettext("%(count)s request waits for you", "%(count)s requests wait for you", asked) % {"count": asked}
        yield Link("key", _("Names of writers"), text, reverse("supervision:name-list"))
    if not user.access.may_any((Capability.READ_LETTERS, Capability.APPROVE_KEYS)):
        return
    if day := _replaced_since(on - TOLD_FOR):
        text = _("The recovery key was replaced on %(day)s. Ask who did it, if you didn't agree to it.")
        yield Link("key", _("Recovery key"), text % {"day": day}, reverse("supervision:key-list"))
    if gone := list(KEYS.filter(state=KeyState.WITHDRAWN, withdrawn_on__gte=on - TOLD_FOR).order_by("withdrawn_on")):
        names = _(", ").join(dict.fromkeys(key.user.get_full_name() for key in gone))
        text = _("Withdrawn since %(day)s: %(names)s. Ask who did it, if you don't know why.")
        told = text % {"day": gone[0].withdrawn_on, "names": names}
        yield Link("key", _("Inspectors' keys"), told, reverse("supervision:key-list"))
    holds = InspectorKey.objects.in_use().filter(user=user.pk).exists()
    fresh = _new_for(user, on - TOLD_FOR) if holds else []
    waiting = list(KEYS.visible_to(user).filter(state=KeyState.WAITING).exclude(user=user.pk))
    count = len({key.pk for key in (*fresh, *waiting)})
    if count:
        names = _(", ").join(dict.fromkeys(key.user.get_full_name() for key in (*waiting, *fresh)))
        text = ngettext("%(count)s new key: %(names)s", "%(count)s new keys: %(names)s", count)
        yield Link(
            "key", _("Inspectors' keys"), text % {"count": count, "names": names}, reverse("supervision:key-list")
        )


def _replaced_since(day: date) -> date | None:
    """When another recovery key took the place of an older one."""
    made = list(RecoveryKey.objects.order_by("made_on", "withdrawn_on").values_list("made_on", flat=True))
    return made[-1] if len(made) > 1 and made[-1] >= day else None


def own_places(user: User) -> OrganizationQuerySet:
    """The committees at which the user is inspector today."""
    paths = [office.path for office in user.access.held if office.kind == OfficeKind.INSPECTOR]
    return Organization.objects.filter(path__in=paths)


MOST_FOUND = 20
FEWEST_LETTERS = 2


def found_places(text: str) -> list[tuple[str, str]]:
    """Codes and names of organizations that fit, with the organization above so that namesakes can be told apart."""
    found = Organization.objects.filter(dissolved_on__isnull=True).found_by(text)[: MOST_FOUND + 1]
    above = _names({place.path[: -Organization.steplen] for place in found})
    return [(place.code, _called(place, above)) for place in found]


def place_named(code: str) -> Organization | None:
    if not code or "\0" in code:  # PostgreSQL refuses even to look for it
        return None
    return Organization.objects.filter(code=code, dissolved_on__isnull=True).first()


def _names(paths: set[str]) -> dict[str, str]:
    return dict(Organization.objects.filter(path__in=paths).values_list("path", "name"))


def _called(place: Organization, above: dict[str, str]) -> str:
    over = above.get(place.path[: -Organization.steplen])
    return f"{place.name} · {over}" if over else place.name
