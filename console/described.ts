// What the API's description says, as small modules: what a view shows of it is never written a second time by hand.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a document of any shape
type Any = any;

/** The description, with every reference in the place of its name, down to `depth`. */
function inlined(doc: Any, schema: Any, depth = 6): Any {
  if (Array.isArray(schema)) return schema.map((part) => inlined(doc, part, depth));
  if (schema === null || typeof schema !== "object") return schema;
  if (typeof schema.$ref === "string") {
    if (depth === 0) return {};
    const found = schema.$ref.split("/").slice(1).reduce((at: Any, word: string) => at?.[word], doc);
    const { $ref: _, ...own } = schema;
    return { ...inlined(doc, found, depth - 1), ...own };
  }
  return Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, inlined(doc, part, depth)]));
}

/** What a field holds, where it may also hold nothing. */
const held = (field: Any): Any => {
  const choice = field.oneOf?.find((part: Any) => part.type !== "null");
  return choice ? { ...field, ...choice, description: choice.description ?? field.description } : field;
};

const fields = (object: Any) =>
  Object.entries(object.properties ?? {}).map(([name, raw]) => {
    const field = held(raw as Any);
    const of = held(field.items ?? {});
    return {
      name,
      text: field.description ?? "",
      type: (Array.isArray(field.type) ? field.type.find((type: string) => type !== "null") : field.type) ?? "string",
      format: field.format,
      words: field.enum ?? of.enum,
      default: field.default,
      least: field.minimum,
      most: field.maximum,
      longest: field.maxLength,
      pattern: field.pattern,
      needed: (object.required ?? []).includes(name),
    };
  });

/** What must be given stands first, and secrets after what is no secret. */
const wanted = (one: Any, other: Any) => Number(other.needed) - Number(one.needed) || Number(one.format === "password") - Number(other.format === "password");

const modules: Record<string, (doc: Any) => Any> = {
  /** Every path, so that a view does not ask for what is not there. */
  paths: (doc) => Object.keys(doc.paths).filter((path) => path.startsWith("/v1/admin/")),
  /** Every type of event. */
  events: (doc) => doc.paths["/v1/admin/ledger"].get.parameters.find((one: Any) => one.name === "type").schema.enum,
  /** What each kind of room server is registered with. */
  servers: (doc) => {
    const body = inlined(doc, doc.components.schemas.NewServerBody);
    return (body.oneOf ?? [body]).map((kind: Any) => {
      const all = kind.allOf ? Object.assign({}, ...kind.allOf, { properties: Object.assign({}, ...kind.allOf.map((part: Any) => part.properties)), required: kind.allOf.flatMap((part: Any) => part.required ?? []) }) : kind;
      const word = all.properties.kind?.enum?.[0] ?? all.properties.kind?.const;
      return { kind: word, title: all.title ?? word, text: all.description ?? "", fields: fields(all).filter((field) => field.name !== "kind").sort(wanted) };
    });
  },
  /** The sections of a policy, and what each of their fields demands. */
  policy: (doc) => {
    const policy = inlined(doc, doc.components.schemas.Policy);
    return Object.entries<Any>(policy.properties).map(([name, section]) => ({ name, text: held(section).description ?? "", fields: fields(held(section)) }));
  },
};

/** `described:NAME` is what `modules` above makes of the API's description. */
export const described: Plugin = {
  name: "described",
  resolveId: (id) => (id.startsWith("described:") ? `\0${id}` : undefined),
  load(id) {
    const make = id.startsWith("\0described:") ? modules[id.slice("\0described:".length)] : undefined;
    if (!make) return;
    const file = join(import.meta.dirname, "../schemas/openapi.json");
    this.addWatchFile(file);
    return `export default ${JSON.stringify(make(JSON.parse(readFileSync(file, "utf8"))))};`;
  },
};
