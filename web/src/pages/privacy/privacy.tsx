// How long personal data are kept, and what was deleted on which day.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../api/client";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import words, { type PrivacyWord } from "./words";

type Retention = Schemas["Retention"];
type Rule = Schemas["RetentionRule"];
type Ran = Schemas["Ran"];

const useRetention = () => useQuery({ queryKey: ["retention"], queryFn: (): Promise<Retention> => ok(api.GET("/api/v1/privacy/retention", {})) });

export default function Privacy() {
  const { t, pick } = useDictionary<PrivacyWord>(words);
  const retention = useRetention();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={retention}>
        {({ schedule, runs }) => (
          <div className="stack">
            <section className="panel flush">
              <header><h2>{t("schedule")}</h2></header>
              <Listing<Rule>
                rowKey="key" dataSource={schedule}
                columns={[
                  { title: t("what"), key: "what", render: (_, rule) => pick(rule.zh, rule.en) },
                  { title: t("period"), dataIndex: "days", render: (n: number) => t("days", { n }) },
                  { title: t("basis"), dataIndex: "basis" },
                ]}
              />
            </section>
            <section className="panel">
              <header><h2>{t("runs")}</h2></header>
              <div className="panel-body">
                {runs.length === 0 ? <Nothing>{t("noRuns")}</Nothing> : <ul className="plain-list">{runs.map((ran) => <Shown key={ran.day} ran={ran} />)}</ul>}
              </div>
            </section>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Shown({ ran }: { ran: Ran }) {
  const { t } = useDictionary<PrivacyWord>(words);
  const report = JSON.parse(ran.text) as { deleted: { count: number }[] };
  const n = report.deleted.reduce((sum, one) => sum + one.count, 0);
  return (
    <li>
      <div className="between"><span>{ran.day} · {n > 0 ? t("deleted", { n }) : t("nothing")}</span><Mark tone={ran.proof ? "ok" : "wait"}>{t(ran.proof ? "inLog" : "waitsForLog")}</Mark></div>
      <details><summary>{t("text")}</summary><pre className="mono break">{ran.text}</pre></details>
      {ran.proof ? <details><summary>{t("proof")}</summary><pre className="mono break">{ran.proof}</pre></details> : null}
    </li>
  );
}
