"""The full cast with a value in every private field that occurs nowhere else: it is noticed wherever it appears."""

import json
from dataclasses import dataclass, field

from audit.keyring import fingerprint
from dues.models import Arrangement, ArrearsReason, ArrearsReview, Basis, BillRow, LargeDues, LedgerImport, Relief
from meetings.models import Attendance
from members.models import Contact, ContactPerson, HelpRequest, Member, RosterImport, RosterImportRow, Situation
from members.roster.services import describe
from members.workbooks.reading import dump_cells
from reminders.messages.rules import LINK, STANDS
from reminders.messages.services import answer_link
from reminders.models import ChannelSetup, Message
from supervision.models import (
    Appraisee,
    DeclaredRelative,
    MutualAppraisal,
    SelfCheck,
    SelfCheckAnswer,
    Suggestion,
    TalkNote,
)
from tests.cast import make_national_id
from tests.full_cast import FullCast, make_full_cast
from tests.full_cast_channels import ADDRESS


@dataclass(frozen=True)
class Canary:
    """A private value of one member. `texts` are the ways in which it could be written."""

    kind: str
    whose: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} of {self.whose}"

    def sings(self, text: str) -> bool:
        return any(part in text for part in self.texts)


@dataclass
class Canaries:
    full: FullCast
    all: list[Canary] = field(default_factory=list)

    def hide(self, kind: str, whose: str, *texts: str) -> str:
        """Remember the value; returns its first spelling, to be stored."""
        self.all.append(Canary(kind, whose, texts))
        return texts[0]


def make_canaries() -> Canaries:
    canaries = Canaries(make_full_cast())
    for number, (whose, member) in enumerate(canaries.full.rows[Member].items(), start=1):
        hide_in_member(canaries, number, whose, member)
        hide_around_member(canaries, number, whose, member)
    for number, (name, row) in enumerate(canaries.full.rows[RosterImportRow].items(), start=1):
        hide_in_import(canaries, number, name, row)
    hide_in_dues(canaries)
    hide_in_channels(canaries)
    hide_in_messages(canaries)
    hide_reasons(canaries)
    hide_in_appraisals(canaries)
    hide_in_suggestions(canaries)
    hide_in_talks(canaries)
    hide_in_letters(canaries)
    return canaries


def hide_in_member(canaries: Canaries, number: int, whose: str, member: Member) -> None:
    national_id = make_national_id("19631107", 701 + 2 * number)
    fen = 8_765_400 + number
    member.national_id = canaries.hide("identity number", whose, national_id)
    member.phone = canaries.hide("phone", whose, f"1390000{number:04}")
    member.address = canaries.hide("address", whose, f"canary-street-{number}")
    member.dues_base = canaries.hide("dues base", whose, *written(fen))
    member.name = canaries.hide("name", whose, f"{'甲乙丙丁戊'[number - 1]}金丝雀")
    describe(member)
    member.save()
    assert member.national_id_print == fingerprint(national_id)


def hide_around_member(canaries: Canaries, number: int, whose: str, member: Member) -> None:
    Situation.objects.filter(member=member).update(note=canaries.hide("situation note", whose, f"note-canary-{number}"))
    ContactPerson.objects.filter(member=member).update(
        phone=canaries.hide("contact person's phone", whose, f"1380000{number:04}")
    )
    Contact.objects.filter(member=member).update(needs=canaries.hide("contact needs", whose, f"needs-canary-{number}"))
    HelpRequest.objects.filter(member=member).update(
        request=canaries.hide("help request", whose, f"request-canary-{number}"),
        answer=canaries.hide("answer", whose, f"answer-canary-{number}"),
        answered_on="2026-11-01",
        answered_by=canaries.full.cast.secretary,
    )


def hide_in_import(canaries: Canaries, number: int, name: str, row: RosterImportRow) -> None:
    """A refused row whose phone, and a column that nobody understood, are private."""
    phone = canaries.hide("cell of an import", name, f"1770000{number:04}")
    unknown = canaries.hide("cell of an import", name, f"unknown-canary-{number}")
    overwrote = canaries.hide("what an import overwrote", name, f"1760000{number:04}")
    fields = {"姓名": "name", "手机": "phone", "备用": ""}
    columns = [{"heading": heading, "field": known, "doubt": ""} for heading, known in fields.items()]
    RosterImport.objects.filter(pk=row.roster_import_id).update(columns=columns, counts={"refused": 1})
    RosterImportRow.objects.filter(pk=row.pk).update(
        verdict="refused",
        problems=[{"column": "手机", "code": "phone_unreadable", "about": {}}],
        cells=json.dumps({"姓名": "孙", "手机": phone, "备用": unknown}),
        before=json.dumps({"changes": {"phone": [overwrote, overwrote]}}),
    )


def hide_in_dues(canaries: Canaries) -> None:
    for number, (whose, basis) in enumerate(canaries.full.rows[Basis].items(), start=1):
        hide_in_dues_of_member(canaries, number, whose, basis)
    for number, (place, ledger) in enumerate(canaries.full.rows[LedgerImport].items(), start=1):
        hide_in_ledger(canaries, number, place, ledger)
    for number, (name, row) in enumerate(canaries.full.rows[BillRow].items(), start=1):
        payer = canaries.hide("payer on a bill", name, f"payer-canary-{number}")
        note = canaries.hide("note on a bill", name, f"for-canary-{number}")
        BillRow.objects.filter(pk=row.pk).update(payer_name=payer, note=note)
        canaries.hide("payer", name, f"{name}的女儿")  # in the payment of the full cast, which is written once
    for number, (name, row) in enumerate(canaries.full.rows[LargeDues].items(), start=1):
        LargeDues.objects.filter(pk=row.pk).update(profile=canaries.hide("profile", name, f"profile-canary-{number}"))


