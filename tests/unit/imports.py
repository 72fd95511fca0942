"""Which module of the package imports what, read from the sources without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = "planetary_qgis"


@dataclass(frozen=True)
class Import:
    """One imported module or name.

    Attributes:
        by: The importing module.
        name: What is imported, in full: "shapely.geometry.orient" of `from shapely.geometry ...`.
        at_load: Whether importing the module does it, rather than calling something in it.
        line: Where.
    """

    by: str
    name: str
    at_load: bool
    line: int

    def __str__(self) -> str:
        return f"{self.by}, line {self.line}: {self.name}"

    def is_of(self, *roots: str) -> bool:
        """Whether it comes from one of these packages or modules."""
        return any(self.name == root or self.name.startswith(f"{root}.") for root in roots)


@lru_cache(maxsize=1)
def sources() -> dict[str, Path]:
    """The package's modules and their files."""
    files = (REPOSITORY / PACKAGE).rglob("*.py")
    return {_module_name(file): file for file in files}


@lru_cache(maxsize=1)
def all_imports() -> list[Import]:
    """Every import of every module of the package."""
    return [each for name, file in sources().items() for each in imports_of(name, file)]


def imports_of(module: str, file: Path) -> Iterator[Import]:
    """The imports in one file; those for type checkers alone are none."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    yield from _walk(tree, module, file.name == "__init__.py", at_load=True)


def _module_name(file: Path) -> str:
    parts = file.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _walk(node: ast.AST, module: str, is_package: bool, *, at_load: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(module, alias.name, at_load, node.lineno)
    elif isinstance(node, ast.ImportFrom):
        base = _base(node, module, is_package)
        for alias in node.names:
            yield Import(module, f"{base}.{alias.name}", at_load, node.lineno)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.orelse:
            yield from _walk(child, module, is_package, at_load=at_load)
    else:
        at_load = at_load and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.iter_child_nodes(node):
            yield from _walk(child, module, is_package, at_load=at_load)


def _base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])
