"""Checks tokens as docs/checking-tokens.md tells a service to: by that page's own Python.

Arguments: the page, the service's URL, the resource by which whoever checks is registered, and the algorithm that they
were told. Each line of input is a token; each line of output is its claims as JSON, or null where it does not hold.
"""

import json
import re
import sys

page, url, resource, algorithm = sys.argv[1:]
text = open(page, encoding="utf-8").read()
(code,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "PyJWKClient" in block]
line = 'keys = jwt.PyJWKClient(ISSUER + "/.well-known/jwks.json", lifespan=300)'
assert line in code, "the page fetches the keys in another way"
own = 'RESOURCE = "https://archive.example.org"'
assert own in code, "the page names its resource in another way"
told_algorithm = 'ALGORITHMS = ["ES256"]'
assert told_algorithm in code, "the page names the algorithms in another way"
code = code.replace(told_algorithm, "ALGORITHMS = " + repr([algorithm]))
# The service of the test listens elsewhere than its issuer says.
told = {}
code = code.replace(line, line.replace("ISSUER", repr(url)))
exec(code.replace(own, "RESOURCE = " + repr(resource)), told)
for token in sys.stdin:
    try:
        print(json.dumps(told["member"](token.rstrip("\n"))))
    except told["jwt"].PyJWTError as error:
        print(type(error).__name__, error, file=sys.stderr)
        print("null")
