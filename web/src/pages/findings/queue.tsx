// The review queue, worked by keyboard alone. The next finding and its pictures
// are fetched while the present one is looked at.
import { CloseOutlined } from "@ant-design/icons";
import { App, Button, Segmented, Select } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { Problem, sentenceOf } from "../../api/problem";
import { type FindingOrder, confirmFinding, findingQuery, looksQuery, rejectFinding, useCameras, useFinding, useFindings, verifyFinding } from "../../api/queries";
import type { FindingItem } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, percent, shortTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { useKeys } from "../../parts/keys";
import { Failure, Loaded, Nothing } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { HelpDialog, RejectDialog, VerifyDialog } from "./dialogs";
import { graceMs, usePendingVerdict, type Verdict } from "./pending";
import { Grounds, Moving, Stills, Verdicts } from "./review";
import { viewOf, type FindingView } from "./view";
import words, { type FindingWord } from "./words";

const stages = { first: "found", second: "reviewed", all: "" } as const;
type Stage = keyof typeof stages;
interface Asked { stage: Stage; order: FindingOrder; camera: string }
const query = ({ stage, order, camera }: Asked) => `?${new URLSearchParams({ stage, ...(order && { order }), ...(camera && { camera }) })}`;
type Open = "reject" | "verify" | "help" | null;

