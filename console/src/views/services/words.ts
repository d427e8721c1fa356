// Services, as the API tells them.
import { get, post, remove } from "../../lib/soon";

export type Service = { id: string; name: string; resource: string; created_at: string; ended_at?: string | null; retired_at?: string | null; last_used_at?: string | null; rotated_at?: string | null };
/** One whose secret is told, this once. */
export type Made = Partial<Service> & { id: string; secret: string };

export const PATH = "/v1/admin/services";
type Listed = { items: Service[]; next?: string | null };
export const list = async (cursor: string | undefined): Promise<Listed> => (await get<Listed>(PATH, { params: { query: { cursor, limit: 50 } } })) ?? { items: [] };
export const add = (name: string, resource: string) => post<Made>(PATH, { body: { name, ...(resource ? { resource } : {}) } });
export const rotate = (id: string) => post<Made>(`${PATH}/{id}/rotate`, { params: { path: { id } }, body: {} });
export const retire = (id: string, posts: boolean) => (posts ? post(`${PATH}/{id}/retire`, { params: { path: { id } }, body: {} }) : remove(`${PATH}/{id}`, { params: { path: { id } } }));
export const endOf = (service: Service) => service.retired_at ?? service.ended_at;
