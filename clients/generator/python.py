"""The Python client: a TypedDict for each schema, an exception for each kind of problem, a method for each operation."""

import json
import keyword
import re
import textwrap
from collections.abc import Iterator

from .description import JSON, Description, Operation, Schema, name_of

HEAD = "Made of schemas/openapi.json by `make clients`. Not to be changed by hand."
WIDTH = 110
PAGE = "Page_"
# What the client says by itself.
OWN_HEADERS = {"Idempotency-Key"}


def pascal(name: str) -> str:
    """`invite_id` as `InviteId`; a name that is one already stays."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def snake(name: str) -> str:
    """A parameter's name as Python writes it: `from` is a keyword, `type` and `id` are not."""
    plain = name.replace("-", "_").lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def quoted(text: str, indent: str) -> list[str]:
    """A docstring."""
    lines: list[str] = []
    for paragraph in text.strip().replace("\\", "\\\\").replace('"""', "'''").split("\n\n"):
        lines += ["", *textwrap.wrap(" ".join(paragraph.split()), WIDTH - len(indent))]
    lines = [f'"""{lines[1]}', *lines[2:]]
    if lines[-1].endswith('"') or len(lines) > 1:
        lines.append('"""')
    else:
        lines[-1] += '"""'
    return [f"{indent}{line}".rstrip() for line in lines]


class Types:
    """What the schemas are in Python. What stands inline gets a name of its own, after where it stands."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.blocks: list[str] = []
        # Other names for a type. They stand after the records, which name them in annotations alone.
        self.aliases: dict[str, tuple[str, str]] = {}

    def named(self, name: str) -> str:
        """The type of a schema by its name."""
        if name.startswith(PAGE):
            items = self.description.schemas[name]["properties"]["items"]["items"]
            return f"Page[{self.of(items, pascal(name))}]"
        return pascal(name)

    def of(self, schema: Schema, place: str) -> str:
        """The type of what a schema describes; `place` names what has no name."""
        if "$ref" in schema:
            return self.named(name_of(schema["$ref"]))
        if "enum" in schema:
            return f"Literal[{', '.join(json.dumps(one) for one in schema['enum'])}]"
        if "oneOf" in schema:
            parts = [self.of(one, f"{place}{n + 1}") for n, one in enumerate(schema["oneOf"])]
            return " | ".join(dict.fromkeys(parts))
        kind = schema.get("type")
        if isinstance(kind, list):
            parts = [self.of({**schema, "type": one}, place) for one in kind]
            return " | ".join(dict.fromkeys(parts))
        match kind:
            case "null":
                return "None"
            case "string":
                return "str"
            case "integer":
                return "int"
            case "number":
                return "float"
            case "boolean":
                return "bool"
            case "array":
                return f"list[{self.of(schema['items'], place)}]"
            case "object" if schema.get("properties"):
                self.record(place, [], schema, schema.get("description", ""))
                return place
            case "object" if isinstance(schema.get("additionalProperties"), dict):
                return f"dict[str, {self.of(schema['additionalProperties'], place)}]"
            case "object":
                return "dict[str, Any]"
        return "Any"

    def record(self, name: str, bases: list[str], schema: Schema, about: str) -> None:
        """A TypedDict."""
        required = set(schema.get("required", []))
        if any(keyword.iskeyword(field) for field in schema.get("properties", {})):
            self.blocks.append(self.written_as_call(name, bases, schema, about))
            return
        lines = [f"class {name}({', '.join(bases or ['TypedDict'])}):", *quoted(about or "Part of another.", "    "), ""]
        for field, said in schema.get("properties", {}).items():
            if not field.isidentifier():
                raise ValueError(f"{name}.{field} is no name in Python")
            kind = self.of(said, f"{name}{pascal(field)}")
            lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
            if said.get("description"):
                lines += quoted(said["description"], "    ")
        self.blocks.append("\n".join(lines))

    def written_as_call(self, name: str, bases: list[str], schema: Schema, about: str) -> str:
        """A TypedDict with a field that is a word of Python's own, such as `from`."""
        if bases:
            raise ValueError(f"{name} has a field that is a word of Python's own, and is part of another")
        required = set(schema.get("required", []))
        lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
        for field, said in schema["properties"].items():
            kind = json.dumps(self.of(said, f"{name}{pascal(field)}").replace('"', "'"))
            lines.append(f'        "{field}": {kind if field in required else f"NotRequired[{kind}]"},')
        return "\n".join([*lines, "    },", ")", *quoted(about or "Part of another.", "")])

    def define(self, name: str, schema: Schema) -> None:
        """A schema with a name."""
        about, own = schema.get("description", ""), pascal(name)
        if "allOf" in schema:
            bases = [self.named(name_of(one["$ref"])) for one in schema["allOf"] if "$ref" in one]
            (rest,) = [one for one in schema["allOf"] if "$ref" not in one]
            self.record(own, bases, rest, about)
        elif schema.get("type") == "object" and schema.get("properties"):
            self.record(own, [], schema, about)
        else:
            self.aliases[own] = (self.of(schema, own), about)


    def written_aliases(self) -> Iterator[str]:
        """The aliases, each after those that it names."""
        left = dict(self.aliases)
        while left:
            ready = [name for name, (kind, _) in left.items() if not left.keys() & set(re.findall(r"\w+", kind))]
            if not ready:
                raise ValueError(f"these are made of each other: {', '.join(left)}")
            for name in ready:
                kind, about = left.pop(name)
                yield "\n".join([f"{name}: TypeAlias = {kind}", *(quoted(about, "") if about else [])]) + "\n"


