"""The API description, as the writers of clients ask about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
PROBLEM = "application/problem+json"
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One operation."""

    id: str
    method: str
    path: str
    about: str
    parameters: list[Schema]
    # The media type of the body and its schema.
    body: tuple[str, Schema] | None
    # The media type of what succeeds and its schema; none where nothing is answered.
    answer: tuple[str, Schema] | None
    # The security scheme by which the caller is known: empty where anybody may call.
    access: str
    # The kinds of problems that it sends.
    problems: list[str]

    @property
    def keyed(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return any(one["name"] == "Idempotency-Key" for one in self.parameters)

    def asked(self, place: str) -> list[Schema]:
        """Its parameters of one place: path, query or header."""
        return [one for one in self.parameters if one["in"] == place]


@dataclass(frozen=True)
class Kind:
    """A kind of problem."""

    urn: str
    status: int
    title: str
    detail: str
    when: str

    @property
    def slug(self) -> str:
        """The name at its end."""
        return self.urn.rsplit(":", 1)[1]


def name_of(reference: str) -> str:
    """The component that a reference names."""
    return reference.rsplit("/", 1)[1]


class Description:
    """The whole description."""

    def __init__(self, document: Schema) -> None:
        self.schemas: dict[str, Schema] = document["components"]["schemas"]
        self._responses: dict[str, Schema] = document["components"]["responses"]
        self.operations = sorted(self._operations(document["paths"]), key=lambda one: one.id)
        kinds = self.schemas["ProblemType"]["x-kinds"]
        self.kinds = [Kind(urn, **kinds[urn]) for urn in self.schemas["ProblemType"]["enum"]]

    def _operations(self, paths: Schema) -> Iterator[Operation]:
        for path, methods in paths.items():
            for method, said in methods.items():
                body = said.get("requestBody", {}).get("content", {})
                (access,) = [next(iter(one)) for one in said.get("security", [])] or [""]
                about = f"{said['summary']}\n\n{said['description']}" if said.get("description") else said["summary"]
                yield Operation(
                    id=said["operationId"],
                    method=method.upper(),
                    path=path,
                    about=about,
                    parameters=said.get("parameters", []),
                    body=next(((media, one["schema"]) for media, one in body.items()), None),
                    answer=self._answer(said["responses"]),
                    access=access,
                    problems=sorted(self._problems(said["responses"])),
                )

    def _answer(self, responses: Schema) -> tuple[str, Schema] | None:
        (succeeds,) = [one for status, one in responses.items() if status.startswith("2")]
        content = succeeds.get("content", {})
        if JSON in content:
            return JSON, content[JSON].get("schema", {})
        return next(((media, one.get("schema", {})) for media, one in content.items()), None)

    def _problems(self, responses: Schema) -> Iterator[str]:
        for one in responses.values():
            response = self._responses[name_of(one["$ref"])] if "$ref" in one else one
            schema = response.get("content", {}).get(PROBLEM, {}).get("schema")
            if schema:
                yield from self.schemas[name_of(schema["$ref"])]["allOf"][1]["properties"]["type"]["enum"]
