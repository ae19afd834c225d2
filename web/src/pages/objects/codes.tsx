// One code each (一点一码): how many objects of a business have theirs hanging at the place,
// and the others' codes, to be printed.
import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { Link } from "react-router";
import { codeURL, useCodes } from "../../api/base-data";
import { percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { ObjectSections } from "./sections";
import { useBusiness } from "./use-business";
import words, { type ObjectWord } from "./words";

const catering = "餐饮";

export default function CodesPage() {
  const { t } = useDictionary<ObjectWord>(words);
  const { wanted, field } = useBusiness(catering, t("codesBusiness"));
  const codes = useCodes(wanted);
  return (
    <Page title={t("codes")} lead={t("codesLead")}>
      <ObjectSections />
      <div className="stack">
        <div className="tools">
          {field}
          {codes.data?.missing.length ? <Button className="push" icon={<PrinterOutlined />} onClick={() => window.print()}>{t("codesPrint")}</Button> : null}
        </div>
        <Loaded query={codes}>
          {({ objects, posted, missing }) => (
            <section className="panel">
              <header><h2>{t("codesOf", { n: objects, posted, share: percent(objects ? posted / objects : 0) })}</h2></header>
              <div className="panel-body">
                {missing.length === 0 ? <Nothing>{t(objects ? "codesAll" : "noMatch")}</Nothing> : null}
                <ul className="codes">
                  {missing.map((o) => (
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
      </div>
    </Page>
  );
}
