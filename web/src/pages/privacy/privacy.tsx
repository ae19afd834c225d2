// The privacy office: what parties ask of their own data, what is processed, how long
// personal data are kept, and what was deleted on which day.
import { Button } from "antd";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { articleOf } from "../../parts/article";
import { Listing } from "../../parts/listing";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { useProcessing, type Activity } from "./calls";
import { Kept } from "./kept";
import { Requests } from "./requests";
import words, { type PrivacyWord } from "./words";

export default function Privacy() {
  const { t } = useDictionary<PrivacyWord>(words);
  const { can } = useSession();
  return (
    <Page title={t("title")} lead={t("lead")} extra={can("legal", "head", "auditor", "supervisor", "admin") ? <Button href="/api/v1/privacy/assessment.pdf" download>{t("assessment")}</Button> : null}>
      <div className="stack">
        {can("officer", "legal", "head", "auditor") ? <Requests /> : null}
        {can("legal", "head", "auditor", "supervisor", "admin") ? <><Record /><Kept /></> : null}
      </div>
    </Page>
  );
}

function Record() {
  const { t, pick, language } = useDictionary<PrivacyWord>(words);
  const record = useProcessing();
  return (
    <section className="panel flush">
      <header><h2>{t("processing")}</h2></header>
      <Loaded query={record}>
        {({ activities, measures }) => (
          <>
            <Listing<Activity>
              rowKey="key" dataSource={activities}
              columns={[
                { title: t("what"), key: "what", render: (_, one) => <>{pick(one.data_zh, one.data_en)} {one.sensitive ? <Mark tone="wait">{t("sensitive")}</Mark> : null}</> },
                { title: t("count"), dataIndex: "count", align: "right" },
                { title: t("purpose"), key: "why", render: (_, one) => pick(one.why_zh, one.why_en) },
                { title: t("basis"), dataIndex: "basis", render: (basis: string) => articleOf(basis, language) },
                { title: t("period"), key: "kept", render: (_, one) => pick(one.kept_zh, one.kept_en) },
                { title: t("recipients"), key: "to", render: (_, one) => one.recipients.map((to) => t("recipient", { name: to.name, does: pick(to.zh, to.en) })).join(t("comma")) || t("nobody") },
              ]}
            />
            <dl className="panel-body facts" style={{ padding: 16 }}>
              <dt>{t("cameras")}</dt><dd>{t("camerasOf", { n: measures.unlawful_cameras, of: measures.cameras })}</dd>
              <dt>{t("factors")}</dt><dd>{t("factorsOf", { n: measures.accounts_with_factor, of: measures.accounts })}</dd>
              <dt>{t("narrowed")}</dt><dd>{t("narrowedOf", { n: measures.accounts_of_townships, of: measures.accounts })}</dd>
              <dt>{t("views")}</dt><dd>{measures.views}</dd>
              <dt>{t("requestsOpen")}</dt><dd>{t("requestsLate", { n: measures.requests_open, late: measures.requests_late })}</dd>
            </dl>
          </>
        )}
      </Loaded>
    </section>
  );
}
