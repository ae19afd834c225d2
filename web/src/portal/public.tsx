// What the law asks to be public: where the cameras stand, what is enforced from
// afar, whether a document is ours.
import { useQuery } from "@tanstack/react-query";
import { lazy, useEffect, useState } from "react";
import { date, yuan } from "../format/format";
import DocumentCheck from "./document-check";
import { Listed } from "./listed";
import { publicCameras, publicMatters, publicSign } from "./public-calls";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

const Decisions = lazy(() => import("./decisions"));
const Draws = lazy(() => import("./draws"));
const Log = lazy(() => import("./log"));
const Verify = lazy(() => import("./verify"));

const tabs: [string, PortalWord][] = [
  ["cameras", "publicCameras"], ["matters", "publicMatters"], ["decisions", "publicDecisions"], ["draws", "publicDraws"], ["check", "publicCheck"],
  ["log", "publicLog"], ["verify", "publicVerify"],
];

export default function Public({ tab }: { tab: string }) {
  const { t } = usePortalWords();
  const current = tabs.find(([key]) => key === tab)?.[0] ?? "cameras";
  useEffect(() => {
    document.title = t("publicHead");
  }, [t]);
  return (
    <>
      {current === "check" ? null : <><h1>{t("publicHead")}</h1><p className="muted">{t("publicLead")}</p></>}
      <nav className="tabs">
        {tabs.map(([key, word]) => <a key={key} href={`/public/${key}`} aria-current={key === current ? "page" : undefined}>{t(word)}</a>)}
      </nav>
      {current === "cameras" ? <Cameras /> : null}
      {current === "matters" ? <Matters /> : null}
      {current === "decisions" ? <Decisions /> : null}
      {current === "draws" ? <Draws /> : null}
      {current === "check" ? <DocumentCheck code="" /> : null}
      {current === "log" ? <Log /> : null}
      {current === "verify" ? <Verify /> : null}
    </>
  );
}

function Cameras() {
  const { t } = usePortalWords();
  const [text, setText] = useState("");
  const cameras = useQuery({ queryKey: ["public-cameras"], queryFn: publicCameras });
  const shown = (cameras.data ?? []).filter((c) => `${c.name} ${c.place}`.includes(text.trim()));
  return (
    <section>
      <label>{t("search")}<input type="search" value={text} onChange={(event) => setText(event.target.value)} /></label>
      <Listed query={cameras} rows={shown} columns={["camera", "place", "publishedOn", "sign"]}>
        {(c) => (
          <tr key={c.id}>
            <td>{c.name}</td>
            <td data-label={t("place")}>{c.place}</td>
            <td data-label={t("publishedOn")} className="nowrap">{date(c.published_on)}</td>
            <td data-label={t("sign")} className="nowrap">{c.sign ? <a href={publicSign(c.id, c.sign)} target="_blank" rel="noreferrer" aria-label={t("signOf", { name: c.name })}>{t("signSee")}</a> : "—"}</td>
          </tr>
        )}
      </Listed>
    </section>
  );
}

function Matters() {
  const { t, pick } = usePortalWords();
  const matters = useQuery({ queryKey: ["public-matters"], queryFn: publicMatters });
  return (
    <section>
      <Listed query={matters} rows={matters.data ?? []} columns={["matter", "basis", "fine"]}>
        {(m) => (
          <tr key={m.key}>
            <td>{pick(m.name_zh, m.name_en)}</td>
            <td data-label={t("basis")}>{pick(m.basis_zh, m.basis_en) || "—"}</td>
            <td data-label={t("fine")} className="nowrap">{m.fine_max_fen ? `${yuan(m.fine_min_fen)} – ${yuan(m.fine_max_fen)}` : "—"}</td>
          </tr>
        )}
      </Listed>
    </section>
  );
}
