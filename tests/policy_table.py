"""Reads `policy_table.txt`: for every URL, method and object, what each part of the cast is answered.

    # members:member-reveal (key: Member)
    GET   zhang    login 403 403 200 …

A block begins with the URL's name and says of which model the objects are that its address names: rows of
`full_cast` by their short names, `missing` for one that doesn't exist, or any word when the model is `word`; a number
stands for itself. Where an address names two rows, `zhang@branch` is that row and the `branch` it belongs to, and
`branch/wang@next-branch` a row below another that it doesn't belong to; `open?code` is asked by somebody who came with
the code on that meeting's wall. `login` is the way to the log-in page, `302`
any other redirect. POST sends an empty form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PARTS = (
    "anonymous", "stranger", "member", "secretary", "officer", "next_secretary", "group_leader", "district_staff",
    "county_staff", "county_secretary", "inspector", "administrator",
)  # fmt: skip
FILE = Path(__file__).with_name("policy_table.txt")
BLOCK = re.compile(r"# (?P<name>[\w:-]+)(?: \((?P<objects>.*)\))?")


@dataclass
class Block:
    """One URL. `objects` says for each part of its address which model's row it names; `lines` are what is expected."""

    name: str
    objects: dict[str, str] = field(default_factory=dict)
    lines: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @property
    def methods(self) -> set[str]:
        return {method for method, _object in self.lines}

    def named(self, named: str) -> dict[str, str]:
        """For each part of the address the name of its row."""
        named = named.removesuffix("?code")
        names = named.split("/") if "/" in named else [named] * len(self.objects)
        return dict(zip(self.objects, names, strict=True))

    def cells(self) -> Iterator[tuple[str, str, str, str]]:
        """Method, object, part, answer."""
        for (method, named), answers in self.lines.items():
            for part, answer in answers.items():
                yield method, named, part, answer


def place_of(named: str) -> str:
    """What a row belongs to: `branch` of `zhang@branch`."""
    return named.rpartition("@")[2]


def shows_code(named: str) -> bool:
    """Whether who asks has come with the code of that meeting."""
    return named.endswith("?code")


def read(text: str) -> list[Block]:
    """The blocks of the table in order."""
    blocks: list[Block] = []
    for line in text.splitlines():
        if heading := BLOCK.fullmatch(line):
            pairs = (heading["objects"] or "").split(", ")
            blocks.append(Block(heading["name"], dict(pair.split(": ") for pair in pairs if pair)))
        elif line.strip() and not line.startswith(";"):
            method, named, *answers = line.split()
            if len(answers) != len(PARTS):
                raise ValueError(f"{blocks[-1].name}: {line!r} has {len(answers)} answers, not {len(PARTS)}")
            blocks[-1].lines[method, named] = dict(zip(PARTS, answers, strict=True))
    return blocks


def write(block: Block) -> str:
    """The block as it stands in the file."""
    objects = f" ({', '.join(f'{name}: {model}' for name, model in block.objects.items())})" if block.objects else ""
    lines = [f"# {block.name}{objects}"]
    for (method, named), answers in block.lines.items():
        lines.append(f"{method:<6} {named:<17}" + "".join(f"{answers[part]:>6}" for part in PARTS))
    return "\n".join(lines)
