import { Alert, App, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { activateFormula } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { Formula, Formulas } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { Differences } from "./versions";
import words, { type GradeWord } from "./words";

interface Fields { reason: string; from?: Dayjs }
interface Props { formulas: Formulas; formula: Formula; onClose: () => void; onDone: () => void }

// ActivateDialog makes a formula hold, with the reason, now or later.
export function ActivateDialog({ formulas: { now, newest }, formula, onClose, onDone }: Props) {
  const { t, language } = useDictionary<GradeWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const activate = useMutation({
    mutationFn: ({ reason, from }: Fields) => activateFormula(newest, formula, reason.trim(), from?.toISOString()),
    onSuccess: (made) => {
      void message.success(t("activated", { n: made.version }));
      onDone();
      return queries.invalidateQueries({ queryKey: ["formulas"] });
    },
  });
  return (
    <Dialog open width={560} title={t("activate")} onCancel={onClose} onOk={() => form.submit()} okText={t("activate")} confirmLoading={activate.isPending}>
      {activate.error ? <Alert className="form-alert" type="error" showIcon role="alert" message={sentenceOf(activate.error, language)} /> : null}
      <p>{t("activateLead", { n: newest + 1 })}</p>
      <Differences before={now} after={formula} />
      <Form<Fields> form={form} layout="vertical" requiredMark={false} onFinish={(fields) => activate.mutate(fields)}>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={500} showCount autoFocus /></Form.Item>
        <Form.Item name="from" label={t("activeFrom")}><DatePicker className="wide" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" disabledDate={(day) => day.isBefore(dayjs(), "day")} /></Form.Item>
      </Form>
    </Dialog>
  );
}
