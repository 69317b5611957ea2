"""Templates: they compile, name only what exists, carry nothing a strict CSP refuses, and wrap every Chinese text.

    python -m audiovisual.ground.templates      every breach at once, as `file:line: what is wrong and how to mend it`

`templates/documents/letter*.html` are the text of official documents, not pages: they may carry styles, and their Chinese
is never translated.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError, meta, nodes

CHINESE = re.compile(r"[^<>\"\s]*[\u4e00-\u9fff][^<>\"\n]*")
SIGNED = re.compile(r"[^<>\"\s]*[\u4e00-\u9fff，。；：（）、《》！？][^<>\"\n]*")
"""Chinese words, or a Chinese sign between the words of others."""
WRAPPERS = {"_", "gettext", "ngettext", "N_"}
# the name of a language stands in that language, in both
KEPT = {"中文"}
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
FORBIDDEN = {
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))": "a script of its own; move it to static/js and load it by src",
    r"<style\b": "a style of its own; move it to static/css",
    r"\sstyle=[\"'{]": "a style attribute; use a class",
    r"\son[a-z]+=[\"'{]": "a handler attribute; listen in static/js",
    r"[\"']\s*javascript:": "a script as an address",
}
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LETTERS = "documents/letter"


def breaches(app: Flask) -> Iterator[str]:
    """Every breach in every template of ours; those of the extensions are not our business."""
    ours = FileSystemLoader(Path(app.root_path) / str(app.template_folder))
    for name in ours.list_templates():
        source = ours.get_source(app.jinja_env, name)[0]
        for line, what in sorted(_breaches(app, app.jinja_env, name, source)):
            yield f"templates/{name}:{line}: {what}"
    for script in sorted(Path(str(app.static_folder)).rglob("*.js")):
        text = SCRIPT_COMMENT.sub(_empty_lines, script.read_text(encoding="utf-8"))
        for match in CHINESE.finditer(text):
            what = "Chinese in a script; put it into a data attribute of the page, wrapped in _(…)"
            yield f"static/js/{script.name}:{_line(text, match)}: {what}"


def _breaches(app: Flask, env: Environment, name: str, source: str) -> Iterator[tuple[int, str]]:
    try:
        tree = env.parse(source, name)
        if not name.startswith(LETTERS):
            env.compile(source, name)
    except TemplateSyntaxError as error:
        yield error.lineno, f"does not compile: {error.message}"
        return
    yield from _unescaped(tree)
    # letters have an environment of their own, with its own filters and nothing to link to
    if not name.startswith(LETTERS):
        yield from _dangling(app, env, tree)
        yield from _forbidden(source)
        yield from _unwrapped(tree, wrapped=False)


def _dangling(app: Flask, env: Environment, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    known = set(env.list_templates())
    for other in meta.find_referenced_templates(tree):
        if other is not None and other not in known:
            yield 1, f"refers to a template that is not there: {other}"
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or not call.args or not isinstance(call.args[0], nodes.Const):
            continue
        target = call.args[0].value
        if call.node.name == "url_for" and not target.startswith(".") and target not in app.view_functions:
            yield call.lineno, f"links to a view that is not there: {target}"
        if call.node.name == "asset" and not (Path(str(app.static_folder)) / target).is_file():
            yield call.lineno, f"loads a file that is not there: static/{target}"


def _unescaped(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for use in tree.find_all(nodes.Filter):
        if use.name == "safe" and not isinstance(use.node, nodes.Const):
            yield use.lineno, "a value that is not escaped; build it as Markup in Python, where it can be tested"
    for block in tree.find_all(nodes.ScopedEvalContextModifier):
        yield block.lineno, "escaping switched"


def _forbidden(source: str) -> Iterator[tuple[int, str]]:
    # what is not HTML goes, its lines stay
    text = JINJA.sub(_empty_lines, COMMENT.sub(_empty_lines, source))
    for pattern, sentence in FORBIDDEN.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield _line(text, match), sentence


def _unwrapped(node: nodes.Node, wrapped: bool) -> Iterator[tuple[int, str]]:
    """Chinese outside _(…). What is compared with is data, not shown."""
    text = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
    if isinstance(node, (nodes.TemplateData, nodes.Const)) and isinstance(text, str) and not wrapped:
        for match in SIGNED.finditer(text):
            if match[0].strip() not in KEPT:
                line = node.lineno + text.count("\n", 0, match.start())
                yield line, f"Chinese outside _(…), English readers would see it: {match[0].strip()[:30]}"
    wraps = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in WRAPPERS
    for child in node.iter_child_nodes():
        yield from _unwrapped(child, wrapped or wraps or isinstance(node, nodes.Compare))


def _empty_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def main() -> int:
    from audiovisual import create_app

    found = list(breaches(create_app()))
    print("\n".join(found))
    print(f"{len(found)} breaches in templates")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
