// What a formula would do: counts and inspections now and then, and who changes.
import { Table } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Formula, Outcome } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { GradeMark, grades } from "../objects/grade-mark";
import { DistributionBar } from "./distribution";
import { inspectionsPerYear } from "./formula";
import words, { type GradeWord } from "./words";

const most = 100; // moves that the server names

interface Props {
  now: Formula;
  formula: Formula;
  outcome: Outcome;
  next: ReactNode; // what may be done about it, before the long list
}

export function OutcomeShown({ now, formula, outcome, next }: Props) {
  const { t, pick } = useDictionary<GradeWord>(words);
  const { objects, changed, from, to, moves } = outcome;
  return (
    <>
      <strong role="status">{changed === 0 ? t("nobody") : t("changed", { n: objects, changed })}</strong>
      <div className="then">
        <span>{t("today")}</span><DistributionBar objects={from} />
        <span>{t("then")}</span><DistributionBar objects={to} />
      </div>
      <div className="row">
        {grades.map((grade) => <span key={grade} className="row"><GradeMark grade={grade} /> {from[grade] ?? 0} → <strong>{to[grade] ?? 0}</strong></span>)}
      </div>
      <p className="muted">{t("inspections", { before: inspectionsPerYear(from, now), after: inspectionsPerYear(to, formula) })}</p>
      {next}
      {moves.length > 0 ? (
        <Table
          rowKey="object_id" size="small" dataSource={moves} pagination={moves.length > 10 ? { pageSize: 10, showSizeChanger: false, size: "small" } : false}
          footer={changed > moves.length ? () => t("movesMost", { n: most }) : undefined}
          columns={[
            { title: t("moves"), key: "name", render: (_, m) => <><Link to={`/objects/${m.object_id}`}>{m.name}</Link><div className="muted">{pick(m.to.zh, m.to.en)}</div></> },
            { title: t("grade"), key: "grade", width: 150, render: (_, m) => <span className="moved"><GradeMark grade={m.from} /> → <GradeMark grade={m.to.grade} /></span> },
          ]}
        />
      ) : null}
    </>
  );
}
