// The case lists that somebody comes back to: kept with the account, each the query
// of the list's address.
import { DeleteOutlined, LinkOutlined, StarOutlined } from "@ant-design/icons";
import { App, Button, Input, Tooltip } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { Failure } from "../../parts/loaded";
import { removeFilter, saveFilter, useFilters } from "./calls";
import words, { type CaseWord } from "./words";

// sameQuery tells whether two queries ask for the same, whatever their order.
const sorted = (query: string) => [...new URLSearchParams(query)].map((pair) => pair.join("=")).sort().join("&");

export function Filters({ query }: { query: string }) {
  const { t, language } = useDictionary<CaseWord>(words);
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const filters = useFilters();
  const [naming, setNaming] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: ["filters"] });
  const remove = useMutation({ mutationFn: removeFilter, onSuccess: refresh, onError: (error) => message.error(sentenceOf(error, language)) });
  const copy = () =>
    navigator.clipboard.writeText(location.href).then(() => message.success(t("linkCopied")), () => message.error(t("linkNotCopied")));
  if (!query && filters.data?.length === 0) return null;
  return (
    <div className="row saved-filters" role="group" aria-label={t("savedFilters")}>
      {filters.error ? <Failure error={filters.error} retry={() => void filters.refetch()} /> : null}
      {(filters.data ?? []).map((filter) => {
        const current = sorted(filter.query) === sorted(query);
        return (
          <span key={filter.id} className="saved-filter">
            <button type="button" aria-pressed={current} onClick={() => void navigate({ pathname: "/cases", search: current ? "" : filter.query })}>{filter.name}</button>
            <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("removeFilter", { name: filter.name })} onClick={() => remove.mutate(filter.id)} />
          </span>
        );
      })}
      {query ? (
        <>
          <Button size="small" icon={<StarOutlined />} onClick={() => setNaming(true)}>{t("saveFilter")}</Button>
          <Tooltip title={t("copyLink")}><Button size="small" type="text" icon={<LinkOutlined />} aria-label={t("copyLink")} onClick={() => void copy()} /></Tooltip>
        </>
      ) : null}
      {naming ? <NameDialog query={query} onDone={() => { setNaming(false); void refresh(); }} /> : null}
    </div>
  );
}

function NameDialog({ query, onDone }: { query: string; onDone: () => void }) {
  const { t, language } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const [name, setName] = useState("");
  const save = useMutation({ mutationFn: () => saveFilter({ name: name.trim(), query }), onSuccess: onDone });
  return (
    <Dialog
      open title={t("saveFilter")} okText={frame.t("save")} onCancel={onDone} onOk={() => save.mutate()}
      okButtonProps={{ disabled: name.trim() === "", loading: save.isPending }} width={420}
    >
      <Input autoFocus maxLength={60} value={name} aria-label={t("filterName")} placeholder={t("filterName")} onChange={(event) => setName(event.target.value)} onPressEnter={() => { if (name.trim()) save.mutate(); }} />
      {save.error ? <p role="alert" className="form-problem">{sentenceOf(save.error, language)}</p> : <p className="muted" style={{ margin: "8px 0 0" }}>{t("filterHint")}</p>}
    </Dialog>
  );
}
