"""What this service promises beyond what schemathesis checks by itself."""

import schemathesis

#: Refusals of what a schema cannot say: values that only the service can tell from those that it gave out.
ONLY_WE_KNOW = {
    "urn:vouchsafe:problem:cursor-invalid",
    "urn:vouchsafe:problem:position-unknown",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
}


def kind(response):
    """The problem's type, or the error of an OAuth endpoint (RFC 6749 §5.2)."""
    body = response.json() if "json" in response.headers.get("content-type", [""])[0] else {}
    return (body.get("type") or body.get("error")) if isinstance(body, dict) else None


@schemathesis.check
def what_fits_the_description_is_well_formed(ctx, response, case):
    """A request that fits its schema may be refused for what it says (422 and others), never as malformed (400)."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code in (400, 413, 415) and kind(response) not in ONLY_WE_KNOW:
        raise AssertionError(f"it fits the schema, and was answered {response.status_code} {kind(response)}")


@schemathesis.check
def nothing_is_away(ctx, response, case):
    """Everything is there, so that nothing is unavailable, but for room servers that the run has made up."""
    if response.status_code == 503:
        assert kind(response) == "urn:vouchsafe:problem:room-server-unavailable", kind(response)
