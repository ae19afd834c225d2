import { useDictionary } from "../../i18n/translate";
import { Sections } from "../../parts/sections";
import words, { type ObjectWord } from "./words";

export function ObjectSections() {
  const { t } = useDictionary<ObjectWord>(words);
  return <Sections label={t("title")} sections={[{ to: "/objects", name: t("all") }, { to: "/objects/joint", name: t("joint") }, { to: "/objects/codes", name: t("codes") }]} />;
}
