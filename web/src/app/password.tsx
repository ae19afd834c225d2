import { Alert, App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { sentenceOf } from "../api/problem";
import { Dialog } from "../parts/dialog";
import { sessionKey } from "./session-key";
import { useWords } from "./use-words";

interface Fields {
  current: string;
  next: string;
  again: string;
}

export function PasswordForm({ username, onDone }: { username?: string; onDone?: () => void }) {
  const { t, language } = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ current, next }: Fields) => ok(api.POST("/api/v1/session/password", { body: { current, new: next } })),
    onSuccess: async () => {
      await queries.refetchQueries({ queryKey: sessionKey });
      void message.success(t("saved"));
      onDone?.();
    },
  });
  return (
    <Form<Fields> layout="vertical" requiredMark={false} onFinish={(fields) => change.mutate(fields)}>
      {change.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(change.error, language)} style={{ marginBottom: 16 }} /> : null}
      <input type="text" name="username" autoComplete="username" value={username ?? ""} readOnly hidden />
      <Form.Item name="current" label={t("currentPassword")} rules={[{ required: true, message: t("passwordMissing") }]}>
        <Input.Password autoComplete="current-password" autoFocus />
      </Form.Item>
      <Form.Item name="next" label={t("newPassword")} extra={t("passwordRule")} rules={[{ required: true, min: 12, message: t("passwordRule") }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("repeatPassword")}
        dependencies={["next"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) => (value === getFieldValue("next") ? Promise.resolve() : Promise.reject(new Error(t("passwordDiffers")))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block size="large" loading={change.isPending}>{t("changePassword")}</Button>
    </Form>
  );
}

export function PasswordDialog({ open, onDone }: { open: boolean; onDone: () => void }) {
  const { t } = useWords();
  return (
    <Dialog open={open} onCancel={onDone} footer={null} title={t("changePassword")}>
      <PasswordForm onDone={onDone} />
    </Dialog>
  );
}
