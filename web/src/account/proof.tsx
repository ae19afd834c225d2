// The fresh proof: where the server wants the second factor again, or without one the
// password, this asks for it above the page, and the request goes on afterwards.
import { Alert, Button, Form, Input } from "antd";
import { useMutation } from "@tanstack/react-query";
import { answerProof, useProofWanted } from "../api/proof-state";
import { sentenceOf } from "../api/problem";
import { useWords } from "../app/use-words";
import { Dialog } from "../parts/dialog";
import { proveByCode, proveByPasskey, proveByPassword, useWays } from "./calls";
import { Cancelled, passkeysKnown } from "./passkey";
import { useAccountWords } from "./use-account-words";

export function Proof({ elsewhere, factor }: { elsewhere: boolean; factor: boolean }) {
  const { t } = useAccountWords();
  const wanted = useProofWanted();
  return (
    <Dialog open={wanted} title={t("proveTitle")} footer={null} onCancel={() => answerProof(false)} zIndex={1100}>
      {elsewhere ? (
        <>
          <p>{t("proveElsewhereWhy")}</p>
          <Button type="primary" block size="large" href="/api/v1/session/elsewhere?fresh=true">{t("proveElsewhere")}</Button>
        </>
      ) : (
        <ProofForm factor={factor} />
      )}
    </Dialog>
  );
}

function ProofForm({ factor }: { factor: boolean }) {
  const { t, language } = useAccountWords();
  const ways = useWays();
  const prove = useMutation({
    mutationFn: async (text: string | null) => {
      await (text === null ? proveByPasskey() : factor ? proveByCode(text) : proveByPassword(text));
    },
    onSuccess: () => answerProof(true),
  });
  return (
    <>
      <p>{t(factor ? "proveWhy" : "provePasswordWhy")}</p>
      {prove.error ? (
        <Alert type="error" showIcon role="alert" message={prove.error instanceof Cancelled ? t("cancelled") : sentenceOf(prove.error, language)} style={{ marginBottom: 16 }} />
      ) : null}
      <Form<{ code?: string; password?: string }> layout="vertical" requiredMark={false} onFinish={({ code, password }) => prove.mutate(code ?? password ?? "")}>
        {factor ? <CodeField /> : (
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
            <Input.Password autoComplete="current-password" autoFocus />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" block size="large" loading={prove.isPending}>{t("prove")}</Button>
      </Form>
      {factor && ways.data?.passkeys && passkeysKnown() ? (
        <Button block size="large" style={{ marginTop: 12 }} disabled={prove.isPending} onClick={() => prove.mutate(null)}>{t("provePasskey")}</Button>
      ) : null}
    </>
  );
}

// CodeField takes a code of the authenticator app, or a recovery code.
export function CodeField() {
  const { t } = useAccountWords();
  const frame = useWords();
  return (
    <Form.Item name="code" label={t("code")} extra={t("codeHint")} rules={[{ required: true, min: 6, message: t("codeMissing") }]}>
      <Input autoComplete="one-time-code" autoFocus spellCheck={false} maxLength={40} aria-label={`${t("code")} (${frame.t("required")})`} />
    </Form.Item>
  );
}
