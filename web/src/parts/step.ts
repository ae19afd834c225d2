// A step that a dialog asks for: once it is taken the dialog closes, and the lists that
// show it are asked for again; a refusal is told, and the dialog stays.
import { App } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceOf } from "../api/problem";
import { usePreferences } from "../app/preferences";

// useStep takes a step by take; list is the key of the queries that it changes.
export function useStep<V>(list: string, take: (values: V) => Promise<unknown>, onClose: () => void) {
  const { language } = usePreferences();
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: take,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: [list] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
}
