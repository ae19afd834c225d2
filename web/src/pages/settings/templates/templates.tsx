// What each kind of document looks like, and what must stand in it.
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../../api/client";
import { useDictionary } from "../../../i18n/translate";
import { useFilter } from "../../../parts/filter";
import { articleOf } from "../../../parts/article";
import { Loaded } from "../../../parts/loaded";
import { pageAlone } from "../../../parts/page-alone";
import { Page } from "../../../parts/page";
import words, { type TemplateWord } from "./words";

type Template = Schemas["Template"];

const useTemplates = () => useQuery({ queryKey: ["templates"], staleTime: Infinity, queryFn: async (): Promise<Template[]> => (await ok(api.GET("/api/v1/templates", {}))).items });
const pdf = (key: string) => `/api/v1/templates/${encodeURIComponent(key)}/preview`;

export default function Templates() {
  const { t } = useDictionary<TemplateWord>(words);
  const templates = useTemplates();
  return (
    <Page title={t("head")} lead={t("lead")}>
      <Loaded query={templates} isEmpty={(list) => list.length === 0} empty={t("none")}>{(list) => <Shown templates={list} />}</Loaded>
    </Page>
  );
}

function Shown({ templates }: { templates: Template[] }) {
  const { t, pick, language } = useDictionary<TemplateWord>(words);
  const { value, set } = useFilter();
  const chosen = templates.find((k) => k.key === value("kind")) ?? templates[0]!;
  const name = pick(chosen.title_zh, chosen.title_en);
  return (
    <section className="panel">
      <div className="panel-body documents">
        <ul className="plain-list">
          {templates.map((k) => (
            <li key={k.key}>
              <button type="button" className="review-item" aria-current={k.key === chosen.key} onClick={() => set("kind", k.key)}><strong>{pick(k.title_zh, k.title_en)}</strong></button>
            </li>
          ))}
        </ul>
        <div className="stack" style={{ gap: 8 }}>
          <iframe key={chosen.key} title={t("preview", { name })} src={pdf(chosen.key) + pageAlone} />
          <div className="between"><h2>{t("mandatory")}</h2><Button href={pdf(chosen.key)} target="_blank" rel="noreferrer">{t("open")}</Button></div>
          <ul className="plain-list">
            {chosen.mandatory.map((need) => <li key={need.field + need.article} className="between"><span>{pick(need.zh, need.en)}</span><span className="muted">{articleOf(need.article, language)}</span></li>)}
          </ul>
        </div>
      </div>
    </section>
  );
}
