// The four states of everything that is fetched: loading, failed, empty, there.
import { Alert, Button, Empty } from "antd";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sentenceOf } from "../api/problem";
import { useWords } from "../app/use-words";

interface Props<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch" | "isFetching">;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, isEmpty, empty, children }: Props<T>) {
  const { t } = useWords();
  if (query.data !== undefined) {
    if (isEmpty?.(query.data)) return <Nothing>{empty ?? t("empty")}</Nothing>;
    return (
      <>
        {query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={t("loading")} className="loading-lines"><i /><i /><i /><i /></div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, language } = useWords();
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      message={t("failed")}
      description={sentenceOf(error, language)}
      action={retry ? <Button onClick={retry}>{t("retry")}</Button> : undefined}
      style={{ marginBottom: 12 }}
    />
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={children} style={{ padding: "32px 0" }} />;
}
