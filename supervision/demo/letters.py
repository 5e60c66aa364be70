"""Two inspectors of the county with keys, and one letter that was accepted and is being asked about."""

import io
from datetime import date, timedelta
from uuid import NAMESPACE_OID, uuid5

from PIL import Image, ImageDraw

from members.choices import OfficeKind
from members.demo.county import COUNTY, OFFICE_BRANCH
from members.models import Member, Organization, User
from members.queries.standing import standing_of
from members.services.users import give_office
from supervision.models import Letter
from supervision.sealing import finder_of
from supervision.services.inspector_keys import approve_first_key, make_key, make_recovery_key
from supervision.services.letters import NamedSubject, accept, add_by_writer, answer, attach_by_writer, write_letter
from supervision.services.relatives import declare_relative

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
REPLY = "应当在村会计那里，另一联在镇水利站。"


def fill(*, on: date) -> None:
    """On any day of the year: everything lies within the last two months."""
    county, approver = Organization.objects.get(code=COUNTY), _standing("committee_secretary", on)
    recovery = make_recovery_key(on=on - timedelta(days=60), by="system")
    inspectors = [_standing(OfficeKind.INSPECTOR, on), _second_inspector(county, on)]
    for user in inspectors:
        key = make_key(user=user, organization=county, passphrase=PASSPHRASE, on=on - timedelta(days=60))
        approve_first_key(key=key, private=recovery, on=on - timedelta(days=58), by=approver)
    declare_relative(key=uuid5(NAMESPACE_OID, RECEIPT), user=inspectors[0], name="高志强", relation="妻弟")
    _letter(inspectors[0], on)


def _letter(inspector: User, on: date) -> None:
    village = Organization.objects.get(code=ABOUT)
    subject = NamedSubject(village.key, OfficeKind.SECRETARY)
    write_letter(subjects=[subject], text=TEXT, receipt=RECEIPT, on=on - timedelta(days=20))
    letter = Letter.objects.get(finder=finder_of(RECEIPT))
    accept(letter=letter, on=on - timedelta(days=12), by=inspector)
    answer(letter=letter, passphrase=PASSPHRASE, text=QUESTION, on=on - timedelta(days=12), by=inspector)
    add_by_writer(receipt=RECEIPT, text=REPLY, on=on - timedelta(days=5))
    attach_by_writer(receipt=RECEIPT, contents=[_slip()], on=on - timedelta(days=5))


def _slip() -> bytes:
    """A slip of the stock, as somebody would take a picture of it."""
    picture, made = Image.new("RGB", (900, 500), "white"), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 880, 480), outline="black", width=3)
    for at, line in enumerate(("No. 0137", "P.C 32.5", "+400", "-297", "=103 ?"), 1):
        pen.text((60, 80 * at - 20), line, fill="black", font_size=44)
    picture.save(made, "JPEG")
    return made.getvalue()


def _second_inspector(county: Organization, on: date) -> User:
    """Nobody logs in as this one: two have to be able to read."""
    free = Member.objects.filter(roster_path=Organization.objects.get(code=OFFICE_BRANCH).path, user__isnull=True)
    member = free.filter(party_post="").order_by("pk").first()
    user = User.objects.create_user("inspector2", display_name=member.name if member else "", member=member)
    give_office(
        user=user,
        kind=OfficeKind.INSPECTOR,
        organization=county,
        on=on - timedelta(days=400),
        decided_by="县委常委会决定",
        by="system",
    )
    return _standing("inspector2", on)


def _standing(username: str, on: date) -> User:
    user = User.objects.get(username=username)
    user.standing = standing_of(user, on=on)
    return user
