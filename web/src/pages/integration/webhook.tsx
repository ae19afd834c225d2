// One endpoint: what went there, what came back, and sending it again.
import { App, Button, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Sure } from "../../parts/dialog";
import { Listing } from "../../parts/listing";
import { Failure, Loaded, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Page } from "../../parts/page";
import { replay, rotateWebhook, testWebhook, useDeliveries, useDelivery, useWebhooks, type Choice, type Delivery, type DeliveryState, type Endpoint } from "./calls";
import { HookForm, HookState } from "./hooks";
import { named } from "./keys";
import { SecretDialog, type Secret } from "./secret";
import words, { type IntegrationWord } from "./words";

const tones: Record<DeliveryState, Tone> = { waiting: "wait", delivered: "ok", failed: "bad" };

export default function Webhook() {
  const { t } = useDictionary<IntegrationWord>(words);
  const { id = "" } = useParams();
  const hooks = useWebhooks();
  return (
    <Loaded query={hooks}>
      {({ items, kinds }) => {
        const hook = items.find((one) => one.id === id);
        return hook ? <Shown hook={hook} kinds={kinds} /> : <Nothing>{t("missing")}</Nothing>;
      }}
    </Loaded>
  );
}

// useAct runs something for an endpoint and shows what came of it.
function useAct<V, R>(act: (value: V) => Promise<R>, done: (result: R) => void) {
  const { language } = useDictionary<IntegrationWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (result) => {
      done(result);
      return queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
}

function Shown({ hook, kinds }: { hook: Endpoint; kinds: Choice[] }) {
  const { t } = useDictionary<IntegrationWord>(words);
  const { can } = useSession();
  const { message } = App.useApp();
  const [editing, setEditing] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const tested = useAct(() => testWebhook(hook.id), () => void message.success(t("tested")));
  const rotated = useAct(() => rotateWebhook(hook.id), ({ secret: text }) => setSecret({ name: hook.name, text, lead: "hookLead" }));
  const again = useAct(() => replay(hook.id, {}), ({ count }) => void message.success(t("replayed", { n: count })));
  const tools = can("admin") ? (
    <>
      <Button onClick={() => tested.mutate(undefined)} loading={tested.isPending}>{t("test")}</Button>
      <Button disabled={hook.failed === 0} onClick={() => again.mutate(undefined)} loading={again.isPending}>{t("replayFailed")}</Button>
      <Sure title={t("rotateSure")} okText={t("rotate")} onConfirm={() => rotated.mutate(undefined)}><Button>{t("rotate")}</Button></Sure>
      <Button onClick={() => setEditing(true)}>{t("edit")}</Button>
    </>
  ) : null;
  return (
    <Page title={hook.name} lead={<><span className="mono">{hook.url}</span> <HookState of={hook} /> {hook.disabled_why}</>} extra={tools}>
      <Deliveries hook={hook} kinds={kinds} />
      {editing ? <HookForm hook={hook} kinds={kinds} onClose={() => setEditing(false)} /> : null}
      {secret ? <SecretDialog secret={secret} onClose={() => setSecret(null)} /> : null}
    </Page>
  );
}

function Deliveries({ hook, kinds }: { hook: Endpoint; kinds: Choice[] }) {
  const { t, pick } = useDictionary<IntegrationWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const { message } = App.useApp();
  const [state, setState] = useState<DeliveryState>();
  const list = useDeliveries(hook.id, state);
  const again = useAct((event: string) => replay(hook.id, { event_id: event }), ({ count }) => void message.success(t("replayed", { n: count })));
  const states: DeliveryState[] = ["waiting", "delivered", "failed"];
  return (
    <section className="panel flush">
      <header className="between">
        <div><h2>{t("deliveries")}</h2><p className="muted">{t("deliveriesLead")}</p></div>
        <Select<DeliveryState> allowClear placeholder={frame.t("all")} aria-label={t("state")} value={state} onChange={setState} options={states.map((value) => ({ value, label: t(value) }))} style={{ minWidth: 120 }} />
      </header>
      {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
      <Listing<Delivery>
        rowKey="event_id" loading={list.isPending} dataSource={list.data?.pages.flatMap((page) => page.items)} locale={{ emptyText: <Nothing>{t("noDeliveries")}</Nothing> }}
        expandable={{ expandedRowRender: (delivery) => <Opened hook={hook.id} event={delivery.event_id} /> }}
        columns={[
          { title: t("event"), dataIndex: "kind", render: (kind: string) => named(kinds, kind, pick) },
          { title: t("at"), dataIndex: "at", render: (at: string) => dateTime(at) },
          { title: t("state"), dataIndex: "state", render: (s: DeliveryState, delivery) => <><Mark tone={tones[s]}>{t(s)}</Mark>{delivery.next_at ? <span className="muted"> {t("next", { time: dateTime(delivery.next_at) })}</span> : null}</> },
          { title: t("attempts"), dataIndex: "attempts" },
          { title: t("answer"), key: "answer", render: (_, delivery) => (delivery.attempts === 0 ? "—" : delivery.error || delivery.status || t("noAnswer")) },
          { title: frame.t("actions"), key: "actions", render: (_, delivery) => (can("admin") ? <Button type="link" size="small" onClick={() => again.mutate(delivery.event_id)}>{t("replay")}</Button> : null) },
        ]}
      />
      {list.hasNextPage ? <div className="form-foot"><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button></div> : null}
    </section>
  );
}

function Opened({ hook, event }: { hook: string; event: string }) {
  const { t } = useDictionary<IntegrationWord>(words);
  const detail = useDelivery(hook, event);
  return (
    <Loaded query={detail}>
      {({ body, tries }) => (
        <div className="stack">
          <div><strong>{t("body")}</strong><pre className="mono">{body}</pre></div>
          <div>
            <strong>{t("tries")}</strong>
            <ul className="plain-list">
              {tries.map((one) => <li key={one.at}>{dateTime(one.at)} · {one.error || one.status} · {t("took", { n: one.took_ms })}</li>)}
            </ul>
          </div>
        </div>
      )}
    </Loaded>
  );
}
