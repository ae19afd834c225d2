// Taking a file of base data in begins here; below it, the files taken in so far.
import { DownloadOutlined, InboxOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Radio, Select, Upload } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { previewImport, useImports, type ImportOptions, type Subject } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { ImportBatch } from "../../api/types";
import { useSession } from "../../app/session";
import { bytes, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { StateMark } from "./state";
import { useSubject } from "./use-subject";
import words, { type ImportWord } from "./words";

export default function Imports() {
  const subject = useSubject();
  return <Of key={subject} subject={subject} />;
}

function Of({ subject }: { subject: Subject }) {
  const { t } = useDictionary<ImportWord>(words);
  const { can } = useSession();
  const takes = can(takers[subject]);
  const template = <Button icon={<DownloadOutlined />} href={`/${subject}-template.csv`} download>{t("template")}</Button>;
  const lead = subject === "cameras" ? "leadCameras" : "lead";
  return (
    <Page title={t(takes ? `title_${subject}` : `titleRead_${subject}`)} lead={t(takes ? lead : "leadRead")} extra={takes ? template : null}>
      <div className="stack">
        {takes ? <Choose subject={subject} /> : null}
        <Latest subject={subject} />
      </div>
    </Page>
  );
}

// takers say who takes files in.
const takers = { objects: "collector", cameras: "operator" };

const rules = ["fill", "overwrite", "skip"] as const;
const systems = ["wgs84", "gcj02"] as const;
const kinds = ["shop", "site", "land"] as const;

function Choose({ subject }: { subject: Subject }) {
  const { t, language } = useDictionary<ImportWord>(words);
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const preview = useMutation({
    mutationFn: (options: ImportOptions) => (file ? previewImport(subject, file, options) : Promise.reject(new Error(t("choose")))),
    onSuccess: (batch) => navigate(`/${subject}/imports/${batch.id}`),
  });
  const take = (next: File) => {
    preview.reset();
    setFile(next);
    return false; // it is sent with its options, by the button
  };
  return (
    <section className="panel">
      <div className="panel-body import-choose">
        <Upload.Dragger accept=".csv,.tsv,.txt,.xlsx,.geojson,.json" maxCount={1} showUploadList={false} beforeUpload={take} disabled={preview.isPending}>
          <p className="import-icon" aria-hidden><InboxOutlined /></p>
          <p><strong>{file ? t("chosen", { name: file.name, size: bytes(file.size) }) : t("choose")}</strong></p>
          <p className="muted">{file ? t("chooseAgain") : t("formats")}</p>
        </Upload.Dragger>
        <Form<ImportOptions> layout="vertical" requiredMark={false} initialValues={{ rule: "fill", system: "wgs84", ...(subject === "objects" ? { kind: "shop" } : {}) }} onFinish={(options) => preview.mutate(options)} disabled={preview.isPending}>
          <Form.Item name="rule" label={t("rule")}>
            <Radio.Group className="rules" options={rules.map((rule) => ({ value: rule, label: <><strong>{t(`rule_${rule}`)}</strong> <span className="muted">{t(`ruleWhy_${rule}`)}</span></> }))} />
          </Form.Item>
          <div className="import-options">
            <Form.Item name="system" label={t("system")}><Select options={systems.map((s) => ({ value: s, label: t(`system_${s}`) }))} /></Form.Item>
            {subject === "objects" ? <Form.Item name="kind" label={t("kind")}><Select options={kinds.map((k) => ({ value: k, label: t(`kind_${k}`) }))} /></Form.Item> : null}
          </div>
          {preview.error ? <Alert className="form-alert" type="error" showIcon role="alert" message={sentenceOf(preview.error, language)} /> : null}
          <div className="row">
            <Button type="primary" htmlType="submit" disabled={!file} loading={preview.isPending}>{t("preview")}</Button>
            {preview.isPending ? <span role="status" className="muted">{t("reading")}</span> : null}
          </div>
        </Form>
      </div>
    </section>
  );
}

function Latest({ subject }: { subject: Subject }) {
  const { t } = useDictionary<ImportWord>(words);
  const imports = useImports(subject);
  return (
    <>
      {imports.error ? <Failure error={imports.error} retry={() => void imports.refetch()} /> : null}
      <section className="panel flush">
        <header><h2>{t("latest")}</h2></header>
        <Listing<ImportBatch>
          rowKey="id" size="middle" pagination={false} loading={imports.isPending} dataSource={imports.data} scroll={{ x: "max-content" }}
          locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
          columns={[
            { title: t("file"), dataIndex: "name", render: (name: string, b) => <Link to={`/${subject}/imports/${b.id}`}>{name}</Link> },
            { title: t("becomes"), dataIndex: "state", render: (state: string) => <StateMark state={state} /> },
            { title: t("rows"), dataIndex: "total", align: "right" },
            { title: t("count_create"), dataIndex: ["counts", "create"], align: "right" },
            { title: t("count_merge"), dataIndex: ["counts", "merge"], align: "right" },
            { title: t("count_error"), dataIndex: ["counts", "error"], align: "right" },
            { title: t("by"), dataIndex: "by_name" },
            { title: t("at"), dataIndex: "at", render: (at: string) => dateTime(at) },
          ]}
        />
      </section>
    </>
  );
}
