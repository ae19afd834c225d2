// Annotations of real estate that cases asked for: which stand, and which are to be lifted.
import { Alert, Button, Segmented } from "antd";
import { Link, useSearchParams } from "react-router";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { useAnnotations, type AnnotationItem, type Which } from "./calls";
import { Entries, Standing } from "./standing";
import words, { type AnnotationWord } from "./words";

const choices: Which[] = ["open", "gone", "all"];

export default function Annotations() {
  const { t } = useDictionary<AnnotationWord>(words);
  const [search, setSearch] = useSearchParams();
  const which = choices.find((one) => one === search.get("state")) ?? "open";
  const list = useAnnotations(which);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="stack">
        {list.data && list.data.pages[0]?.grounds.length === 0 ? <Alert type="info" message={t("off")} /> : null}
        <section className="panel flush">
          <header className="between">
            <h2>{t("title")}</h2>
            <Segmented aria-label={t("which")} value={which} onChange={(to) => setSearch({ state: to }, { replace: true })} options={choices.map((value) => ({ value, label: t(value) }))} />
          </header>
          {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
          <Listing<AnnotationItem>
            rowKey="id" loading={list.isPending} dataSource={list.data?.pages.flatMap((page) => page.items)} locale={{ emptyText: <Nothing>{t(which === "gone" ? "noneGone" : "none")}</Nothing> }}
            columns={[
              { title: t("case"), key: "case", render: (_, one) => <Link to={`/cases/${one.case_id}`}>{one.case_number}</Link> },
              { title: t("property"), key: "property", render: (_, one) => <><div>{one.property}</div><div className="muted">{one.place}</div></> },
              { title: t("owner"), dataIndex: "owner" },
              { title: t("ground"), dataIndex: "ground", render: (ground: AnnotationItem["ground"]) => t(`ground_${ground}`) },
              { title: t("state"), key: "state", render: (_, one) => <><Standing of={one} /><Entries of={one} /></> },
              { title: t("due"), dataIndex: "due_at", render: (at?: string) => (at ? dateTime(at) : "—") },
            ]}
          />
          {list.hasNextPage ? <div className="form-foot"><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button></div> : null}
        </section>
      </div>
    </Page>
  );
}
