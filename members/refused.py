"""How services say no."""


class Refused(Exception):
    """Nothing was stored. The text is a sentence for a person; `field` names the input it is about, if one is."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class CannotBelong(Exception):
    """The member can't be placed there; the sentence says why."""
