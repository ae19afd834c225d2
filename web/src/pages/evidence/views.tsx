// Who looked at which evidence, when and why (Video Systems Regulation art. 16).
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useDeferredValue } from "react";
import { Link } from "react-router";
import { api, ok, type Schemas } from "../../api/client";
import type { Language } from "../../app/preferences";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { useFilter } from "../../parts/filter";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { Search } from "../../parts/search";
import words, { type EvidenceWord } from "./words";

type View = Schemas["View"];

const most = 1000; // of one list
const day = "YYYY-MM-DD";

const useViews = (by: string, subject: string, from: string, to: string) =>
  useQuery({
    queryKey: ["views", by, subject, from, to],
    queryFn: async (): Promise<View[]> => (await ok(api.GET("/api/v1/views", {
      params: { query: {
        by: by || undefined, subject: subject || undefined, limit: most,
        from: from ? dayjs(from).toISOString() : undefined, to: to ? dayjs(to).add(1, "day").toISOString() : undefined,
      } },
    }))).items,
  });

// whereOf is the page of what was looked at, where it has one.
const whereOf = ({ what, subject }: View) => ({ still: `/evidence/${subject}`, clip: `/evidence/${subject}`, bundle: `/evidence/${subject}`, live: `/cameras/${subject}`, paper: `/cases/${subject}`, identity: "" })[what];

// said gives of a reason that the server wrote in both languages, "审核线索 review", the reader's;
// the case that may follow belongs to both.
function said(reason: string, language: Language): string {
  const [, zh, en, id] = /^(\p{Script=Han}[^a-z]*) ([a-z].*?)( [0-9a-f]{8}-[0-9a-f-]{27})?$/u.exec(reason) ?? [];
  return zh && en ? (language === "zh" ? zh : en) + (id ?? "") : reason;
}

export default function Views() {
  const { t, language } = useDictionary<EvidenceWord>(words);
  const { value, set } = useFilter();
  const [by, subject] = [useDeferredValue(value("by").trim()), useDeferredValue(value("subject").trim())];
  const [from, to] = [value("from"), value("to")];
  const views = useViews(by, subject, from, to);
  return (
    <Page title={t("views")} lead={t("viewsLead")}>
      <div className="stack">
        <div className="tools">
          <Search style={{ width: 180 }} value={value("by")} placeholder={t("viewBy")} aria-label={t("viewBy")} onChange={(event) => set("by", event.target.value)} />
          <Search className="mono" style={{ width: 330, maxWidth: "100%" }} value={value("subject")} placeholder={t("viewSubject")} aria-label={t("viewSubject")} spellCheck={false} onChange={(event) => set("subject", event.target.value)} />
          <DatePicker value={from ? dayjs(from) : null} aria-label={t("viewFrom")} placeholder={t("viewFrom")} onChange={(at) => set("from", at?.format(day) ?? "")} />
          <DatePicker value={to ? dayjs(to) : null} aria-label={t("viewTo")} placeholder={t("viewTo")} onChange={(at) => set("to", at?.format(day) ?? "")} />
        </div>
        {views.error ? <Failure error={views.error} retry={() => void views.refetch()} /> : null}
        {views.data?.length === most ? <p className="muted" role="status" style={{ margin: 0 }}>{t("viewsMost", { n: most })}</p> : null}
        <section className="panel flush">
          <Listing<View>
            rowKey={(view) => view.at + view.by + view.subject + (view.file ?? "")} loading={views.isPending} dataSource={views.data} scroll={{ x: "max-content" }}
            locale={{ emptyText: <Nothing>{t("noViews")}</Nothing> }}
            columns={[
              { title: t("viewAt"), dataIndex: "at", width: 164, render: (at: string) => <span className="nowrap">{dateTime(at)}</span> },
              { title: t("viewBy"), dataIndex: "by", width: 120, render: (by: string) => (by === "casework" ? t("viewBySystem") : by) },
              { title: t("viewWhat"), dataIndex: "what", width: 110, render: (what: View["what"]) => t(`view_${what}`) },
              { title: t("viewOf"), key: "of", width: 330, render: (_: unknown, view) => (whereOf(view) ? <Link className="mono" to={whereOf(view)}>{view.subject}</Link> : <span className="mono">{view.subject}</span>) },
              { title: t("viewFile"), dataIndex: "file", width: 200, render: (file: string | undefined) => <span className="mono">{file || "—"}</span> },
              { title: t("viewWhy"), dataIndex: "reason", width: 220, render: (reason: string) => said(reason, language) },
            ]}
          />
        </section>
      </div>
    </Page>
  );
}
