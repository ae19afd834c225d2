// The calls of casework beside the case itself: notes, saved lists, steps on many
// cases, alarms, payments against the provider's file.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";
import { patience, Problem } from "../../api/problem";

export type Note = Schemas["CaseNote"];
type Colleague = Schemas["Colleague"];
type Filter = Schemas["SavedFilter"];
export type Alarm = Schemas["Alarm"];
export type Outcome = Schemas["BulkOutcome"];
export type Reconciliation = Schemas["Reconciliation"];
export type Difference = Schemas["Difference"];

export const useNotes = (id: string) =>
  useQuery({ queryKey: ["notes", id], queryFn: async (): Promise<Note[]> => (await ok(api.GET("/api/v1/cases/{id}/notes", { params: { path: { id } } }))).items });
export const useMentions = () => useQuery({ queryKey: ["mentions"], queryFn: async (): Promise<Note[]> => (await ok(api.GET("/api/v1/mentions", {}))).items });
export const useColleagues = (wanted: boolean) =>
  useQuery({ queryKey: ["colleagues"], enabled: wanted, queryFn: async (): Promise<Colleague[]> => (await ok(api.GET("/api/v1/colleagues", {}))).items });
export const writeNote = (id: string, body: Schemas["NoteDraft"], key: string): Promise<Note> =>
  ok(api.POST("/api/v1/cases/{id}/notes", { params: { path: { id }, header: { "Idempotency-Key": key } }, body, signal: patience(30_000) }));
export const seeNotes = (id: string): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/notes/seen", { params: { path: { id } } }));
export const withdrawNote = (id: string): Promise<unknown> => ok(api.DELETE("/api/v1/notes/{id}", { params: { path: { id } } }));
export const fileNote = (id: string): Promise<unknown> => ok(api.POST("/api/v1/notes/{id}/file", { params: { path: { id } } }));

export type FullCopy = Schemas["FullCopy"];
export type FullVerdict = Schemas["FullVerdict"];

export const decideFullCopy = (id: string, request: string, body: FullVerdict): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/full-copies/{request}", { params: { path: { id, request } }, body, signal: patience(30_000) }));

export const takeSearch = (id: string): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/search/taking", { params: { path: { id } }, signal: patience(30_000) }));
export const leaveSearch = (id: string): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/search/release", { params: { path: { id } }, signal: patience(30_000) }));

export type Suggestion = Schemas["Suggestion"];
export type SuggestionDraft = Schemas["SuggestionDraft"];
export type SuggestionReply = Schemas["SuggestionReply"];

export const issueSuggestion = (id: string, body: SuggestionDraft): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/suggestions", { params: { path: { id } }, body, signal: patience(30_000) }));
export const answerSuggestion = (id: string, suggestion: string, body: SuggestionReply): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/suggestions/{suggestion}/reply", { params: { path: { id, suggestion } }, body, signal: patience(30_000) }));

export type CounterPayment = Schemas["CounterPayment"];
type CounterVerdict = Schemas["CounterVerdict"];

export const enterCounterPayment = (id: string, body: Schemas["CounterDraft"]): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/counter-payments", { params: { path: { id } }, body, signal: patience(120_000) }));
export const decideCounterPayment = (id: string, payment: string, body: CounterVerdict): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/counter-payments/{payment}/verdict", { params: { path: { id, payment } }, body, signal: patience(30_000) }));

export type Refund = Schemas["Refund"];
export type RefundDraft = Schemas["RefundDraft"];
type RefundVerdict = Schemas["RefundVerdict"];

export const askRefund = (id: string, body: RefundDraft): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/refunds", { params: { path: { id } }, body, signal: patience(30_000) }));
export const decideRefund = (id: string, refund: string, body: RefundVerdict): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/refunds/{refund}/verdict", { params: { path: { id, refund } }, body, signal: patience(30_000) }));
export const enterRefundPayment = (id: string, refund: string, body: Schemas["RefundPaid"]): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/refunds/{refund}/payment", { params: { path: { id, refund } }, body, signal: patience(30_000) }));

// changeLink gives the party a new link, or closes the one that it has.
export const changeLink = (file: Schemas["CaseFile"], what: "renewal" | "revocation", reason: string): Promise<unknown> => {
  const params = { path: { id: file.id }, header: { "If-Match": `"${file.version}"` } };
  return what === "renewal"
    ? ok(api.POST("/api/v1/cases/{id}/link/renewal", { params, body: { reason }, signal: patience(30_000) }))
    : ok(api.POST("/api/v1/cases/{id}/link/revocation", { params, body: { reason }, signal: patience(30_000) }));
};

export const useFilters = () => useQuery({ queryKey: ["filters"], queryFn: async (): Promise<Filter[]> => (await ok(api.GET("/api/v1/filters", {}))).items });
export const saveFilter = (body: Schemas["FilterDraft"]): Promise<Filter> => ok(api.POST("/api/v1/filters", { body }));
export const removeFilter = (id: string): Promise<unknown> => ok(api.DELETE("/api/v1/filters/{id}", { params: { path: { id } } }));

export const takeBulkStep = (event: string, cases: Schemas["Chosen"][], fields: Record<string, unknown>): Promise<Outcome[]> =>
  ok(api.POST("/api/v1/cases/bulk/{event}", { params: { path: { event } }, body: { cases, fields } })).then(({ items }) => items);

export const useAlarms = () => useQuery({ queryKey: ["alarms"], queryFn: async (): Promise<Alarm[]> => (await ok(api.GET("/api/v1/alarms", {}))).items });
export const useReconciliations = () =>
  useQuery({ queryKey: ["reconciliations"], queryFn: async (): Promise<Reconciliation[]> => (await ok(api.GET("/api/v1/reconciliations", {}))).items });

// useDiagram reads the picture of the table of states; it comes with the program.
export const useDiagram = () =>
  useQuery({
    queryKey: ["diagram"],
    staleTime: Infinity,
    queryFn: async (): Promise<string> => {
      const answer = await fetch("/api/v1/casework/diagram");
      if (!answer.ok) throw new Problem(answer.status, {});
      return answer.text();
    },
  });
