"""A contract for import-linter: what a module may import by what it is, whether its noun has a folder or not.

Rules know no rows and nothing that asks for them, queries no services, models and services no pages; the pages of an
app, or of a noun in it, are imported by nobody beside it. Only `branchweb` and what lies on top of the app gather
them.
"""

from importlinter import Contract, ContractCheck, fields, output

PAGES = {"views", "forms", "api", "middleware"}
BEHIND = {
    "rules": {"models", "queries", "services", *PAGES},
    "models": PAGES,
    "queries": {"services", *PAGES},
    "services": PAGES,
}
"""By what a module is: what it doesn't import."""
KINDS = {*BEHIND, *PAGES}


def kind_of(module: str) -> str:
    """By the first part of the name that says so: `letters.box_views` are views, `api_talks` is an API."""
    for part in module.split(".")[1:]:
        word = "api" if part.startswith("api_") else part.rpartition("_")[2]
        if word in KINDS:
            return word
    return ""


def noun_of(module: str) -> str:
    """The folder of the module below its app; empty on top of the app, and where folders are kinds."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 and not kind_of(".".join(parts[:2])) else ""


def is_within(module: str, places: set[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def leaks(importer: str, imported: str, kinds: dict[str, str], shared: set[str]) -> bool:
    """Whether the import goes through a wall. `kinds`: of modules whose name doesn't say; `shared`: pages for all."""
    kind, other = kinds.get(importer) or kind_of(importer), kinds.get(imported) or kind_of(imported)
    if other in BEHIND.get(kind, set()) or (kind == "rules" and is_within(imported, {"audit"})):
        return True
    if other not in PAGES or is_within(imported, shared) or is_within(importer, {"branchweb"}):
        return False
    if importer.split(".")[0] != imported.split(".")[0]:
        return True
    return noun_of(importer) not in ("", noun_of(imported))


class Walls(Contract):
    """`kinds`: `module: kind`, where the name doesn't say."""

    type_name = "walls"

    shared = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    kinds = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph, verbose):
        """Every direct import."""
        kinds = dict(line.split(": ") for line in self.kinds)  # type: ignore[attr-defined]
        shared: set[str] = self.shared  # type: ignore[assignment]
        faults = sorted(
            f"{importer} -> {imported}"
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if leaks(importer, imported, kinds, shared)
        )
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check):
        for line in check.metadata["faults"]:
            output.print_error(f"- {line}")
