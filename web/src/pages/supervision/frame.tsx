// What the pages of supervision share: their title and the way between them.
import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useDictionary } from "../../i18n/translate";
import { Page } from "../../parts/page";
import words, { type SupervisionWord } from "./words";

const pages: [string, SupervisionWord][] = [["/supervision", "figures"], ["/supervision/draws", "draws"], ["/supervision/publications", "publications"]];

export function Frame({ title, lead, extra, children }: { title: string; lead?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  const { t } = useDictionary<SupervisionWord>(words);
  return (
    <Page title={title} lead={lead} extra={extra}>
      <nav className="supervision-nav" aria-label={t("title")}>
        {pages.map(([to, word]) => <NavLink key={to} to={to} end={to === "/supervision"}>{t(word)}</NavLink>)}
      </nav>
      <div className="stack">{children}</div>
    </Page>
  );
}
