"""A real participant of a LiveKit for the tests, by LiveKit's own SDK.

It speaks JSON lines until its standard input ends. The first line says where LiveKit is:

    {"url": "ws://127.0.0.1:7880"}

each that follows is a command, done one after the other:

    {"do": "join", "token": ...}                  comes in; what was before is left
    {"do": "publish"}                             sends a tone
    {"do": "leave"}
    {"do": "kept"}                                the token that the server gave last, and the id of the stay
    {"do": "resume", "token": ..., "sid": ...}    goes on with a stay, as after a broken connection
    {"do": "hold", "tokens": [...]}               connections of others that only stand there
    {"do": "gap", "of": IDENTITY}                 the longest silence of somebody since the last time, in seconds

Each command has one answer:

    {"joined": IDENTITY, "over": BOOL}            whether it was put out again by then
    {"held": NUMBER}  {"published": SID}  {"left": true}  {"kept": TOKEN, "sid": SID}  {"gap": SECONDS}
    {"resumed": WORD}     what LiveKit says first: "join", "reconnect", "leave", or nothing: "closed"
    {"failed": ...}       it is not let in, or may not

Between the answers stands what happens, each with the time in seconds by a clock that all processes share:

    {"heard": IDENTITY}                           the first sound of somebody
    {"ended": REASON}                             it was put out, or lost the connection
"""

import asyncio
import json
import math
import os
import sys
import time
import urllib.parse

import aiohttp
import numpy
from livekit import rtc
from livekit.protocol.rtc import SignalResponse

RATE = 48000
FRAME = RATE // 100
TONE = [int(12000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(RATE // 10)]


def say(**line):
    print(json.dumps({**line, "at": time.monotonic()}), flush=True)


class Ear:
    """Listens to one track."""

    def __init__(self, of, track):
        self.last = None
        self.longest = 0.0
        self.task = asyncio.create_task(self.listen(of, rtc.AudioStream(track)))

    async def listen(self, of, stream):
        async for event in stream:
            samples = numpy.frombuffer(event.frame.data, dtype=numpy.int16)
            if numpy.abs(samples.astype(numpy.int32)).mean() < 700:
                continue
            now = time.monotonic()
            if self.last is None:
                say(heard=of)
            else:
                self.longest = max(self.longest, now - self.last)
            self.last = now

    def gap(self):
        now = time.monotonic()
        longest = max(self.longest, now - self.last) if self.last else now
        self.longest = 0.0
        return longest


async def let_go(room, connecting):
    try:
        await connecting
        await room.disconnect()
    except rtc.ConnectError:
        pass


class Participant:
    def __init__(self, url):
        self.late = set()
        self.url = url
        self.room = None
        self.ears = {}
        self.sending = None

    async def join(self, token):
        await self.leave()
        self.room = room = rtc.Room()

        self.over = False

        def tell(**line):
            # What happens in a room that was left is of no interest.
            if room is self.room:
                say(**line)

        def ended(reason):
            self.over = True
            tell(ended=int(reason))

        room.on("disconnected", ended)

        def heard(track, publication, one):
            if track.kind == rtc.TrackKind.KIND_AUDIO:
                self.ears[one.identity] = Ear(one.identity, track)

        room.on("track_subscribed", heard)
        connecting = asyncio.create_task(room.connect(self.url, token, rtc.RoomOptions(connect_timeout=5)))
        # Where it is put out while it connects, the SDK may wait for long; and it falls over where that is cancelled.
        done, _ = await asyncio.wait({connecting}, timeout=12)
        if not done:
            self.room = None
            self.late.add(asyncio.create_task(let_go(room, connecting)))
            raise asyncio.TimeoutError
        await connecting
        return {"joined": room.local_participant.identity, "over": self.over}

    async def publish(self):
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("tone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        published = await asyncio.wait_for(self.room.local_participant.publish_track(track, options), 10)

        async def send():
            at = 0
            while True:
                piece = numpy.array([TONE[(at + i) % len(TONE)] for i in range(FRAME)], dtype=numpy.int16)
                await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, FRAME))
                at = (at + FRAME) % len(TONE)

        self.sending = asyncio.create_task(send())
        return {"published": published.sid}

    async def leave(self):
        if self.sending:
            self.sending.cancel()
        for ear in self.ears.values():
            ear.task.cancel()
        self.ears, self.sending = {}, None
        if self.room:
            room, self.room = self.room, None
            await asyncio.wait({asyncio.create_task(room.disconnect())}, timeout=3)
        return {"left": True}

    async def resume(self, token, sid):
        asked = {"access_token": token, "reconnect": "1", "sid": sid, "protocol": "15", "sdk": "python"}
        url = self.url + "/rtc?" + urllib.parse.urlencode(asked)
        async with aiohttp.ClientSession() as http:
            try:
                async with http.ws_connect(url, timeout=aiohttp.ClientWSTimeout(ws_close=1)) as socket:
                    message = await asyncio.wait_for(socket.receive(), 5)
                    if message.type != aiohttp.WSMsgType.BINARY:
                        return {"resumed": "closed"}
                    said = SignalResponse()
                    said.ParseFromString(message.data)
                    word = said.WhichOneof("message")
                    if word in ("join", "reconnect"):
                        # Whoever is let in stays for as long as they are let.
                        while (await asyncio.wait_for(socket.receive(), 5)).type == aiohttp.WSMsgType.BINARY:
                            pass
                    return {"resumed": word}
            except aiohttp.WSServerHandshakeError as error:
                return {"failed": f"HTTP status {error.status}"}

    async def hold(self, tokens):
        http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.held = []

        async def drain(socket):
            async for _ in socket:
                pass

        for token in tokens:
            asked = {"access_token": token, "protocol": "15", "sdk": "python", "auto_subscribe": "0"}
            socket = await http.ws_connect(self.url + "/rtc?" + urllib.parse.urlencode(asked))
            said = SignalResponse()
            said.ParseFromString((await socket.receive()).data)
            if said.WhichOneof("message") == "join":
                self.held.append(asyncio.create_task(drain(socket)))
        return {"held": len(self.held)}

    async def do(self, command):
        try:
            match command["do"]:
                case "join":
                    return await self.join(command["token"])
                case "publish":
                    return await self.publish()
                case "leave":
                    return await self.leave()
                case "kept":
                    return {"kept": self.room._token, "sid": self.room.local_participant.sid}
                case "resume":
                    return await self.resume(command["token"], command["sid"])
                case "hold":
                    return await self.hold(command["tokens"])
                case "gap":
                    ear = self.ears.get(command["of"])
                    return {"gap": ear.gap() if ear else 1e9}
        except Exception as error:  # The SDK has many kinds, and says what is wrong in words.
            return {"failed": f"{type(error).__name__}: {error}"}


async def main():
    lines = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    where = json.loads(await lines.readline())
    participant = Participant(where["url"])
    say(ready=True)
    async for line in lines:
        say(**await participant.do(json.loads(line)))
    os._exit(0)


asyncio.run(main())
