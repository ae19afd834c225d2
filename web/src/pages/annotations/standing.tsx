// How an annotation stands, in a mark and in sentences.
import { useDictionary } from "../../i18n/translate";
import { Mark, type Tone } from "../../parts/mark";
import type { Annotation } from "./calls";
import words, { type AnnotationWord } from "./words";

const tones: Record<Annotation["state"], Tone> = { asked: "act", declined: "quiet", sent: "wait", noted: "wait", refused: "quiet", lifting: "wait", lifted: "ok" };

export function Standing({ of }: { of: Annotation }) {
  const { t } = useDictionary<AnnotationWord>(words);
  if (of.overdue) return <Mark tone="bad">{t("overdue")}</Mark>;
  if (of.gone) return <Mark tone="act">{t("toLift")}</Mark>;
  return <Mark tone={tones[of.state]}>{t(of.state)}</Mark>;
}

export function Entries({ of }: { of: Annotation }) {
  const { t } = useDictionary<AnnotationWord>(words);
  return (
    <>
      {of.register_on ? <div>{t("entry", { day: of.register_on, number: of.register_no })}</div> : null}
      {of.lifted_on ? <div>{t("liftedEntry", { day: of.lifted_on, number: of.lifted_no })}</div> : null}
      {of.answer ? <div className="muted">{t("answer", { text: of.answer })}</div> : null}
    </>
  );
}