def hide_in_channels(canaries: Canaries) -> None:
    for number, (place, setup) in enumerate(canaries.full.rows[ChannelSetup].items(), start=1):
        token = canaries.hide("address of a channel", place, f"channel-canary-{number}")
        secret = canaries.hide("secret of a channel", place, f"secret-canary-{number}")
        ChannelSetup.objects.filter(pk=setup.pk).update(address=f"{ADDRESS}{token}", secret=secret)


def hide_in_dues_of_member(canaries: Canaries, number: int, whose: str, basis: Basis) -> None:
    counted, left_out, member = 7_654_300 + number, 6_543_200 + number, {"member": basis.member}
    Basis.objects.filter(pk=basis.pk).update(
        base=canaries.hide("fixed base", whose, *written(counted)),
        parts=json.dumps([["post_pay", counted, True], ["reward_performance", left_out, False]]),
    )
    canaries.hide("part of a base", whose, *written(left_out))
    Relief.objects.filter(**member).update(ground=canaries.hide("ground of a relief", whose, f"ground-canary-{number}"))
    Arrangement.objects.filter(**member).update(
        because=canaries.hide("why quarterly", whose, f"because-canary-{number}")
    )
    ArrearsReason.objects.filter(**member).update(
        reason=canaries.hide("reason for arrears", whose, f"reason-canary-{number}")
    )
    ArrearsReview.objects.filter(**member).update(
        reason=canaries.hide("what was said in a talk", whose, f"said-canary-{number}")
    )


def hide_in_ledger(canaries: Canaries, number: int, place: str, ledger: LedgerImport) -> None:
    """The base of a row that was understood; an identity number in one that was left out."""
    content = json.loads(ledger.content)
    content["lines"][0]["base"] = int(canaries.hide("base in a ledger", place, *written(5_432_100 + number)))
    national_id = canaries.hide("cell of a ledger", place, make_national_id("19640208", 801 + 2 * number))
    cells = {"姓名": "孙", "身份证号": national_id}
    content |= {"refused": [[4, dump_cells(cells)]], "headings": list(cells)}
    LedgerImport.objects.filter(pk=ledger.pk).update(content=json.dumps(content, ensure_ascii=False))


def hide_in_messages(canaries: Canaries) -> None:
    """What each says, and the link that answers it."""
    for number, (name, message) in enumerate(canaries.full.rows[Message].items(), start=1):
        says = canaries.hide("what a message says", name, f"says-canary-{number}")
        canaries.hide("link to answer by", name, answer_link(message.pk, message.kind).split("/")[-2])
        Message.objects.filter(pk=message.pk).update(values={"name": says, LINK: STANDS})


def hide_reasons(canaries: Canaries) -> None:
    for number, (name, expected) in enumerate(canaries.full.rows[Attendance].items(), start=1):
        reason = canaries.hide("reason for an absence", name, f"absent-canary-{number}")
        Attendance.objects.filter(pk=expected.pk).update(state="absent", reason=reason, reason_source="member")


def hide_in_talks(canaries: Canaries) -> None:
    """Notes of talks, and self-checks that were shared and that weren't."""
    for number, (name, note) in enumerate(canaries.full.rows[TalkNote].items(), start=1):
        TalkNote.objects.filter(pk=note.pk).update(text=canaries.hide("note of a talk", name, f"talk-canary-{number}"))
    for number, (name, check) in enumerate(canaries.full.rows[SelfCheck].items(), start=1):
        SelfCheck.objects.filter(pk=check.pk).update(plan=canaries.hide("self-check", name, f"plan-canary-{number}"))
        answers = SelfCheckAnswer.objects.filter(check_made=check)
        answers.update(note=canaries.hide("self-check", name, f"check-canary-{number}"))


def hide_in_appraisals(canaries: Canaries) -> None:
    """What a member wrote of themself, what was said of them, and the opinion before they were told."""
    for number, (name, one) in enumerate(canaries.full.rows[Appraisee].items(), start=1):
        Appraisee.objects.filter(pk=one.pk).update(
            self_appraisal=canaries.hide("self-appraisal", name, f"self-canary-{number}"),
            opinion=canaries.hide("opinion on a member", name, f"opinion-canary-{number}"),
        )
        said = canaries.hide("mutual appraisal", name, f"mutual-canary-{number}")
        MutualAppraisal.objects.filter(about=one).update(text=said)


def hide_in_suggestions(canaries: Canaries) -> None:
    for number, (name, one) in enumerate(canaries.full.rows[Suggestion].items(), start=1):
        Suggestion.objects.filter(pk=one.pk).update(
            text=canaries.hide("suggestion", name, f"suggestion-canary-{number}"),
            answer=canaries.hide("suggestion", name, f"answered-canary-{number}"),
            answered_on="2026-11-01",
            answered_by=canaries.full.cast.secretary,
            outcome="solved",
        )


def hide_in_letters(canaries: Canaries) -> None:
    """Names of relatives; letters themselves are ciphertext."""
    for number, (name, one) in enumerate(canaries.full.rows[DeclaredRelative].items(), start=1):
        hidden = canaries.hide("declared relative", name, f"relative-canary-{number}")
        DeclaredRelative.objects.filter(pk=one.pk).update(name=hidden)


def written(fen: int) -> tuple[str, str, str]:
    """An amount in the ways in which it could be written."""
    return str(fen), f"{fen / 100:.2f}", f"{fen / 100:,.2f}"
