"""JSON for machines: the report as it is, everything in it, nothing folded."""

from typing import Any

import msgspec

from inspector.resource_id import ResourceId


def render_json(value: msgspec.Struct) -> str:
    """Return a report value as indented JSON, ending in a newline.

    Control characters are escaped as JSON wants them; keys come in the order of the schema.
    """
    encoded = msgspec.json.encode(value, enc_hook=_encode_custom)
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def json_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a report type, 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(kind, schema_hook=_schema_of_custom),
    }


def _encode_custom(value: Any) -> str:
    return str(value)


def _schema_of_custom(kind: type) -> dict[str, Any]:
    if kind is ResourceId:
        return {"type": "string", "description": "An ARM id; compare without regard to case."}
    return {"type": "string", "description": "An IPv4 or IPv6 address."}
