import { Button } from "antd";
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

function Crash({ error }: { error: unknown }) {
  const { t } = useWords();
  return (
    <section className="crashed" role="alert">
      <h1>{t("crashed")}</h1>
      <p className="muted">{t("crashedWhy")}</p>
      <Button type="primary" onClick={() => location.reload()}>{t("reload")}</Button>
      <pre className="crash">{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
    </section>
  );
}
