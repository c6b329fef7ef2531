"""A setting's declaration, and its value out of the text that stands in the environment.

pydantic-settings would do this, and takes a fifth of a second to import: as much as a small answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import Field as DataclassField
from dataclasses import field
from ipaddress import ip_network
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

from rag.secret import SecretStr

Value = TypeVar("Value")
TRUE = ("1", "true", "yes", "on", "t", "y")
FALSE = ("0", "false", "no", "off", "f", "n")


def Field(  # noqa: N802 - declarations read as they do in pydantic
    default: Value,
    *,
    description: str,
    pattern: str | None = None,
    each: str | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Value:
    """A setting with its default and what is asked of other values.

    `pattern` holds for the whole text, `each` for every part of a comma-separated one.
    """
    asked = {"pattern": pattern, "each": each, "gt": gt, "ge": ge, "le": le}
    declared: Any = field(default=default, metadata={"description": description, **asked})
    return declared  # type: ignore[no-any-return]


def FieldMadeBy(default: Callable[[], Value], *, description: str) -> Value:  # noqa: N802
    """A setting whose default is made when it is needed."""
    asked = dict.fromkeys(("pattern", "each", "gt", "ge", "le"))
    declared: Any = field(default_factory=default, metadata={"description": description, **asked})
    return declared  # type: ignore[no-any-return]


def value_of(setting: "DataclassField[Any]", given: object) -> object:
    """What is given as a value of the setting's type. Raises ValueError saying what is asked."""
    kind, asked = setting.type, setting.metadata
    choices = get_args(kind)
    if get_origin(kind) is UnionType and type(None) in choices:
        if given is None:
            return None
        (kind,) = (choice for choice in choices if choice is not type(None))
    if get_origin(kind) is tuple:
        parts = given.split(",") if isinstance(given, str) else given
        assert isinstance(parts, (list, tuple))
        stripped = (part.strip() if isinstance(part, str) else part for part in parts)
        return tuple(_part(part, kind, asked) for part in stripped if part != "")
    value = _single(given, kind)
    if asked["pattern"] is not None and not re.fullmatch(asked["pattern"], str(value)):
        raise ValueError(_no_fit(asked))
    _check_bounds(value, asked["gt"], asked["ge"], asked["le"])
    return value


def _part(given: object, kind: Any, asked: Mapping[str, Any]) -> object:
    if get_args(kind)[0] is not str:
        return ip_network(given)  # type: ignore[arg-type]
    if asked["each"] is not None and not re.fullmatch(asked["each"], str(given)):
        raise ValueError(_no_fit(asked))
    return given


def _no_fit(asked: Mapping[str, Any]) -> str:
    # A pattern says nothing to a person; the description does.
    return f"its value does not fit: {asked['description'].rstrip('.')}"


def _single(given: object, kind: Any) -> object:
    if get_origin(kind) is Literal:
        if given not in get_args(kind):
            raise ValueError(f"{given!r} is none of {', '.join(get_args(kind))}")
        return given
    if kind is bool:
        return given if isinstance(given, bool) else _truth(str(given))
    if isinstance(given, kind):
        return given
    if kind in (int, float):
        return _number(given, kind)
    assert kind in (str, Path, SecretStr)
    return kind(str(given))


def _truth(text: str) -> bool:
    if text.casefold() not in (*TRUE, *FALSE):
        raise ValueError(f"{text!r} is neither true nor false")
    return text.casefold() in TRUE


def _number(given: object, kind: Callable[[str], object]) -> object:
    try:
        return kind(str(given))
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"{given!r} is not {what}") from error


def _check_bounds(value: Any, gt: float | None, ge: float | None, le: float | None) -> None:
    # Written so that "not a number" is out of any bounds.
    if gt is not None and not value > gt:
        raise ValueError(f"{value} is not greater than {gt}")
    if ge is not None and not value >= ge:
        raise ValueError(f"{value} is less than {ge}")
    if le is not None and not value <= le:
        raise ValueError(f"{value} is more than {le}")
