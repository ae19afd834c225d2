// The calls of leads and of who is on duty.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";

export type Lead = Schemas["Lead"];
export type LeadDraft = Schemas["LeadDraft"];
export type LeadOutcome = Schemas["LeadOutcome"];
export type LeadState = "open" | Lead["state"];
export type LeadKind = LeadDraft["kind"];
export type Shift = Schemas["Shift"];

interface Paged<T> { items: T[]; next_cursor?: string }

export const useLeads = (state: LeadState | undefined, kind: LeadKind | undefined, mine: boolean) =>
  useInfiniteQuery({
    queryKey: ["leads", "list", state, kind, mine],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<Lead>> => ok(api.GET("/api/v1/leads", { params: { query: { state, kind, mine, cursor: pageParam || undefined } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const useLead = (id: string) => useQuery({ queryKey: ["leads", id], queryFn: (): Promise<Schemas["LeadPage"]> => ok(api.GET("/api/v1/leads/{id}", { params: { path: { id } } })) });
export const receiveLead = (body: LeadDraft): Promise<Lead> => ok(api.POST("/api/v1/leads", { body }));
export const contactOf = (id: string, reason: string): Promise<{ contact: string }> => ok(api.POST("/api/v1/leads/{id}/contact", { params: { path: { id } }, body: { reason } }));

const seen = (lead: Lead) => ({ path: { id: lead.id }, header: { "If-Match": `"${lead.version}"` } });
export const acknowledge = (lead: Lead): Promise<unknown> => ok(api.POST("/api/v1/leads/{id}/acknowledgement", { params: seen(lead) }));
export const dispatchLead = (lead: Lead, officer: string): Promise<unknown> => ok(api.POST("/api/v1/leads/{id}/dispatch", { params: seen(lead), body: { officer } }));
export const finishLead = (lead: Lead, body: LeadOutcome): Promise<unknown> => ok(api.POST("/api/v1/leads/{id}/outcome", { params: seen(lead), body }));

// Who is on duty changes with the clock: the list is asked for when a shift begins or ends.
const nextChange = (duty: Schemas["Duty"] | undefined): number | false => {
  const ahead = (duty?.shifts ?? []).flatMap((shift) => [shift.starts_at, shift.ends_at]).map((at) => Date.parse(at) - Date.now()).filter((ms) => ms > 0);
  return ahead.length > 0 && Math.min(...ahead) < longest ? Math.min(...ahead) + 1000 : false;
};
const longest = 2 ** 31 - 2000; // milliseconds that a browser's timer can wait
export const useDuty = () =>
  useQuery({ queryKey: ["duty"], refetchInterval: ({ state }) => nextChange(state.data), queryFn: (): Promise<Schemas["Duty"]> => ok(api.GET("/api/v1/duty", {})) });
export const addShift = (body: Schemas["ShiftDraft"]): Promise<unknown> => ok(api.POST("/api/v1/duty", { body }));
export const removeShift = (id: string): Promise<unknown> => ok(api.DELETE("/api/v1/duty/{id}", { params: { path: { id } } }));
