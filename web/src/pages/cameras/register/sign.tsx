// The photograph of the sign by a camera: chosen, looked at, and confirmed to show
// nobody, since it becomes public.
import { Alert, App, Button, Checkbox } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { sentenceOf } from "../../../api/problem";
import { putSign, removeSign, signURL } from "../../../api/queries";
import type { Camera } from "../../../api/types";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Sure } from "../../../parts/dialog";
import { shrunk } from "../../../parts/photograph";
import words, { type RegisterWord } from "./words";

export interface Photograph {
  picture: Blob;
  shown: string; // data: address
  nobody: boolean; // somebody has confirmed that it shows nobody
}

interface ChooseProps {
  photograph: Photograph | null;
  onChange: (photograph: Photograph | null) => void;
  complain?: boolean; // it was to be sent, and is not confirmed yet
}

export function SignChoice({ photograph, onChange, complain = false }: ChooseProps) {
  const { t } = useDictionary<RegisterWord>(words);
  const [broken, setBroken] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const made = await shrunk(file).catch(() => null);
    setBroken(!made);
    if (made) onChange({ ...made, nobody: false });
  };
  return (
    <div className="stack sign" style={{ gap: 8 }}>
      <p className="muted" style={{ margin: 0 }}>{t("signHelp")}</p>
      {photograph ? <img src={photograph.shown} alt={t("signNew")} /> : null}
      <input
        ref={input} type="file" accept="image/jpeg,image/png" aria-label={t("signChoose")} hidden
        onChange={(event) => { void take(event.target.files?.[0]); event.target.value = ""; }}
      />
      <div className="row">
        <Button onClick={() => input.current?.click()}>{t(photograph ? "signOther" : "signChoose")}</Button>
        {photograph ? <Button onClick={() => onChange(null)}>{t("signRemove")}</Button> : null}
      </div>
      {broken ? <Alert type="error" showIcon role="alert" message={t("signBroken")} /> : null}
      {photograph ? <Checkbox checked={photograph.nobody} onChange={(event) => onChange({ ...photograph, nobody: event.target.checked })}>{t("signNobody")}</Checkbox> : null}
      {complain && photograph && !photograph.nobody ? <Alert type="warning" showIcon role="alert" message={t("signNobodyMissing")} /> : null}
    </div>
  );
}

// CameraSign is the sign of a registered camera, to be looked at and, by an operator,
// replaced or taken away.
export function CameraSign({ camera, mayEdit }: { camera: Camera; mayEdit: boolean }) {
  const { t, language } = useDictionary<RegisterWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [photograph, setPhotograph] = useState<Photograph | null>(null);
  const [tried, setTried] = useState(false);
  const done = (word: RegisterWord) => async () => {
    setPhotograph(null);
    setTried(false);
    await queries.invalidateQueries({ queryKey: ["camera", camera.id] });
    void message.success(t(word));
  };
  const failed = (error: unknown) => void message.error(sentenceOf(error, language));
  const keep = useMutation({ mutationFn: (picture: Blob) => putSign(camera.id, picture), onSuccess: done("signSaved"), onError: failed });
  const takeAway = useMutation({ mutationFn: () => removeSign(camera.id), onSuccess: done("signRemoved"), onError: failed });
  const send = () => {
    setTried(true);
    if (photograph?.nobody) keep.mutate(photograph.picture);
  };
  return (
    <div className="stack sign" style={{ gap: 8 }}>
      <h3>{t("signHead")}</h3>
      {camera.sign ? (
        <>
          <img src={signURL(camera.id, camera.sign.sha256)} alt={t("signOf", { name: camera.name })} />
          <div className="between">
            <span className="muted">{t("signAt", { time: dateTime(camera.sign.at) })}</span>
            {mayEdit ? (
              <Sure title={t("signRemoveAsk")} okText={t("signRemove")} onConfirm={() => takeAway.mutate()}>
                <Button size="small" danger loading={takeAway.isPending}>{t("signRemove")}</Button>
              </Sure>
            ) : null}
          </div>
        </>
      ) : <p className="muted" style={{ margin: 0 }}>{t("noSign")}</p>}
      {mayEdit ? <SignChoice photograph={photograph} onChange={setPhotograph} complain={tried} /> : null}
      {photograph ? <div><Button type="primary" loading={keep.isPending} onClick={send}>{t("signSave")}</Button></div> : null}
    </div>
  );
}
