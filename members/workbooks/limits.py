"""What a workbook may cost. Everything here is checked before or while a file is read, never afterwards."""

from dataclasses import asdict, dataclass
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one workbook. Sizes in bytes, times in seconds."""

    file_size: int = 24 * MIB
    inflated_size: int = 192 * MIB
    """Of all parts of a packed workbook together; 100,000 rows of 20 columns take 110 MiB."""
    parts: int = 2_000
    sheets: int = 60
    rows: int = 150_000
    """Rows in which something is written, over the whole sheet."""
    columns: int = 300
    cells: int = 4_000_000
    """Cells that stand in the file, empty ones included: some programs write a million of them."""
    merged_size: int = 2 * MIB
    """Of the list of merged cells."""
    text_length: int = 32_768
    head_rows: int = 40
    """How many written rows of each sheet are looked at to choose a sheet and find its headings."""
    memory: int = 256 * MIB
    processor_time: int = 20
    silence: int = 60

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


LIMITS = Limits()
