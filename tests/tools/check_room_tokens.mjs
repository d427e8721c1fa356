// Checks tickets by the verifiers of those who make the room servers.
//
// Each line of input is a JSON object with the `kind` and what the ticket says; each line of output is what it grants, as
// JSON, or null where it does not hold.

import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { inflateSync } from "node:zlib";

const modules = createRequire(process.argv[2] + "/");
const { TokenVerifier } = await import(modules.resolve("livekit-server-sdk"));
const { AccessToken2 } = modules("agora-token/src/AccessToken2.js");
const { Api } = modules("tls-sig-api-v2");

const checks = {
  async livekit({ key, secret, token }) {
    const { sub, video } = await new TokenVerifier(key, secret).verify(token);
    return { identity: sub, video };
  },

  agora({ secret, token }) {
    const read = new AccessToken2();
    if (!read.from_string(token) || !read.verifySignature(secret)) return null;
    const [service] = read.getServices(1);
    return {
      app: read.appId.toString(),
      issued: read.issueTs,
      lasts: read.expire,
      channel: service.__channel_name.toString(),
      uid: service.__uid.toString(),
      privileges: service.__privileges,
    };
  },

  // Tencent gives out what signs, and nothing that checks: what is signed must be the same.
  trtc({ app, secret, token, user, room, rights, until }) {
    const text = token.replaceAll("*", "+").replaceAll("-", "/").replaceAll("_", "=");
    const said = JSON.parse(inflateSync(Buffer.from(text, "base64")));
    const api = new Api(app, secret);
    const [time, lasts, buffer] = [said["TLS.time"], said["TLS.expire"], said["TLS.userbuf"] ?? null];
    const signed = api._hmacsha256(said["TLS.identifier"], time, lasts, buffer);
    if (signed !== said["TLS.sig"] || said["TLS.ver"] !== "2.0" || said["TLS.sdkappid"] !== app) return null;
    if (time + lasts !== until || said["TLS.identifier"] !== user) return null;
    if (buffer !== null) {
      // It counts from now on.
      const wanted = api._genUserbuf(user, 0, until - Math.floor(Date.now() / 1000), rights, 0, room);
      const found = Buffer.from(buffer, "base64");
      const place = 3 + user.length + 8;
      const differ = found.readUInt32BE(place) - wanted.readUInt32BE(place);
      found.copy(wanted, place, place, place + 4);
      if (Math.abs(differ) > 1 || !found.equals(wanted)) return null;
    }
    return { identity: said["TLS.identifier"], room: buffer !== null };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let granted = null;
  try {
    granted = await checks[asked.kind](asked);
  } catch (error) {
    console.error(String(error));
  }
  console.log(JSON.stringify(granted));
}
