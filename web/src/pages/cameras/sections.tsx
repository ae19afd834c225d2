import { useDictionary } from "../../i18n/translate";
import { Sections } from "../../parts/sections";
import words, { type CameraWord } from "./words";

export function CameraSections() {
  const { t } = useDictionary<CameraWord>(words);
  return <Sections label={t("title")} sections={[{ to: "/cameras", name: t("pictures") }, { to: "/cameras/map", name: t("map") }]} />;
}
