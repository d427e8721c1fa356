// What a place of the ledger's chain is computed from, and computing it here.
import { api, told, type Schemas } from "../../lib/api";

type Proof = Schemas["LedgerProof"];

export const proofOf = (position: number) => told(api.GET("/v1/admin/ledger/proof", { params: { query: { position } } }));

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Whether the hash is the one that the rest gives; undefined where the browser cannot compute one. */
export async function holds({ position, hash, hash_before, body }: Proof): Promise<boolean | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const text = new TextEncoder();
  const place = new Uint8Array(8);
  new DataView(place.buffer).setBigUint64(0, BigInt(position));
  const hashed = await new Blob([text.encode("vouchsafe/ledger/1"), bytes(hash_before), place, text.encode(body)]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", hashed));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === hash;
}
