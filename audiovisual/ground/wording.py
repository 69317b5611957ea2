"""The sentences a reader may see: read out of the code and the templates, with the places they stand at.

Read from the syntax tree, so that `_("甲" if x else "乙")` gives both sentences, and a sentence that cannot be known
before it is shown, such as an f-string, is found out instead of being lost.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
WRAPPERS = {"_", "_l", "gettext", "lazy_gettext", "say", "N_", "ngettext", "lazy_ngettext"}
PLURAL = {"ngettext", "lazy_ngettext"}
CODE = ("workflows", "audiovisual")
NOT_SHOWN = ("audiovisual/ground/", "audiovisual/migrations/")
JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


@dataclass(frozen=True)
class Wording:
    """One sentence at one place: `file`, `line`, `text` (singular and plural for ngettext), or why it has none."""

    file: str
    line: int
    text: str | tuple[str, str]
    unknown: str = ""


def all_wordings() -> Iterator[Wording]:
    """Every sentence of the product, file by file."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(NOT_SHOWN):
                yield from in_code(path.read_text(encoding="utf-8"), name)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        yield from in_template(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())


def in_code(source: str, name: str) -> Iterator[Wording]:
    """The sentences of a Python source."""
    for call in ast.walk(ast.parse(source, name)):
        if isinstance(call, ast.Call) and call.args and (wrapper := _called(call.func)) in WRAPPERS:
            texts = [list(_choices(argument)) for argument in call.args]
            if wrapper in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
                yield Wording(name, call.lineno, (texts[0][0], texts[1][0]))
            elif isinstance(call.args[0], ast.JoinedStr):
                yield Wording(name, call.lineno, "", "an f-string cannot be translated; write %(name)s and pass it")
            else:
                yield from (Wording(name, call.lineno, text) for text in texts[0])


def in_template(source: str, name: str) -> Iterator[Wording]:
    """The sentences of a template, `{% trans %}` included."""
    for call in JINJA.parse(source, name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in WRAPPERS and call.args:
            texts = [list(_choices(argument)) for argument in call.args]
            if call.node.name in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
                yield Wording(name, call.lineno, (texts[0][0], texts[1][0]))
            else:
                yield from (Wording(name, call.lineno, text) for text in texts[0])


def _choices(node: ast.AST | nodes.Node) -> Iterator[str]:
    """The texts an expression may turn out to be, as far as they stand in it."""
    if isinstance(node, (ast.Constant, nodes.Const)) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    elif isinstance(node, nodes.CondExpr):
        yield from _choices(node.expr1)
        yield from _choices(node.expr2) if node.expr2 else ()
    elif isinstance(node, (ast.BoolOp, nodes.Or)):
        for part in node.values if isinstance(node, ast.BoolOp) else (node.left, node.right):
            yield from _choices(part)


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
