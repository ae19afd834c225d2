// Whether the services outside answer.
import { App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ok, type Schemas } from "../../../api/client";
import { sentenceOf } from "../../../api/problem";
import { useServices } from "../../../api/queries";
import { useSession } from "../../../app/session";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Loaded } from "../../../parts/loaded";
import { Mark } from "../../../parts/mark";
import { Page } from "../../../parts/page";
import { Keys } from "./keys";
import words, { type ServiceWord } from "./words";

type Standing = Schemas["Standing"];

export default function Services() {
  const { t } = useDictionary<ServiceWord>(words);
  const { can } = useSession();
  const services = useServices();
  return (
    <Page title={t("head")} lead={t("lead")}>
      <div className="stack">
        <section className="panel">
          <header><h2>{t("services")}</h2></header>
          <div className="panel-body stack" style={{ gap: 10 }}>
            <p className="muted" style={{ margin: 0 }}>{t("servicesLead")}</p>
            <Loaded query={services}>
              {(list) => <ul className="plain-list services">{list.map((s) => <Service key={s.key} service={s} mayTest={can("admin")} />)}</ul>}
            </Loaded>
            <p className="muted" style={{ margin: 0 }}>{t("hooks")} <Link to="/integration">{t("hooksOpen")}</Link></p>
          </div>
        </section>
        <Keys />
      </div>
    </Page>
  );
}

function Service({ service, mayTest }: { service: Standing; mayTest: boolean }) {
  const { t, pick, language } = useDictionary<ServiceWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const trial = useMutation({
    mutationFn: () => ok(api.POST("/api/v1/gateways/{key}/trial", { params: { path: { key: service.key } } })),
    onError: (error) => void message.error(sentenceOf(error, language)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["gateways"] }),
  });
  const name = pick(service.name.zh, service.name.en);
  const { latest } = service;
  return (
    <li className="between">
      <div>
        <strong>{name}</strong>{" "}
        <span className="muted">{service.configured ? `${service.address || t("private")} · ${t("setting", { setting: service.setting })}` : t("unset", { setting: service.setting })}</span>
        <div className="muted">{pick(service.does.zh, service.does.en)}</div>
        <div role="status">
          {latest ? (
            <>
              <Mark tone={latest.ok ? "ok" : "bad"}>{t(latest.ok ? "works" : "fails")}</Mark> {pick(latest.said.zh, latest.said.en)}{" "}
              <span className="muted">{t("latest", { time: dateTime(latest.at), by: latest.by, ms: latest.took_ms })}</span>
            </>
          ) : service.configured ? <span className="muted">{t("never")}</span> : null}
        </div>
      </div>
      {mayTest && service.configured ? <Button loading={trial.isPending} aria-label={t("testOf", { name })} onClick={() => trial.mutate()}>{t("test")}</Button> : null}
    </li>
  );
}
