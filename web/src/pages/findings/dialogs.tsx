import { Checkbox, Input, Radio } from "antd";
import { useEffect, useState } from "react";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { useKeys } from "../../parts/keys";
import words, { type FindingWord } from "./words";

export const reasons = ["not_violation", "permitted", "unclear", "wrong_place", "duplicate", "camera_not_lawful"] as const;
export type Reason = (typeof reasons)[number];

interface RejectProps {
  open: boolean;
  onCancel: () => void;
  onReject: (reason: string) => void; // the sentence for the process record
}

export function RejectDialog({ open, onCancel, onReject }: RejectProps) {
  const { t } = useDictionary<FindingWord>(words);
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (!open) return;
    setReason(null);
    setNote("");
    setMissing(false);
  }, [open]);
  const submit = () => {
    if (!reason && !note.trim()) return setMissing(true);
    onReject([reason ? t(`reason_${reason}`) : "", note.trim()].filter(Boolean).join("；"));
  };
  useKeys({ ...Object.fromEntries(reasons.map((r, i) => [String(i + 1), () => setReason(r)])), Enter: submit, Escape: onCancel }, open);
  return (
    <Dialog open={open} title={t("rejectTitle")} onCancel={onCancel} onOk={submit} okText={t("reject")} okButtonProps={{ danger: true }} width={560}>
      <p className="muted">{t("rejectLead")}</p>
      <Radio.Group value={reason} onChange={(event) => setReason(event.target.value as Reason)} className="reasons">
        {reasons.map((r, i) => (
          <Radio key={r} value={r}><kbd>{i + 1}</kbd> {t(`reason_${r}`)}</Radio>
        ))}
      </Radio.Group>
      <Input.TextArea rows={2} maxLength={500} value={note} placeholder={t("reasonNote")} aria-label={t("reasonNote")} onChange={(event) => setNote(event.target.value)} />
      {missing ? <p role="alert" className="form-problem">{t("reasonMissing")}</p> : null}
    </Dialog>
  );
}

const tickNames = ["true", "clear", "complete", "accurate"] as const;
type Ticks = Record<(typeof tickNames)[number], boolean>;

interface VerifyProps {
  open: boolean;
  onCancel: () => void;
  onVerify: (ticks: Ticks) => void;
}

const unticked: Ticks = { true: false, clear: false, complete: false, accurate: false };

export function VerifyDialog({ open, onCancel, onVerify }: VerifyProps) {
  const { t } = useDictionary<FindingWord>(words);
  const [ticks, setTicks] = useState(unticked);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (!open) return;
    setTicks(unticked);
    setMissing(false);
  }, [open]);
  const toggle = (name: keyof Ticks) => setTicks((now) => ({ ...now, [name]: !now[name] }));
  const submit = () => (tickNames.every((name) => ticks[name]) ? onVerify(ticks) : setMissing(true));
  useKeys({ ...Object.fromEntries(tickNames.map((name, i) => [String(i + 1), () => toggle(name)])), Enter: submit, Escape: onCancel }, open);
  return (
    <Dialog open={open} title={t("verifyTitle")} onCancel={onCancel} onOk={submit} okText={t("verify")} width={560}>
      <p className="muted">{t("verifyLead")}</p>
      <div className="reasons">
        {tickNames.map((name, i) => (
          <Checkbox key={name} checked={ticks[name]} onChange={() => toggle(name)}>
            <kbd>{i + 1}</kbd> {t(`tick_${name}`)}
          </Checkbox>
        ))}
      </div>
      {missing ? <p role="alert" className="form-problem">{t("ticksMissing")}</p> : null}
    </Dialog>
  );
}

const shortcuts: [string, FindingWord][] = [
  ["J", "next"], ["K", "previous"], ["C", "confirm"], ["R", "reject"], ["V", "verify"], ["U", "undo"],
  ["Space", "playPause"], ["B", "overlay"], ["?", "help"],
];

export function HelpDialog({ open, onCancel }: { open: boolean; onCancel: () => void }) {
  const { t } = useDictionary<FindingWord>(words);
  useKeys({ Escape: onCancel }, open);
  return (
    <Dialog open={open} title={t("helpTitle")} onCancel={onCancel} footer={null} width={420}>
      <dl className="facts">
        {shortcuts.map(([key, word]) => (
          <div key={key} style={{ display: "contents" }}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
