import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";
import type { Sample, SampleDraft } from "../../../api/types";

export const useSamples = () =>
  useQuery({
    queryKey: ["samples"],
    queryFn: async (): Promise<Sample[]> => (await ok(api.GET("/api/v1/samples", {}))).items,
  });

export const useSample = (id: string) =>
  useQuery({
    queryKey: ["sample", id],
    queryFn: (): Promise<Sample> => ok(api.GET("/api/v1/samples/{id}", { params: { path: { id } } })),
  });

export const announceSample = (body: SampleDraft): Promise<Sample> => ok(api.POST("/api/v1/samples", { body }));

export const reportOf = (id: string, format: "xlsx" | "pdf") => `/api/v1/samples/${encodeURIComponent(id)}/report?format=${format}`;
