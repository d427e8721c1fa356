"""Writes what both clients have of schemas/openapi.json: types, problems and operations.

usage: generate.py [--schema FILE] [--into FOLDER]
The types of the TypeScript client are made by openapi-typescript, which is looked for in the folder that
VOUCHSAFE_TEST_NODE_MODULES names; Node stands beside this Python or in the PATH. `make clients` sets both.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generator import python, typescript  # noqa: E402
from generator.description import Description  # noqa: E402

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "schemas" / "openapi.json"


def types_of(schema: Path) -> str:
    """What openapi-typescript makes of the description."""
    modules = os.environ.get("VOUCHSAFE_TEST_NODE_MODULES", "target/test-node/node_modules")
    tool = Path(modules) / ".bin" / "openapi-typescript"
    beside = Path(sys.executable).with_name("node")
    node = str(beside) if beside.exists() else shutil.which("node")
    if node is None or not tool.exists():
        sys.exit(f"{tool} or node is missing: run `make test-tools`")
    made = subprocess.run([node, tool, schema], check=True, capture_output=True, text=True)
    return made.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schema", type=Path, default=SCHEMA)
    parser.add_argument("--into", type=Path, default=HERE)
    asked = parser.parse_args()
    schema: Path = asked.schema
    into: Path = asked.into
    document: dict[str, Any] = json.loads(schema.read_text())
    description = Description(document)
    written = {
        "typescript/src/generated/api.ts": types_of(schema),
        "typescript/src/generated/facts.ts": typescript.facts(description),
        "python/src/vouchsafe_client/types.py": python.types(description),
        "python/src/vouchsafe_client/problems.py": python.problems(description),
        "python/src/vouchsafe_client/operations.py": python.operations(description),
    }
    for name, text in written.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
