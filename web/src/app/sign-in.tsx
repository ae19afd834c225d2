import { Alert, Button, Divider, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { signInByPasskey, useWays } from "../account/calls";
import { Cancelled, passkeysKnown } from "../account/passkey";
import { CodeField } from "../account/proof";
import { useAccountWords } from "../account/use-account-words";
import words, { type AccountWord } from "../account/words";
import { api, ok } from "../api/client";
import { sentenceOf, wantsFactor } from "../api/problem";
import { Appearance } from "./layout";
import { sessionKey } from "./session-key";
import { useWords } from "./use-words";

// SignIn is the page around the sign-in form and the first change of password.
export function SignIn({ title, lead, children }: { title?: string; lead?: string; children: ReactNode }) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${t("signIn")} · Offsite`;
  }, [t]);
  return (
    <div className="sign-in">
      <div className="sign-in-side" aria-hidden>
        <img src="/icon.svg" alt="" width={52} height={52} />
        <strong>{t("product")}</strong>
        <span>{t("productSub")}</span>
      </div>
      <main className="sign-in-main">
        <div className="sign-in-tools"><Appearance /></div>
        <div className="sign-in-box">
          <h1>{title ?? t("signIn")}</h1>
          <p className="muted">{lead ?? t("signInLead")}</p>
          {children}
        </div>
      </main>
    </div>
  );
}

interface Fields {
  username: string;
  password: string;
  code?: string;
}

// refusal is the sentence for why the way back from the identity provider ended here.
function refusal(): AccountWord | undefined {
  const why = new URLSearchParams(location.search).get("refused");
  if (!why) return undefined;
  const word = `refused_${why}`;
  return word in words.zh ? (word as AccountWord) : "refused_answer";
}

export function SignInForm({ username }: { username?: string }) {
  const { t, language } = useWords();
  const account = useAccountWords();
  const queries = useQueryClient();
  const ways = useWays();
  const refused = refusal();
  const signIn = useMutation({
    // Without fields, by passkey.
    mutationFn: async (body: Fields | null) => {
      await (body ? ok(api.POST("/api/v1/session", { body })) : signInByPasskey());
    },
    onSuccess: async () => {
      await queries.refetchQueries({ queryKey: sessionKey });
      await queries.invalidateQueries();
    },
  });
  // Once the password was right, the code is asked until somebody else signs in.
  const coded = wantsFactor(signIn.error) || !!signIn.variables?.code;
  const error = signIn.error instanceof Cancelled ? account.t("cancelled") : signIn.error ? sentenceOf(signIn.error, language) : refused ? account.t(refused) : "";
  const left = ways.data?.elsewhere && !error && new URLSearchParams(location.search).has("left");
  const passkeys = ways.data?.passkeys && passkeysKnown();
  return (
    <>
      {left ? <Alert type="info" showIcon message={account.t("left")} action={<Button size="small" href="/api/v1/session/elsewhere/end">{account.t("leaveElsewhere")}</Button>} style={{ marginBottom: 16 }} /> : null}
      <Form<Fields> layout="vertical" requiredMark={false} initialValues={{ username }} onFinish={(fields) => signIn.mutate(fields)}>
        {error ? <Alert type={coded && !signIn.variables?.code ? "info" : "error"} showIcon role="alert" message={error} style={{ marginBottom: 16 }} /> : null}
        <Form.Item name="username" label={t("username")} rules={[{ required: true, message: t("usernameMissing") }]}>
          <Input autoComplete="username" autoFocus={!username} readOnly={!!username} />
        </Form.Item>
        <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
          <Input.Password autoComplete="current-password" autoFocus={!!username} />
        </Form.Item>
        {coded ? <CodeField /> : null}
        <Button type="primary" htmlType="submit" block size="large" loading={signIn.isPending}>{t("signIn")}</Button>
      </Form>
      {passkeys || ways.data?.elsewhere ? <Divider plain>{account.t("or")}</Divider> : null}
      {passkeys ? <Button block size="large" disabled={signIn.isPending} onClick={() => signIn.mutate(null)}>{account.t("passkeySignIn")}</Button> : null}
      {ways.data?.elsewhere ? <Button block size="large" style={{ marginTop: 12 }} href="/api/v1/session/elsewhere">{account.t("elsewhereSignIn")}</Button> : null}
    </>
  );
}
