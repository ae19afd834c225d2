import { Alert, Form } from "antd";
import { date } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { LawFields } from "../fields";
import cameraWords, { type CameraWord } from "../words";
import { SignChoice, type Photograph } from "./sign";
import type { Values } from "./values";
import words, { type RegisterWord } from "./words";

interface Props {
  photograph: Photograph | null;
  onPhotograph: (photograph: Photograph | null) => void;
  complain: boolean;
}

// Law asks for what Penalty Law art. 41 demands, and says what follows while some of
// it is missing: a camera may be registered before it is reviewed.
export function Law({ photograph, onPhotograph, complain }: Props) {
  const { t, language } = useDictionary<RegisterWord>(words);
  const camera = useDictionary<CameraWord>(cameraWords);
  const form = Form.useFormInstance<Values>();
  const legal = Form.useWatch("legal_review_no", form);
  const technical = Form.useWatch("technical_review_no", form);
  const published = Form.useWatch("published_on", form);
  const facts: [CameraWord, boolean][] = [["legal", !!legal?.trim()], ["technical", !!technical?.trim()], ["published", !!published]];
  const missing = facts.filter(([, there]) => !there).map(([word]) => camera.t(word));
  return (
    <div className="grid two">
      <div>
        <LawFields />
        {missing.length > 0
          ? <Alert type="warning" showIcon message={t("lawLacks", { what: missing.join(language === "zh" ? "、" : ", ") })} />
          : <Alert type="success" showIcon message={t("lawWhole", { date: date(published!.format("YYYY-MM-DD")) })} />}
      </div>
      <div className="stack" style={{ gap: 8 }}>
        <h3>{t("signHead")}</h3>
        <SignChoice photograph={photograph} onChange={onPhotograph} complain={complain} />
        {photograph ? null : <p className="muted" style={{ margin: 0 }}>{t("noSign")}</p>}
      </div>
    </div>
  );
}
