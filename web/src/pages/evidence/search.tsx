import { Button, Form, Input } from "antd";
import { Link, useNavigate } from "react-router";
import { useFindings } from "../../api/queries";
import { useSession } from "../../app/session";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { viewOf } from "../findings/view";
import words, { type EvidenceWord } from "./words";

export default function EvidenceSearch() {
  const { t, pick } = useDictionary<EvidenceWord>(words);
  const { can } = useSession();
  const navigate = useNavigate();
  const findings = useFindings("");
  return (
    <Page title={t("title")} lead={t("lead")} extra={<><Link to="/evidence/gaps"><Button tabIndex={-1}>{t("gaps")}</Button></Link>{can("head", "auditor", "supervisor") ? <><Link to="/evidence/views"><Button tabIndex={-1}>{t("views")}</Button></Link><Link to="/evidence/samples"><Button tabIndex={-1}>{t("samples")}</Button></Link></> : null}</>}>
      <div className="stack">
        <section className="panel">
          <div className="panel-body">
            <Form<{ id: string }> layout="inline" onFinish={({ id }) => void navigate(`/evidence/${encodeURIComponent(id.trim())}`)}>
              <Form.Item name="id" rules={[{ required: true, whitespace: true, message: t("bundleID") }]} style={{ flex: "1 1 320px" }}>
                <Input className="mono" placeholder={t("bundleID")} aria-label={t("bundleID")} spellCheck={false} />
              </Form.Item>
              <Button type="primary" htmlType="submit">{t("find")}</Button>
            </Form>
          </div>
        </section>
        <section className="panel">
          <header><h2>{t("recent")}</h2></header>
          <div className="panel-body">
            <Loaded query={findings} isEmpty={(data) => data.pages.every((page) => !page.items?.length)} empty={t("none")}>
              {(data) => (
                <ul className="plain-list">
                  {data.pages.flatMap((page) => page.items ?? []).filter((item) => item.bundle).map((item) => {
                    const view = viewOf(item);
                    return (
                      <li key={view.id} className="between" style={{ flexWrap: "wrap" }}>
                        <span>
                          <Link to={`/evidence/${view.bundle}`}>{pick(view.matter.zh, view.matter.en)} · {view.camera}</Link>
                          <div className="mono muted">{view.bundle}</div>
                        </span>
                        <span className="muted">{dateTime(view.raised)}</span>
                      </li>
                    );
                  })}
                </ul>
              )}
            </Loaded>
          </div>
        </section>
      </div>
    </Page>
  );
}
