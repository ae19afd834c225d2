import { Form } from "antd";
import { useMemo } from "react";
import { useCameras } from "../../../api/queries";
import { useWords } from "../../../app/use-words";
import { useDictionary } from "../../../i18n/translate";
import { DistrictMap, type Spot } from "../../../parts/district-map";
import { Loaded } from "../../../parts/loaded";
import { cameraTone } from "../../../parts/mark";
import { useDrawing } from "../drawing";
import { PlaceFields } from "../fields";
import cameraWords, { type CameraWord } from "../words";
import type { Values } from "./values";
import words, { type RegisterWord } from "./words";

// Place asks where it stands: in words, and on the map or by its coordinates.
export function Place() {
  const { t } = useDictionary<RegisterWord>(words);
  const camera = useDictionary<CameraWord>(cameraWords);
  const frame = useWords();
  const form = Form.useFormInstance<Values>();
  const drawing = useDrawing();
  const cameras = useCameras();
  const longitude = Form.useWatch("longitude", form);
  const latitude = Form.useWatch("latitude", form);
  const at = useMemo(() => (typeof longitude === "number" && typeof latitude === "number" ? [longitude, latitude] as [number, number] : undefined), [longitude, latitude]);
  const { cameraLabel, language } = frame;
  const spots = useMemo(
    () => (cameras.data ?? []).flatMap((c): Spot[] => (c.longitude !== undefined && c.latitude !== undefined ? [{ id: c.id, name: `${c.name} · ${cameraLabel(c.state)}`, tone: cameraTone(c.state), longitude: c.longitude, latitude: c.latitude }] : [])),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- cameraLabel follows the language
    [cameras.data, language],
  );
  const put = (lng: number, lat: number) => {
    form.setFieldsValue({ longitude: lng, latitude: lat });
    void form.validateFields(["longitude", "latitude"]).catch(() => undefined); // what was wrong with them is no more
  };
  return (
    <div className="place-step">
      <div>
        <PlaceFields />
        {at ? null : <p className="muted">{t("positionNone")}</p>}
      </div>
      <div className="stack" style={{ gap: 6 }}>
        <Loaded query={drawing}>
          {(drawn) => <DistrictMap drawing={drawn} spots={spots} placed={at} onPlace={put} label={t("mapLabel")} clusterName={(n) => camera.t("cluster", { n })} />}
        </Loaded>
        <p className="muted" style={{ margin: 0 }}>{t("mapHelp")}</p>
      </div>
    </div>
  );
}
