// The calls of what is handed over to other authorities.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";

export type Transfer = Schemas["Transfer"];
export type TransferDraft = Schemas["TransferDraft"];
export type TransferStatus = Schemas["TransferStatus"];
export type Authority = Schemas["Authority"];
export type AuthorityDraft = Schemas["AuthorityDraft"];

interface Paged<T> { items: T[]; next_cursor?: string }

export const useAuthorities = () => useQuery({ queryKey: ["authorities"], queryFn: async (): Promise<Authority[]> => (await ok(api.GET("/api/v1/authorities", {}))).items });
export const addAuthority = (body: AuthorityDraft): Promise<Authority> => ok(api.POST("/api/v1/authorities", { body }));
export const useTransfers = () =>
  useInfiniteQuery({
    queryKey: ["transfers"],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<Transfer>> => ok(api.GET("/api/v1/transfers", { params: { query: { cursor: pageParam || undefined } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const useTransfer = (id: string) => useQuery({ queryKey: ["transfers", id], queryFn: (): Promise<Schemas["TransferPage"]> => ok(api.GET("/api/v1/transfers/{id}", { params: { path: { id } } })) });
export const sendTransfer = (body: TransferDraft): Promise<unknown> => ok(api.POST("/api/v1/transfers", { body }));
export const enterReceipt = (id: string, body: Schemas["PaperReceipt"]): Promise<unknown> => ok(api.POST("/api/v1/transfers/{id}/paper-receipt", { params: { path: { id } }, body }));
export const reportTransfer = (id: string, body: TransferStatus): Promise<unknown> => ok(api.POST("/api/v1/transfers/{id}/status", { params: { path: { id } }, body }));

// What may be handed over: open leads, and cases that the head has transferred.
export const useSubjects = (kind: TransferDraft["subject_kind"]) =>
  useQuery({
    queryKey: ["transfers", "subjects", kind],
    queryFn: async (): Promise<{ value: string; label: string }[]> => {
      if (kind === "lead") return (await ok(api.GET("/api/v1/leads", { params: { query: { state: "open" } } }))).items.map((lead) => ({ value: lead.id, label: `${lead.number} ${lead.place}` }));
      return (await ok(api.GET("/api/v1/cases", { params: { query: { state: "transferred" } } }))).items.map((one) => ({ value: one.id, label: `${one.number} ${one.place}` }));
    },
  });
