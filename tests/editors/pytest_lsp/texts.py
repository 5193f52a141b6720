"""Texts, and positions in them as the protocol counts: lines, and columns in units of an encoding."""

import pathlib
from urllib.parse import unquote, urlsplit

from lsprotocol import types

# How long a unit of each encoding is, in bytes of Python's codec of that name.
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def position(text, offset, encoding):
    """The position of an offset in characters."""
    codec, unit = UNITS[encoding]
    before = text[:offset]
    line = before.count("\n")
    column = before[before.rfind("\n") + 1 :]
    return types.Position(line, len(column.encode(codec)) // unit)


def offset(text, place, encoding):
    """The offset of a position, in characters; a position within a character is an error."""
    codec, unit = UNITS[encoding]
    lines = text.split("\n")
    line = lines[place.line]
    column = line.encode(codec)[: place.character * unit].decode(codec)
    assert len(column.encode(codec)) == place.character * unit, f"{place} is behind its line"
    return sum(len(one) + 1 for one in lines[: place.line]) + len(column)


def covered(text, range_, encoding):
    return text[offset(text, range_.start, encoding) : offset(text, range_.end, encoding)]


def edited(text, edits, encoding):
    """The text after edits, which may not overlap."""
    placed = [
        (offset(text, it.range.start, encoding), offset(text, it.range.end, encoding), it.new_text)
        for it in edits
    ]
    placed.sort(key=lambda it: it[:2])
    for (_, end, _), (start, _, _) in zip(placed, placed[1:]):
        assert end <= start, "edits overlap"
    for start, end, new in reversed(placed):
        text = text[:start] + new + text[end:]
    return text


def word(choice):
    """A choice of the protocol that may have other words than the listed ones."""
    return getattr(choice, "value", choice)


def path(uri):
    return pathlib.Path(unquote(urlsplit(uri).path))
