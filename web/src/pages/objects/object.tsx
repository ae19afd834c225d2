// One shop, site or piece of land: how closely it is looked after and why, its
// inspections, and everything that was changed of it.
import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { codeURL, useObject } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import { removeObject } from "../../api/queries";
import type { ObjectRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Sure } from "../../parts/dialog";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { ObjectDialog } from "./dialogs";
import { Events } from "./events";
import { GradeMark } from "./grade-mark";
import { History } from "./history";
import { Papers } from "./papers";
import { AdjustDialog, RecordDialog } from "./record";
import { Why } from "./why";
import words, { type ObjectWord } from "./words";

export default function ObjectPage() {
  const { id = "" } = useParams();
  const object = useObject(id);
  return <Loaded query={object}>{(data) => <Shown object={data} />}</Loaded>;
}

type Open = "edit" | "record" | "adjust" | null;

function Shown({ object }: { object: ObjectRow }) {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const buttons = (
    <>
      {can("collector") ? <Remove object={object} /> : null}
      {can("collector") ? <Button icon={<EditOutlined />} onClick={() => setOpen("edit")}>{t("editObject")}</Button> : null}
      {can("head") ? <Button onClick={() => setOpen("adjust")}>{t("adjust")}</Button> : null}
      {can("collector", "officer", "head") ? <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("record")}>{t("record")}</Button> : null}
    </>
  );
  const place = [t(`kind_${object.kind}` as ObjectWord), object.township, object.address].filter(Boolean).join(" · ");
  return (
    <Page title={object.name} lead={<span className="row"><GradeMark grade={object.grade} />{place}</span>} extra={buttons}>
      <div className="grid two">
        <div className="stack">
          <Why object={object} />
          <Events object={object} />
        </div>
        <div className="stack">
          <Facts object={object} />
          <Papers object={object} />
          <History id={object.id} />
        </div>
      </div>
      {open === "edit" ? <ObjectDialog object={object} onDone={close} /> : null}
      {open === "record" ? <RecordDialog id={object.id} onDone={close} /> : null}
      {open === "adjust" ? <AdjustDialog id={object.id} onDone={close} /> : null}
    </Page>
  );
}

// Remove takes an object off the lists, as when a shop has closed.
function Remove({ object }: { object: ObjectRow }) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => removeObject(object),
    onSuccess: async () => {
      void navigate("/objects", { replace: true });
      await queries.invalidateQueries({ queryKey: ["objects"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Sure title={t("removeAsk", { name: object.name })} description={t("removeWhy")} okText={t("remove")} onConfirm={() => remove.mutate()}>
      <Button danger loading={remove.isPending}>{t("remove")}</Button>
    </Sure>
  );
}

function Facts({ object }: { object: ObjectRow }) {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const { longitude, latitude } = object;
  const rows: [string, ReactNode][] = [
    [t("business"), object.business || "—"],
    [t("party"), object.party || "—"],
    [t("licenceNo"), object.licence_no ? <span className="mono">{object.licence_no}</span> : "—"],
    [t("code"), <a key="code" href={codeURL(object.id)} target="_blank" rel="noreferrer">{t("codeShow")}</a>],
    [t("position"), longitude === undefined || latitude === undefined ? "—" : <span className="mono">{longitude.toFixed(6)}, {latitude.toFixed(6)}</span>],
  ];
  return (
    <section className="panel">
      <header>
        <h2>{t("facts")}</h2>
        {can("reviewer", "officer", "legal", "head", "auditor", "supervisor") ? <Link to={`/cases?q=${encodeURIComponent(object.name)}`}>{t("casesOf")}</Link> : null}
      </header>
      <div className="panel-body">
        <dl className="facts">{rows.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>
      </div>
    </section>
  );
}
