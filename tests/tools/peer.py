"""A real WebRTC peer of Janus's AudioBridge for the tests, on aiortc.

It speaks JSON lines. The first one on its standard input says where Janus is:

    {"url": "http://127.0.0.1:8088/janus", "token": "the core's token"}

and each that follows is a command, done in order:

    {"do": "join", "body": {"room": ..., "id": ..., "token": ...}}   "body" may say more
    {"do": "connect"}                      an offer, and the media once it is answered
    {"do": "send", "body": {"request": ...}}                         any request to the plugin

The commands never end the peer; the end of its input does. What it says:

    {"ready": true}                        it has a session and a handle
    {"refused": 403, "reason": ...}        the core refused one of its requests
    {"joined": ID, "participants": [...]}, {"error": 489, "reason": ...}, {"answer": {...}}
    {"media": "started"}, {"media": "stopped"}    packets came, or none came for half a second
    {"packets": N}                         RTP packets so far, told while they come
    {"loud": true}, {"loud": false}        whether somebody is heard
    {"kicked": ID}, {"destroyed": ROOM}, {"hangup": REASON}, {"event": {...}}
"""

import asyncio
import fractions
import itertools
import json
import math
import os
import sys

import aiohttp
import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

RATE = 48000
FRAME = RATE // 50
QUIET = 0.5


def say(**line):
    print(json.dumps(line), flush=True)


class Tone(MediaStreamTrack):
    """440 Hz, in frames of 20 ms."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        angles = (2 * math.pi * 440 * i / RATE for i in range(FRAME * 12))
        samples = b"".join(int(12000 * math.sin(angle)).to_bytes(2, "little", signed=True) for angle in angles)
        self.pieces = itertools.cycle(samples[i : i + FRAME * 2] for i in range(0, len(samples), FRAME * 2))
        self.sent = 0
        self.begun = None

    async def recv(self):
        now = asyncio.get_running_loop().time()
        self.begun = self.begun or now
        await asyncio.sleep(self.begun + self.sent * 0.02 - now)
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(next(self.pieces))
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.sent * FRAME, fractions.Fraction(1, RATE)
        self.sent += 1
        return frame


class Peer:
    def __init__(self, http, url, token):
        self.http, self.root, self.token = http, url, token
        self.url = url
        self.waiting = {}
        self.connection = None
        self.heard_at = None

    async def open(self):
        for plugin in ({"janus": "create"}, {"janus": "attach", "plugin": "janus.plugin.audiobridge"}):
            answer = await self.post(plugin)
            if answer is None:
                return
            self.url += f"/{answer['data']['id']}"
        asyncio.create_task(self.poll(self.url.rsplit("/", 1)[0]))
        asyncio.create_task(self.watch())
        say(ready=True)

    async def post(self, body):
        body = {**body, "token": self.token, "transaction": os.urandom(8).hex()}
        async with self.http.post(self.url, json=body) as response:
            answer = await response.json(content_type=None)
        if answer["janus"] == "error":
            say(refused=answer["error"]["code"], reason=answer["error"]["reason"])
            return None
        return {**answer, "transaction": body["transaction"]}

    async def ask(self, body, jsep=None):
        """Sends a request to the plugin and gives its answer, which comes by the long poll."""
        transaction = os.urandom(8).hex()
        message = {"janus": "message", "body": body, "token": self.token, "transaction": transaction}
        if jsep is not None:
            message["jsep"] = jsep
        answer = self.waiting[transaction] = asyncio.get_running_loop().create_future()
        async with self.http.post(self.url, json=message) as response:
            at_once = await response.json(content_type=None)
        if at_once["janus"] == "error":
            say(refused=at_once["error"]["code"], reason=at_once["error"]["reason"])
            return None
        return at_once if at_once["janus"] == "success" else await asyncio.wait_for(answer, 20)

    async def poll(self, url):
        while True:
            params = {"token": self.token, "maxev": "20"}
            async with self.http.get(url, params=params) as response:
                events = await response.json(content_type=None)
            for event in events if isinstance(events, list) else [events]:
                if event["janus"] == "error":
                    say(refused=event["error"]["code"], reason=event["error"]["reason"])
                    return
                await self.take(event)

    async def take(self, event):
        if event.get("transaction") in self.waiting:
            self.waiting.pop(event["transaction"]).set_result(event)
        elif event["janus"] == "hangup":
            say(hangup=event.get("reason"))
            await self.close()
        elif event["janus"] == "event":
            data = event["plugindata"]["data"]
            if "kicked" in data:
                say(kicked=data["kicked"])
            elif data.get("audiobridge") == "destroyed":
                say(destroyed=data["room"])
            else:
                say(event=data)

    async def join(self, body):
        answer = await self.ask({"request": "join", **body})
        if answer is None:
            return
        data = answer["plugindata"]["data"]
        if "error_code" in data:
            say(error=data["error_code"], reason=data["error"])
        else:
            say(joined=data["id"], participants=[other["id"] for other in data["participants"]])

    async def connect(self, muted=False):
        await self.close()
        self.connection = connection = RTCPeerConnection()
        connection.addTrack(Tone())

        @connection.on("track")
        def hear(track):
            asyncio.create_task(self.hear(track))

        await connection.setLocalDescription(await connection.createOffer())
        offer = {"type": "offer", "sdp": connection.localDescription.sdp}
        answer = await self.ask({"request": "configure", "muted": muted}, offer)
        if answer is None:
            return
        if "jsep" not in answer:
            data = answer["plugindata"]["data"]
            say(error=data.get("error_code"), reason=data.get("error"))
            return
        await connection.setRemoteDescription(RTCSessionDescription(answer["jsep"]["sdp"], "answer"))

    async def hear(self, track):
        """Tells when it becomes loud or quiet: the mean of ten frames against a tenth of the tone's."""
        loud, level = None, []
        while True:
            try:
                frame = await track.recv()
            except Exception:  # MediaStreamError: the end of the track
                return
            samples = memoryview(bytes(frame.planes[0])[: frame.samples * 4]).cast("h")
            level = [*level[-9:], sum(map(abs, samples)) / len(samples)]
            if len(level) == 10 and (sum(level) > 7000) != loud:
                loud = not loud
                say(loud=loud)

    async def watch(self):
        """Tells how many RTP packets came, ten times a second while they come."""
        total, before, started = 0, 0, False
        while True:
            await asyncio.sleep(0.1)
            now = asyncio.get_running_loop().time()
            count = await self.received()
            if count > before:
                total += count - before
                self.heard_at = now
                if not started:
                    say(media="started")
                    started = True
                say(packets=total)
            elif started and now - self.heard_at > QUIET:
                say(media="stopped")
                started = False
            before = count

    async def received(self):
        if self.connection is None:
            return 0
        reports = (await self.connection.getStats()).values()
        return sum(report.packetsReceived for report in reports if report.type == "inbound-rtp")

    async def close(self):
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.close()


async def main():
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    where = json.loads(await lines.readline())
    # The long poll is answered within 30 s, empty if nothing happened.
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        peer = Peer(http, where["url"], where["token"])
        await peer.open()
        async for line in lines:
            command = json.loads(line)
            if command["do"] == "join":
                await peer.join(command["body"])
            elif command["do"] == "connect":
                await peer.connect(command.get("muted", False))
            else:
                answer = await peer.ask(command["body"])
                if answer is not None:
                    say(answer=answer["plugindata"]["data"])


asyncio.run(main())
