// A step beside the course of a case: it is sent, the case is read anew, and what went wrong
// is said in the reader's language.
import { App } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Problem, sentenceOf } from "../../api/problem";
import { useDictionary } from "../../i18n/translate";
import words, { type CaseWord } from "./words";

export function useCaseStep<T>(id: string, step: (given: T) => Promise<unknown>, done?: () => void) {
  const { t, language } = useDictionary<CaseWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: step,
    onSettled: () => queries.invalidateQueries({ queryKey: ["case", id] }),
    onSuccess: () => done?.(),
    onError: (error: unknown) => void message.error(error instanceof Problem && error.status === 412 ? t("eventConflict") : sentenceOf(error, language)),
  });
}
