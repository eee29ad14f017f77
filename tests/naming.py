"""A file of tests in; the names of its tests, as a page may name them, out."""

import ast
from pathlib import Path


def names_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
