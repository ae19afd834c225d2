// The calls of integration: keys of other systems, webhooks and their deliveries.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";

export type Key = Schemas["Key"];
type KeyDraft = Schemas["KeyDraft"];
type KeyMade = Schemas["KeyMade"];
export type Endpoint = Schemas["Endpoint"];
export type WebhookDraft = Schemas["WebhookDraft"];
type WebhookMade = Schemas["WebhookMade"];
export type Delivery = Schemas["Delivery"];
type DeliveryDetail = Schemas["Detail"];
export type DeliveryState = Delivery["state"];
// What can be chosen: a scope, a kind of event.
export interface Choice { key: string; zh: string; en: string }

export const useKeys = () => useQuery({ queryKey: ["keys"], queryFn: (): Promise<Schemas["KeyPage"]> => ok(api.GET("/api/v1/keys", {})) });
export const createKey = (body: KeyDraft): Promise<KeyMade> => ok(api.POST("/api/v1/keys", { body }));
export const revokeKey = (id: string): Promise<unknown> => ok(api.DELETE("/api/v1/keys/{id}", { params: { path: { id } } }));

export const useWebhooks = () => useQuery({ queryKey: ["webhooks"], queryFn: (): Promise<Schemas["WebhookPage"]> => ok(api.GET("/api/v1/webhooks", {})) });
export const createWebhook = (body: WebhookDraft): Promise<WebhookMade> => ok(api.POST("/api/v1/webhooks", { body }));
export const changeWebhook = (id: string, body: WebhookDraft): Promise<unknown> => ok(api.PUT("/api/v1/webhooks/{id}", { params: { path: { id } }, body }));
export const rotateWebhook = (id: string): Promise<{ secret: string }> => ok(api.POST("/api/v1/webhooks/{id}/secret", { params: { path: { id } } }));
export const testWebhook = (id: string): Promise<{ event_id: string }> => ok(api.POST("/api/v1/webhooks/{id}/test", { params: { path: { id } } }));
export const replay = (id: string, body: Schemas["Replay"]): Promise<{ count: number }> => ok(api.POST("/api/v1/webhooks/{id}/replay", { params: { path: { id } }, body }));

interface Paged<T> { items: T[]; next_cursor?: string }

export const useDeliveries = (id: string, state: DeliveryState | undefined) =>
  useInfiniteQuery({
    queryKey: ["webhooks", id, state],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<Delivery>> => ok(api.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: { state, cursor: pageParam || undefined } } })),
    getNextPageParam: (last: Paged<Delivery>) => last.next_cursor || undefined,
  });
export const useDelivery = (id: string, event: string) =>
  useQuery({ queryKey: ["webhooks", id, "event", event], queryFn: (): Promise<DeliveryDetail> => ok(api.GET("/api/v1/webhooks/{id}/deliveries/{event}", { params: { path: { id, event } } })) });
