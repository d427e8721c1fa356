"""A real WebRTC peer of Janus's AudioBridge or VideoRoom for the tests, on aiortc.

It speaks JSON lines until its standard input ends. The first line says where Janus is:

    {"url": "http://127.0.0.1:8088/janus", "token": "the core's token", "plugin": "janus.plugin.audiobridge"}

each that follows is a command, done one after the other:

    {"do": "open"}                                      a session, and a handle of the plugin
    {"do": "join", "body": {"room": ..., "id": ..., "token": ...}}
    {"do": "connect", "muted": false}                   an offer, and then the media
    {"do": "watch", "body": {"room": ..., "streams": ...}}  VideoRoom: receive what others send, on a handle of its own
    {"do": "send", "body": {"request": ...}}            any request to the plugin

Each command has one answer:

    {"opened": true}    {"joined": ID}    {"connected": true}    {"answer": {...}}
    {"error": 489, "reason": ...}      the plugin refuses
    {"refused": 403, "reason": ...}    the core refuses
    {"failed": ...}                    no answer came

Between the answers stands what happens:

    {"media": "started"}, {"media": "stopped"}    RTP packets came; none came for half a second
    {"packets": N}                                how many, told while they come
    {"loud": true}, {"loud": false}               whether somebody is heard
    {"kicked": ID}, {"destroyed": ROOM}, {"hangup": REASON}, {"event": {...}}, {"lost": ...}

What it sends is a tone. The machine needs a network interface besides loopback (Janus leaves that
one out), though no packet leaves the machine.
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
from aiortc.mediastreams import MediaStreamError

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


class Refused(Exception):
    """The core refuses a request."""


class Peer:
    def __init__(self, http, url, token, plugin):
        self.http, self.url, self.token, self.plugin = http, url, token, plugin
        self.id, self.private_id = None, None
        self.waiting = {}
        self.connection, self.watched = None, None
        self.past = 0

    async def request(self, url=None, **message):
        message |= {"token": self.token, "transaction": os.urandom(8).hex()}
        later = self.waiting[message["transaction"]] = asyncio.get_running_loop().create_future()
        try:
            async with self.http.post(url or self.url, json=message) as response:
                answer = await response.json(content_type=None)
            if answer["janus"] == "error":
                raise Refused(answer["error"])
            # What takes longer is acknowledged, and its answer comes by the long poll.
            return await asyncio.wait_for(later, 20) if answer["janus"] == "ack" else answer
        finally:
            del self.waiting[message["transaction"]]

    async def open(self):
        session = self.url + "/" + str((await self.request(janus="create"))["data"]["id"])
        self.url = session
        self.session = session
        self.url = await self.attach()
        self.tasks = [asyncio.create_task(self.poll(session)), asyncio.create_task(self.watch())]
        return {"opened": True}

    async def attach(self):
        return self.session + "/" + str((await self.request(self.session, janus="attach", plugin=self.plugin))["data"]["id"])

    async def poll(self, session):
        """The long poll, which keeps the session alive as well."""
        try:
            while True:
                params = {"token": self.token, "maxev": "20"}
                async with self.http.get(session, params=params) as response:
                    events = await response.json(content_type=None)
                for event in events if isinstance(events, list) else [events]:
                    if event["janus"] == "error":
                        return say(lost=event["error"]["reason"])
                    self.take(event)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            say(lost=str(error))

    def take(self, event):
        if event.get("transaction") in self.waiting:
            self.waiting[event["transaction"]].set_result(event)
        elif event["janus"] == "hangup":
            # It goes on listening: whether the media stops is Janus's doing alone.
            say(hangup=event.get("reason"))
        elif event["janus"] == "event":
            data = event["plugindata"]["data"]
            if "kicked" in data:
                say(kicked=data["kicked"])
            elif data.get("reason") == "kicked":
                say(kicked=self.id)
            elif "destroyed" in (data.get("audiobridge"), data.get("videoroom")):
                say(destroyed=data["room"])
            else:
                say(event=data)

    async def send(self, body, url=None, **more):
        answer = await self.request(url, janus="message", body=body, **more)
        data = answer["plugindata"]["data"]
        if "error_code" in data:
            return {"error": data["error_code"], "reason": data["error"]}, None
        return {"answer": data}, answer.get("jsep")

    async def join(self, body):
        answer, _ = await self.send({"request": "join", **body})
        if "answer" not in answer:
            return answer
        self.id, self.private_id = answer["answer"]["id"], answer["answer"].get("private_id")
        return {"joined": self.id}

    async def watch_others(self, body):
        url = await self.attach()
        body = {"request": "join", "ptype": "subscriber", "private_id": self.private_id, **body}
        answer, jsep = await self.send(body, url)
        if jsep is None:
            return answer
        self.watched = connection = RTCPeerConnection()
        connection.on("track", lambda track: self.tasks.append(asyncio.create_task(self.hear(track))))
        await connection.setRemoteDescription(RTCSessionDescription(jsep["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        sdp = {"type": "answer", "sdp": connection.localDescription.sdp}
        started, _ = await self.send({"request": "start"}, url, jsep=sdp)
        return {"connected": True} if "answer" in started else started

    async def connect(self, muted):
        await self.close()
        self.connection = connection = RTCPeerConnection()
        connection.addTrack(Tone())
        connection.on("track", lambda track: self.tasks.append(asyncio.create_task(self.hear(track))))
        await connection.setLocalDescription(await connection.createOffer())
        offer = {"type": "offer", "sdp": connection.localDescription.sdp}
        video = self.plugin == "janus.plugin.videoroom"
        body = {"request": "publish"} if video else {"request": "configure", "muted": muted}
        answer, jsep = await self.send(body, jsep=offer)
        if jsep is None:
            return answer
        await connection.setRemoteDescription(RTCSessionDescription(jsep["sdp"], "answer"))
        return {"connected": True}

    async def hear(self, track):
        """Tells when it becomes loud or quiet: ten frames' mean against a tenth of the tone's."""
        loud, levels = None, []
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            samples = memoryview(bytes(frame.planes[0])[: frame.samples * 4]).cast("h")
            levels = [*levels[-9:], sum(map(abs, samples)) / len(samples)]
            if len(levels) == 10 and (sum(levels) > 7000) != loud:
                loud = sum(levels) > 7000
                say(loud=loud)

    async def watch(self):
        """Tells how many RTP packets came, ten times a second while they come."""
        total, started, heard_at = 0, False, 0
        while True:
            await asyncio.sleep(0.1)
            now = asyncio.get_running_loop().time()
            count = self.past + await self.received()
            if count > total:
                total, heard_at = count, now
                if not started:
                    say(media="started")
                    started = True
                say(packets=total)
            elif started and now - heard_at > QUIET:
                say(media="stopped")
                started = False

    async def received(self):
        """The RTP packets of the present connections."""
        return await self.packets(self.connection) + await self.packets(self.watched)

    async def packets(self, connection):
        if connection is None:
            return 0
        reports = (await connection.getStats()).values()
        return sum(report.packetsReceived for report in reports if report.type == "inbound-rtp")

    async def close(self):
        self.past += await self.packets(self.connection)
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.close()

    async def do(self, command):
        try:
            match command["do"]:
                case "open":
                    return await self.open()
                case "join":
                    return await self.join(command["body"])
                case "connect":
                    return await self.connect(command["muted"])
                case "watch":
                    return await self.watch_others(command["body"])
                case "send":
                    return (await self.send(command["body"]))[0]
        except Refused as refused:
            (error,) = refused.args
            return {"refused": error["code"], "reason": error["reason"]}
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            return {"failed": repr(error)}


async def main():
    lines = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    where = json.loads(await lines.readline())
    # A long poll is answered within 30 s, empty if nothing happened.
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        peer = Peer(http, where["url"], where["token"], where["plugin"])
        async for line in lines:
            say(**await peer.do(json.loads(line)))
        os._exit(0)


asyncio.run(main())
