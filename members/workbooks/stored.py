"""Cells as JSON, to be kept and read again with their types."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from members.rules.dates import PartialDate
from members.workbooks.reading import CellError, Formula, Value, cell_from_json


def dump_cells(cells: Mapping[str, Value]) -> str:
    """Heading → cell as JSON, in the order given."""
    return json.dumps({heading: _plain(cell) for heading, cell in cells.items()}, ensure_ascii=False)


def load_cells(text: str) -> dict[str, Value]:
    """What `dump_cells` wrote; nothing written is no cells."""
    if not text:
        return {}
    return {heading: _cell(cell) for heading, cell in json.loads(text).items()}


def _plain(cell: Value) -> Any:
    if isinstance(cell, Formula):
        return {"f": str(cell), "v": _plain(cell.shown)}
    if isinstance(cell, CellError):
        return {"e": str(cell)}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return {"m": str(cell)[:7]} if isinstance(cell, PartialDate) else cell


def _cell(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    return Formula(stored["f"], _cell(stored["v"])) if "f" in stored else cell_from_json(stored)
