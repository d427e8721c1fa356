// Signs in and asks who that is, by openapi-fetch and the types that openapi-typescript made of the API
// description (`api.d.ts`, beside this file). Prints the id of whoever is signed in.
//
// usage: node generated_client.js URL ADDRESS PASSWORD

import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: string[] };

const [baseUrl = "", contact = "", password = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });

const granted = await client.POST("/v1/sessions", { body: { contact, password } });
if (granted.data === undefined) {
  throw new Error(JSON.stringify(granted.error));
}
const me = await client.GET("/v1/me", { headers: { Authorization: `Bearer ${granted.data.access_token}` } });
if (me.data === undefined) {
  throw new Error(JSON.stringify(me.error));
}
console.log(me.data.id);
