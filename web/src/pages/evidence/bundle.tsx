// One bundle: verify it on the server, verify it here, take it away and verify
// it with anything.
import { CheckCircleFilled, CloseCircleFilled, DownloadOutlined, MinusCircleFilled } from "@ant-design/icons";
import { Alert, Button, Table, Typography } from "antd";
import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { bundleURL, logProofURL, removalURL, readBundle, useEvidence, verifyBundle } from "../../api/queries";
import { trustURL } from "../../api/trust";
import type { Evidence, VerifyReport } from "../../api/types";
import { useSession } from "../../app/session";
import { checkBundle, type Finding, type Outcome } from "../../bundle/check";
import { bytes, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import offline from "./offline.sh?raw"; // docs/formats runs it
import words, { type EvidenceWord } from "./words";

export default function EvidencePage() {
  const { id = "" } = useParams();
  const { t, pick } = useDictionary<EvidenceWord>(words);
  const evidence = useEvidence(id);
  const removed = evidence.data?.removed;
  return (
    <Page
      title={t("bundleTitle")}
      lead={<span className="mono">{id}</span>}
      extra={removed ? (
        <>
          <Button icon={<DownloadOutlined />} href={removalURL(id, "json")} download={`${id}.removal.json`}>{t("downloadRemoval")}</Button>
          <Button icon={<DownloadOutlined />} href={removalURL(id, "tlog-proof")} download={`${id}.removal.tlog-proof`}>{t("downloadLogProof")}</Button>
          <Button icon={<DownloadOutlined />} href={trustURL} download="trust.json">{t("downloadTrust")}</Button>
        </>
      ) : (
        <>
          <Button icon={<DownloadOutlined />} href={bundleURL(id)} download={`${id}.tar`}>{t("downloadBundle")}</Button>
          <Button icon={<DownloadOutlined />} href={logProofURL(id)} download={`${id}.tlog-proof`}>{t("downloadLogProof")}</Button>
          <Button icon={<DownloadOutlined />} href={trustURL} download="trust.json">{t("downloadTrust")}</Button>
        </>
      )}
    >
      {removed ? <Alert type="info" showIcon message={t("removed", { at: dateTime(removed.at) })} description={pick(removed.zh, removed.en)} style={{ marginBottom: 16 }} /> : null}
      <div className="grid two">
        <div className="stack">
          {removed ? null : <Verify id={id} />}
          <Loaded query={evidence}>{(data) => <Files evidence={data} />}</Loaded>
        </div>
        <div className="stack">
          <Loaded query={evidence}>{(data) => <Receipt evidence={data} />}</Loaded>
          {removed ? null : <Offline id={id} />}
        </div>
      </div>
    </Page>
  );
}

interface Row {
  name: string;
  state: "ok" | "bad" | "skipped";
  text: string;
}

const icons = {
  ok: <CheckCircleFilled style={{ color: "var(--pine)" }} aria-hidden />,
  bad: <CloseCircleFilled style={{ color: "var(--cinnabar)" }} aria-hidden />,
  skipped: <MinusCircleFilled style={{ color: "var(--ochre)" }} aria-hidden />,
};

function Checks({ rows }: { rows: Row[] }) {
  const { t } = useDictionary<EvidenceWord>(words);
  const worst = rows.some((r) => r.state === "bad") ? "bad" : rows.some((r) => r.state === "skipped") ? "skipped" : "ok";
  const label = { ok: t("ok"), bad: t("failed"), skipped: t("skipped") };
  return (
    <>
      <Alert
        showIcon
        role="status"
        type={worst === "ok" ? "success" : worst === "bad" ? "error" : "warning"}
        message={t(worst === "ok" ? "holds" : worst === "bad" ? "tampered" : "unchecked")}
        style={{ marginBottom: 8 }}
      />
      <Table<Row>
        rowKey={(row) => row.name + row.text}
        size="small"
        pagination={false}
        dataSource={rows}
        columns={[
          { title: t("check"), dataIndex: "text", render: (text: string, row) => <>{text}<div className="muted mono">{row.name}</div></> },
          { title: t("result"), dataIndex: "state", width: 110, render: (state: Row["state"]) => <span className="row" style={{ flexWrap: "nowrap" }}>{icons[state]} {label[state]}</span> },
        ]}
      />
    </>
  );
}

function Verify({ id }: { id: string }) {
  const { t, language, pick } = useDictionary<EvidenceWord>(words);
  const server = useMutation({ mutationFn: () => verifyBundle(id) });
  const here = useMutation({
    mutationFn: async () => {
      const started = performance.now();
      const { tar, trust } = await readBundle(id);
      return { outcome: await checkBundle(tar, trust), seconds: (performance.now() - started) / 1000 };
    },
  });
  const rows = (report: VerifyReport): Row[] =>
    report.checks.map((c) => ({ name: [c.name, c.file].filter(Boolean).join(" · "), state: c.ok ? "ok" : c.unchecked ? "skipped" : "bad", text: pick(c.zh, c.en) }));
  return (
    <section className="panel">
      <header><h2>{t("verify")}</h2></header>
      <div className="panel-body">
        <p className="muted" style={{ marginTop: 0 }}>{t("verifyLead")}</p>
        <div className="row">
          <Button type="primary" loading={server.isPending} onClick={() => server.mutate()}>{t("verify")}</Button>
          <Button loading={here.isPending} onClick={() => here.mutate()} disabled={!("subtle" in crypto)}>{t("verifyBrowser")}</Button>
        </div>
        <div aria-live="polite" className="stack" style={{ marginTop: 14 }}>
          {server.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(server.error, language)} /> : null}
          {server.data ? <Checks rows={rows(server.data)} /> : null}
          {here.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(here.error, language)} /> : null}
          {here.data ? <Browser {...here.data} /> : null}
        </div>
      </div>
    </section>
  );
}

