import { Button } from "antd";
import { useState } from "react";
import { useCamera } from "../../../api/queries";
import type { Camera, Probe } from "../../../api/types";
import { useDictionary } from "../../../i18n/translate";
import { Loaded } from "../../../parts/loaded";
import { ZoneForm } from "../zone-form";
import words, { type RegisterWord } from "./words";

interface Props {
  id: string;
  probe?: Probe; // shown until the watching node has a picture
  onBack: () => void;
  onDone: () => void;
}

export function Zones({ id, ...rest }: Props) {
  const camera = useCamera(id);
  return <Loaded query={camera}>{(data) => <Shown camera={data} {...rest} />}</Loaded>;
}

function Shown({ camera, probe, onBack, onDone }: Omit<Props, "id"> & { camera: Camera }) {
  const { t, pick } = useDictionary<RegisterWord>(words);
  const [drawing, setDrawing] = useState(true);
  const zones = camera.zones ?? [];
  return (
    <>
      <p className="muted" style={{ margin: 0 }}>{t("zonesLead")}</p>
      {zones.length > 0 ? <p style={{ margin: 0 }}>{t("drawn")}{zones.map((z) => pick(z.name_zh, z.name_en)).join(" · ")}</p> : null}
      {drawing
        ? <ZoneForm camera={camera} zone={null} others={zones} probe={probe} onDone={() => setDrawing(false)} />
        : <div><Button onClick={() => setDrawing(true)}>{t("another")}</Button></div>}
      <div className="row">
        <Button onClick={onBack}>{t("back")}</Button>
        <Button type={drawing ? "default" : "primary"} onClick={onDone}>{t("done")}</Button>
      </div>
    </>
  );
}
