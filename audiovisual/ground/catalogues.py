"""The English catalogue: the source speaks Chinese, every sentence of it has its English, with the same placeholders.

python -m audiovisual.ground.catalogues             every gap at once; exit 1 when there is one (`make check`)
python -m audiovisual.ground.catalogues --update    take new sentences up, let vanished ones go (`make messages`)
"""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from audiovisual.ground.mofiles import TRANSLATIONS
from audiovisual.ground.wording import Wording, all_wordings
from audiovisual.kernel.languages import NUMBERED

ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
# %(name)s is filled by the server, {name} by a script
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(\{\w+\})")
PROPER_PERCENT = re.compile(r"%\(\w+\)[sd]|%%")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")  # a full-width colon is Chinese too
HEAD: dict[str, Any] = {
    "locale": "en", "project": "seedbank", "version": "1", "charset": "utf-8", "fuzzy": False,
    "header_comment": "# English of the seed bank (种子库)", "last_translator": "the authors", "language_team": "English",
    "msgid_bugs_address": "-",
}  # fmt: skip
Text = str | tuple[str, ...] | list[str]  # one form, or one for each number


def catalogue(wordings: Iterable[Wording] = ()) -> Catalog:
    """A catalogue of the sentences that need English: those with Chinese in them."""
    made = Catalog(**HEAD)
    for wording in wordings:
        if CHINESE.search(_one(wording.text)):
            made.add(wording.text, None, [(wording.file, wording.line)])
    return made


def read() -> Catalog:
    """The English catalogue as it is written; an empty one when there is none."""
    if not ENGLISH.exists():
        return catalogue()
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Rewrite the English catalogue: sentences now used, each with the English it had."""
    given = read()
    given.update(catalogue(all_wordings()), no_fuzzy_matching=True, update_creation_date=False)
    given.fuzzy = False
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        # no line numbers: they would change the file with every edit of the code
        write_po(file, given, width=120, ignore_obsolete=True, include_lineno=False, sort_by_file=True)


def gaps(wanted: Catalog, given: Catalog) -> Iterator[str]:
    """Each sentence that lacks a usable English, as `place: sentence: what is wrong`."""
    for message in wanted:
        if message.id and (wrong := fault(message, given.get(message.id))):
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
        if text == source:
            return "the English is the Chinese"
        if _is_repeated(text):
            return f"the English says the same twice: {text!r}"
        if _bare_percent(text):
            return "a per cent sign in the English must be written %%"
        if set(PLACEHOLDER.findall(text)) ^ set(PLACEHOLDER.findall(source)):
            return f"other placeholders in the English: {text!r}"
        if any(f"%({words[1]})s" not in source for words in NUMBERED.finditer(text)):
            return f"a word in the number of a placeholder it has not: {text!r}"
    return None


def _bare_percent(text: str) -> bool:
    return "%" in PROPER_PERCENT.sub("", text)


def _is_repeated(text: str) -> bool:
    """Whether a text of several words is one text, written several times over."""
    return " " in text and text in (text + text)[1:-1]


def _all(text: Text | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _one(text: Text) -> str:
    return _all(text)[0]


def main(arguments: list[str]) -> int:
    if "--update" in arguments:
        update()
    wordings = list(all_wordings())
    wanted = catalogue(wordings)
    unknown = [f"{wording.file}:{wording.line}: {wording.unknown}" for wording in wordings if wording.unknown]
    found = [*unknown, *gaps(wanted, read())]
    print("\n".join(found))
    print(f"{len(wanted)} sentences, {len(found)} without proper English")
    return 1 if found and "--update" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
