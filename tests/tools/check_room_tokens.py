"""Checks tickets by LiveKit's own verifier for Python.

Arguments: the API key and its secret. Each line of input is a token; each line of output is what it grants, as JSON, or
null where it does not hold.
"""

import dataclasses
import json
import sys

from livekit import api

verifier = api.TokenVerifier(sys.argv[1], sys.argv[2])
for token in sys.stdin:
    try:
        claims = verifier.verify(token.rstrip("\n"))
        print(json.dumps({"identity": claims.identity, "video": dataclasses.asdict(claims.video)}))
    except Exception as error:  # The verifier passes on what its library raises.
        print(type(error).__name__, error, file=sys.stderr)
        print("null")
