"""The sentences a reader may see: read out of the code and the templates, with the places they stand at.

Read from the syntax tree, so that `_("甲" if x else "乙")` gives both sentences, and a sentence that cannot be known
before it is shown, such as an f-string, is found out instead of being lost.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
WRAPPERS = {"_", "_l", "gettext", "lazy_gettext", "say", "N_", "translated", "ngettext", "lazy_ngettext"}
PLURAL = {"ngettext", "lazy_ngettext"}
CODE = ("workflows", "audiovisual")
NOT_SHOWN = ("audiovisual/ground/", "audiovisual/migrations/")
# where every text is for a reader; elsewhere Chinese is also data, and official documents are always Chinese
SHOWN = re.compile(r"audiovisual/(?!kernel/|demo/|documents/operations)\w+/(forms|views|operations)\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BARE = "Chinese outside _(…), English readers would see it"
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
                source = path.read_text(encoding="utf-8")
                yield from in_code(source, name)
                if SHOWN.match(name):
                    yield from (Wording(name, line, "", f"{BARE}: {text}") for line, text in bare(ast.parse(source)))
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


def bare(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Chinese that no wrapper holds. Docstrings, patterns and what is compared with are not shown."""
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and _called(node.func) in WRAPPERS):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_text(node.value):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from bare(child)


def in_template(source: str, name: str) -> Iterator[Wording]:
    """The sentences of a template, `{% trans %}` included."""
    for call in JINJA.parse(source, name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in WRAPPERS and call.args:
            texts = [list(_choices(argument)) for argument in call.args]
            if call.node.name in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
                yield Wording(name, call.lineno, (texts[0][0], texts[1][0]))
            else:
                yield from (Wording(name, call.lineno, text) for text in texts[0])


def _is_text(value: str) -> bool:
    return bool(CHINESE.search(value)) and "\\" not in value


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
