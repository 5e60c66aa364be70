"""The columns of a roster: the words branches head them with, and what stands in them."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import SituationKind
from members.workbooks.catalogue import Catalogue, Field

FROM_REMARK = (
    (re.compile(r"卧床|瘫痪|生活不能自理|失能|植物人"), SituationKind.BEDRIDDEN),
    (re.compile(r"年老体弱|行动不便|年老多病|体弱多病|高龄体弱"), SituationKind.FRAIL),
    (re.compile(r"失联|失去联系|联系不上|无法联系|下落不明"), SituationKind.LOST_CONTACT),
    (re.compile(r"借调|挂职"), SituationKind.SECONDED),
    (re.compile(r"停止党籍"), SituationKind.SUSPENDED),
    (re.compile(r"留党察看"), SituationKind.PROBATION_WITHIN_PARTY),
    (re.compile(r"困难党员|生活困难"), SituationKind.HARDSHIP),
)
"""What a remark may mean; each is proposed with a warning. An illness says nothing about how long it lasts."""

NOT = re.compile(r"(不|未|无|没有|非|已解除|恢复|曾)$")
ABROAD = re.compile(
    "国外|境外|出国|海外|欧洲|非洲|南美|美国|加拿大|英国|法国|德国|意大利|西班牙|荷兰|俄罗斯|日本|韩国|泰国|越南|老挝|缅甸"
    "|新加坡|马来西亚|澳大利亚|澳洲|新西兰|香港|澳门|台湾"
)
PRIVATELY = re.compile(r"探亲|自费|定居|随子女|留学|陪读|因私|旅居|务工")
SENT = re.compile(r"公派|外派|派驻|派出|因公|援外|驻外")


def situations_in_remark(remark: str) -> list[SituationKind]:
    """What a remark proposes; a word that is denied just before it ("未失联") proposes nothing."""
    found = []
    for pattern, kind in FROM_REMARK:
        match = pattern.search(remark)
        if match and not NOT.search(remark[: match.start()]):
            found.append(kind)
    if SituationKind.BEDRIDDEN in found and SituationKind.FRAIL in found:
        found.remove(SituationKind.FRAIL)
    return found


def abroad_kind(written: str) -> SituationKind | None:
    """How somebody is abroad, where the place is abroad and the words say so."""
    if not ABROAD.search(written):
        return None
    if SENT.search(written):
        return SituationKind.ABROAD_SENT
    return SituationKind.ABROAD_PRIVATE if PRIVATELY.search(written) else None


def is_abroad(written: str) -> bool:
    return ABROAD.search(written) is not None


LABELS: dict[str, Promise] = {
    "serial": _("Serial number"),
    "committee": _("Committee above the branch"),
    "general_branch": _("General branch above the branch"),
    "organization": _("Branch, or the path to it"),
    "group": _("Party group"),
    "name": _("Name"),
    "former_names": _("Former names"),
    "sex": _("Sex"),
    "ethnicity": _("Ethnicity"),
    "birth": _("Born"),
    "native_place": _("Native place"),
    "education": _("Education"),
    "national_id": _("Identity number"),
    "joined": _("Joined the party"),
    "full": _("Formal member since"),
    "work_post": _("Unit and post"),
    "work_unit": _("Unit"),
    "post": _("Post"),
    "party_post": _("Post in the party"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "address": _("Home address"),
    "membership": _("Formal or probationary"),
    "category": _("Category for dues"),
    "mobile": _("Mobile member"),
    "place": _("Where the mobile member is"),
    "lost_contact": _("Contact lost"),
    "hardship": _("In hardship"),
    "dues_base": _("Monthly base for dues"),
    "remark": _("Remark"),
}
"""In the order of the blank template."""

FREE_TEXT = frozenset(
    {"former_names", "native_place", "work_post", "work_unit", "post", "party_post", "address", "remark"}
)
"""Fields in which a formula is kept as its text."""

_WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
HEADINGS, LIKELY = _WORDS["known"], _WORDS["likely"]


NEVER = 2.0
"""No share is as large: what stands there leads to a question at most."""
CELLS: dict[str, dict[str, Any]] = {
    "serial": {"kinds": ("serial",), "alone": 1.0, "anywhere": True},
    "committee": {"kinds": ("committee",), "alone": 0.8, "anywhere": True},
    "general_branch": {"kinds": ("general_branch",), "alone": 0.8, "anywhere": True},
    "organization": {"kinds": ("branch", "path"), "alone": 0.8, "anywhere": True},
    "group": {"kinds": ("group",), "alone": 0.8, "anywhere": True},
    "name": {"kinds": ("name",), "alone": 0.8},
    "former_names": {"kinds": ("name",)},
    "sex": {"kinds": ("sex",), "alone": 0.9, "strict": True},
    "ethnicity": {"kinds": ("people",), "alone": 0.9, "anywhere": True},
    "birth": {"kinds": ("date", "loose_date", "identity"), "strict": True},
    "native_place": {"kinds": ("place",), "alone": 0.8},
    "education": {"kinds": ("education",), "alone": 0.9, "strict": True},
    "national_id": {"kinds": ("identity", "number_of_identity"), "alone": 0.8, "anywhere": True, "strict": True},
    "joined": {"kinds": ("date", "loose_date"), "strict": True},
    "full": {"kinds": ("date", "loose_date"), "strict": True},
    "work_post": {"kinds": ("unit_and_post",), "alone": 0.8},
    "work_unit": {"kinds": ("unit",), "alone": 0.8},
    "post": {"kinds": ("post",), "alone": NEVER, "family": "kind"},
    "party_post": {"kinds": ("party_post",), "alone": 0.9},
    "phone": {"kinds": ("mobile", "landline"), "alone": 0.8, "strict": True},
    "email": {"kinds": ("email",), "alone": 0.9, "anywhere": True, "strict": True},
    "address": {"kinds": ("address",), "alone": 0.8},
    "membership": {"kinds": ("membership",), "alone": 0.9, "anywhere": True, "strict": True, "family": "kind"},
    "category": {"kinds": ("category", "broad_category"), "alone": 0.9, "strict": True, "family": "kind"},
    "mobile": {"kinds": ("answer",), "strict": True, "family": "mobile"},
    "place": {"kinds": ("place",), "alone": NEVER, "family": "mobile"},
    "lost_contact": {"kinds": ("answer",), "strict": True},
    "hardship": {"kinds": ("answer",), "strict": True},
    "dues_base": {"kinds": ("amount",), "strict": True},
    "remark": {},
}
"""What stands in the cells of each field; `Field` says what that means. Branches head post, membership and category
with one another's words, and mobile members with the place where they are."""

ROSTER = Catalogue(
    required=("name", "national_id"),
    pinyin=True,
    fields=tuple(
        Field(name, tuple(headings), likely=tuple(LIKELY.get(name, ())), **CELLS[name])
        for name, headings in HEADINGS.items()
    ),
)


def shared(name: str, *also: str) -> Field:
    """A field as other workbooks have it too: what is known about its headings and cells here, and their own words."""
    known = ROSTER.field(name)
    return replace(known, headings=(*known.headings, *also))
