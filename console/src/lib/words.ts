// Words for the words of the API, and how figures and times are written.
import type { Schemas } from "./api";

/** A word of the API as people read it: `second_admin` is "second admin". */
export const plain = (word: string) => word.replaceAll(/[_.-]/g, " ");

/** The same at the beginning of a line. */
export const title = (word: string) => {
  const text = plain(word);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** What each kind of lead goes by. */
export const LEADS: Record<Schemas["LeadKind"], string> = {
  bad_rate: "Many sanctioned below",
  accountability: "Answers for sanctioned people",
  exposure: "Came by way of somebody sanctioned",
  velocity: "Grew unusually fast",
};

const numbers = new Intl.NumberFormat("en");
/** A figure: 12,345. */
export const figure = (value: number) => numbers.format(value);

/** So many of something: "1 person", "12,345 people". */
export const count = (value: number, one: string, many = `${one}s`) => `${figure(value)} ${value === 1 ? one : many}`;

const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const minutes = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const seconds = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
export const day = (at: string | number) => days.format(new Date(at));
export const minute = (at: string | number) => minutes.format(new Date(at));
export const second = (at: string | number) => seconds.format(new Date(at));

/** The service's own words, with the moments in them as they are written here. */
export const said = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (at) => minute(at));

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** How long ago something was, or in how long it is. */
export function ago(at: string | number, now = Date.now()): string {
  let value = (new Date(at).getTime() - now) / 1000;
  for (const [unit, most] of STEPS) {
    if (Math.abs(value) < most) return relative.format(Math.round(value), unit);
    value /= most;
  }
  return day(at);
}

/** A length of time in words: "3 days", "2 hours". */
export function lasts(inSeconds: number): string {
  let value = inSeconds;
  for (const [unit, most] of STEPS) {
    if (value < most) return count(value < 3 ? Math.round(value * 10) / 10 : Math.round(value), unit);
    value /= most;
  }
  return "";
}

/** An id, short enough for a list: its kind is known, and its end tells it apart. */
export const short = (id: string) => `…${id.slice(-6)}`;

const countries = new Intl.DisplayNames("en", { type: "region" });
/** What a country is called, by its two letters. */
export function country(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

/** What each kind of document is. */
export const DOCUMENTS: Record<Schemas["DocumentKind"], string> = { cn_resident_id: "Chinese resident identity card", passport: "Passport" };
