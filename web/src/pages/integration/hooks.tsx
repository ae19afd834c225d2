import { App, Button, Form, Input, Switch } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { changeWebhook, createWebhook, useWebhooks, type Choice, type Endpoint, type WebhookDraft } from "./calls";
import { named } from "./keys";
import type { Secret } from "./secret";
import words, { type IntegrationWord } from "./words";

export function Hooks({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const { t, pick } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const hooks = useWebhooks();
  const [adding, setAdding] = useState(false);
  return (
    <section className="panel flush">
      <header className="between"><h2>{t("hooks")}</h2>{can("admin") ? <Button onClick={() => setAdding(true)}>{t("addHook")}</Button> : null}</header>
      <Loaded query={hooks}>
        {({ items, kinds }) => (
          <>
            <Listing<Endpoint>
              rowKey="id" dataSource={items} locale={{ emptyText: <Nothing>{t("noHooks")}</Nothing> }}
              columns={[
                { title: t("receiver"), dataIndex: "name", render: (name: string, hook) => <Link to={`/integration/webhooks/${hook.id}`}>{name}</Link> },
                { title: t("url"), dataIndex: "url", render: (url: string) => <span className="mono">{url}</span> },
                { title: t("kinds"), dataIndex: "kinds", render: (list: string[]) => list.map((k) => named(kinds, k, pick)).join("；") },
                { title: frame.t("state"), key: "state", render: (_, hook) => <HookState of={hook} /> },
              ]}
            />
            {adding ? <HookForm kinds={kinds} onClose={() => setAdding(false)} onSecret={onSecret} /> : null}
          </>
        )}
      </Loaded>
    </section>
  );
}

export function HookState({ of }: { of: Endpoint }) {
  const { t } = useDictionary<IntegrationWord>(words);
  if (of.disabled_at) return <Mark tone="quiet">{t("disabled")}</Mark>;
  if (of.failed > 0) return <Mark tone="bad">{t("failedCount", { n: of.failed })}</Mark>;
  return of.waiting > 0 ? <Mark tone="wait">{t("waitingCount", { n: of.waiting })}</Mark> : <Mark tone="ok">{t("allDelivered")}</Mark>;
}

// HookForm makes an endpoint, or changes the one given.
export function HookForm({ hook, kinds, onClose, onSecret }: { hook?: Endpoint; kinds: Choice[]; onClose: () => void; onSecret?: (secret: Secret) => void }) {
  const { t, language, pick } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<WebhookDraft>();
  const save = useMutation({
    mutationFn: async (draft: WebhookDraft) => {
      if (hook) return void (await changeWebhook(hook.id, draft));
      const made = await createWebhook(draft);
      onSecret?.({ name: made.endpoint.name, text: made.secret, lead: "hookLead" });
    },
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const start = hook ? { name: hook.name, url: hook.url, kinds: hook.kinds, enabled: !hook.disabled_at } : { enabled: true };
  return (
    <Dialog open title={t(hook ? "edit" : "addHook")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={start} onFinish={(values) => save.mutate(values)}>
        <Form.Item name="name" label={t("receiver")} rules={[{ required: true, whitespace: true, message: t("holderMissing") }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="url" label={t("url")} extra={t("urlHint")} rules={[{ required: true, message: t("urlMissing") }]}><Input maxLength={500} spellCheck={false} className="mono" /></Form.Item>
        <Form.Item name="kinds" label={t("kinds")} rules={[{ required: true, message: t("kindsMissing") }]}>
          <FieldSelect mode="multiple" optionFilterProp="label" options={kinds.map((k) => ({ value: k.key, label: pick(k.zh, k.en) }))} />
        </Form.Item>
        <Form.Item name="enabled" label={t("enabled")} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </Dialog>
  );
}
