"""The English catalogue: the source speaks Chinese, every sentence of it has its English, with the same placeholders.

    python -m audiovisual.ground.catalogues             every gap at once; exit 1 when there is one (`make check`)
    python -m audiovisual.ground.catalogues --update    take new sentences up, let vanished ones go (`make messages`)

`compile_stale()` makes the binary catalogues that Flask-Babel reads; the application calls it when it starts, so that
nobody has to remember a step and no generated file is kept in the repository.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "audiovisual" / "translations"
ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
SINGULAR = ("_", "_l", "gettext", "lazy_gettext", "say", "N_")
KEYWORDS = dict.fromkeys(SINGULAR) | dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2))
# folder → how its files are read; the first pattern that fits decides
SOURCES = {
    "workflows": [("**.py", "python")],
    "audiovisual": [("ground/**", "ignore"), ("migrations/**", "ignore"), ("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}
# as the application's own environment reads them
JINJA = {
    "silent": "false",
    "extensions": "jinja2.ext.i18n,jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}
OPTIONS = {"**.html": JINJA, "**.txt": JINJA}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
PROPER_PERCENT = re.compile(r"%\(\w+\)[sd]|%%")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Text = str | tuple[str, ...] | list[str]  # one form, or one for each number


def extract() -> Catalog:
    """Every sentence of the code and the templates, with the places it stands at."""
    catalog = Catalog(locale="en", project="seedbank", charset="utf-8", fuzzy=False)
    for folder, methods in SOURCES.items():
        found = extract_from_dir(ROOT / folder, methods, OPTIONS, KEYWORDS, comment_tags=("i18n:",))
        for name, line, text, comments, context in found:
            catalog.add(text, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return catalog


def gaps(wanted: Catalog, given: Catalog) -> Iterator[str]:
    """Each sentence that lacks a usable English, as `place: sentence: what is wrong`."""
    for message in wanted:
        if message.id and (wrong := fault(message, given.get(message.id, message.context))):
            place, line = message.locations[0]
            yield f"{place}:{line}: {_one(message.id)!r}: {wrong}"


def fault(message: Message, translation: Message | None) -> str | None:
    """What is wrong with the translation of one sentence, or None."""
    source = _one(message.id)
    if _bare_percent(source):
        return "a per cent sign in it must be written %%"
    texts = _all(translation.string) if translation else ()
    if not translation or not all(text.strip() for text in texts):
        return "no English; run `make messages` and fill it in"
    if translation.fuzzy:
        return "the English is marked as a guess (fuzzy)"
    for text in texts:
        if text == source and CHINESE.search(source):
            return "the English is the Chinese"
        if _bare_percent(text):
            return "a per cent sign in the English must be written %%"
        if set(PLACEHOLDER.findall(text)) ^ set(PLACEHOLDER.findall(source)):
            return f"other placeholders in the English: {text!r}"
    return None


def read(path: Path = ENGLISH) -> Catalog:
    if not path.exists():
        return Catalog(locale="en", project="seedbank", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Rewrite the English catalogue: sentences now used, each with the English it had."""
    catalog = read()
    catalog.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.fuzzy = False
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        # no line numbers: they would change the file with every edit of the code
        write_po(file, catalog, width=120, ignore_obsolete=True, include_lineno=False, sort_by_file=True)


def compile_stale() -> None:
    """Make the binary form of every catalogue that is newer than its own; whole or not at all."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        half = target.with_name(f"{target.name}.{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, read(source))
        half.replace(target)


def _bare_percent(text: str) -> bool:
    return "%" in PROPER_PERCENT.sub("", text)


def _all(text: Text | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _one(text: Text) -> str:
    return _all(text)[0]


def main(arguments: list[str]) -> int:
    if "--update" in arguments:
        update()
    wanted, given = extract(), read()
    found = list(gaps(wanted, given))
    print("\n".join(found))
    print(f"{len(wanted)} sentences, {len(found)} without proper English")
    return 1 if found and "--update" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
