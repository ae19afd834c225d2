// An order that one person gave and another agrees to: what, why, who and when, and the
// button of whoever may agree.
import { App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sentenceOf } from "../api/problem";
import { useWords } from "../app/use-words";
import { dateTime } from "../format/format";

interface Given {
  reason: string;
  by: string;
  at: string;
  agreed_by?: string;
  agreed_at?: string;
}

interface Agreement {
  list: string; // key of the queries that it changes
  label: string; // for who does not see what stands beside the button
  give: () => Promise<unknown>;
}

interface Props {
  order: Given;
  title: ReactNode;
  standing: ReactNode;
  agreement?: Agreement; // undefined: the reader may not, or nothing waits
  children?: ReactNode;
}

export function Order({ order, title, standing, agreement, children }: Props) {
  const { t } = useWords();
  return (
    <li className="between key-order">
      <div>
        <strong>{title}</strong> {standing}
        <div>{order.reason}</div>
        <div className="muted">{t("orderedBy", { by: order.by, time: dateTime(order.at) })}{order.agreed_at ? ` · ${t("agreedBy", { by: order.agreed_by ?? "", time: dateTime(order.agreed_at) })}` : ""}</div>
        {children}
      </div>
      {agreement ? <Agree {...agreement} /> : null}
    </li>
  );
}

function Agree({ list, label, give }: Agreement) {
  const { t, language } = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const agree = useMutation({
    mutationFn: give,
    onError: (error) => void message.error(sentenceOf(error, language)),
    onSettled: () => queries.invalidateQueries({ queryKey: [list] }),
  });
  return <Button loading={agree.isPending} aria-label={label} onClick={() => agree.mutate()}>{t("agree")}</Button>;
}
