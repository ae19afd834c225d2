// How the reviewers agree: what became of each one's first verdicts.
import { Segmented } from "antd";
import { useState } from "react";
import { useAgreements } from "../../api/queries";
import type { Agreement } from "../../api/types";
import { percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import words, { type FindingWord } from "./words";

const share = (part: number, rest: number) => (part + rest === 0 ? "—" : percent(part / (part + rest)));

export default function AgreementPage() {
  const { t } = useDictionary<FindingWord>(words);
  const [days, setDays] = useState(90);
  const list = useAgreements(days);
  const span = <Segmented<number> value={days} onChange={setDays} aria-label={t("agreementSpan")} options={[30, 90, 365].map((n) => ({ value: n, label: t("days", { n }) }))} />;
  return (
    <Page title={t("agreement")} lead={t("agreementLead")} extra={span}>
      {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
      <section className="panel flush">
        <Listing<Agreement>
          rowKey="reviewer" loading={list.isPending} dataSource={list.data}
          locale={{ emptyText: <Nothing>{t("noAgreement")}</Nothing> }}
          columns={[
            { title: t("reviewer"), dataIndex: "reviewer", render: (name: string) => <strong>{name}</strong> },
            { title: t("didConfirm"), dataIndex: "confirmed", align: "right" },
            { title: t("didReject"), dataIndex: "rejected", align: "right" },
            { title: t("held"), dataIndex: "held", align: "right" },
            { title: t("refused"), dataIndex: "refused", align: "right" },
            { title: t("heldShare"), key: "share", align: "right", render: (_, a) => share(a.held, a.refused) },
          ]}
        />
      </section>
    </Page>
  );
}
