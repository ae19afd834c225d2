// The enforcement certificate of an account and the trainings that its owner took.
import { DeleteOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { sentenceOf } from "../../api/problem";
import { changeUser } from "../../api/queries";
import type { UserRow } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog, Sure } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { addTraining, removeTraining, useTrainings, type Training } from "./calls";
import words, { type SettingsWord } from "./words";

const day = "YYYY-MM-DD";
const tones: Record<NonNullable<UserRow["licence_state"]>, Tone> = { valid: "ok", soon: "wait", urgent: "bad", ended: "bad" };

// Until shows the last day of a certificate, and from sixty days before how many are left.
export function Until({ user }: { user: UserRow }) {
  const { t } = useDictionary<SettingsWord>(words);
  const state = user.licence_state;
  if (!state) return <>—</>;
  return <Mark tone={tones[state]}>{t(`certificate_${state}`, { day: user.licence_until ?? "", n: user.licence_days })}</Mark>;
}

interface Entered { licence_no?: string; until?: Dayjs | null }

export function Certificate({ user, onClose }: { user: UserRow; onClose: () => void }) {
  const { t, language } = useDictionary<SettingsWord>(words);
  const frame = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Entered>();
  const save = useMutation({
    mutationFn: ({ licence_no, until }: Entered) => changeUser(user.id, { licence_no: licence_no ?? "", licence_until: until?.format(day) ?? "" }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["users"] });
    },
  });
  return (
    <Dialog open width={640} title={t("certificateOf", { name: user.name })} onCancel={onClose} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={save.isPending}>
      {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} style={{ marginBottom: 12 }} /> : null}
      <Form<Entered> form={form} layout="vertical" requiredMark={false} onFinish={(entered) => save.mutate(entered)}
        initialValues={{ licence_no: user.licence_no, until: user.licence_until ? dayjs(user.licence_until) : null }}>
        <Form.Item name="licence_no" label={t("licence")}><Input maxLength={60} /></Form.Item>
        <Form.Item name="until" label={t("certificateUntil")} extra={t("certificateHelp")}><DatePicker style={{ width: "100%" }} /></Form.Item>
      </Form>
      <Trainings user={user} />
    </Dialog>
  );
}

interface Draft { held_on: Dayjs; subject: string; hours: number }

function Trainings({ user }: { user: UserRow }) {
  const { t, language } = useDictionary<SettingsWord>(words);
  const queries = useQueryClient();
  const trainings = useTrainings(user.id);
  const [form] = Form.useForm<Draft>();
  const changed = () => Promise.all([["trainings", user.id], ["users"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const add = useMutation({
    mutationFn: ({ held_on, ...rest }: Draft) => addTraining(user.id, { ...rest, held_on: held_on.format(day) }),
    onSuccess: () => {
      form.resetFields();
      return changed();
    },
  });
  const remove = useMutation({ mutationFn: (one: Training) => removeTraining(user.id, one.id), onSuccess: changed });
  const error = add.error ?? remove.error;
  const required = [{ required: true, message: t("missing") }];
  return (
    <section>
      <h3>{t("trainings")}</h3>
      {error ? <Alert type="error" showIcon role="alert" message={sentenceOf(error, language)} style={{ marginBottom: 12 }} /> : null}
      <Loaded query={trainings}>
        {(list) => (list.length === 0 ? <Nothing>{t("noTrainings")}</Nothing> : (
          <ul className="plain-list">
            {list.map((one) => (
              <li key={one.id} className="row">
                <span className="nowrap">{one.held_on}</span>
                <span style={{ flex: 1 }}>{one.subject}</span>
                <span className="nowrap">{t("trainingHours", { n: one.hours })}</span>
                <Sure title={t("removeTrainingSure", { subject: one.subject })} okText={t("removeTraining")} onConfirm={() => remove.mutate(one)}>
                  <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={`${t("removeTraining")} · ${one.subject}`} />
                </Sure>
              </li>
            ))}
          </ul>
        ))}
      </Loaded>
      <Form<Draft> form={form} layout="vertical" requiredMark={false} onFinish={(draft) => add.mutate(draft)} style={{ marginTop: 12 }}>
        <div className="row" style={{ alignItems: "start" }}>
          <Form.Item name="held_on" label={t("trainingDay")} rules={required}><DatePicker maxDate={dayjs()} /></Form.Item>
          <Form.Item name="subject" label={t("trainingSubject")} rules={required} style={{ flex: 1 }}><Input maxLength={200} /></Form.Item>
          <Form.Item name="hours" label={t("trainingHoursOf")} rules={required}><InputNumber min={0.1} max={200} precision={1} style={{ width: 90 }} /></Form.Item>
        </div>
        <Button htmlType="submit" loading={add.isPending}>{t("addTraining")}</Button>
      </Form>
    </section>
  );
}