function Browser({ outcome, seconds }: { outcome: Outcome; seconds: number }) {
  const { t } = useDictionary<EvidenceWord>(words);
  const what = { changed: t("changedFile"), missing: t("missingFile"), extra: t("extraFile") };
  const row = (name: string, findings: Finding[]): Row => ({
    name,
    state: findings.length === 0 ? "ok" : "bad",
    text: findings.length === 0 ? t("browserFile") : findings.map((f) => `${f.file}: ${what[f.what]}`).join("; "),
  });
  const signature: Row = {
    name: `Ed25519 · ${outcome.key}`,
    state: outcome.signature === "ok" ? "ok" : outcome.signature === "bad" ? "bad" : "skipped",
    text: t(outcome.signature === "ok" ? "signatureOK" : outcome.signature === "bad" ? "signatureBad" : outcome.signature === "unsupported" ? "signatureUnsupported" : "signatureUnknown"),
  };
  return (
    <div>
      <p className="muted">{t("browserDone", { n: outcome.files, s: seconds.toFixed(1) })} · {bytes(outcome.bytes)}</p>
      <Checks rows={[row(t("browserPayload"), outcome.bag), row(t("browserSeal"), outcome.sealed), signature]} />
    </div>
  );
}

function Files({ evidence }: { evidence: Evidence }) {
  const { t } = useDictionary<EvidenceWord>(words);
  const { can } = useSession();
  const why = can("auditor", "supervisor") ? "?for=audit" : "";
  return (
    <section className="panel flush">
      <header><h2>{t("files")}</h2></header>
      <Table
        rowKey="path"
        size="small"
        pagination={false}
        dataSource={evidence.files}
        columns={[
          { title: t("files"), dataIndex: "path", render: (path: string) => evidence.removed ? <span className="mono">{path}</span> : <a className="mono" target="_blank" rel="noreferrer" href={`/api/v1/evidence/${evidence.bundle}/files/${path}${why}`}>{path}</a> },
          { title: t("size"), dataIndex: "size", width: 110, align: "right", render: (size: number) => bytes(size) },
        ]}
      />
    </section>
  );
}

function Receipt({ evidence }: { evidence: Evidence }) {
  const { t } = useDictionary<EvidenceWord>(words);
  const rows: [EvidenceWord, React.ReactNode][] = [
    ["sealedAt", dateTime(evidence.sealed_at)],
    ["stampedAt", dateTime(evidence.timestamp_at)],
    ["retainUntil", dateTime(evidence.retain_until)],
    ["size", bytes(evidence.size)],
    ["keyID", <span key="k" className="mono">{evidence.seal_key_id}</span>],
    ["digest", <span key="d" className="mono">{evidence.manifest_sha256}</span>],
    ["versionID", <span key="v" className="mono">{evidence.version_id}</span>],
    ["case", evidence.case_id ? <Link key="c" to={`/cases/${evidence.case_id}`}>{evidence.case_number || evidence.case_id}</Link> : "—"],
  ];
  return (
    <section className="panel">
      <header><h2>{t("object")}</h2></header>
      <div className="panel-body">
        <dl className="facts">{rows.map(([word, value]) => <div key={word} style={{ display: "contents" }}><dt>{t(word)}</dt><dd>{value}</dd></div>)}</dl>
      </div>
    </section>
  );
}

function Offline({ id }: { id: string }) {
  const { t } = useDictionary<EvidenceWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("offlineHead")}</h2></header>
      <div className="panel-body">
        <p className="muted" style={{ marginTop: 0 }}>{t("offlineLead")}</p>
        <Typography.Paragraph copyable code>{`offsite verify ${id}.tar --trust trust.json`}</Typography.Paragraph>
        <p className="muted">{t("offlineShell")}</p>
        <Typography.Paragraph copyable code style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", marginBottom: 0 }}>{offline.trim().replaceAll("BUNDLE", id)}</Typography.Paragraph>
      </div>
    </section>
  );
}