def _in_order(description: Description) -> Iterator[tuple[str, Schema]]:
    """Every schema but the narrowed problems, which are exceptions: what is built upon first."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, Schema]]:
        schema = description.schemas[name]
        if name in done or name.startswith(PAGE):
            return
        done.add(name)
        for part in schema.get("allOf", []):
            if "$ref" in part:
                yield from visit(name_of(part["$ref"]))
        yield name, schema

    for name, schema in sorted(description.schemas.items()):
        narrowed = any(part.get("$ref", "").endswith("Problem") for part in schema.get("allOf", []))
        if not narrowed:
            yield from visit(name)


def types(description: Description) -> str:
    """`types.py`."""
    found = Types(description)
    for name, schema in _in_order(description):
        found.define(name, schema)
    head = f'''"""What is sent and answered, as it stands in JSON.

{HEAD}
"""

from __future__ import annotations

from typing import Any, Generic, Literal, NotRequired, TypeAlias, TypedDict, TypeVar

_Item = TypeVar("_Item")


class Page(TypedDict, Generic[_Item]):
    """One page of a list."""

    items: list[_Item]
    """The items, in the list's order."""
    next: NotRequired[str | None]
    """Where the next page starts: send it as `cursor`. Missing on the last page."""
'''
    return "\n\n".join([head, *(f"{block}\n" for block in found.blocks), "\n".join(found.written_aliases())])


def problems(description: Description) -> str:
    """`problems.py`."""
    lines = [
        f'"""Every kind of problem (RFC 9457) as an exception.\n\n{HEAD}\n"""',
        "",
        "from typing import Final, Literal",
        "",
        "from ._problem import Problem",
        "",
        f"__all__ = {['KINDS', 'Problem', *sorted(pascal(kind.slug) for kind in description.kinds)]}".replace("'", '"'),
    ]
    for kind in description.kinds:
        lines += ["", "", f"class {pascal(kind.slug)}(Problem):"]
        lines += quoted(f"{kind.title}.\n\n{kind.when}\n\nWhat to do: {kind.detail}", "    ")
        lines += ["", f'    type: Literal["{kind.urn}"]', f"    status: Literal[{kind.status}]"]
    lines += ["", "", "KINDS: Final[dict[str, type[Problem]]] = {"]
    lines += [f'    "{kind.urn}": {pascal(kind.slug)},' for kind in description.kinds]
    lines += ["}", '"""Each exception by the `type` of its problem."""', ""]
    return "\n".join(lines)


def operations(description: Description) -> str:
    """`operations.py`: the methods twice, for those who wait and for those who await."""
    found = Types(description)
    facts, plain, awaited = [], [], []
    for one in description.operations:
        # What goes on for as long as somebody reads is no answer that a method could give back.
        if one.answer and one.answer[0] == "text/event-stream":
            continue
        facts += _facts(one)
        plain += _method(found, one, is_async=False)
        awaited += _method(found, one, is_async=True)
    if found.blocks:
        raise ValueError("a parameter or an answer has a type without a name")
    methods = [*_class("Operations", False), *plain, "", "", *_class("AsyncOperations", True), *awaited]
    head = [
        f'"""Every operation as a method.\n\n{HEAD}\n"""',
        "",
        "from __future__ import annotations",
        "",
        "from abc import ABC, abstractmethod",
        "from collections.abc import Mapping",
        "from typing import Any, Literal",
        "",
        "from . import types as t",
        "from ._operation import Operation",
        "",
        "",
    ]
    return "\n".join([*head, *facts, "", "", *methods, ""])


def _names(description: Description) -> list[str]:
    return [*(pascal(name) for name in description.schemas), "Page"]


def _class(name: str, is_async: bool) -> list[str]:
    say = "Every operation, to be awaited." if is_async else "Every operation."
    prefix = "async " if is_async else ""
    return [
        f"class {name}(ABC):",
        f'    """{say}"""',
        "",
        "    @abstractmethod",
        f"    {prefix}def _call(",
        "        self,",
        "        operation: Operation,",
        "        *,",
        "        path: Mapping[str, object] | None = None,",
        "        query: Mapping[str, object] | None = None,",
        "        headers: Mapping[str, str | None] | None = None,",
        "        body: object = None,",
        "    ) -> Any: ...",
    ]


def _facts(one: Operation) -> list[str]:
    said = [f'"{one.id}"', f'"{one.method}"', f'"{one.path}"']
    said += [f'access="{one.access}"'] if one.access else []
    said += ["keyed=True"] if one.keyed else []
    said += [f'sends="{one.body[0]}"'] if one.body else []
    said += [f'answers="{one.answer[0]}"'] if one.answer else []
    return [f"_{one.id.upper()} = Operation({', '.join(said)})"]


def _method(found: Types, one: Operation, *, is_async: bool) -> list[str]:
    def of(schema: Schema) -> str:
        return _qualified(found, found.of(schema, f"{pascal(one.id)}Part"))

    path, query = one.asked("path"), one.asked("query")
    headers = [said for said in one.asked("header") if said["name"] not in OWN_HEADERS]
    positional = [f"{snake(said['name'])}: {of(said['schema'])}" for said in path]
    if one.body:
        media, schema = one.body
        positional.append(f"body: {'bytes' if media == 'text/csv' else of(schema)}")
    named = []
    for said in [*query, *headers]:
        kind, name = of(said["schema"]), snake(said["name"])
        if said.get("required"):
            named.append(f"{name}: {kind}")
        else:
            named.append(f"{name}: {kind if kind.endswith('| None') else f'{kind} | None'} = None")
    if one.keyed:
        named.append("idempotency_key: str | None = None")
    answer = "None"
    if one.answer:
        media, schema = one.answer
        answer = of(schema) if media == JSON else "bytes"
    given = [f"_{one.id.upper()}"]
    if path:
        given.append(f"path={_mapping(path)}")
    if query:
        given.append(f"query={_mapping(query)}")
    sent = [f'"{said["name"]}": {snake(said["name"])}' for said in headers]
    sent += ['"Idempotency-Key": idempotency_key'] if one.keyed else []
    if sent:
        given.append(f"headers={{{', '.join(sent)}}}")
    if one.body:
        given.append("body=body")
    raises = sorted(pascal(urn.rsplit(":", 1)[1]) for urn in one.problems)
    about = one.about + (f"\n\nRaises: {', '.join(raises)}." if raises else "")
    arguments = ", ".join(["self", *positional, *(["*", *named] if named else [])])
    call = f"{'await ' if is_async else ''}self._call({', '.join(given)})"
    body = [f"        {call}"] if answer == "None" else [f"        answer: {answer} = {call}", "        return answer"]
    return [
        "",
        f"    {'async ' if is_async else ''}def {one.id}({arguments}) -> {answer}:",
        *quoted(about, "        "),
        *body,
    ]


def _mapping(parameters: list[Schema]) -> str:
    return "{" + ", ".join(f'"{one["name"]}": {snake(one["name"])}' for one in parameters) + "}"


def _qualified(found: Types, kind: str) -> str:
    """The same type, from where the types are called `t`."""
    names = set(_names(found.description))
    parts = re.split(r'("[^"]*"|\w+)', kind)
    return "".join(f"t.{part}" if part in names else part for part in parts)
