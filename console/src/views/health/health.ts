// How the service does, as it tells.
import paths from "described:paths";
import { api, told, type Schemas } from "../../lib/api";

export type Backlog = Schemas["BacklogView"];
export type Health = Schemas["HealthView"];
export type Sample = Schemas["HealthHistory"]["items"][number];

/** Whether this service tells of itself. */
export const tells = paths.includes("/v1/admin/health");
export const health = () => told(api.GET("/v1/admin/health"));
export const history = async (minutes: number) => (await told(api.GET("/v1/admin/health/history", { params: { query: { minutes } } }))).items;

type Values = (number | null)[];
export type Drawn = { title: string; unit: string; times: number[]; rows: { label: string; values: Values }[] };

const MIB = 1024 * 1024;
export const mib = (bytes: number) => Math.round(bytes / MIB);

/** What is drawn of the samples. A figure that the service never knew is left out. */
export function plots(samples: Sample[]): Drawn[] {
  const times = samples.map((one) => Date.parse(one.at) / 1000);
  const of = (read: (one: Sample) => number | null | undefined): Values => samples.map((one) => read(one) ?? null);
  const scaled = (value: number | null | undefined, by: number) => (value === null || value === undefined ? null : value * by);
  const all: Omit<Drawn, "times">[] = [
    { title: "Requests a second", unit: "", rows: [{ label: "Requests", values: of((one) => one.requests_per_second) }] },
    { title: "How long requests take", unit: "ms", rows: [{ label: "Half, at most", values: of((one) => one.p50_ms) }, { label: "99 of 100, at most", values: of((one) => one.p99_ms) }] },
    { title: "Requests that failed here", unit: "%", rows: [{ label: "Failed", values: of((one) => one.failed_share * 100) }] },
    { title: "Letters and texts waiting", unit: "", rows: [{ label: "Waiting", values: of((one) => one.letters_waiting) }] },
    { title: "Events not taken in yet", unit: "", rows: [{ label: "Behind", values: of((one) => one.feed_behind) }] },
    { title: "Memory", unit: "MiB", rows: [{ label: "Memory", values: of((one) => scaled(one.resident_bytes, 1 / MIB)) }] },
    { title: "Consoles that listen", unit: "", rows: [{ label: "Streams", values: of((one) => one.streams) }] },
  ];
  return all.filter((plot) => plot.rows.some((row) => row.values.some((value) => value !== null))).map((plot) => ({ ...plot, times }));
}
