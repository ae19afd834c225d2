// The calls of the settings: matters and working days that the bureau enters, brigades,
// trainings.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";
import type { Brigade } from "../../api/types";

export type RuleEntry = Schemas["Entry"];
export type RuleKind = RuleEntry["kind"];
type RuleChecked = Schemas["RuleChecked"];
export type Training = Schemas["Training"];
export type TrainingDraft = Schemas["TrainingDraft"];
type Years = Schemas["Years"];

export const useRules = (enabled: boolean) => useQuery({ queryKey: ["rules"], enabled, queryFn: async (): Promise<RuleEntry[]> => (await ok(api.GET("/api/v1/rules", {}))).items });
export const useYears = () => useQuery({ queryKey: ["years"], queryFn: (): Promise<Years> => ok(api.GET("/api/v1/years", {})) });
export const ruleText = async (kind: RuleKind, key: string): Promise<string> => (await ok(api.GET("/api/v1/rules/{kind}/{key}", { params: { path: { kind, key } } }))).text;
export const checkRule = (kind: RuleKind, text: string): Promise<RuleChecked> => ok(api.POST("/api/v1/rules/check", { body: { kind, text } }));
export const enterRule = (kind: RuleKind, text: string, reason: string): Promise<RuleEntry> => ok(api.POST("/api/v1/rules", { body: { kind, text, reason } }));
export const approveRule = (id: number): Promise<unknown> => ok(api.POST("/api/v1/rules/{id}/approval", { params: { path: { id } } }));
export const useBrigades = () => useQuery({ queryKey: ["brigades"], queryFn: async (): Promise<Brigade[]> => (await ok(api.GET("/api/v1/brigades", {}))).items });
export const saveBrigades = (brigades: Brigade[]): Promise<unknown> => ok(api.PUT("/api/v1/brigades", { body: { brigades } }));
export const useTrainings = (user: string) => useQuery({ queryKey: ["trainings", user], queryFn: async (): Promise<Training[]> => (await ok(api.GET("/api/v1/users/{id}/trainings", { params: { path: { id: user } } }))).items });
export const addTraining = (user: string, body: TrainingDraft): Promise<Training> => ok(api.POST("/api/v1/users/{id}/trainings", { params: { path: { id: user } }, body }));
export const removeTraining = (user: string, training: string): Promise<unknown> => ok(api.DELETE("/api/v1/users/{id}/trainings/{training}", { params: { path: { id: user, training } } }));
