// The calls of credit: rules, records, applications for repair.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";

export type CreditRules = Schemas["CreditRules"];
export type Rules = Schemas["Rules"];
export type CreditRecord = Schemas["CreditRecord"];
export type Repair = Schemas["CreditRepair"];
export type Verdict = Schemas["CreditVerdict"];

export const useRules = () => useQuery({ queryKey: ["credit", "rules"], queryFn: (): Promise<CreditRules> => ok(api.GET("/api/v1/credit/rules", {})) });
export const activateRules = (body: Schemas["CreditRulesDraft"]): Promise<unknown> => ok(api.POST("/api/v1/credit/rules", { body }));
export const useRecords = () => useQuery({ queryKey: ["credit", "records"], queryFn: async (): Promise<CreditRecord[]> => (await ok(api.GET("/api/v1/credit/records", {}))).items });
export const useRepairs = () => useQuery({ queryKey: ["credit", "repairs"], queryFn: async (): Promise<Repair[]> => (await ok(api.GET("/api/v1/credit/repairs", {}))).items });
export const judge = (repair: Repair, body: Verdict): Promise<unknown> => {
  const params = { path: { id: repair.id } };
  return repair.state === "asked" ? ok(api.POST("/api/v1/credit/repairs/{id}/review", { params, body })) : ok(api.POST("/api/v1/credit/repairs/{id}/decision", { params, body }));
};
