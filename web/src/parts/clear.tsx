// Clear is the mark that empties a field, with its name.
import { CloseCircleFilled } from "@ant-design/icons";
import { useWords } from "../app/use-words";

export function Clear() {
  const { t } = useWords();
  return <span role="img" aria-label={t("clear")}><CloseCircleFilled /></span>;
}
