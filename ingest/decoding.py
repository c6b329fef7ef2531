"""Bytes to text, for formats that are text."""

import codecs
import re

from rag.errors import SourceError

# Control characters that text never holds; a file with them is something else under a wrong name.
BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decoded(content: bytes) -> str:
    """The text, its lines ended by a line feed. Raises SourceError when it is no UTF-8 text.

    What begins with UTF-16's byte order mark, as some editors save it, is read as that.
    """
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("it is not UTF-8 text: save it as UTF-8") from error
    if BINARY.search(text):
        raise SourceError("it is a binary file, not text: check its name's ending")
    return text.replace("\r\n", "\n").replace("\r", "\n")
