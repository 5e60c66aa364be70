"""Whether a table that only grows is protected, for the tests of the apps that have one."""

from audit.append_only import faults, made_by, present_triggers, protections


def is_protected(table: str) -> bool:
    """Whether every trigger of an append-only table is there, does what it should and is switched on."""
    of_tables = {name: protection for name, protection in protections().items() if name == table}
    return bool(of_tables) and not faults(made_by(of_tables)[table], present_triggers())
