// The calls of annotations of real estate and their lifting.
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";
import { patience } from "../../api/problem";

export type Annotation = Schemas["Annotation"];
export type AnnotationItem = Schemas["AnnotationItem"];
export type AnnotationDraft = Schemas["AnnotationDraft"];
type AnnotationVerdict = Schemas["AnnotationVerdict"];
export type Which = "all" | "open" | "gone";

export const useAnnotations = (which: Which) =>
  useInfiniteQuery({
    queryKey: ["annotations", which],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Schemas["AnnotationList"]> => ok(api.GET("/api/v1/annotations", { params: { query: { state: which === "all" ? undefined : which, cursor: pageParam || undefined } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const askAnnotation = (id: string, body: AnnotationDraft): Promise<unknown> => ok(api.POST("/api/v1/cases/{id}/annotations", { params: { path: { id } }, body, signal: patience(30_000) }));
export const decideAnnotation = (id: string, annotation: string, body: AnnotationVerdict): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/annotations/{annotation}/verdict", { params: { path: { id, annotation } }, body, signal: patience(30_000) }));
export const liftAnnotation = (id: string, annotation: string, reason: string): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/annotations/{annotation}/lifting", { params: { path: { id, annotation } }, body: { reason }, signal: patience(30_000) }));
