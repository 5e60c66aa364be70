"""Where somebody may do what: the offices of a day, and the member they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from members.choices import Capability, OfficeKind, OrganizationKind
from members.offices import ALONE, CAPABILITIES, ON_A_COMMITTEE, STAND_INS
from members.paths import STEP, Alone, contains, outermost


@dataclass(frozen=True)
class HeldOffice:
    """An office in force: its kind, and the organization it is held in."""

    kind: OfficeKind
    path: str
    code: str
    organization: str
    stands_in: bool = False
    """Whether the offices are vacant there for which this one stands in (`STAND_INS`)."""
    place: str = ""
    """What kind of organization it is."""

    @property
    def below(self) -> frozenset[Capability]:
        """What it may in the organization and in all below."""
        if self._sits_on_a_committee:
            return frozenset()
        own = CAPABILITIES[self.kind]
        return own | STAND_INS[self.kind].capabilities if self.stands_in else own

    @property
    def alone(self) -> frozenset[Capability]:
        """What it may in the organization and in none below."""
        return ON_A_COMMITTEE if self._sits_on_a_committee else ALONE.get(self.kind, frozenset())

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.below | self.alone

    def may(self, capability: Capability, path: str) -> bool:
        """Whether this office grants it at the organization with that path."""
        return (capability in self.below and contains(self.path, path)) or (
            capability in self.alone and self.path == path
        )

    @property
    def _sits_on_a_committee(self) -> bool:
        return self.kind == OfficeKind.COMMITTEE_MEMBER and self.place == OrganizationKind.COMMITTEE


@dataclass(frozen=True)
class Standing:
    """All offices somebody holds on one day. Empty: they see only their own rows."""

    on: date | None = None
    held: tuple[HeldOffice, ...] = ()
    member_id: int | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What at least one office allows somewhere."""
        return frozenset().union(*(office.capabilities for office in self.held))

    def paths(self, capability: Capability) -> list[str]:
        """The subtrees in which the capability holds, as paths; `Alone` where it holds in one organization only."""
        below = [office.path for office in self.held if capability in office.below]
        return outermost(below + [Alone(office.path) for office in self.held if capability in office.alone])

    def may(self, capability: Capability, path: str) -> bool:
        """Whether the capability holds at the organization with that path."""
        return any(contains(mine, path) for mine in self.paths(capability))

    def may_throughout(self, capability: Capability, path: str) -> bool:
        """Whether it holds there and in all below: what one may in one organization alone says nothing about those."""
        return any(contains(mine, path) for mine in self.paths(capability) if not isinstance(mine, Alone))

    def may_everywhere(self, capability: Capability) -> bool:
        """Whether an office at the top of the tree grants it: for what the whole county shares."""
        return any(len(office.path) == STEP and capability in office.below for office in self.held)

    def may_any(self, capabilities: Iterable[Capability]) -> bool:
        """Whether at least one of the capabilities holds somewhere."""
        return not self.capabilities.isdisjoint(capabilities)
