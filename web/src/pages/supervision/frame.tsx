// What the pages of supervision share: their title and the way between them.
import type { ReactNode } from "react";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Page } from "../../parts/page";
import { Sections } from "../../parts/sections";
import words, { type SupervisionWord } from "./words";

export function Frame({ title, lead, extra, children }: { title: string; lead?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const sections = [{ to: "/supervision", name: t("figures") }, { to: "/supervision/reports", name: t("reports") }, { to: "/supervision/draws", name: t("draws") }, { to: "/supervision/publications", name: t("publications") }];
  return (
    <Page title={title} lead={lead} extra={extra}>
      {can("officer", "legal", "head", "auditor", "supervisor") ? <Sections label={t("title")} sections={sections} /> : null}
      <div className="stack">{children}</div>
    </Page>
  );
}
