"""Checks tokens as docs/checking-tokens.md tells a service to: by that page's own Python.

Arguments: the page, and the service's URL. Each line of input is a token; each line of output is its claims as
JSON, or null where it does not hold.
"""

import json
import re
import sys

page, url = sys.argv[1:]
text = open(page, encoding="utf-8").read()
(code,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "PyJWKClient" in block]
line = 'keys = jwt.PyJWKClient(ISSUER + "/.well-known/jwks.json", lifespan=300)'
assert line in code, "the page fetches the keys in another way"
# The service of the test listens elsewhere than its issuer says.
told = {}
exec(code.replace(line, line.replace("ISSUER", repr(url))), told)
for token in sys.stdin:
    try:
        print(json.dumps(told["member"](token.rstrip("\n"))))
    except told["jwt"].PyJWTError as error:
        print(type(error).__name__, error, file=sys.stderr)
        print("null")
