// One code each (一点一码): how many objects of a business have theirs hanging at the place,
// and the others' codes, to be printed.
import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { Link } from "react-router";
import { codeURL, useCodes } from "../../api/base-data";
import { useWords } from "../../app/use-words";
import { percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { ObjectSections } from "./sections";
import { useBusiness } from "./use-business";
import words, { type ObjectWord } from "./words";

const catering = "餐饮";

// allShown waits for the pictures that would only have come when they were scrolled to.
const allShown = () => Promise.allSettled([...document.querySelectorAll<HTMLImageElement>(".codes img")].map((img) => {
  img.loading = "eager";
  return img.decode();
}));

export default function CodesPage() {
  const { t } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const { wanted, field } = useBusiness(catering, t("codesBusiness"));
  const codes = useCodes(wanted);
  const shown = codes.data?.pages.flatMap((page) => page.missing) ?? [];
  return (
    <Page title={t("codes")} lead={t("codesLead")}>
      <ObjectSections />
      <div className="stack">
        <div className="tools">
          {field}
          {shown.length ? <Button className="push" icon={<PrinterOutlined />} onClick={() => void allShown().then(() => window.print())}>{t("codesPrint", { n: shown.length })}</Button> : null}
        </div>
        <Loaded query={codes}>
          {({ pages: [{ objects, posted } = { objects: 0, posted: 0 }] }) => (
            <section className="panel">
              <header><h2>{t("codesOf", { n: objects, posted, share: percent(objects ? posted / objects : 0) })}</h2></header>
              <div className="panel-body">
                {shown.length === 0 ? <Nothing>{t(objects ? "codesAll" : "noMatch")}</Nothing> : null}
                <ul className="codes">
                  {shown.map((o) => (
                    <li key={o.id}>
                      <img src={codeURL(o.id)} alt={`${t("code")} ${o.name}`} loading="lazy" />
                      <Link to={`/objects/${o.id}`}>{o.name}</Link>
                      <span className="muted">{o.address}</span>
                    </li>
                  ))}
                </ul>
              </div>
            </section>
          )}
        </Loaded>
        {codes.hasNextPage ? <Button loading={codes.isFetchingNextPage} onClick={() => void codes.fetchNextPage()}>{frame.t("more")}</Button> : null}
      </div>
    </Page>
  );
}
