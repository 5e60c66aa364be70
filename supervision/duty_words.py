"""How a desk speaks of what supervision asks for; see `members.duty_words`."""

from members.duty_words import DutyWords

WORDS: dict[str, DutyWords] = {}
