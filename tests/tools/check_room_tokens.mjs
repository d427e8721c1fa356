// Checks tickets by the verifiers of those who make the room servers.
//
// Each line of input is a JSON object with the `kind` and what the ticket says; each line of output is what it grants, as
// JSON, or null where it does not hold.

import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const modules = createRequire(process.argv[2] + "/");
const { TokenVerifier } = await import(modules.resolve("livekit-server-sdk"));

const checks = {
  async livekit({ key, secret, token }) {
    const { sub, video } = await new TokenVerifier(key, secret).verify(token);
    return { identity: sub, video };
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
