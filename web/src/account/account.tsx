// The account's own page: second factors, notices, open sessions.
import { App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { sentenceOf } from "../api/problem";
import { useWords } from "../app/use-words";
import { dateTime } from "../format/format";
import { Sure } from "../parts/dialog";
import { Listing } from "../parts/listing";
import { Failure, Nothing } from "../parts/loaded";
import { Mark } from "../parts/mark";
import { Page } from "../parts/page";
import { endSession, useOwnSessions } from "./calls";
import { Factors } from "./factors";
import { Notices } from "./notices";
import { useAccountWords } from "./use-account-words";

type OpenSession = Schemas["OpenSession"];

export default function Account() {
  const { t } = useAccountWords();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Factors />
      <Notices />
      <Sessions />
    </Page>
  );
}

function Sessions() {
  const { t, language } = useAccountWords();
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const sessions = useOwnSessions();
  const end = useMutation({
    mutationFn: endSession,
    onError: (error) => message.error(sentenceOf(error, language)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["account", "sessions"] }),
  });
  return (
    <>
      {sessions.error ? <Failure error={sessions.error} retry={() => void sessions.refetch()} /> : null}
      <section className="panel flush">
        <header>
          <h2>{t("sessions")}</h2>
          <span className="muted">{t("sessionsLead")}</span>
        </header>
        <Listing<OpenSession>
          rowKey="id" loading={sessions.isPending} dataSource={sessions.data}
          locale={{ emptyText: <Nothing>{frame.t("none")}</Nothing> }}
          columns={[
            { title: t("address"), dataIndex: "address", render: (a: string) => <span className="mono">{a}</span> },
            { title: t("how"), dataIndex: "how", render: (how: OpenSession["how"]) => t(`how_${how}`) },
            { title: t("since"), dataIndex: "created_at", render: (at: string) => dateTime(at) },
            { title: t("lastSeen"), dataIndex: "seen_at", render: (at: string) => dateTime(at) },
            { title: t("browser"), dataIndex: "agent", ellipsis: true, width: 280 },
            {
              title: frame.t("actions"), key: "actions",
              render: (_, s) =>
                s.this ? (
                  <Mark tone="ok">{t("thisSession")}</Mark>
                ) : (
                  <Sure title={t("endSure")} okText={t("end")} onConfirm={() => end.mutate(s.id)}>
                    <Button danger size="small">{t("end")}</Button>
                  </Sure>
                ),
            },
          ]}
        />
      </section>
    </>
  );
}
