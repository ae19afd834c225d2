// Where a case stands on its way. States beside the way (corrected, dismissed …)
// are shown as its end.
import { Steps } from "antd";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import words, { type CaseWord } from "./words";

const way = ["found", "reviewed", "filed", "notified", "investigated", "proposed", "decided", "serving", "served", "closed"];

// On the way from the stage before it; the rest of the states end the way.
const within: Record<string, string> = {
  reminded: "reviewed", verified: "reviewed", legal_review: "proposed", collective: "proposed", hearing: "proposed",
  overdue: "served", urged: "served", court: "served", paid: "served", archived: "closed",
};

export function Stages({ state }: { state: string }) {
  const { t } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const at = way.indexOf(within[state] ?? state);
  const ended = at < 0;
  const shown = ended ? ["found", state] : way;
  return (
    <Steps
      className="stages"
      size="small"
      responsive
      aria-label={t("steps")}
      current={ended ? 1 : at}
      status={ended || state === "closed" || state === "archived" ? "finish" : "process"}
      items={shown.map((key, i) => ({ title: !ended && i === at && state !== key ? frame.stateLabel(state) : frame.stateLabel(key) }))}
      labelPlacement="vertical"
    />
  );
}
