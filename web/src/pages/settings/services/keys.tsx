// The keys that seal evidence, and the orders to replace or revoke one: an administrator
// gives it, the head agrees, and it is carried out at the server.
import { Button, Form, Input } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schemas } from "../../../api/client";
import { trustText, trustURL } from "../../../api/trust";
import { useSession } from "../../../app/session";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Dialog } from "../../../parts/dialog";
import { Listing } from "../../../parts/listing";
import { Failure, Loaded, Nothing } from "../../../parts/loaded";
import { Mark } from "../../../parts/mark";
import { Order } from "../../../parts/order";
import { useStep } from "../../../parts/step";
import words, { type ServiceWord } from "./words";

type TrustedKey = Schemas["TrustedKey"];
type KeyOrder = Schemas["Order"];
type Action = KeyOrder["action"];

const useKeys = () => useQuery({ queryKey: ["trust"], queryFn: async (): Promise<TrustedKey[]> => (JSON.parse(await trustText()) as Schemas["Trust"]).keys });
const useOrders = () => useQuery({ queryKey: ["key-orders"], queryFn: async (): Promise<KeyOrder[]> => (await ok(api.GET("/api/v1/key-orders", {}))).items });

const agreeToKeyOrder = (id: number): Promise<unknown> => ok(api.POST("/api/v1/key-orders/{id}/agreement", { params: { path: { id } } }));

interface Wanted {
  action: Action;
  key: string;
}

export function Keys() {
  const { t } = useDictionary<ServiceWord>(words);
  const { can } = useSession();
  const keys = useKeys();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const standing = (key: TrustedKey) => {
    if (key.revoked) return <Mark tone="bad">{key.revoked_since ? t("revokedSince", { time: dateTime(key.revoked_since), why: key.revoked }) : t("revoked", { why: key.revoked })}</Mark>;
    return <Mark tone={key.valid_to ? "quiet" : "ok"}>{t(key.valid_to ? "ended" : "inUse")}</Mark>;
  };
  const order = (key: TrustedKey) => (
    <div className="row">
      {key.valid_to ? null : <Button size="small" onClick={() => setWanted({ action: "rotate", key: key.id })}>{t("orderRotate")}</Button>}
      {key.revoked ? null : <Button size="small" danger onClick={() => setWanted({ action: "revoke", key: key.id })}>{t("orderRevoke")}</Button>}
    </div>
  );
  return (
    <section className="panel">
      <header><h2>{t("keys")}</h2><a href={trustURL} download>{t("download")}</a></header>
      <div className="panel-body stack" style={{ gap: 10 }}>
        <p className="muted" style={{ margin: 0 }}>{t("keysLead")}</p>
        {keys.error ? <Failure error={keys.error} retry={() => void keys.refetch()} /> : (
          <Listing<TrustedKey>
            rowKey="id" loading={keys.isPending} dataSource={keys.data} scroll={{ x: "max-content" }} locale={{ emptyText: <Nothing>{t("noKeys")}</Nothing> }}
            columns={[
              { title: t("keyId"), key: "id", render: (_, k) => <span className="mono">{k.id}</span> },
              { title: t("algorithm"), key: "algorithm", render: (_, k) => k.algorithm },
              { title: t("validFrom"), key: "from", render: (_, k) => dateTime(k.valid_from) },
              { title: t("validTo"), key: "to", render: (_, k) => dateTime(k.valid_to) },
              { title: t("standing"), key: "standing", render: (_, k) => standing(k) },
              ...(can("admin") ? [{ title: "", key: "order", render: (_: unknown, k: TrustedKey) => order(k) }] : []),
            ]}
          />
        )}
        <Orders />
      </div>
      {wanted ? <Give wanted={wanted} onClose={() => setWanted(null)} /> : null}
    </section>
  );
}

function Orders() {
  const { t } = useDictionary<ServiceWord>(words);
  const { can } = useSession();
  const orders = useOrders();
  const standing = (o: KeyOrder) => (o.done ? <Mark tone="ok">{t("done")}</Mark> : <Mark tone={o.agreed_at ? "act" : "wait"}>{t(o.agreed_at ? "toDo" : "waits")}</Mark>);
  return (
    <>
      <h3 className="key-orders">{t("orders")}</h3>
      <p className="muted" style={{ margin: 0 }}>{t("orderLead")}</p>
      <Loaded query={orders} isEmpty={(list) => list.length === 0} empty={t("noOrders")}>
        {(list) => (
          <ul className="plain-list">
            {list.map((o) => (
              <Order
                key={o.id} order={o} standing={standing(o)} title={<>{t(`act_${o.action}`)} <span className="mono">{o.key_id}</span></>}
                agreement={can("head") && !o.agreed_at ? { list: "key-orders", label: t("agreeOf", { action: t(`act_${o.action}`), key: o.key_id }), give: () => agreeToKeyOrder(o.id) } : undefined}
              >
                {o.agreed_at && !o.done ? <div className="muted">{t("carryOut")}<code className="mono">offsite key {o.action} --help</code></div> : null}
              </Order>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

function Give({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const { t } = useDictionary<ServiceWord>(words);
  const [form] = Form.useForm<{ reason: string }>();
  const give = useStep("key-orders", ({ reason }: { reason: string }) => ok(api.POST("/api/v1/key-orders", { body: { action: wanted.action, key_id: wanted.key, reason: reason.trim() } })), onClose);
  const action = t(wanted.action === "rotate" ? "orderRotate" : "orderRevoke");
  return (
    <Dialog open title={t("orderTitle", { action, key: wanted.key })} onCancel={onClose} onOk={() => form.submit()} okText={action} confirmLoading={give.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values: { reason: string }) => give.mutate(values)}>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("reasonMissing") }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
      </Form>
    </Dialog>
  );
}
