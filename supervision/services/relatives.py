"""Relatives that an inspector declares, so that letters about them go to somebody else."""

from uuid import UUID

from members.models import User
from supervision.models import DeclaredRelative


def declare_relative(*, key: UUID, user: User, name: str, relation: str) -> DeclaredRelative:
    """The same `key` again returns the row that is there. Raises Refused."""
    raise NotImplementedError


def remove_relative(*, entry: DeclaredRelative, by: User) -> None:
    """One's own entry only. Raises Refused."""
    raise NotImplementedError
