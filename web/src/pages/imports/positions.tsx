// Where the rows of a file would stand, on the bureau's own map: whether they are in the
// right place, people see before they are taken in.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { importRows, type Subject } from "../../api/base-data";
import type { ImportBatch, ImportRow } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { DistrictMap, type Spot } from "../../parts/district-map";
import { Loaded, Nothing } from "../../parts/loaded";
import { useDrawing } from "../cameras/drawing";
import words, { type ImportWord } from "./words";

const most = 500; // rows that the map shows

export default function Positions({ batch }: { batch: ImportBatch }) {
  const { t } = useDictionary<ImportWord>(words);
  const drawing = useDrawing();
  const rows = useQuery({ queryKey: ["import", batch.id, "positions"], queryFn: async () => (await importRows(batch.subject as Subject, batch.id, "", 0, most)).items });
  const spots = useMemo(() => (rows.data ?? []).flatMap(spotOf), [rows.data]);
  return (
    <Loaded query={rows}>
      {() => (spots.length === 0 ? <Nothing>{t("noPositions")}</Nothing> : (
        <div className="place-step stack">
          <Loaded query={drawing}>{(drawn) => <DistrictMap drawing={drawn} spots={spots} label={t("positions")} clusterName={(n) => t("positionsTogether", { n })} />}</Loaded>
          <p className="muted">{t("positionsHelp", { n: Math.min(batch.total, most) })}</p>
        </div>
      ))}
    </Loaded>
  );
}

function spotOf({ n, action, object, camera }: ImportRow): Spot[] {
  const { name, longitude, latitude } = camera ?? object;
  if (action === "error" || longitude === undefined || latitude === undefined) return [];
  return [{ id: String(n), name: `${n} · ${name}`, tone: action === "create" ? "ok" : "act", longitude, latitude }];
}
