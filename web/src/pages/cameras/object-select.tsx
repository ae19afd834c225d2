// Choosing one of a district's shops and sites: the server searches, since no
// browser should hold them all.
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useObject, useObjectPages } from "../../api/base-data";
import { useDictionary } from "../../i18n/translate";
import words, { type CameraWord } from "./words";

interface Props {
  id?: string;
  value?: string;
  onChange?: (value: string | undefined) => void;
}

export function ObjectSelect({ id, value = "", onChange }: Props) {
  const { t } = useDictionary<CameraWord>(words);
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed.trim());
  const found = useObjectPages({ q: wanted, kind: "", grade: "" });
  const chosen = useObject(value);
  const rows = found.data?.pages[0]?.items ?? [];
  const known = chosen.data && !rows.some((o) => o.id === value) ? [chosen.data, ...rows] : rows;
  return (
    <Select
      id={id} allowClear showSearch filterOption={false} loading={found.isFetching} value={value || undefined} placeholder={t("objectSearch")} notFoundContent={found.isPending ? null : t("objectNone")}
      onSearch={setTyped} onChange={(next: string | undefined) => onChange?.(next)} options={known.map((o) => ({ value: o.id, label: o.address ? `${o.name} · ${o.address}` : o.name }))}
    />
  );
}
