import type { ReactNode } from "react";

export function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="panel" style={{ marginBottom: 16 }}>
      <header><h2>{title}</h2></header>
      <div className="panel-body">
        {text ? <p className="muted">{text}</p> : null}
        {children}
      </div>
    </section>
  );
}
