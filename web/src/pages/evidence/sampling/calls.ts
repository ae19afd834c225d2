import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";
import type { Sample, SampleDraft } from "../../../api/types";

const soon = 5_000; // while a draw is due

const pending = (sample: Sample | undefined) => sample !== undefined && !sample.taken;

export const useSamples = () =>
  useQuery({
    queryKey: ["samples"],
    queryFn: async (): Promise<Sample[]> => (await ok(api.GET("/api/v1/samples", {}))).items,
    refetchInterval: (query) => (query.state.data?.some(pending) ? soon : false),
  });

export const useSample = (id: string) =>
  useQuery({
    queryKey: ["sample", id],
    queryFn: (): Promise<Sample> => ok(api.GET("/api/v1/samples/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (pending(query.state.data) ? soon : false),
  });

export const announceSample = (body: SampleDraft): Promise<Sample> => ok(api.POST("/api/v1/samples", { body }));

export const reportOf = (id: string, format: "xlsx" | "pdf") => `/api/v1/samples/${encodeURIComponent(id)}/report?format=${format}`;