export default function Queue() {
  const { t } = useDictionary<FindingWord>(words);
  const { user } = useSession();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { id } = useParams();
  const [search] = useSearchParams();
  const stage: Stage = (["first", "second", "all"] as const).find((s) => s === search.get("stage")) ?? (id ? "all" : "first");
  const order: FindingOrder = (["probability", "deadline"] as const).find((o) => o === search.get("order")) ?? "";
  const camera = search.get("camera") ?? "";
  const list = useFindings({ state: stages[stage], order, camera });
  const { pending, give, undo, gone } = useVerdicts();
  const items = useMemo(
    () => (list.data?.pages ?? []).flatMap((page) => page.items ?? []).filter((item) => !(stage !== "all" && gone.has(item.id + stage))),
    [list.data, gone, stage],
  );
  // What was picked is shown at once; the address follows when the browser has time.
  const [picked, setPicked] = useState(id);
  const asked = useRef<string>(undefined); // which the address does not name yet
  useEffect(() => {
    if (asked.current && asked.current !== id) return; // somebody was faster than the address
    asked.current = undefined;
    setPicked(id);
  }, [id]);
  const shown = picked ?? id;
  const found = items.findIndex((item) => item.id === shown);
  const index = shown ? found : items.length > 0 ? 0 : -1;
  const current = shown ?? items[0]?.id;
  const go = useCallback(
    (to: string | undefined) => {
      asked.current = to;
      setPicked(to);
      void navigate({ pathname: to ? `/findings/${to}` : "/findings", search: query({ stage, order, camera }) }, { replace: true });
    },
    [navigate, stage, order, camera],
  );
  const neighbour = (by: number) => items[index + by]?.id;
  usePrefetch(neighbour(1));

  // Someone else may take the last item while it is looked at; it stays shown.
  const decided = useCallback(
    (verdict: Omit<Verdict, "send">, send: () => Promise<void>) => {
      const after = items[index + 1]?.id ?? items[index - 1]?.id;
      give({ ...verdict, send }, stage);
      go(after);
    },
    [give, go, index, items, stage],
  );
  // Here, not beside the finding: it must work while the next one is still on its way.
  const takeBack = () => {
    const back = undo();
    if (back) go(back.finding);
    else void message.info(t("nothingToUndo"));
  };
  useKeys({ u: takeBack });
  return (
    <Page
      title={t("title")}
      lead={list.data ? t("remaining", { n: list.hasNextPage ? `${items.length}+` : items.length }) : undefined}
      extra={
        <Controls stage={stage} order={order} camera={camera} />
      }
    >
      {pending ? <PendingBar verdict={pending} onUndo={takeBack} /> : null}
      {list.error && !list.data ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
      {list.data && items.length === 0 && !id ? (
        <Nothing>{stage === "all" || camera ? t("noMatch") : <><strong>{t("queueEmpty")}</strong><br />{t("queueEmptyWhy")}</>}</Nothing>
      ) : null}
      {current ? (
        <div className="review">
          <nav className="panel review-queue" aria-label={t("queue")}>
            {items.map((item) => <Item key={item.id} item={item} current={item.id === current} onOpen={go} />)}
            {list.hasNextPage ? <Button type="link" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>…</Button> : null}
          </nav>
          <Current
            id={current}
            roles={user.roles}
            onMove={(by) => { const to = neighbour(by); if (to) go(to); }}
            onDecided={decided}
          />
        </div>
      ) : null}
    </Page>
  );
}

const Controls = memo(function Controls(asked: Asked) {
  const { t } = useDictionary<FindingWord>(words);
  const navigate = useNavigate();
  const cameras = useCameras();
  const { stage, order, camera } = asked;
  const ask = (change: Partial<Asked>) => void navigate({ pathname: "/findings", search: query({ ...asked, ...change }) });
  return (
    <>
      <Select
        allowClear showSearch optionFilterProp="label" style={{ width: 180 }} popupMatchSelectWidth={false}
        value={camera || undefined} placeholder={t("everyCamera")} aria-label={t("cameraLabel")}
        onChange={(id?: string) => ask({ camera: id ?? "" })} options={(cameras.data ?? []).map((c) => ({ value: c.id, label: c.name }))}
      />
      <Select<FindingOrder>
        value={order} aria-label={t("orderLabel")} popupMatchSelectWidth={false}
        onChange={(next) => ask({ order: next })}
        options={[{ value: "", label: t("orderTime") }, { value: "probability", label: t("orderProbability") }, { value: "deadline", label: t("orderDeadline") }]}
      />
      <Segmented<Stage>
        value={stage}
        aria-label={t("queue")}
        onChange={(next) => ask({ stage: next })}
        options={[{ value: "first", label: t("first") }, { value: "second", label: t("second") }, { value: "all", label: t("allFindings") }]}
      />
      <Button href="/agreements" onClick={(event) => { event.preventDefault(); void navigate("/agreements"); }}>{t("agreement")}</Button>
    </>
  );
});

// useVerdicts holds the verdict that can still be undone and what has left which
// list, so that a finding vanishes at once and comes back if it is refused.
function useVerdicts() {
  const { t, language } = useDictionary<FindingWord>(words);
  const { notification } = App.useApp();
  const queries = useQueryClient();
  const { stateLabel, t: common } = useWords();
  const closable = { closeIcon: <CloseOutlined />, role: "button", "aria-label": common("close") };
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const refresh = (finding: string) => Promise.all([["findings"], ["finding", finding], ["case", finding], ["cases"], ["overview"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const restore = (finding: string) => setGone((now) => new Set([...now].filter((key) => !key.startsWith(finding))));
  const verdicts = usePendingVerdict(
    async (verdict, error) => {
      // Without an answer nobody knows whether it was recorded, but the finding itself.
      const refused = error instanceof Problem && error.status < 500;
      const now = refused ? null : await queries.fetchQuery({ ...findingQuery(verdict.finding), staleTime: 0, retry: false }).catch(() => null);
      if (now && now.state !== verdict.state) {
        notification.warning({ message: `${t("sendUnclear", { state: stateLabel(now.state) })} · ${verdict.name}`, description: sentenceOf(error, language), duration: 0, role: "alert", closable });
      } else {
        restore(verdict.finding);
        notification.error({ message: `${t("sendFailed")} · ${verdict.name}`, description: sentenceOf(error, language), duration: 0, role: "alert", closable });
      }
      void refresh(verdict.finding);
    },
    (verdict) => void refresh(verdict.finding),
  );
  return {
    pending: verdicts.pending,
    gone,
    give: (verdict: Verdict, stage: Stage) => {
      setGone((now) => new Set(now).add(verdict.finding + stage));
      verdicts.give(verdict);
    },
    undo: () => {
      const back = verdicts.undo();
      if (back) restore(back.finding);
      return back;
    },
  };
}

// usePrefetch brings the next finding, its pictures and what the models saw before
// they are wanted.
function usePrefetch(id: string | undefined) {
  const queries = useQueryClient();
  const held = useRef<HTMLImageElement[]>([]); // what is not held, the browser may drop again
  useEffect(() => {
    if (!id) return;
    void queries.fetchQuery(findingQuery(id)).then((finding) => {
      const view = viewOf(finding);
      if (view.bundle) void queries.prefetchQuery(looksQuery(view.bundle));
      held.current = [view.before, view.after].filter(Boolean).map((src) => {
        const picture = new Image();
        picture.src = src;
        void picture.decode().catch(() => undefined); // the page's own picture will say what is wrong
        return picture;
      });
    }, () => undefined); // it will be asked for again, and then say what is wrong
  }, [id, queries]);
}

// within scrolls the queue, and nothing around it, so far that an item of it is seen.
function within(item: HTMLElement | null) {
  const queue = item?.parentElement;
  if (!item || !queue) return;
  const [at, around] = [item.getBoundingClientRect(), queue.getBoundingClientRect()];
  if (at.top < around.top) queue.scrollTop -= around.top - at.top;
  else if (at.bottom > around.bottom) queue.scrollTop += at.bottom - around.bottom;
}

const Item = memo(function Item({ item, current, onOpen }: { item: FindingItem; current: boolean; onOpen: (id: string) => void }) {
  const { t, pick } = useDictionary<FindingWord>(words);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!current) return;
    // After the pictures are shown: it makes the browser lay out the whole page.
    const frame = requestAnimationFrame(() => within(button.current));
    return () => cancelAnimationFrame(frame);
  }, [current]);
  const view = viewOf(item);
  return (
    <button ref={button} type="button" className="review-item" data-id={item.id} aria-current={current} tabIndex={current ? 0 : -1} onClick={() => onOpen(item.id)}>
      <strong>{pick(view.matter.zh, view.matter.en)}</strong>
      <span>{view.camera}{item.object ? ` · ${item.object}` : ""}</span>
      <span>{t("probability", { n: percent(item.score) })} · {shortTime(view.raised)}</span>
      {item.deadline ? <span>{t("due", { date: date(item.deadline.at) })}</span> : null}
    </button>
  );
});

function PendingBar({ verdict, onUndo }: { verdict: Verdict; onUndo: () => void }) {
  const { t } = useDictionary<FindingWord>(words);
  return (
    <div className="pending-bar" role="status">
      <span style={{ flex: 1 }}>{t(verdict.kind === "reject" ? "rejectedPending" : "confirmedPending", { name: verdict.name, s: graceMs / 1000 })}</span>
      <Button size="small" onClick={onUndo}>{t("undo")} <kbd>U</kbd></Button>
    </div>
  );
}

interface CurrentProps {
  id: string;
  roles: string[];
  onMove: (by: number) => void;
  onDecided: (verdict: Omit<Verdict, "send">, send: () => Promise<void>) => void;
}

function Current({ id, roles, onMove, onDecided }: CurrentProps) {
  const finding = useFinding(id);
  const view = useMemo(() => finding.data && viewOf(finding.data), [finding.data]);
  return (
    <Loaded query={finding}>
      {(data) => <Judged finding={view ?? viewOf(data)} reviewer={roles.includes("reviewer")} onMove={onMove} onDecided={onDecided} />}
    </Loaded>
  );
}

type JudgedProps = Omit<CurrentProps, "id" | "roles"> & { finding: FindingView; reviewer: boolean };

function Judged({ finding, reviewer, onMove, onDecided }: JudgedProps) {
  const { t, pick } = useDictionary<FindingWord>(words);
  const [open, setOpen] = useState<Open>(null);
  const [boxes, setBoxes] = useState(true);
  const video = useRef<HTMLVideoElement>(null);
  // The pictures and the verdict come first, clip and grounds a moment after them.
  const later = useDeferredValue(finding);
  const name = `${pick(finding.matter.zh, finding.matter.en)} · ${finding.camera}`;

  const decide = (kind: Verdict["kind"], send: () => Promise<unknown>) => {
    setOpen(null);
    onDecided({ finding: finding.id, state: finding.state, name, kind }, async () => {
      await send();
    });
  };
  const allowed = (event: string) => reviewer && finding.may(event);
  const confirm = allowed("confirm") ? () => decide("confirm", () => confirmFinding(finding)) : undefined;
  const reject = allowed("reject") ? () => setOpen("reject") : undefined;
  const verify = allowed("verify") ? () => setOpen("verify") : undefined;
  const play = () => {
    const clip = video.current;
    if (clip) void (clip.paused ? clip.play() : Promise.resolve(clip.pause()));
  };
  useKeys(
    {
      j: () => onMove(1), k: () => onMove(-1), ArrowDown: () => onMove(1), ArrowUp: () => onMove(-1),
      c: confirm, r: reject, v: verify, b: () => setBoxes((shown) => !shown), " ": play,
      "?": () => setOpen("help"),
    },
    open === null,
  );
  return (
    <>
      <div className="review-media">
        <Stills finding={finding} boxes={boxes} />
        <Moving finding={later} boxes={boxes} ref={video} />
      </div>
      <div className="review-side">
        <Verdicts finding={finding} onConfirm={confirm} onReject={reject} onVerify={verify} why={reviewer ? finding.whyNot(pick) : ""} />
        <Grounds finding={later} />
        <Button size="small" type="text" onClick={() => setOpen("help")}>{t("help")} <kbd>?</kbd></Button>
      </div>
      <RejectDialog open={open === "reject"} onCancel={() => setOpen(null)} onReject={(reason) => decide("reject", () => rejectFinding(finding, reason))} />
      <VerifyDialog open={open === "verify"} onCancel={() => setOpen(null)} onVerify={(ticks) => decide("verify", () => verifyFinding(finding, ticks))} />
      <HelpDialog open={open === "help"} onCancel={() => setOpen(null)} />
    </>
  );
}
