import { Button, Result } from "antd";
import { Component, type ReactNode } from "react";
import { useWords } from "./use-words";

// ErrorBoundary keeps a page that throws from taking the frame down with it. A
// change of `at` (the address) gives the next page a fresh chance.
export class ErrorBoundary extends Component<{ at: string; children: ReactNode }, { error: Error | null; at: string }> {
  override state = { error: null as Error | null, at: this.props.at };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: { at: string }, state: { error: Error | null; at: string }) {
    return props.at === state.at ? null : { error: null, at: props.at };
  }

  override render() {
    return this.state.error ? <Crash error={this.state.error} /> : this.props.children;
  }
}

export function Crash({ error }: { error: unknown }) {
  const { t } = useWords();
  return (
    <Result
      status="error"
      title={t("crashed")}
      subTitle={t("crashedWhy")}
      extra={<Button type="primary" onClick={() => location.reload()}>{t("reload")}</Button>}
    >
      <pre className="crash">{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
    </Result>
  );
}
