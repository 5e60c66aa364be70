"""How services say no."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """Nothing was stored. The text is a sentence for a person; `field` names the input it is about, if one is.

    `fields`: the sentence beside each input, where there are several.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.fields: Mapping[Any, str] = {field: sentence}


class CannotBelong(Refused):
    """The member can't be placed there; the sentence says why."""
