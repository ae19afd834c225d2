// When a camera was not watched: sealed, so that nobody can say later that nothing
// happened where nobody looked.
import { Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { api, ok, type Schemas } from "../../api/client";
import { useCameras } from "../../api/queries";
import { dateTime, duration } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { useFilter } from "../../parts/filter";
import { Listing } from "../../parts/listing";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import words, { type EvidenceWord } from "./words";

type Gap = Schemas["Gap"];

const useGaps = (id: string, from: string, to: string) =>
  useQuery({
    queryKey: ["gaps", id, from, to],
    enabled: id !== "",
    queryFn: async (): Promise<Gap[]> => (await ok(api.GET("/api/v1/cameras/{id}/gaps", { params: { path: { id }, query: { from, to } } }))).items,
  });

export default function Gaps() {
  const { t } = useDictionary<EvidenceWord>(words);
  const cameras = useCameras();
  const { value, set } = useFilter();
  const [span, setSpan] = useState<[Dayjs, Dayjs]>(() => [dayjs().subtract(7, "day").startOf("day"), dayjs().endOf("day")]);
  const chosen = value("camera") || (cameras.data?.find((c) => c.state !== "off") ?? cameras.data?.[0])?.id || "";
  return (
    <Page title={t("gaps")} lead={t("gapsLead")}>
      <div className="stack">
        <div className="tools">
          <Select
            showSearch optionFilterProp="label" value={chosen || undefined} loading={cameras.isPending} aria-label={t("gapCamera")} placeholder={t("gapCamera")} style={{ width: 260 }}
            onChange={(id: string) => set("camera", id)} options={(cameras.data ?? []).map((c) => ({ value: c.id, label: c.name }))}
          />
          <DatePicker.RangePicker value={span} allowClear={false} aria-label={t("gapSpan")} onChange={(next) => { if (next?.[0] && next[1]) setSpan([next[0].startOf("day"), next[1].endOf("day")]); }} />
        </div>
        {cameras.error || cameras.data?.length === 0 ? <Loaded query={cameras} isEmpty={(list) => list.length === 0} empty={t("gapNoCamera")}>{() => null}</Loaded> : <Of camera={chosen} span={span} />}
      </div>
    </Page>
  );
}

function Of({ camera, span: [from, to] }: { camera: string; span: [Dayjs, Dayjs] }) {
  const { t, pick, language } = useDictionary<EvidenceWord>(words);
  const gaps = useGaps(camera, from.toISOString(), to.toISOString());
  const seconds = (gap: Gap) => (Date.parse(gap.to) - Date.parse(gap.from)) / 1000;
  return (
    <Loaded query={gaps} isEmpty={(list) => list.length === 0} empty={t("noGaps")}>
      {(list) => (
        <>
          <p className="muted" style={{ margin: 0 }}>{t("gapSum", { n: list.length, time: duration(list.reduce((sum, gap) => sum + seconds(gap), 0), language) })}</p>
          <section className="panel flush">
            <Listing<Gap>
              rowKey="bundle" dataSource={list} scroll={{ x: "max-content" }}
              columns={[
                { title: t("gapFrom"), dataIndex: "from", render: (at: string) => dateTime(at) },
                { title: t("gapTo"), dataIndex: "to", render: (at: string, gap) => <>{dateTime(at)}{gap.goes_on ? <div className="muted">{t("gapGoesOn")}</div> : null}</> },
                { title: t("gapLength"), key: "length", render: (_: unknown, gap) => duration(seconds(gap), language) },
                { title: t("gapWhy"), key: "why", render: (_: unknown, gap) => pick(gap.why.zh, gap.why.en) || gap.cause },
                { title: t("gapBundle"), dataIndex: "bundle", render: (bundle: string) => <Link className="mono" to={`/evidence/${bundle}`}>{bundle.slice(0, 8)}…</Link> },
              ]}
            />
          </section>
        </>
      )}
    </Loaded>
  );
}
