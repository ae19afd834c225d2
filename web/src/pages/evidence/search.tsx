// Evidence is looked for by its number, or by where and when something was found.
import { Button, Form, Input, Select } from "antd";
import dayjs from "dayjs";
import { Link, useNavigate } from "react-router";
import { useCameras, useDetectors, useFindings } from "../../api/queries";
import type { FindingItem } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { useFilter } from "../../parts/filter";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { caseTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import words, { type EvidenceWord } from "./words";

export default function EvidenceSearch() {
  const { t } = useDictionary<EvidenceWord>(words);
  const { can } = useSession();
  const navigate = useNavigate();
  const oversees = can("head", "auditor", "supervisor");
  return (
    <Page
      title={t("title")} lead={t("lead")}
      extra={
        <>
          <Link to="/evidence/gaps"><Button tabIndex={-1}>{t("gaps")}</Button></Link>
          {oversees ? <><Link to="/evidence/views"><Button tabIndex={-1}>{t("views")}</Button></Link><Link to="/evidence/samples"><Button tabIndex={-1}>{t("samples")}</Button></Link></> : null}
          <a href="/public/log"><Button tabIndex={-1}>{t("logBrowser")}</Button></a>
        </>
      }
    >
      <div className="stack">
        <section className="panel">
          <div className="panel-body">
            <Form<{ id: string }> layout="inline" onFinish={({ id }) => void navigate(`/evidence/${encodeURIComponent(id.trim())}`)}>
              <Form.Item name="id" rules={[{ required: true, whitespace: true, message: t("bundleID") }]} style={{ flex: "1 1 320px" }}>
                <Input className="mono" placeholder={t("bundleID")} aria-label={t("bundleID")} spellCheck={false} />
              </Form.Item>
              <Button type="primary" htmlType="submit">{t("find")}</Button>
            </Form>
          </div>
        </section>
        <Found />
      </div>
    </Page>
  );
}

const day = "YYYY-MM-DD";

// Found lists what has evidence; what narrows it is in the address.
function Found() {
  const { t, pick } = useDictionary<EvidenceWord>(words);
  const frame = useWords();
  const { value, set } = useFilter();
  const cameras = useCameras();
  const detectors = useDetectors();
  const [camera, detector, from, to] = [value("camera"), value("detector"), value("from"), value("to")];
  const findings = useFindings({ camera, detector, from: from && dayjs(from).startOf("day").toISOString(), to: to && dayjs(to).add(1, "day").startOf("day").toISOString() });
  const rows = (findings.data?.pages ?? []).flatMap((page) => page.items).filter((item) => item.bundle);
  return (
    <>
      <div className="tools" role="search">
        <Select
          allowClear showSearch optionFilterProp="label" style={{ width: 240 }} value={camera || undefined} loading={cameras.isPending} placeholder={t("gapCamera")} aria-label={t("gapCamera")}
          onChange={(id?: string) => set("camera", id ?? "")} options={(cameras.data ?? []).map((c) => ({ value: c.id, label: c.name }))}
        />
        <Select
          allowClear style={{ width: 200 }} value={detector || undefined} loading={detectors.isPending} placeholder={t("foundWhat")} aria-label={t("foundWhat")}
          onChange={(key?: string) => set("detector", key ?? "")} options={(detectors.data ?? []).map((d) => ({ value: d.key, label: pick(d.name_zh, d.name_en) }))}
        />
        <DatePicker value={from ? dayjs(from) : null} placeholder={t("viewFrom")} aria-label={t("viewFrom")} onChange={(at) => set("from", at?.format(day) ?? "")} />
        <DatePicker value={to ? dayjs(to) : null} placeholder={t("viewTo")} aria-label={t("viewTo")} onChange={(at) => set("to", at?.format(day) ?? "")} />
      </div>
      {findings.error ? <Failure error={findings.error} retry={() => void findings.refetch()} /> : null}
      <section className="panel flush">
        <Listing<FindingItem>
          rowKey="id" loading={findings.isPending} dataSource={rows} scroll={{ x: "max-content" }}
          locale={{ emptyText: <Nothing>{t(camera || detector || from || to ? "foundNone" : "none")}</Nothing> }}
          columns={[
            { title: t("foundWhat"), key: "what", render: (_, item) => <Link to={`/evidence/${item.bundle}`}>{pick(item.matter_zh, item.matter_en)}</Link> },
            { title: t("gapCamera"), dataIndex: "camera" },
            { title: t("foundObject"), dataIndex: "object", render: (object: string) => object || <span className="muted">—</span> },
            { title: t("foundAt"), dataIndex: "raised", render: (at: string) => <span className="nowrap">{dateTime(at)}</span> },
            { title: t("foundState"), dataIndex: "state", render: (state: string) => <Mark tone={caseTone(state)}>{frame.stateLabel(state)}</Mark> },
            { title: t("bundleID"), dataIndex: "bundle", render: (bundle: string) => <span className="mono muted">{bundle}</span> },
          ]}
        />
      </section>
      {findings.hasNextPage ? <Button loading={findings.isFetchingNextPage} onClick={() => void findings.fetchNextPage()}>{frame.t("more")}</Button> : null}
    </>
  );
}
