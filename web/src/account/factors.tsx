// Second factors and recovery codes of the account: on its own page, and at the door
// where a factor is demanded.
import { Alert, App, Button, Form, Input, List, Typography } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../api/problem";
import { sessionKey } from "../app/session-key";
import { dateTime } from "../format/format";
import { Dialog, Sure } from "../parts/dialog";
import { Loaded } from "../parts/loaded";
import { addPasskey, beginCodes, confirmCodes, removeCodes, removePasskey, renewRecovery, useFactors } from "./calls";
import { Cancelled, passkeysKnown } from "./passkey";
import { Section } from "./section";
import { useAccountWords } from "./use-account-words";

// Factors lets the owner add and remove second factors.
export function Factors() {
  const { t, language } = useAccountWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const factors = useFactors();
  const [adding, setAdding] = useState<"codes" | "passkey" | null>(null);
  const [recovery, setRecovery] = useState<string[]>([]);
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: ["account"] }), queries.invalidateQueries({ queryKey: sessionKey })]);
  const change = useMutation({
    mutationFn: (step: () => Promise<unknown>) => step(),
    onSuccess: () => message.success(t("done")),
    onError: (error) => message.error(sentenceOf(error, language)),
    onSettled: refresh,
  });
  const added = (codes: string[]) => {
    setAdding(null);
    setRecovery(codes);
    // Whoever must keep recovery codes first sees the console afterwards.
    if (codes.length === 0) void refresh();
  };
  return (
    <Loaded query={factors}>
      {(f) =>
        f.elsewhere ? (
          <Alert type="info" showIcon message={t("elsewhere")} style={{ marginBottom: 16 }} />
        ) : (
          <>
            <Section title={t("codes")} text={f.codes_since ? t("codesOn", { at: dateTime(f.codes_since) }) : t("codesOff")}>
              {f.codes_since ? (
                <Remove onConfirm={() => change.mutate(removeCodes)} />
              ) : (
                <Button type="primary" onClick={() => setAdding("codes")}>{t("codesAdd")}</Button>
              )}
            </Section>
            <Section title={t("passkeys")} text={!f.passkeys_possible || !passkeysKnown() ? t("passkeysImpossible") : f.passkeys?.length ? undefined : t("passkeysOff")}>
              {f.passkeys?.length ? (
                <List
                  size="small"
                  dataSource={f.passkeys}
                  renderItem={(p) => (
                    <List.Item actions={[<Remove key="remove" onConfirm={() => change.mutate(() => removePasskey(p.id))} />]}>
                      <List.Item.Meta title={p.name} description={p.used_at ? t("used", { at: dateTime(p.used_at) }) : t("unused")} />
                    </List.Item>
                  )}
                />
              ) : null}
              {f.passkeys_possible && passkeysKnown() ? <Button onClick={() => setAdding("passkey")}>{t("passkeyAdd")}</Button> : null}
            </Section>
            {f.codes_since || f.passkeys?.length ? (
              <Section title={t("recovery")} text={t("recoveryLeft", { n: f.recovery })}>
                <Button onClick={() => change.mutate(async () => setRecovery(await renewRecovery()))}>{t("recoveryRenew")}</Button>
              </Section>
            ) : null}
            {adding === "codes" ? <AddCodes onDone={added} onClose={() => setAdding(null)} /> : null}
            {adding === "passkey" ? <AddPasskey onDone={added} onClose={() => setAdding(null)} /> : null}
            <Dialog
              open={recovery.length > 0} title={t("recoveryShown")} closable={false} maskClosable={false} keyboard={false}
              footer={<Button type="primary" onClick={() => { setRecovery([]); void refresh(); }}>{t("recoverySaved")}</Button>}
            >
              <p>{t("recoveryShownWhy")}</p>
              <Typography.Paragraph className="mono" copyable={{ text: recovery.join("\n") }} style={{ whiteSpace: "pre-line" }}>{recovery.join("\n")}</Typography.Paragraph>
            </Dialog>
          </>
        )
      }
    </Loaded>
  );
}

function Remove({ onConfirm }: { onConfirm: () => void }) {
  const { t } = useAccountWords();
  return (
    <Sure title={t("removeSure")} okText={t("remove")} onConfirm={onConfirm}>
      <Button danger size="small">{t("remove")}</Button>
    </Sure>
  );
}

interface Adding {
  onDone: (recovery: string[]) => void;
  onClose: () => void;
}

function Refusal({ error }: { error: Error | null }) {
  const { t, language } = useAccountWords();
  if (!error) return null;
  return <Alert type="error" showIcon role="alert" message={error instanceof Cancelled ? t("cancelled") : sentenceOf(error, language)} style={{ marginBottom: 16 }} />;
}

function PasswordField({ focus }: { focus?: boolean }) {
  const { t } = useAccountWords();
  return (
    <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
      <Input.Password autoComplete="current-password" autoFocus={focus} />
    </Form.Item>
  );
}

function AddCodes({ onDone, onClose }: Adding) {
  const { t } = useAccountWords();
  const begin = useMutation({ mutationFn: beginCodes });
  const confirm = useMutation({ mutationFn: confirmCodes, onSuccess: onDone });
  return (
    <Dialog open title={t("codesAdd")} footer={null} onCancel={onClose}>
      {begin.data ? (
        <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={({ code }) => confirm.mutate(code)}>
          <p>{t("codesScan")}</p>
          <img src={begin.data.qr} alt={t("codesQR")} width={240} height={240} style={{ display: "block", margin: "0 auto 12px" }} />
          <Typography.Paragraph className="mono" copyable={{ text: begin.data.secret }}>{t("codesKey")}: {begin.data.secret}</Typography.Paragraph>
          <Refusal error={confirm.error} />
          <Form.Item name="code" label={t("sixDigits")} rules={[{ required: true, pattern: /^\d{6}$/, message: t("sixDigits") }]}>
            <Input inputMode="numeric" autoComplete="one-time-code" autoFocus maxLength={6} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={confirm.isPending}>{t("codesConfirm")}</Button>
        </Form>
      ) : (
        <Form<{ password: string }> layout="vertical" requiredMark={false} onFinish={({ password }) => begin.mutate(password)}>
          <Refusal error={begin.error} />
          <PasswordField focus />
          <Button type="primary" htmlType="submit" block size="large" loading={begin.isPending}>{t("next")}</Button>
        </Form>
      )}
    </Dialog>
  );
}

function AddPasskey({ onDone, onClose }: Adding) {
  const { t } = useAccountWords();
  const add = useMutation({ mutationFn: addPasskey, onSuccess: onDone });
  return (
    <Dialog open title={t("passkeyAdd")} footer={null} onCancel={onClose}>
      <Form<{ name: string; password: string }> layout="vertical" requiredMark={false} onFinish={(fields) => add.mutate(fields)}>
        <Refusal error={add.error} />
        <Form.Item name="name" label={t("passkeyName")} extra={t("passkeyNameHint")} rules={[{ required: true, max: 60, message: t("passkeyNameMissing") }]}>
          <Input autoFocus autoComplete="off" />
        </Form.Item>
        <PasswordField />
        <Button type="primary" htmlType="submit" block size="large" loading={add.isPending}>{t("passkeyMake")}</Button>
      </Form>
    </Dialog>
  );
}
