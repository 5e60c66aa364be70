"""Compiles one catalogue: python -m scripts.compile_translations FROM.po TO.mo. Guesses (fuzzy ones) are left out."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    with source.open("rb") as file:
        catalogue = read_po(file)
    catalogue.locale = source.parent.parent.name  # decides about plurals; what makemessages writes doesn't say it
    # Beside its place first: a program that starts meanwhile finds the old file or the new one.
    beside = target.with_suffix(".new")
    with beside.open("wb") as file:
        write_mo(file, catalogue)
    beside.replace(target)


if __name__ == "__main__":
    main()
