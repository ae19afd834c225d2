// The calls of supervision: figures and what stands behind them, draws, tasks.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";
import type { Part } from "../../api/queries";

export type Draw = Schemas["Draw"];
type DrawPage = Schemas["DrawPage"];
export type DrawPlan = Schemas["Plan"];
export type Question = Schemas["Question"];
export type Task = Schemas["Task"];
type TaskResult = Schemas["Result"];

// dueOn is the last day for what a task waits for: its result, or that a fault is put right.
export const dueOn = (task: Task): string => (task.done_at ? task.rectify_by ?? "" : task.due_on);

export type Snapshot = Schemas["QuotaSnapshot"];
export type FigureItem = Schemas["Item"];

interface Paged<T> { items: T[]; next_cursor?: string }

export const useFigureItems = (key: string, missing: boolean, part: Part) =>
  useInfiniteQuery({
    queryKey: ["quotas", key, missing, part],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<FigureItem>> =>
      ok(api.GET("/api/v1/quotas/{key}/items", { params: { path: { key }, query: { ...part, missing, cursor: pageParam || undefined } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

export type AreaFigures = Schemas["AreaFigures"];
export const useAreas = () => useQuery({ queryKey: ["quotas", "areas"], queryFn: async (): Promise<AreaFigures[]> => (await ok(api.GET("/api/v1/quotas/areas", {}))).items });

export const useSnapshots = (part: Part) =>
  useQuery({ queryKey: ["quotas", "snapshots", part], queryFn: async (): Promise<Snapshot[]> => (await ok(api.GET("/api/v1/quotas/snapshots", { params: { query: part } }))).items });

export const useDraws = () => useQuery({ queryKey: ["draws"], queryFn: async (): Promise<Draw[]> => (await ok(api.GET("/api/v1/draws", {}))).items });
export const useDraw = (id: string) =>
  useQuery({ queryKey: ["draws", id], queryFn: (): Promise<DrawPage> => ok(api.GET("/api/v1/draws/{id}", { params: { path: { id } } })) });
export const useMyTasks = (mine: boolean) =>
  useQuery({ queryKey: ["draws", "tasks", mine], queryFn: async (): Promise<Task[]> => (await ok(api.GET("/api/v1/tasks", { params: { query: { open: true, mine } } }))).items });
export const announceDraw = (body: DrawPlan): Promise<Draw> => ok(api.POST("/api/v1/draws", { body }));
export const enterResult = (id: string, body: TaskResult): Promise<unknown> => ok(api.POST("/api/v1/tasks/{id}/result", { params: { path: { id } }, body }));
export const rectify = (id: string, rectified: string): Promise<unknown> => ok(api.POST("/api/v1/tasks/{id}/rectification", { params: { path: { id } }, body: { rectified } }));

export type Publication = Schemas["Publication"];
export type PublicationState = "late" | "due" | "unchecked" | "withdrawn";
export const usePublications = (state: PublicationState) =>
  useInfiniteQuery({
    queryKey: ["publications", state],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<Publication>> => ok(api.GET("/api/v1/publications", { params: { query: { state, cursor: pageParam || undefined } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const checkPublication = (id: string, body: Schemas["PublicationCheckDraft"]): Promise<unknown> => ok(api.POST("/api/v1/publications/{id}/check", { params: { path: { id } }, body }));

export type TeamReport = Schemas["TeamReport"];
export type ScoreRow = Schemas["ScoreRow"];
export type DayLine = Schemas["DayLine"];
export type ReportBy = "person" | "team" | "township" | "brigade";
// useTeamReport asks for a period's report; for none while the period is empty.
export const useTeamReport = (period: string, by: ReportBy) =>
  useQuery({ enabled: period !== "", queryKey: ["reports", period, by], queryFn: (): Promise<TeamReport> => ok(api.GET("/api/v1/reports/scores", { params: { query: { period, by } } })) });
export const useDay = (day: string) =>
  useQuery({ queryKey: ["reports", "day", day], queryFn: async (): Promise<DayLine[]> => (await ok(api.GET("/api/v1/reports/day", { params: { query: { day } } }))).items });
export const activateScoreRules = (body: Schemas["ScoreRulesDraft"]): Promise<unknown> => ok(api.POST("/api/v1/reports/rules", { body }));
