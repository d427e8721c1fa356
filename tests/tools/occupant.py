"""A real client of a Prosody for the tests: it signs in with a ticket's JWT and comes into a room (XEP-0045).

It speaks JSON lines until its standard input ends. The first line says where Prosody is:

    {"port": 5222, "domain": "meet.example.org"}

each that follows is a command, done one after the other:

    {"do": "join", "jwt": ..., "room": ..., "nick": ...}
    {"do": "leave"}

Each command has one answer: {"joined": true}, {"left": true}, or {"failed": WORD}. Between them stands what happens:

    {"ended": REASON}     it was put out, or lost the connection
"""

import asyncio
import base64
import itertools
import json
import os
import sys
import xml.etree.ElementTree as ET

STREAM = "http://etherx.jabber.org/streams"
numbers = itertools.count()


def say(**line):
    print(json.dumps(line), flush=True)


class Occupant:
    def __init__(self, port, domain):
        self.port, self.domain = port, domain
        self.writer = None

    async def open(self):
        """Begins a stream anew, on the connection that there is."""
        self.parser = ET.XMLPullParser(["start", "end"])
        self.depth = 0
        self.send(f"<stream:stream to='{self.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='{STREAM}'>")
        return await self.next()

    def send(self, text):
        self.writer.write(text.encode())

    async def next(self):
        """The next stanza."""
        while True:
            for event, element in self.parser.read_events():
                self.depth += 1 if event == "start" else -1
                if event == "end" and self.depth == 1:
                    return element
            data = await asyncio.wait_for(self.reader.read(65536), 20)
            if not data:
                raise ConnectionError("the connection ended")
            self.parser.feed(data)

    async def join(self, jwt, room, nick):
        await self.leave()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        await self.open()
        user = f"u{next(numbers)}-{os.getpid()}"
        plain = base64.b64encode(f"\0{user}\0{jwt}".encode()).decode()
        self.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>")
        if not (await self.next()).tag.endswith("success"):
            return {"failed": "not-authorized"}
        await self.open()
        self.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        await self.next()
        self.seat = f"{room}@conference.{self.domain}/{nick}"
        self.send(f"<presence to='{self.seat}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        while True:
            stanza = await self.next()
            if stanza.get("from") != self.seat and stanza.get("type") != "error":
                continue
            if stanza.get("type") == "error":
                error = stanza.find("{jabber:client}error")
                return {"failed": error[0].tag.rsplit("}")[-1]}
            if stanza.tag.endswith("presence"):
                self.task = asyncio.create_task(self.stay())
                return {"joined": True}

    async def stay(self):
        try:
            while True:
                stanza = await self.next_forever()
                if stanza.get("from") == self.seat and stanza.get("type") == "unavailable":
                    return say(ended="unavailable")
        except (ConnectionError, OSError) as error:
            say(ended=str(error))

    async def next_forever(self):
        while True:
            try:
                return await self.next()
            except asyncio.TimeoutError:
                pass

    async def leave(self):
        if self.writer:
            if getattr(self, "task", None):
                self.task.cancel()
                self.task = None
            self.writer.close()
            self.writer = None
        return {"left": True}

    async def do(self, command):
        try:
            match command["do"]:
                case "join":
                    return await self.join(command["jwt"], command["room"], command["nick"])
                case "leave":
                    return await self.leave()
        except (ConnectionError, OSError, asyncio.TimeoutError) as error:
            return {"failed": repr(error)}


async def main():
    lines = asyncio.StreamReader(limit=2**20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    where = json.loads(await lines.readline())
    occupant = Occupant(where["port"], where["domain"])
    say(ready=True)
    async for line in lines:
        say(**await occupant.do(json.loads(line)))
    os._exit(0)


asyncio.run(main())
