// What the pages of casework share: the way between them.
import type { ReactNode } from "react";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Page } from "../../parts/page";
import { Sections } from "../../parts/sections";
import words, { type CaseWord } from "./words";

export function Frame({ title, lead, extra, children }: { title: string; lead?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  const { t } = useDictionary<CaseWord>(words);
  const { can } = useSession();
  const sections = [
    { to: "/cases", name: t("title") },
    { to: "/cases/deadlines", name: t("deadlineList") },
    { to: "/cases/mentions", name: t("mentions") },
    ...(can("officer", "head", "auditor", "supervisor") ? [{ to: "/cases/payments", name: t("payments") }] : []),
  ];
  return (
    <Page title={title} lead={lead} extra={extra}>
      <Sections label={t("sections")} sections={sections} />
      <div className="stack">{children}</div>
    </Page>
  );
}
