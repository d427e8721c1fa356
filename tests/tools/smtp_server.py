"""A real SMTP server for the tests, on aiosmtpd.

Prints `PORT n` as its first line, then serves until its standard input ends (so it never outlives
the test that started it). Each letter that it accepts becomes one file in the maildir, with the
envelope and the session in headers before it.

A `control.json` in the maildir makes it fail the next letters:

    {"next": 2, "fault": "451"}

"next" is counted down with every letter that fails. The faults are
    a reply code such as "451" or "550"   answered to RCPT, the recipient repeated in its text
    "cut"      the letter is kept, and the connection cut instead of the answer to DATA
    "tarpit"   RCPT is never answered
    a command and a whole reply such as "MAIL 553 5.1.8 no such sender", for EHLO, MAIL, RCPT or DATA
"""

import argparse
import asyncio
import json
import logging
import os
import ssl
import sys
import warnings
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

ENHANCED = {"4": "4.3.0", "5": "5.1.1"}


class Maildir:
    """Keeps letters, and fails where it is told to."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.control = self.directory / "control.json"
        self.kept = len(list(self.directory.glob("*.eml")))

    def fault(self):
        """The fault that the next letter meets, if any."""
        try:
            control = json.loads(self.control.read_text())
        except FileNotFoundError:
            return None
        return control["fault"] if control["next"] > 0 else None

    def used_up(self):
        """One letter has failed."""
        control = json.loads(self.control.read_text())
        control["next"] -= 1
        self.replace(self.control, json.dumps(control).encode())

    def replace(self, path, content):
        unfinished = path.with_name("." + path.name + ".tmp")
        unfinished.write_bytes(content)
        os.replace(unfinished, path)

    def told(self, command):
        """What this command is answered, where a fault says so."""
        fault = self.fault() or ""
        if not fault.startswith(command + " "):
            return None
        self.used_up()
        return fault.removeprefix(command + " ")

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        reply = self.told("EHLO")
        return responses if reply is None else [reply]

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self.told("MAIL")
        if reply is not None:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = self.fault()
        if fault == "tarpit":
            self.used_up()
            await asyncio.sleep(3600)
        elif fault is not None and fault.isdigit():
            self.used_up()
            return f"{fault} {ENHANCED.get(fault[0], '')} <{address}> not now"
        reply = self.told("RCPT")
        if reply is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = self.told("DATA")
        if reply is not None:
            return reply
        facts = {
            "X-Envelope-From": envelope.mail_from,
            "X-Envelope-To": ", ".join(envelope.rcpt_tos),
            "X-Session-Encrypted": "yes" if server.transport.get_extra_info("ssl_object") else "no",
            "X-Session-Hello": session.host_name or "",
            "X-Session-User": session.auth_data.login.decode() if session.auth_data else "",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in facts.items())
        self.kept += 1
        self.replace(self.directory / f"{self.kept:06}.eml", head.encode() + envelope.original_content)
        if self.fault() == "cut":
            self.used_up()
            server.transport.abort()
        return "250 2.0.0 kept"


def authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False, auth_data=data)

    return check


async def serve(options):
    # It warns of weak settings and logs what clients do wrong, which is what the tests are about.
    warnings.simplefilter("ignore")
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    handler = Maildir(options.maildir)
    context = None
    if options.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.cert, options.key)
    wrapped = context if options.tls else None

    def session():
        return SMTP(
            handler,
            hostname="localhost",
            enable_SMTPUTF8=not options.ascii,
            tls_context=None if options.tls else context,
            require_starttls=context is not None and not options.tls,
            auth_required=options.user is not None,
            auth_require_tls=context is not None and not options.tls,
            authenticator=authenticator(options.user, options.password) if options.user else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", options.port, ssl=wrapped)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--maildir", required=True)
    parser.add_argument("--cert", help="PEM chain; STARTTLS is then required")
    parser.add_argument("--key", help="PEM key of the certificate")
    parser.add_argument("--tls", action="store_true", help="TLS from the first byte in place of STARTTLS")
    parser.add_argument("--ascii", action="store_true", help="without SMTPUTF8")
    parser.add_argument("--user", help="AUTH is then required")
    parser.add_argument("--password", default="")
    asyncio.run(serve(parser.parse_args()))
    os._exit(0)


main()
