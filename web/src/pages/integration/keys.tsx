import { App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog, Sure } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { InputNumber } from "../../parts/input-number";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { useAuthorities } from "../transfers/calls";
import { createKey, revokeKey, useKeys, type Choice, type Key } from "./calls";
import type { Secret } from "./secret";
import words, { type IntegrationWord } from "./words";

export function Keys({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const { t, language, pick } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const keys = useKeys();
  const [adding, setAdding] = useState(false);
  const revoke = useMutation({
    mutationFn: revokeKey,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["keys"] }),
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <section className="panel flush">
      <header className="between"><h2>{t("keys")}</h2>{can("admin") ? <Button onClick={() => setAdding(true)}>{t("addKey")}</Button> : null}</header>
      <Loaded query={keys}>
        {({ items, scopes }) => (
          <>
            <Listing<Key>
              rowKey="id" dataSource={items} locale={{ emptyText: <Nothing>{t("noKeys")}</Nothing> }}
              columns={[
                { title: t("holder"), dataIndex: "name" },
                { title: t("hint"), dataIndex: "hint", render: (hint: string) => <span className="mono">{hint}…</span> },
                { title: t("scopes"), dataIndex: "scopes", render: (list: string[]) => list.map((s) => named(scopes, s, pick)).join("；") },
                { title: t("expires"), dataIndex: "expires_at", render: (at: string) => date(at) },
                { title: t("used"), key: "used", render: (_, key) => (key.used_at ? `${dateTime(key.used_at)} · ${key.used_from}` : t("never")) },
                { title: frame.t("state"), key: "state", render: (_, key) => <State of={key} /> },
                {
                  title: frame.t("actions"), key: "actions",
                  render: (_, key) => (key.revoked_at || !can("admin") ? null : (
                    <Sure title={t("revokeSure", { name: key.name })} okText={t("revoke")} onConfirm={() => revoke.mutate(key.id)}>
                      <Button type="link" size="small" danger>{t("revoke")}</Button>
                    </Sure>
                  )),
                },
              ]}
            />
            {adding ? <AddKey scopes={scopes} onClose={() => setAdding(false)} onSecret={onSecret} /> : null}
          </>
        )}
      </Loaded>
    </section>
  );
}

// named is what a choice is called; a key that is new to us shows itself.
export function named(choices: Choice[], key: string, pick: (zh?: string, en?: string) => string): string {
  const found = choices.find((choice) => choice.key === key);
  return found ? pick(found.zh, found.en) : key;
}

function State({ of }: { of: Key }) {
  const { t } = useDictionary<IntegrationWord>(words);
  if (of.revoked_at) return <Mark tone="quiet">{t("revoked")}</Mark>;
  return new Date(of.expires_at) < new Date() ? <Mark tone="bad">{t("ended")}</Mark> : <Mark tone="ok">{t("active")}</Mark>;
}

interface Values { name: string; scopes: string[]; networks?: string; days: number; authority_id?: string }

// What takes over transfers acts for one authority.
const transfers = "transfers.receive";

function AddKey({ scopes, onClose, onSecret }: { scopes: Choice[]; onClose: () => void; onSecret: (secret: Secret) => void }) {
  const { t, language, pick } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const authorities = useAuthorities();
  const takesOver = (Form.useWatch("scopes", form) ?? []).includes(transfers);
  const add = useMutation({
    mutationFn: ({ networks, ...rest }: Values) => createKey({ ...rest, networks: (networks ?? "").split(/\s+/).filter(Boolean) }),
    onSuccess: async (made) => {
      onClose();
      onSecret({ name: made.key.name, text: made.secret, lead: "keyLead" });
      await queries.invalidateQueries({ queryKey: ["keys"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t("addKey")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={add.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ days: 365 }} onFinish={(values) => add.mutate(values)}>
        <Form.Item name="name" label={t("holder")} rules={[{ required: true, whitespace: true, message: t("holderMissing") }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="scopes" label={t("scopes")} rules={[{ required: true, message: t("scopesMissing") }]}>
          <FieldSelect mode="multiple" optionFilterProp="label" options={scopes.map((s) => ({ value: s.key, label: pick(s.zh, s.en) }))} />
        </Form.Item>
        {takesOver ? (
          <Form.Item name="authority_id" label={t("authority")} rules={[{ required: true, message: t("authorityMissing") }]}>
            <FieldSelect loading={authorities.isPending} options={authorities.data?.map((a) => ({ value: a.id, label: a.name }))} />
          </Form.Item>
        ) : null}
        <Form.Item name="days" label={t("days")} rules={[{ required: true }]}><InputNumber min={1} max={400} /></Form.Item>
        <Form.Item name="networks" label={`${t("networks")}（${frame.t("optional")}）`} extra={t("networksHint")}><Input.TextArea rows={2} spellCheck={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}
