// The models: which version is in force, what was done with the others, and how a version
// in shadow differed from the one in force on the same looks.
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../../../api/client";
import { bytes, count, dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Listing } from "../../../parts/listing";
import { Loaded } from "../../../parts/loaded";
import { Mark, type Tone } from "../../../parts/mark";
import { Page } from "../../../parts/page";
import { useSeenWords } from "../../../parts/seen/use-seen-words";
import words, { type ModelWord } from "./words";

type Lineage = Schemas["ModelLineage"];
type Version = Schemas["ModelVersion"];
type Difference = Schemas["ModelDifference"];
type Change = Schemas["ModelChange"];

const useModels = () => useQuery({ queryKey: ["models"], queryFn: async (): Promise<Lineage[]> => (await ok(api.GET("/api/v1/models", {}))).items });

export default function Models() {
  const { t } = useDictionary<ModelWord>(words);
  const models = useModels();
  return (
    <Page title={t("head")} lead={t("lead")}>
      <Loaded query={models}>{(list) => <div className="stack">{list.map((of) => <Shown key={of.name} of={of} />)}</div>}</Loaded>
    </Page>
  );
}

const tones: Record<Version["use"], Tone> = { active: "ok", shadow: "wait", proposed: "act", kept: "quiet" };

function Shown({ of }: { of: Lineage }) {
  const { t } = useDictionary<ModelWord>(words);
  const named = useSeenWords();
  return (
    <section className="panel" id={of.name}>
      <header><h2>{`name_${of.name}` in words.zh ? t(`name_${of.name}` as ModelWord) : of.name}</h2><span className="muted"><span className="mono">{of.name}</span> · {t(`task_${of.task}`)}</span></header>
      <div className="panel-body stack">
        <Listing<Version>
          rowKey="version" dataSource={of.versions} scroll={{ x: "max-content" }}
          columns={[
            { title: t("version"), dataIndex: "version", render: (version: string, v) => <><strong className="mono">{version}</strong> {v.shipped ? <span className="muted">{t("shipped")}</span> : null}</> },
            { title: t("use"), dataIndex: "use", render: (use: Version["use"]) => <Mark tone={tones[use]}>{t(`use_${use}`)}</Mark> },
            { title: t("labels"), dataIndex: "labels", render: (labels: string[]) => labels.map(named).join(t("and")) },
            { title: t("size"), dataIndex: "size_bytes", align: "right", render: (size: number) => bytes(size) },
            { title: t("look"), dataIndex: "look_ms", align: "right", render: (ms: number | undefined) => (ms ? t("ms", { n: ms }) : "—") },
            { title: t("added"), key: "added", render: (_: unknown, v) => (v.added_at ? <>{dateTime(v.added_at)}<div className="muted">{v.added_by}</div></> : "—") },
            { title: "SHA-256", dataIndex: "sha256", render: (sum: string) => <span className="mono" title={sum}>{sum.slice(0, 16)}…</span> },
          ]}
        />
        <div>
          <h3>{t("shadow")}</h3>
          {of.differences.length === 0 ? <p className="muted" style={{ margin: 0 }}>{t("noShadow")}</p> : <Differences of={of} />}
        </div>
        {of.changes.length > 0 ? (
          <div>
            <h3>{t("changes")}</h3>
            <ul className="plain-list">
              {of.changes.map((change) => <li key={change.at + change.what}>{dateTime(change.at)} · {change.by} · {t(did[change.what])} <span className="mono">{change.version}</span></li>)}
            </ul>
          </div>
        ) : null}
      </div>
    </section>
  );
}

const did: Record<Change["what"], ModelWord> = { add: "did_add", propose: "did_propose", activate: "did_activate", shadow: "did_shadow", "end shadow": "did_end" };

// agreement is the share that both found of what either did; what differs is never 100%.
function agreement({ both, active_only, shadow_only }: Difference): string {
  const all = both + active_only + shadow_only;
  return all === 0 ? "—" : `${Math.floor((both / all) * 1000) / 10}%`;
}

// Differences shows, by label, what both versions found and what one alone did.
function Differences({ of: { task, differences } }: { of: Lineage }) {
  const { t } = useDictionary<ModelWord>(words);
  const named = useSeenWords();
  return (
    <>
      <p className="muted" style={{ margin: "0 0 8px" }}>{t(task === "detect" ? "inBoxes" : "inCells")}</p>
      <Listing<Difference>
        rowKey={(d) => d.version + d.against + d.label} dataSource={differences} scroll={{ x: "max-content" }}
        columns={[
          { title: t("inShadow"), dataIndex: "version", render: (version: string) => <span className="mono">{version}</span> },
          { title: t("against"), dataIndex: "against", render: (version: string) => <span className="mono">{version}</span> },
          { title: t("label"), dataIndex: "label", render: named },
          { title: t("looks"), dataIndex: "looks", align: "right", render: count },
          { title: t("both"), dataIndex: "both", align: "right", render: count },
          { title: t("activeOnly"), dataIndex: "active_only", align: "right", render: count },
          { title: t("shadowOnly"), dataIndex: "shadow_only", align: "right", render: count },
          { title: t("agreement"), key: "agreement", align: "right", render: (_: unknown, d) => agreement(d) },
        ]}
      />
    </>
  );
}
