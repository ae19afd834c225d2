// What several bureaux supervise together, as rural guesthouses: what each found last, by
// its own system. Those found wanting come first.
import { Link } from "react-router";
import { useJoint } from "../../api/base-data";
import type { JointObject } from "../../api/types";
import { date } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { GradeMark } from "./grade-mark";
import { ObjectSections } from "./sections";
import { useBusiness } from "./use-business";
import words, { type ObjectWord } from "./words";

const guesthouses = "民宿";

export default function Joint() {
  const { t } = useDictionary<ObjectWord>(words);
  const { wanted, field } = useBusiness(guesthouses, t("jointBusiness"));
  const joint = useJoint(wanted);
  return (
    <Page title={t("joint")} lead={t("jointLead")}>
      <ObjectSections />
      <div className="stack">
        <div className="tools">{field}</div>
        {joint.error ? <Failure error={joint.error} retry={() => void joint.refetch()} /> : null}
        <section className="panel flush">
          <Listing<JointObject>
            rowKey="object_id" loading={joint.isPending} dataSource={joint.data} scroll={{ x: "max-content" }} pagination={false}
            locale={{ emptyText: <Nothing>{t(wanted ? "noMatch" : "jointNone")}</Nothing> }}
            columns={[
              { title: t("name"), dataIndex: "name", render: (name: string, row) => <><Link to={`/objects/${row.object_id}`}>{name}</Link><div className="muted">{row.business}</div></> },
              { title: t("grade"), dataIndex: "grade", render: (g: string) => <GradeMark grade={g} /> },
              { title: t("township"), dataIndex: "township" },
              { title: t("address"), dataIndex: "address" },
              { title: t("jointFound"), key: "checks", render: (_, row) => <Checks of={row} /> },
            ]}
          />
        </section>
      </div>
    </Page>
  );
}

function Checks({ of: { checks } }: { of: JointObject }) {
  const { t } = useDictionary<ObjectWord>(words);
  if (checks.length === 0) return <span className="muted">{t("jointUnchecked")}</span>;
  return (
    <ul className="plain-list">
      {checks.map((c) => (
        <li key={c.by}>
          <div className="row"><Mark tone={c.passed ? "ok" : "bad"}>{t(c.passed ? "jointPassed" : "jointFailed")}</Mark><span>{c.by_name} · {date(c.at)}</span></div>
          <div className="mono">{c.source}</div>
          {c.note ? <div className="muted">{c.note}</div> : null}
        </li>
      ))}
    </ul>
  );
}
