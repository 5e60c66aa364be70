"""A message as it is asked about before it goes out: whether it still stands, whether it may ring, what it says."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol
from uuid import UUID


class Pending(Protocol):
    """A row's object, or `Due`."""

    @property
    def pk(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def about(self) -> str: ...
    @property
    def dedupe_key(self) -> str: ...
    @property
    def organization_id(self) -> int: ...
    @property
    def member_id(self) -> int | None: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def wording_id(self) -> int: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def state(self) -> str: ...


class Due(NamedTuple):
    """Just that of a row, `queries.due.rows_of`. Of very many due messages, making objects took half the time."""

    pk: UUID
    kind: str
    step: int
    about: str
    dedupe_key: str
    organization_id: int
    member_id: int | None
    user_id: int | None
    channel: str
    wording_id: int
    state: str
    values: Mapping[str, str]
