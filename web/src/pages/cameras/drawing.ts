import { useQuery } from "@tanstack/react-query";
import { Problem } from "../../api/problem";
import type { Drawing } from "../../parts/district-map";

// useDrawing reads the bureau's own map of its district.
export const useDrawing = () =>
  useQuery({
    queryKey: ["map"],
    staleTime: Infinity,
    queryFn: async (): Promise<Drawing> => {
      const answer = await fetch("/api/v1/map");
      if (!answer.ok) throw new Problem(answer.status, {});
      return (await answer.json()) as Drawing;
    },
  });
