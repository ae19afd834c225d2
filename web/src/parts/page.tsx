import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  lead?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
}

// Page is a page's frame: its title (also the document's), a lead, its actions.
export function Page({ title, lead, extra, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Offsite`;
  }, [title]);
  return (
    <section className="page">
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead ? <p className="lead">{lead}</p> : null}
        </div>
        {extra ? <div className="page-extra">{extra}</div> : null}
      </header>
      {children}
    </section>
  );
}
