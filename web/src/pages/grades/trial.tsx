// Trying a changed formula: the form on one side, on the other what it would do to
// the objects. Nothing holds until the head says so.
import { Alert, Button, Form } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { simulateFormula, useFormulas } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { Formula, Formulas, Outcome } from "../../api/types";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { ActivateDialog } from "./activate";
import { clean, differences, mayTry } from "./formula";
import { FormulaFields } from "./formula-fields";
import { OutcomeShown } from "./outcome";
import words, { type GradeWord } from "./words";

export default function TrialPage() {
  const { t } = useDictionary<GradeWord>(words);
  const { can } = useSession();
  const formulas = useFormulas();
  return (
    <Page title={t("trialTitle")} lead={t("trialLead")}>
      {can(...mayTry) ? <Loaded query={formulas}>{(data) => <Trial key={data.newest} formulas={data} />}</Loaded> : <Nothing>{t("noTrial")}</Nothing>}
    </Page>
  );
}

interface Tried { formula: Formula; outcome: Outcome }

function Trial({ formulas }: { formulas: Formulas }) {
  const { t, language } = useDictionary<GradeWord>(words);
  const { can } = useSession();
  const navigate = useNavigate();
  const [form] = Form.useForm<Formula>();
  const [edited, setEdited] = useState(formulas.now);
  const [tried, setTried] = useState<Tried | null>(null);
  const [activating, setActivating] = useState(false);
  const simulate = useMutation({
    mutationFn: (formula: Formula) => simulateFormula(formula),
    onSuccess: (outcome, formula) => setTried({ formula, outcome }),
  });
  const result = useRef<HTMLElement>(null);
  useEffect(() => {
    if (tried) result.current?.scrollIntoView({ block: "nearest" }); // on a phone it is far below
  }, [tried]);
  const read = () => clean({ ...formulas.now, ...(form.getFieldsValue(true) as Formula) });
  const changed = differences(formulas.now, edited).length > 0;
  const stale = tried !== null && differences(tried.formula, edited).length > 0;
  const reset = () => {
    form.resetFields();
    setEdited(formulas.now);
    setTried(null);
    simulate.reset();
  };
  const next = can("head") ? <Button type="primary" disabled={stale || !changed} onClick={() => setActivating(true)}>{t("activate")}</Button> : <p className="muted">{t("headOnly")}</p>;
  return (
    <div className="grid trial">
      <Form<Formula> form={form} layout="vertical" requiredMark={false} initialValues={formulas.now} onValuesChange={() => setEdited(read())} onFinish={() => simulate.mutate(read())}>
        <FormulaFields onMoved={() => setEdited(read())} />
        <div className="form-foot">
          <Button type="primary" htmlType="submit" loading={simulate.isPending}>{t("tryIt")}</Button>
          <Button disabled={!changed} onClick={reset}>{t("reset")}</Button>
        </div>
      </Form>
      <section ref={result} className="panel trial-result" aria-live="polite">
        <header><h2>{t("result")}</h2></header>
        <div className="panel-body stack">
          {simulate.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(simulate.error, language)} /> : null}
          {tried ? null : <Nothing>{t("notTried")}</Nothing>}
          {stale ? <Alert type="warning" showIcon message={t("stale")} /> : null}
          {tried ? <OutcomeShown now={formulas.now} formula={tried.formula} outcome={tried.outcome} next={next} /> : null}
        </div>
      </section>
      {activating && tried ? (
        <ActivateDialog formulas={formulas} formula={tried.formula} onClose={() => setActivating(false)} onDone={() => void navigate("/grades")} />
      ) : null}
    </div>
  );
}
