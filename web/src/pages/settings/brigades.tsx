// The brigades of the district and the townships that each covers.
import { EditOutlined, MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import type { Brigade } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Loaded, Nothing } from "../../parts/loaded";
import { saveBrigades, useBrigades } from "./calls";
import words, { type SettingsWord } from "./words";

export function Brigades() {
  const { t } = useDictionary<SettingsWord>(words);
  const brigades = useBrigades();
  const [changing, setChanging] = useState(false);
  return (
    <section className="panel">
      <header>
        <h2>{t("brigades")}</h2>
        {brigades.data ? <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>{t("changeBrigades")}</Button> : null}
      </header>
      <div className="panel-body">
        <p className="muted">{t("brigadesLead")}</p>
        <Loaded query={brigades}>
          {(list) => (list.length === 0 ? <Nothing>{t("noBrigades")}</Nothing> : <ul className="plain-list">{list.map((one) => <li key={one.name}><strong>{one.name}</strong> · {one.townships.join("、")}</li>)}</ul>)}
        </Loaded>
      </div>
      {changing ? <Change list={brigades.data ?? []} onClose={() => setChanging(false)} /> : null}
    </section>
  );
}

interface Draft { brigades: Brigade[] }

function Change({ list, onClose }: { list: Brigade[]; onClose: () => void }) {
  const { t, language } = useDictionary<SettingsWord>(words);
  const frame = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Draft>();
  const save = useMutation({
    mutationFn: ({ brigades }: Draft) => saveBrigades(brigades),
    onSuccess: async () => {
      onClose();
      await Promise.all([["brigades"], ["quotas"], ["reports"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
  const required = [{ required: true, message: t("missing") }];
  return (
    <Dialog open width={640} title={t("changeBrigades")} onCancel={onClose} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={save.isPending}>
      {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} style={{ marginBottom: 12 }} /> : null}
      <Form<Draft> form={form} layout="vertical" requiredMark={false} initialValues={{ brigades: list }} onFinish={({ brigades }) => save.mutate({ brigades: brigades ?? [] })}>
        <Form.List name="brigades">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className="row" style={{ alignItems: "start" }}>
                  <Form.Item name={[name, "name"]} rules={required} style={{ flex: 1 }}><Input maxLength={60} placeholder={t("brigade")} aria-label={t("brigade")} /></Form.Item>
                  <Form.Item name={[name, "townships"]} rules={required} style={{ flex: 2 }}>
                    <FieldSelect mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", " "]} placeholder={t("townships")} aria-label={t("townships")} />
                  </Form.Item>
                  <Button type="text" icon={<MinusCircleOutlined />} aria-label={t("removeBrigade")} onClick={() => remove(name)} />
                </div>
              ))}
              <Button icon={<PlusOutlined />} onClick={() => add()}>{t("addBrigade")}</Button>
            </>
          )}
        </Form.List>
      </Form>
    </Dialog>
  );
}
