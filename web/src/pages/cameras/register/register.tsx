// Registering a camera, step by step: its address first, since the picture tells
// whether all the rest is worth typing. All steps stay in the page, so that going back
// loses nothing.
import { Alert, App, Button, Form, Steps } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../../../api/problem";
import { changeCamera, createCamera, probeCamera, putSign, removeSign } from "../../../api/queries";
import type { Camera } from "../../../api/types";
import { useWords } from "../../../app/use-words";
import { useDictionary } from "../../../i18n/translate";
import { Page } from "../../../parts/page";
import { draftOfFields } from "../fields";
import { substreamOf } from "../substream/substream";
import cameraWords, { type CameraWord } from "../words";
import { Address, Picture, type Seen } from "./address";
import { Law } from "./law";
import { Place } from "./place";
import type { Photograph } from "./sign";
import { steps, type Values } from "./values";
import words, { type RegisterWord } from "./words";
import { Zones } from "./zones";

export default function Register() {
  const camera = useDictionary<CameraWord>(cameraWords);
  const { t, language } = useDictionary<RegisterWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [step, setStep] = useState(0);
  const [reached, setReached] = useState(0);
  const [seen, setSeen] = useState<Seen | null>(null);
  const [photograph, setPhotograph] = useState<Photograph | null>(null);
  const [sent, setSent] = useState<Photograph | null>(null);
  const [complaint, setComplaint] = useState(false); // of what the form itself cannot see
  const [made, setMade] = useState<Camera | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const url = Form.useWatch("url", form)?.trim();
  const protocol = Form.useWatch("protocol", form);
  const current = seen && seen.url === url && seen.protocol === protocol ? seen : null;

  const go = (to: number) => {
    setComplaint(false);
    setReached(Math.max(reached, to));
    setStep(to);
  };
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) body.current?.querySelector<HTMLElement>(`#step-${step}`)?.focus();
    first.current = false;
  }, [step]);

  const probe = useMutation({
    mutationFn: async (): Promise<Seen> => {
      const asked = { url: (form.getFieldValue("url") as string).trim(), protocol: form.getFieldValue("protocol") as Values["protocol"] };
      const started = performance.now();
      const result = await probeCamera(asked.url, asked.protocol);
      return { ...asked, probe: result, seconds: (performance.now() - started) / 1000 };
    },
    onSuccess: setSeen,
  });
  const save = useMutation({
    mutationFn: async () => {
      const again = made !== null;
      const values = form.getFieldsValue(true) as Values;
      const draft = draftOfFields(values);
      let camera = made ? await changeCamera(made.id, draft) : await createCamera({ ...draft, url: values.url.trim(), protocol: values.protocol });
      setMade(camera); // should the photograph fail, it is not registered twice
      if (photograph && photograph.picture !== sent?.picture) {
        camera = await putSign(camera.id, photograph.picture);
        setSent(photograph);
      } else if (!photograph && sent) {
        camera = await removeSign(camera.id);
        setSent(null);
      }
      return { camera, again };
    },
    onSuccess: async ({ camera, again }) => {
      void message.success(t(again ? "savedAgain" : "saved"));
      setMade(camera);
      go(3);
      await Promise.all([["cameras"], ["camera", camera.id]].map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });

  // next goes on from a step that is filled in; else the first field that is not has
  // the focus, with its sentence under it.
  const next = async (from: number) => {
    try {
      await form.validateFields(steps[from]!.fields);
    } catch (problem) {
      const { errorFields } = problem as { errorFields: { name: (string | number)[] }[] };
      setStep(from);
      document.getElementById(String(errorFields[0]?.name[0]))?.focus();
      return;
    }
    if (from === 0 && !made && !current) return probe.mutate();
    if (from === 2) {
      if (photograph && !photograph.nobody) return setComplaint(true);
      return save.mutate();
    }
    go(from + 1);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void next(step);
  };
  const buttons = (from: number) => (
    <div className="row">
      {from > 0 ? <Button onClick={() => go(from - 1)}>{t("back")}</Button> : null}
      {from === 0 && !made && !current ? null : <Button type="primary" htmlType="submit" autoFocus={from === 0} loading={save.isPending}>{t(from === 2 ? "save" : "next")}</Button>}
      {made ? null : <Button type="text" onClick={() => void navigate("/cameras")}>{frame.t("cancel")}</Button>}
    </div>
  );
  return (
    <Page title={camera.t("register")} lead={t("lead")}>
      <nav aria-label={t("steps")}>
        <Steps
          size="small" current={step} onChange={go}
          items={[...steps.map(({ word }) => t(word)), t("stepZones")].map((title, i) => ({ title, disabled: i > step }))}
        />
      </nav>
      <div ref={body} className="wizard">
        <Form<Values> form={form} layout="vertical" requiredMark={false} component={false} initialValues={{ url: "", protocol: "", ...substreamOf({}) }}>
          <form noValidate onSubmit={onSubmit} hidden={step === 3}>
            <div className="grid two" hidden={step !== 0}>
              <section className="panel">
                <header><h2 id="step-0" tabIndex={-1}>{t("stepAddress")}</h2></header>
                <div className="panel-body stack">
                  <Address
                    locked={made !== null} probing={probe.isPending} seen={current !== null} error={probe.error ? sentenceOf(probe.error, language) : ""}
                    onChoose={(chosen, substream) => { form.setFieldsValue({ url: chosen, ...substreamOf({ substream_url: substream }) }); void next(0); }}
                  />
                  {buttons(0)}
                </div>
              </section>
              {current ? <Picture seen={current} /> : null}
            </div>
            <section className="panel" hidden={step !== 1}>
              <header><h2 id="step-1" tabIndex={-1}>{t("stepPlace")}</h2></header>
              <div className="panel-body stack">
                {reached >= 1 ? <Place /> : null}
                {buttons(1)}
              </div>
            </section>
            <section className="panel" hidden={step !== 2}>
              <header><h2 id="step-2" tabIndex={-1}>{t("stepLaw")}</h2></header>
              <div className="panel-body stack">
                {reached >= 2 ? <Law photograph={photograph} onPhotograph={setPhotograph} complain={complaint} /> : null}
                {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} /> : null}
                {buttons(2)}
              </div>
            </section>
          </form>
        </Form>
        {made ? (
          <section className="panel" hidden={step !== 3}>
            <header><h2 id="step-3" tabIndex={-1}>{t("stepZones")}</h2></header>
            <div className="panel-body stack">
              <Zones id={made.id} probe={seen?.probe} onBack={() => go(2)} onDone={() => void navigate(`/cameras/${made.id}`)} />
            </div>
          </section>
        ) : null}
      </div>
    </Page>
  );
}
