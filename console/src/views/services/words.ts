// Services, as the API tells them.
import { api, told, type Schemas } from "../../lib/api";

export type Service = Schemas["ServiceView"];
/** A secret, told this once. */
export type Made = Schemas["ServiceSecretView"];

export const list = (cursor: string | undefined) => told(api.GET("/v1/admin/services", { params: { query: { cursor, limit: 50 } } }));
export const add = (name: string, resource: string, filter: boolean) => told(api.POST("/v1/admin/services", { body: { name, filter, ...(resource ? { resource } : {}) } }));
export const rotate = (id: string) => told(api.POST("/v1/admin/services/{id}/rotate", { params: { path: { id } } }));
export const retire = (id: string) => told(api.DELETE("/v1/admin/services/{id}", { params: { path: { id } } }));
