// Who is on duty, and the hours in which nobody is.
import { App, Button, Form } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useUsers } from "../../api/queries";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime, shortTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { addShift, removeShift, useDuty } from "./calls";
import words, { type LeadWord } from "./words";

export function Duty() {
  const { t, language } = useDictionary<LeadWord>(words);
  const { can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const duty = useDuty();
  const [adding, setAdding] = useState(false);
  const remove = useMutation({
    mutationFn: removeShift,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["duty"] }),
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <section className="panel">
      <header className="between">
        <div><h2>{t("duty")}</h2><p className="muted">{t("dutyLead")}</p></div>
        {can("head") ? <Button onClick={() => setAdding(true)}>{t("addShift")}</Button> : null}
      </header>
      <div className="panel-body">
        <Loaded query={duty}>
          {({ shifts, gaps }) => (
            <>
              {gaps.length === 0 ? <Mark tone="ok">{t("noGap")}</Mark> : gaps.map((gap) => <div key={gap.from}><Mark tone="bad">{t("gap", { from: dateTime(gap.from), to: dateTime(gap.to) })}</Mark></div>)}
              {shifts.length === 0 ? <Nothing>{t("noShifts")}</Nothing> : (
                <ul className="plain-list">
                  {shifts.map((shift) => (
                    <li key={shift.id} className="between">
                      <span><span className="nowrap">{shortTime(shift.starts_at)} – {shortTime(shift.ends_at)}</span> · {shift.name}</span>
                      {can("head") && new Date(shift.starts_at) > new Date() ? <Button type="link" size="small" onClick={() => remove.mutate(shift.id)}>{t("removeShift")}</Button> : null}
                    </li>
                  ))}
                </ul>
              )}
            </>
          )}
        </Loaded>
      </div>
      {adding ? <AddShift onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

interface Values { account_id: string; hours: [Dayjs, Dayjs] }

function AddShift({ onClose }: { onClose: () => void }) {
  const { t, language } = useDictionary<LeadWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const users = useUsers();
  const [form] = Form.useForm<Values>();
  const add = useMutation({
    mutationFn: ({ account_id, hours }: Values) => addShift({ account_id, starts_at: hours[0].toISOString(), ends_at: hours[1].toISOString() }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["duty"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const people = (users.data ?? []).filter((user) => user.roles.includes("officer") || user.roles.includes("head"));
  const start = dayjs().add(1, "hour").startOf("hour");
  return (
    <Dialog open title={t("addShift")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={add.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ hours: [start, start.add(12, "hour")] }} onFinish={(values) => add.mutate(values)}>
        <Form.Item name="account_id" label={t("person")} rules={[{ required: true, message: t("missing") }]}>
          <FieldSelect loading={users.isPending} showSearch optionFilterProp="label" options={people.map((user) => ({ value: user.id, label: user.name }))} />
        </Form.Item>
        <Form.Item name="hours" label={t("hours")} rules={[{ required: true, message: t("missing") }]}><DatePicker.RangePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" allowClear={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}
