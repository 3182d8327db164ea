"""Text from Azure made visible: nothing in it may act on a terminal, a page or a reader."""

import unicodedata
from typing import Final

_ACTING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Control, format (bidi, zero width), surrogate, private use, line and paragraph separators."""


def visible(text: str) -> str:
    r"""Return the text with every character that is not plain print as its escape.

    ``ESC`` becomes ``\x1b`` in letters, a newline ``\n``, a right-to-left override ``\u202e``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _ACTING:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
