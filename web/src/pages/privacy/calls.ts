// The calls of the privacy office.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";

export type Retention = Schemas["Retention"];
export type Rule = Schemas["RetentionRule"];
export type RetentionOrder = Schemas["RetentionOrder"];
export type Ran = Schemas["Ran"];
export type Processing = Schemas["Processing"];
export type Activity = Schemas["DataActivity"];
export type SubjectRequest = Schemas["SubjectRequest"];
export type Verdict = Schemas["SubjectVerdict"];
export type Ask = Schemas["SubjectAsk"];

export const useRetention = () => useQuery({ queryKey: ["retention"], queryFn: (): Promise<Retention> => ok(api.GET("/api/v1/privacy/retention", {})) });
export const orderRetention = (body: Schemas["RetentionOrderDraft"]): Promise<unknown> => ok(api.POST("/api/v1/privacy/retention/orders", { body }));
export const agreeToRetention = (id: number): Promise<unknown> => ok(api.POST("/api/v1/privacy/retention/orders/{id}/agreement", { params: { path: { id } } }));
export const useProcessing = () => useQuery({ queryKey: ["processing"], queryFn: (): Promise<Processing> => ok(api.GET("/api/v1/privacy/processing", {})) });
export const useRequests = () => useQuery({ queryKey: ["subject-requests"], queryFn: async (): Promise<SubjectRequest[]> => (await ok(api.GET("/api/v1/privacy/requests", {}))).items });
export const askAtDesk = (body: Ask): Promise<unknown> => ok(api.POST("/api/v1/privacy/requests", { body }));
export const judge = ({ id, state }: SubjectRequest, body: Verdict): Promise<unknown> => {
  const params = { path: { id } };
  return state === "asked" ? ok(api.POST("/api/v1/privacy/requests/{id}/review", { params, body })) : ok(api.POST("/api/v1/privacy/requests/{id}/decision", { params, body }));
};
export const handOver = (id: string): Promise<Blob> => ok<unknown>(api.POST("/api/v1/privacy/requests/{id}/data.zip", { params: { path: { id } }, parseAs: "blob" })) as Promise<Blob>;
