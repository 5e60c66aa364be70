"""Reading the data files: every fault is named with its file and key, nothing is guessed."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from rulebook.local import DIRECTIONS, LocalPolicy
from rulebook.rule import Document, Rule, Subject
from rulebook.values import NO_ARTICLE, Bracket, Level, Mark, Share, Text, Value

DATA = Path(__file__).parent / "data"
DOCUMENTS = "documents.toml"
REQUIRED = ("key", "title", "says", "level", "document", "article", "quote", "verification")
OPTIONAL = ("value", "unit", "applies_to", "until", "until_dates", "strength", "note", "supersedes", "local")
DATES = ("day", "month", "year", "unverified")
LOCAL_PRACTICE = "local-practice"

Row = Mapping[str, Any]


class BadRulebook(ValueError):
    """The data files are incomplete or contradict themselves; its text lists every fault."""


def subjects(folder: Path) -> tuple[Subject, ...]:
    """Everything in the folder, in the subjects' order; raises BadRulebook with all faults."""
    found = gaps(folder)
    if found:
        raise BadRulebook("\n".join(found))
    documents = {key: build_document(key, row) for key, row in load(folder / DOCUMENTS).items()}
    built = [build_subject(path, documents) for path in subject_files(folder)]
    return tuple(sorted(built, key=lambda subject: subject.order))


def gaps(folder: Path) -> list[str]:
    """What a rule lacks, and which versions of one key overlap."""
    documents = load(folder / DOCUMENTS)
    rows = [(path.name, row) for path in subject_files(folder) for row in load(path).get("rule", [])]
    found = [f"{DOCUMENTS}: {key}: {fault}" for key, row in documents.items() for fault in document_faults(row)]
    for name, row in rows:
        found += [f"{name}: {row.get('key', '?')}: {fault}" for fault in row_faults(row, documents)]
    return found or [*overlaps((row for _, row in rows), documents)]


def load(path: Path) -> dict[str, Any]:
    """A file as it stands, its fractions as exact decimals."""
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def subject_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if path.name != DOCUMENTS)


# --- Faults ---------------------------------------------------------------------------------------------------------
def document_faults(row: Row) -> Iterator[str]:
    for name in ("title", "number", "from", "dates"):
        if name not in row:
            yield f"no {name}"
    if row.get("dates") not in DATES:
        yield f"dates is none of {', '.join(DATES)}"


def row_faults(row: Row, documents: Mapping[str, Row]) -> Iterator[str]:
    yield from (f"no {name}" for name in REQUIRED if name not in row)
    yield from (f"unknown field {name}" for name in row if name not in (*REQUIRED, *OPTIONAL))
    yield from (
        f"{name} is not in both languages" for name in ("title", "says", "note") if not bilingual(row.get(name))
    )
    if row.get("level") not in [*Level]:
        yield "level is none of N, S, L"
    if row.get("verification") not in [*Mark]:
        yield "verification is none of V1, V2, V3, U"
    yield from source_faults(row, documents)
    yield from local_faults(row.get("local", {}), "value" in row)


def bilingual(text: object) -> bool:
    return text is None or (isinstance(text, dict) and set(text) == {"zh", "en"} and all(text.values()))


def source_faults(row: Row, documents: Mapping[str, Row]) -> Iterator[str]:
    document = row.get("document")
    if document not in documents:
        yield f"document {document} is not in {DOCUMENTS}"
    if (document == LOCAL_PRACTICE) != (row.get("level") == Level.LOCAL):
        yield "local practice is of level L, and only that"
    if document == LOCAL_PRACTICE and row.get("article") != NO_ARTICLE:
        yield "local practice has no article"
    if not row.get("article"):
        yield "no article"
    if row.get("until_dates", "day") not in DATES:
        yield f"until_dates is none of {', '.join(DATES)}"


def local_faults(local: Row, has_value: bool) -> Iterator[str]:
    direction = local.get("direction", "none")
    if direction not in DIRECTIONS:
        yield f"local direction is none of {', '.join(DIRECTIONS)}"
    if direction == "options" and not local.get("options"):
        yield "local options are missing"
    yield from (
        f"option {word} is not in both languages"
        for word in local.get("options", {})
        if not bilingual(local["options"][word])
    )
    if local.get("required") and has_value:
        yield "a local choice is required although there is a value"


def overlaps(rows: Iterable[Row], documents: Mapping[str, Row]) -> Iterator[str]:
    """Versions of one key that hold on the same day."""
    spans = sorted((row["key"], documents[row["document"]]["from"], row.get("until", date.max)) for row in rows)
    for key, group in groupby(spans, key=lambda span: span[0]):
        for (_, _, until), (_, starts, _) in pairwise(group):
            if starts < until:
                yield f"{key}: two versions hold on {starts.isoformat()}"


# --- Building -------------------------------------------------------------------------------------------------------
def build_document(key: str, row: Row) -> Document:
    return Document(key, Text(**row["title"]), row["number"], row["from"], row["dates"])


def build_subject(path: Path, documents: Mapping[str, Document]) -> Subject:
    content = load(path)
    rules = tuple(build_rule(row, path.stem, documents[row["document"]]) for row in content.get("rule", []))
    return Subject(path.stem, Text(**content["subject"]), content["order"], rules)


def build_rule(row: Row, subject: str, document: Document) -> Rule:
    return Rule(
        key=row["key"],
        title=Text(**row["title"]),
        says=Text(**row["says"]),
        value=build_value(row.get("value")),
        unit=row.get("unit", ""),
        applies_to=tuple(row.get("applies_to", ())),
        subject=subject,
        level=Level(row["level"]),
        document=document,
        article=row["article"],
        quote=row["quote"],
        verification=Mark(row["verification"]),
        starts=document.starts,
        dates=document.dates,
        until=row.get("until"),
        until_dates=row.get("until_dates", "day"),
        strength=row.get("strength", ""),
        note=Text(**row["note"]) if "note" in row else None,
        supersedes=row.get("supersedes", ""),
        policy=build_policy(row.get("local", {})),
    )


def build_value(value: Any) -> Value:
    """Numbers become Decimal, lists tuples, and the two kinds of tables their types."""
    if isinstance(value, dict) and "brackets" in value:
        return tuple(Bracket(None if up_to == "above" else Decimal(up_to), rate) for up_to, rate in value["brackets"])
    if isinstance(value, dict) and "share" in value:
        return Share(Fraction(value["share"]), value["inclusive"], value["of"])
    if isinstance(value, dict):
        return {name: Decimal(number) for name, number in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return tuple(value) if isinstance(value, list) else value


def build_policy(row: Row) -> LocalPolicy:
    return LocalPolicy(
        direction=row.get("direction", "none"),
        minimum=decimal_or_none(row.get("minimum")),
        maximum=decimal_or_none(row.get("maximum")),
        whole=row.get("whole", False),
        options={word: Text(**text) for word, text in row.get("options", {}).items()},
        required=row.get("required", False),
    )


def decimal_or_none(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)
