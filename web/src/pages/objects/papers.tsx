// What was collected at an object beforehand: the commitment that its party has signed,
// and photographs of its front, taken with a phone on the spot.
import { CameraOutlined, FileAddOutlined, QrcodeOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useRef, useState } from "react";
import { addPaper, paperURL, usePapers, withdrawPaper, type PaperDraft } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { ObjectRow, Paper } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { shrunk } from "../../parts/photograph";
import words, { type ObjectWord } from "./words";

interface Sent { draft: PaperDraft; file: File }

// useAdding sends a file; pictures are drawn smaller first.
function useAdding(id: string, onDone: () => void) {
  const frame = useWords();
  const { language } = useDictionary<ObjectWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, file }: Sent) => addPaper(id, draft, file.type === "application/pdf" ? file : (await shrunk(file)).picture),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["object", id] });
      void message.success(frame.t("saved"));
      onDone();
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
}

export function Papers({ object }: { object: ObjectRow }) {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const papers = usePapers(object.id);
  const [signing, setSigning] = useState(false);
  const [withdrawing, setWithdrawing] = useState<Paper | null>(null);
  const photograph = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState<"photo" | "code">("photo");
  const take = (what: "photo" | "code") => {
    setKind(what);
    photograph.current?.click();
  };
  const add = useAdding(object.id, () => {});
  return (
    <section className="panel">
      <header>
        <h2>{t("papers")}</h2>
        {can("collector") ? (
          <span className="row">
            <input
              ref={photograph} type="file" accept="image/jpeg,image/png" capture="environment" aria-label={t(kind === "code" ? "addCode" : "addPhoto")} hidden
              onChange={(event) => { const file = event.target.files?.[0]; if (file) add.mutate({ draft: { kind }, file }); event.target.value = ""; }}
            />
            <Button size="small" icon={<CameraOutlined />} loading={add.isPending} onClick={() => take("photo")}>{t("addPhoto")}</Button>
            <Button size="small" icon={<QrcodeOutlined />} loading={add.isPending} onClick={() => take("code")}>{t("addCode")}</Button>
            <Button size="small" icon={<FileAddOutlined />} onClick={() => setSigning(true)}>{t("addCommitment")}</Button>
          </span>
        ) : null}
      </header>
      <div className="panel-body">
        <Loaded query={papers}>
          {(list) => (list.length === 0 ? <Nothing>{t("noPapers")}</Nothing> : <ul className="plain-list">{list.map((paper) => <Entry key={paper.id} object={object.id} paper={paper} onWithdraw={can("collector") && !paper.withdrawn_at ? () => setWithdrawing(paper) : undefined} />)}</ul>)}
        </Loaded>
      </div>
      {signing ? <SignDialog object={object} onDone={() => setSigning(false)} /> : null}
      {withdrawing ? <WithdrawDialog id={object.id} paper={withdrawing} onDone={() => setWithdrawing(null)} /> : null}
    </section>
  );
}

function Entry({ object, paper, onWithdraw }: { object: string; paper: Paper; onWithdraw?: () => void }) {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const opens = can("collector", "reviewer", "officer", "legal", "head", "auditor", "supervisor");
  const url = paperURL(object, paper.id);
  const name = t(`paper_${paper.kind}`);
  const picture = opens && paper.kind !== "commitment" && paper.stands;
  return (
    <li className={paper.withdrawn_at ? "withdrawn" : undefined}>
      <div className="between">
        <span className="row">
          {opens ? <a href={url} download>{name}</a> : name}
          {paper.kind === "commitment" ? <Mark tone={paper.stands ? "ok" : "quiet"}>{t(paper.stands ? "stands" : paper.withdrawn_at ? "takenBack" : "ofFormerParty")}</Mark> : null}
        </span>
        <span className="row muted">{date(paper.at)}{onWithdraw ? <Button size="small" type="link" onClick={onWithdraw}>{t("takeBack")}</Button> : null}</span>
      </div>
      {picture ? <img className="paper" src={url} alt={name} loading="lazy" /> : null}
      <div className="muted">
        {[paper.kind === "commitment" ? t("signedBy", { signer: paper.signer, party: paper.party }) : "", t("addedBy", { name: paper.by, time: dateTime(paper.added_at) }), paper.withdrawn_why].filter(Boolean).join(" · ")}
      </div>
    </li>
  );
}

interface Signing { signer: string; at: dayjs.Dayjs }

function SignDialog({ object, onDone }: { object: ObjectRow; onDone: () => void }) {
  const { t } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<Signing>();
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const add = useAdding(object.id, onDone);
  const send = ({ signer, at }: Signing) => {
    if (file) add.mutate({ draft: { kind: "commitment", signer, at: at.toISOString() }, file });
  };
  return (
    <Dialog open title={t("addCommitment")} onCancel={onDone} onOk={() => { setTried(true); form.submit(); }} okText={frame.t("save")} confirmLoading={add.isPending} okButtonProps={{ disabled: !object.party_id }}>
      <Alert type={object.party_id ? "info" : "warning"} showIcon message={object.party_id ? t("commitmentOf", { party: object.party }) : t("noPartyYet")} style={{ marginBottom: 12 }} />
      <Form<Signing> form={form} layout="vertical" requiredMark={false} initialValues={{ at: dayjs() }} onFinish={send}>
        <Form.Item name="signer" label={t("signer")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={60} autoFocus /></Form.Item>
        <Form.Item name="at" label={t("signedOn")} rules={[{ required: true, message: t("missing") }]}><DatePicker className="wide" disabledDate={(day) => day.isAfter(dayjs())} /></Form.Item>
        <Form.Item label={t("signedFile")} extra={t("signedFileRule")} validateStatus={tried && !file ? "error" : undefined} help={tried && !file ? t("missing") : undefined}>
          <input type="file" accept="application/pdf,image/jpeg,image/png" aria-label={t("signedFile")} onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

function WithdrawDialog({ id, paper, onDone }: { id: string; paper: Paper; onDone: () => void }) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();
  const withdraw = useMutation({
    mutationFn: ({ reason }: { reason: string }) => withdrawPaper(id, paper.id, reason),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["object", id] });
      onDone();
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={`${t("takeBack")} · ${t(`paper_${paper.kind}`)}`} onCancel={onDone} onOk={() => form.submit()} okText={t("takeBack")} confirmLoading={withdraw.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => withdraw.mutate(values)}>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={2} maxLength={500} /></Form.Item>
      </Form>
    </Dialog>
  );
}
