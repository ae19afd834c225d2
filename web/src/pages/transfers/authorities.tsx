import { App, Button, Form, Input, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { addAuthority, useAuthorities, type AuthorityDraft } from "./calls";
import words, { type TransferWord } from "./words";

export function Authorities() {
  const { t } = useDictionary<TransferWord>(words);
  const { can } = useSession();
  const all = useAuthorities();
  const [adding, setAdding] = useState(false);
  return (
    <section className="panel">
      <header className="between"><h2>{t("authorities")}</h2>{can("head") ? <Button onClick={() => setAdding(true)}>{t("addAuthority")}</Button> : null}</header>
      <div className="panel-body">
        <Loaded query={all} isEmpty={(list) => list.length === 0} empty={t("noAuthorities")}>
          {(list) => (
            <ul className="plain-list">
              {list.map((a) => <li key={a.id} className="between"><span>{a.name} <span className="muted">{t(a.kind)}</span></span><Mark tone={a.signs ? "ok" : "quiet"}>{t(a.signs ? "signs" : "paperOnly")}</Mark></li>)}
            </ul>
          )}
        </Loaded>
      </div>
      {adding ? <Add onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

const kinds: AuthorityDraft["kind"][] = ["police", "district", "bureau", "supervision", "register"];

function Add({ onClose }: { onClose: () => void }) {
  const { t, language } = useDictionary<TransferWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<AuthorityDraft>();
  const add = useMutation({
    mutationFn: addAuthority,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["authorities"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t("addAuthority")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={add.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ kind: "police" }} onFinish={(values) => add.mutate(values)}>
        <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="kind" label={t("kind")}><Select options={kinds.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        <Form.Item name="public_key" label={`${t("publicKey")}（${frame.t("optional")}）`} extra={t("publicKeyHint")}><Input.TextArea rows={4} spellCheck={false} className="mono" /></Form.Item>
      </Form>
    </Dialog>
  );
}
