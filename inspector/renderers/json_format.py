"""JSON for machines: the report as it is, everything in it, nothing folded."""

import re
from inspect import cleandoc
from typing import Any, Final

import msgspec

from inspector.resource_id import ResourceId

_ACTING: Final = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""DEL, C1 controls, and the format characters that hide or reorder text (Unicode Cf, Zl, Zp)."""


def render_json(value: Any) -> str:
    """Return a report's value as indented JSON, ending in a newline.

    Characters that act on a terminal or a reader are escaped, beyond those that JSON itself
    wants escaped; keys come in the order of the schema.
    """
    encoded = msgspec.json.encode(value, enc_hook=_encode_custom)
    text = msgspec.json.format(encoded, indent=2).decode()
    if not text.isascii() or "\x7f" in text:  # the search is slow, and rarely needed
        text = _ACTING.sub(_escape, text)
    return text + "\n"


def _escape(match: re.Match[str]) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in match.group())


def json_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a report type, 2020-12."""
    schema = msgspec.json.schema(kind, schema_hook=_schema_of_custom)
    for definition in schema["$defs"].values():
        # Python 3.13 and later keep docstrings without their indentation, earlier ones with it.
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _encode_custom(value: Any) -> str:
    return str(value)


def _schema_of_custom(kind: type) -> dict[str, Any]:
    if kind is ResourceId:
        return {"type": "string", "description": "An ARM id; compare without regard to case."}
    return {"type": "string", "description": "An IPv4 or IPv6 address."}
