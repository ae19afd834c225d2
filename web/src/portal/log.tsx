// The transparency log for anybody: its newest checkpoint, whose root is computed
// again here, and its entries, newest first.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../api/problem";
import { base64, checkpointOf, entriesOf, leafHash, rootOf, tilePath } from "../bundle/tiles";
import { dateTime } from "../format/format";
import { usePortalWords } from "./use-portal-words";
import words, { type PortalWord } from "./words";

const perTile = 256;
const digest = 32;
const few = 25; // entries shown at first

async function bytesOf(path: string): Promise<Uint8Array> {
  const answer = await fetch(`/log/${path}`);
  if (!answer.ok) throw new Error(`/log/${path}: HTTP ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function hashesOf(level: number, index: number, entries: number): Promise<Uint8Array[]> {
  const bytes = await bytesOf(`tile/${level}/${tilePath(index, entries)}`);
  return Array.from({ length: entries }, (_, i) => bytes.subarray(i * digest, (i + 1) * digest));
}

async function readCheckpoint() {
  const checkpoint = checkpointOf(new TextDecoder().decode(await bytesOf("checkpoint")));
  return { ...checkpoint, holds: base64(await rootOf(checkpoint.size, hashesOf)) === checkpoint.root };
}

interface Entry {
  kind: string;
  id: string;
  sha256: string;
  at: string;
}

// readTile reads the entries of a tile and compares each with the hash that stands
// in the tree.
async function readTile(index: number, size: number) {
  const entries = Math.min(perTile, size - index * perTile);
  const [raw, hashes] = await Promise.all([bytesOf(`tile/entries/${tilePath(index, entries)}`), hashesOf(0, index, entries)]);
  const list = await Promise.all(entriesOf(raw).map(async (bytes, i) => ({
    ...(JSON.parse(new TextDecoder().decode(bytes)) as Entry), index: index * perTile + i, holds: base64(await leafHash(bytes)) === base64(hashes[i]!),
  })));
  return list.reverse();
}

export default function Log() {
  const { t, language } = usePortalWords();
  const checkpoint = useQuery({ queryKey: ["log"], queryFn: readCheckpoint });
  if (checkpoint.error) return <section><p role="alert" className="say bad">{sentenceOf(checkpoint.error, language)}</p></section>;
  if (!checkpoint.data) return <section><p role="status">{t("loading")}</p></section>;
  const { origin, size, root, signatures, holds } = checkpoint.data;
  return (
    <>
      <section className={holds ? "settled" : "urgent"}>
        <h2>{t("logHead")}</h2>
        <p>{t("logLead")}</p>
        <p role="status" className={holds ? "say ok" : "say bad"}>{t(holds ? "logHolds" : "logBroken")}</p>
        <dl>
          <dt>{t("logName")}</dt><dd>{origin}</dd>
          <dt>{t("logSize")}</dt><dd>{size}</dd>
          <dt>{t("logRoot")}</dt><dd className="mono">{root}</dd>
          <dt>{t("logSignatures")}</dt><dd>{signatures}</dd>
        </dl>
      </section>
      {size > 0 ? <Entries size={size} /> : null}
    </>
  );
}

function Entries({ size }: { size: number }) {
  const { t, language } = usePortalWords();
  const named = (kind: string) => (`log_${kind}` in words.zh ? t(`log_${kind}` as PortalWord) : kind);
  const last = Math.floor((size - 1) / perTile);
  const [tile, setTile] = useState(last);
  const [shown, setShown] = useState(few);
  const entries = useQuery({ queryKey: ["log", tile, size], queryFn: () => readTile(tile, size) });
  return (
    <section>
      <h2>{t("logEntries")}</h2>
      {entries.error ? <p role="alert" className="say bad">{sentenceOf(entries.error, language)}</p> : null}
      {entries.data ? (
        <div className="wide-table">
          <table>
            <thead><tr><th scope="col">#</th><th scope="col">{t("logKind")}</th><th scope="col">{t("logWhat")}</th><th scope="col">{t("when")}</th></tr></thead>
            <tbody>
              {entries.data.slice(0, shown).map((e) => (
                <tr key={e.index}>
                  <td className="nowrap">{e.index} {e.holds ? "✓" : "✗"}</td>
                  <td data-label={t("logKind")}>{named(e.kind)}</td>
                  <td data-label={t("logWhat")} className="mono">{e.id}<br />{e.sha256}</td>
                  <td data-label={t("when")} className="nowrap">{dateTime(e.at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : <p role="status">{t("loading")}</p>}
      {entries.data && entries.data.length > shown ? <button type="button" className="plain" onClick={() => setShown(shown + few)}>{t("logMore", { n: entries.data.length - shown })}</button> : null}
      {last > 0 ? (
        <div className="signature-tools">
          <button type="button" className="quiet" disabled={tile === last} onClick={() => { setTile(tile + 1); setShown(few); }}>{t("logNewer")}</button>
          <button type="button" className="quiet" disabled={tile === 0} onClick={() => { setTile(tile - 1); setShown(few); }}>{t("logOlder")}</button>
        </div>
      ) : null}
    </section>
  );
}
