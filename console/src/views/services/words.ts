// Services, as the API tells them.
import { get, post, remove } from "../../lib/soon";

export type Service = { id: string; name: string; resource: string; created_at: string; retired_at?: string | null };
/** A secret, told this once. */
export type Made = { id: string; secret: string; resource: string };

export const PATH = "/v1/admin/services";
type Listed = { items: Service[]; next?: string | null };
export const list = async (cursor: string | undefined): Promise<Listed> => (await get<Listed>(PATH, { params: { query: { cursor, limit: 50 } } })) ?? { items: [] };
export const add = (name: string, resource: string) => post<Made>(PATH, { body: { name, ...(resource ? { resource } : {}) } });
export const rotate = (id: string) => post<Made>(`${PATH}/{id}/rotate`, { params: { path: { id } } });
export const retire = (id: string) => remove(`${PATH}/{id}`, { params: { path: { id } } });
