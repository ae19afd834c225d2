import { Alert, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { api, ok } from "../api/client";
import { sentenceOf } from "../api/problem";
import { Appearance } from "./layout";
import { sessionKey } from "./session";
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
}

export function SignInForm({ username }: { username?: string }) {
  const { t, language } = useWords();
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: (body: Fields) => ok(api.POST("/api/v1/session", { body })),
    onSuccess: async () => {
      await queries.refetchQueries({ queryKey: sessionKey });
      await queries.invalidateQueries();
    },
  });
  return (
    <Form<Fields> layout="vertical" requiredMark={false} initialValues={{ username }} onFinish={(fields) => signIn.mutate(fields)}>
      {signIn.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(signIn.error, language)} style={{ marginBottom: 16 }} /> : null}
      <Form.Item name="username" label={t("username")} rules={[{ required: true, message: t("usernameMissing") }]}>
        <Input autoComplete="username" autoFocus={!username} readOnly={!!username} />
      </Form.Item>
      <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
        <Input.Password autoComplete="current-password" autoFocus={!!username} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block size="large" loading={signIn.isPending}>{t("signIn")}</Button>
    </Form>
  );
}
