"""Inspectors with keys, a custodian, a letter that is asked about, and one whose writer's name is asked for."""

import io
from datetime import date, timedelta
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from branchweb.demo.county import COUNTY, OFFICE_BRANCH
from members.access.queries import access_for
from members.accounts.services import give_office
from members.choices import OfficeKind
from members.models import Member, Organization, User
from supervision.letters import sealing
from supervision.letters.contents import NamedSubject
from supervision.letters.custody_services import ask_for_name, make_custody_key
from supervision.letters.inspector_services import accept, answer
from supervision.letters.key_services import approve_first_key, make_key, make_recovery_key
from supervision.letters.models import InspectorKey, Letter
from supervision.letters.rules import fingerprint_of
from supervision.letters.sealing import finder_of
from supervision.letters.services import add_by_writer, attach_by_writer, declare_relative, write_letter

PASSPHRASE = "青山 绿水 红旗 黄河 长江"  # noqa: S105 - the demo's, which everybody may know
"""For the demo only: in use nobody but the inspector knows a passphrase."""
RECEIPT = "202611244100731290563381"
"""Of the demo's letter, so that its writer's side can be looked at."""
ABOUT = "xipo"
TEXT = (
    "西坡村去年修水渠的钱是镇里拨的，公示栏只写了总数，没有写明细。听几个组的人说，领料单上的水泥比用掉的多出"
    "一百来袋。我没有亲眼看到单子，请核实。"
)
QUESTION = "来信收到，已受理。您说的领料单，知道由谁保管吗？"
NAMED_RECEIPT = "202611251842906631170459"
"""Of the letter whose writer's name is asked for."""
NAMED_ABOUT = "shiqiao"
NAMED_TEXT = "石桥村的危房改造补助，去年报了六户，实际动工的只有四户。那两户我认识，都说没有领到钱，也没有签过字。"
WRITER, CONTACT = "周桂芳", "石桥村二组"
NAME_REASON = "信中说认识没有领到钱的两户，要请写信人当面指认是哪两户，否则无法核对签字。"
REPLY = "应当在村会计那里，另一联在镇水利站。"


Paper = dict[str, str]
"""`what` it is, and the `text` on it. In use nobody but its keeper has it."""


def fill(*, on: date) -> list[Paper]:
    """On any day of the year: everything lies within the last two months. The papers that its pages ask for."""
    county, approver = Organization.objects.get(code=COUNTY), _standing(OfficeKind.COMMITTEE_SECRETARY, on)
    recovery = make_recovery_key(on=on - timedelta(days=60), by="system")
    inspectors = [_standing(OfficeKind.INSPECTOR, on), _further_inspector("inspector2", county, on)]
    for user in inspectors:
        key = make_key(user=user, organization=county, passphrase=PASSPHRASE, on=on - timedelta(days=60))
        approve_first_key(key=key, private=recovery, on=on - timedelta(days=58), by=approver)
    declare_relative(key=uuid5(NAMESPACE_OID, RECEIPT), user=inspectors[0], name="高志强", relation="妻弟")
    custodian = User.objects.get(username=OfficeKind.COMMITTEE_STAFF)
    kept = make_custody_key(user=custodian, recovery=recovery, on=on - timedelta(days=40), by="system")
    _letter(inspectors[0], on)
    _named_letter(inspectors[0], on)
    third = _further_inspector("inspector3", county, on)
    waiting = make_key(user=third, organization=county, passphrase=PASSPHRASE, on=on - timedelta(days=2))
    return _papers(kept, waiting)


def _papers(kept: bytes, waiting: InspectorKey) -> list[Paper]:
    numbered = enumerate(sealing.halves(kept), start=1)
    halves = [{"what": _("custodian's key, half %(number)s") % {"number": one}, "text": text} for one, text in numbered]
    return [*halves, {"what": _("fingerprint of the waiting key"), "text": fingerprint_of(waiting.public_key)}]


def _letter(inspector: User, on: date) -> None:
    _write(ABOUT, RECEIPT, text=TEXT, on=on - timedelta(days=20))
    letter = Letter.objects.get(finder=finder_of(RECEIPT))
    accept(letter=letter, on=on - timedelta(days=12), by=inspector)
    answer(letter=letter, passphrase=PASSPHRASE, text=QUESTION, on=on - timedelta(days=12), by=inspector)
    add_by_writer(receipt=RECEIPT, text=REPLY, on=on - timedelta(days=5))
    attach_by_writer(receipt=RECEIPT, contents=[_slip()], on=on - timedelta(days=5))


def _named_letter(inspector: User, on: date) -> None:
    """The custodian keeps the writer's name, and is asked for it."""
    _write(NAMED_ABOUT, NAMED_RECEIPT, text=NAMED_TEXT, name=WRITER, contact=CONTACT, on=on - timedelta(days=9))
    letter = Letter.objects.get(finder=finder_of(NAMED_RECEIPT))
    accept(letter=letter, on=on - timedelta(days=6), by=inspector)
    key = uuid5(NAMESPACE_OID, NAMED_RECEIPT)
    day = on - timedelta(days=3)
    ask_for_name(letter=letter, passphrase=PASSPHRASE, text=NAME_REASON, on=day, by=inspector, key=key)


def _write(code: str, receipt: str, *, on: date, **words: str) -> None:
    """About the secretary of that organization."""
    subject = NamedSubject(Organization.objects.get(code=code).key, OfficeKind.SECRETARY)
    write_letter(subjects=[subject], receipt=receipt, on=on, **words)


def _slip() -> bytes:
    """A slip of the stock, as somebody would take a picture of it."""
    picture, made = Image.new("RGB", (900, 500), "white"), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 880, 480), outline="black", width=3)
    for at, line in enumerate(("No. 0137", "P.C 32.5", "+400", "-297", "=103 ?"), 1):
        pen.text((60, 80 * at - 20), line, fill="black", font_size=44)
    picture.save(made, "JPEG")
    return made.getvalue()


def _further_inspector(username: str, county: Organization, on: date) -> User:
    """Nobody logs in as this one: two have to be able to read, and a third one's key waits."""
    free = Member.objects.filter(roster_path=Organization.objects.get(code=OFFICE_BRANCH).path, user__isnull=True)
    member = free.filter(party_post="").order_by("pk").first()
    user = User.objects.create_user(username, display_name=member.name if member else "", member=member)
    give_office(
        user=user,
        kind=OfficeKind.INSPECTOR,
        organization=county,
        on=on - timedelta(days=400),
        decided_by="县委常委会决定",
        by="system",
    )
    return _standing(username, on)


def _standing(username: str, on: date) -> User:
    user = User.objects.get(username=username)
    user.access = access_for(user, on=on)
    return user
