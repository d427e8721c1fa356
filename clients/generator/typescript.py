"""The TypeScript client's facts: what openapi-typescript's types do not tell at run time, and the kinds of problems."""

import json

from .description import Description

HEAD = "// Made of schemas/openapi.json by `make clients`. Not to be changed by hand.\n"


def facts(description: Description) -> str:
    """`facts.ts`."""
    lines = [
        HEAD,
        "/** Each kind of problem and its status. */",
        "export interface ProblemStatus {",
    ]
    for kind in description.kinds:
        lines += [
            f"  /** {kind.title}. {kind.when} What to do: {kind.detail} */",
            f"  {json.dumps(kind.urn)}: {kind.status};",
        ]
    lines += [
        "}",
        "",
        "/** By what the caller of an operation is known. */",
        f"export type Access = {' | '.join(json.dumps(one) for one in accesses(description))};",
        "",
        "/** What the client must know of an operation. */",
        "export interface Facts {",
        "  /** By what its caller is known; missing where anybody may call it. */",
        "  readonly access?: Access;",
        "  /** Whether it takes an Idempotency-Key, so that repeating it does no harm. */",
        "  readonly keyed?: true;",
        "}",
        "",
        "/** The facts of each operation that has any, by method and path. */",
        "export const operations: Readonly<Record<string, Facts>> = {",
    ]
    for one in sorted(description.operations, key=lambda one: (one.path, one.method)):
        said = [f'access: "{one.access}"'] if one.access else []
        said += ["keyed: true"] if one.keyed else []
        if said:
            lines.append(f"  {json.dumps(f'{one.method} {one.path}')}: {{ {', '.join(said)} }},")
    lines += ["};", ""]
    return "\n".join(lines)


def accesses(description: Description) -> list[str]:
    """The security schemes that operations ask for."""
    return sorted({one.access for one in description.operations if one.access})
