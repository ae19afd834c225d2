// Risk grades of all objects: how they are spread, whose inspection is due, and the
// formula behind them with all its versions.
import { Button, Segmented } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useFormulas, useInspections } from "../../api/base-data";
import type { Formulas, InspectionDue } from "../../api/types";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Loaded, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { Due } from "../cases/due";
import { GradeMark, grades } from "../objects/grade-mark";
import { DistributionBar } from "./distribution";
import { FormulaShown } from "./formula-shown";
import { inspectionsPerYear, mayTry } from "./formula";
import { Versions } from "./versions";
import words, { type GradeWord } from "./words";

export default function Grades() {
  const { t } = useDictionary<GradeWord>(words);
  const navigate = useNavigate();
  const { can } = useSession();
  const formulas = useFormulas();
  const change = <Button type="primary" onClick={() => void navigate("/grades/trial")}>{t("change")}</Button>;
  return (
    <Page title={t("title")} lead={t("lead")} extra={can(...mayTry) ? change : null}>
      <Loaded query={formulas}>
        {(data) => (
          <div className="grid two">
            <div className="stack">
              <Distribution formulas={data} />
              <Inspections />
            </div>
            <div className="stack">
              <section className="panel">
                <header><h2>{t("formula")}</h2><span className="muted">{t("version", { n: data.now.version })}</span></header>
                <div className="panel-body"><FormulaShown formula={data.now} /></div>
              </section>
              <Versions formulas={data} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Distribution({ formulas }: { formulas: Formulas }) {
  const { t } = useDictionary<GradeWord>(words);
  const { objects, now } = formulas;
  const all = Object.values(objects).reduce((a, b) => a + b, 0);
  return (
    <section className="panel">
      <header><h2>{t("objects")}</h2></header>
      <div className="panel-body">
        {all === 0 ? <Nothing>{t("noObjects")}</Nothing> : (
          <>
            <DistributionBar objects={objects} />
            <div className="grade-counts">
              {grades.map((grade) => (
                <Link key={grade} to={`/objects?grade=${grade}`} className="grade-count">
                  <GradeMark grade={grade} />
                  <strong>{objects[grade] ?? 0}</strong>
                  <span className="muted">{t("everyDays", { n: now.inspect_every_days[grade] ?? 0 })}</span>
                </Link>
              ))}
            </div>
            <p className="muted">{t("perYear", { n: inspectionsPerYear(objects, now) })}</p>
          </>
        )}
      </div>
    </section>
  );
}

const spans: [number, GradeWord][] = [[0, "dueNow"], [30, "due30"], [90, "due90"]];
const most = 500; // what the server gives at once

function Inspections() {
  const { t } = useDictionary<GradeWord>(words);
  const [days, setDays] = useState(0);
  const due = useInspections(days);
  return (
    <section className="panel flush">
      <header>
        <h2>{t("due")}</h2>
        <Segmented<number> size="small" value={days} onChange={setDays} aria-label={t("due")} options={spans.map(([value, word]) => ({ value, label: t(word) }))} />
      </header>
      <p className="panel-body muted" style={{ padding: 16, margin: 0 }}>{t("dueLead")} <Link to="/supervision/draws">{t("dueTasks")}</Link></p>
      {due.error ? <Failure error={due.error} retry={() => void due.refetch()} /> : null}
      <Listing<InspectionDue>
        rowKey="object_id" loading={due.isPending} dataSource={due.data} scroll={{ x: "max-content" }}
        pagination={(due.data?.length ?? 0) > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        locale={{ emptyText: <Nothing>{t("noneDue")}</Nothing> }}
        footer={due.data?.length === most ? () => t("dueMost", { n: most }) : undefined}
        columns={[
          { title: t("object"), dataIndex: "name", render: (name: string, row) => <Link to={`/objects/${row.object_id}`}>{name}</Link> },
          { title: t("grade"), dataIndex: "grade", render: (grade: string) => <GradeMark grade={grade} /> },
          { title: t("dueAt"), dataIndex: "due_at", render: (at: string) => <Due at={at} /> },
        ]}
      />
    </section>
  );
}
