// A secret that is shown once.
import { Button, Typography } from "antd";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import words, { type IntegrationWord } from "./words";

export interface Secret { name: string; text: string; lead: "keyLead" | "hookLead" }

export function SecretDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { t } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  return (
    <Dialog open title={t("secretTitle")} closable={false} maskClosable={false} keyboard={false} footer={<Button type="primary" onClick={onClose}>{frame.t("close")}</Button>}>
      <p>{t(secret.lead, { name: secret.name })}</p>
      <Typography.Paragraph copyable={{ text: secret.text }} className="mono">{secret.text}</Typography.Paragraph>
    </Dialog>
  );
}
