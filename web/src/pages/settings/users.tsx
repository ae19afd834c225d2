import { PlusOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form, Input, Typography } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { changeUser, createUser, useUsers } from "../../api/queries";
import type { UserChange, UserDraft, UserRow } from "../../api/types";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog, Sure } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Brigades } from "./brigades";
import { Certificate, Until } from "./certificate";
import words, { type SettingsWord } from "./words";

const roles: UserDraft["roles"] = ["operator", "collector", "reviewer", "officer", "legal", "head", "auditor", "admin", "supervisor"];

const levels = ["district", "brigade", "township"] as const;

interface Given {
  name: string;
  username: string;
  password: string;
}

export default function Users() {
  const { t, language } = useDictionary<SettingsWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const users = useUsers();
  const [adding, setAdding] = useState(false);
  const [given, setGiven] = useState<Given | null>(null);
  const [reaching, setReaching] = useState<UserRow | null>(null);
  const [certifying, setCertifying] = useState<UserRow | null>(null);
  const reachOf = (user: UserRow) => [user.team, user.townships.join("、") || t("level_district")].filter(Boolean).join(" · ");
  const change = useMutation({
    mutationFn: ({ user, ...body }: { user: UserRow; disabled?: boolean; reset_password?: boolean; forget_factors?: boolean }) => changeUser(user.id, body),
    onSuccess: ({ password }, { user }) => {
      if (password) setGiven({ name: user.name, username: user.username, password });
      return queries.invalidateQueries({ queryKey: ["users"] });
    },
    onError: (error) => message.error(sentenceOf(error, language)),
  });
  return (
    <Page title={t("users")} lead={t("usersLead")} extra={<Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t("addUser")}</Button>}>
      {users.error ? <Failure error={users.error} retry={() => void users.refetch()} /> : null}
      <section className="panel flush">
        <Listing<UserRow>
          rowKey="id" loading={users.isPending} dataSource={users.data}
          locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
          columns={[
            { title: t("username"), dataIndex: "username", render: (name: string) => <span className="mono nowrap">{name}</span> },
            { title: t("name"), dataIndex: "name" },
            { title: t("roles"), dataIndex: "roles", render: (list: string[]) => list.map(frame.roleLabel).join("、") },
            { title: t("reach"), key: "reach", render: (_, user) => reachOf(user) },
            { title: t("licence"), dataIndex: "licence_no", render: (no?: string) => no || "—" },
            { title: t("certificateUntil"), key: "until", render: (_, user) => <Until user={user} /> },
            { title: t("trainingYear"), dataIndex: "training_hours", responsive: ["lg"], render: (hours: number) => (hours > 0 ? t("trainingHours", { n: hours }) : "—") },
            { title: t("lastSignIn"), dataIndex: "last_sign_in", responsive: ["lg"], render: (at?: string) => dateTime(at) },
            { title: t("active"), dataIndex: "disabled", render: (off: boolean) => <Mark tone={off ? "quiet" : "ok"}>{t(off ? "disabled" : "enabled")}</Mark> },
            {
              title: frame.t("actions"), key: "actions",
              render: (_, user) => (
                <div className="row" style={{ gap: 0 }}>
                  {user.disabled ? <Button type="link" size="small" onClick={() => change.mutate({ user, disabled: false })}>{t("enable")}</Button> : (
                    <Sure title={t("disableSure", { name: user.name })} okText={t("disable")} onConfirm={() => change.mutate({ user, disabled: true })}>
                      <Button type="link" size="small">{t("disable")}</Button>
                    </Sure>
                  )}
                  <Button type="link" size="small" onClick={() => setReaching(user)}>{t("changeReach")}</Button>
                  <Button type="link" size="small" onClick={() => setCertifying(user)}>{t("changeCertificate")}</Button>
                  <Sure title={t("resetSure", { name: user.name })} okText={t("reset")} onConfirm={() => change.mutate({ user, reset_password: true })}>
                    <Button type="link" size="small">{t("reset")}</Button>
                  </Sure>
                  <Sure title={t("forgetSure", { name: user.name })} okText={t("forget")} onConfirm={() => change.mutate({ user, forget_factors: true })}>
                    <Button type="link" size="small">{t("forget")}</Button>
                  </Sure>
                </div>
              ),
            },
          ]}
        />
      </section>
      <Brigades />
      {reaching ? <ChangeReach user={reaching} onClose={() => setReaching(null)} /> : null}
      {certifying ? <Certificate user={certifying} onClose={() => setCertifying(null)} /> : null}
      {adding ? <AddUser onClose={() => setAdding(false)} onGiven={setGiven} /> : null}
      <Dialog open={!!given} title={t("oneTime")} footer={<Button type="primary" onClick={() => setGiven(null)}>{frame.t("close")}</Button>} closable={false} maskClosable={false}>
        <p>{t("oneTimeLead", { name: given?.name ?? "" })}</p>
        <Typography.Paragraph copyable={{ text: given?.password ?? "" }} className="mono" style={{ fontSize: 18 }}>{given?.username} · {given?.password}</Typography.Paragraph>
      </Dialog>
    </Page>
  );
}

function AddUser({ onClose, onGiven }: { onClose: () => void; onGiven: (given: Given) => void }) {
  const { t, language } = useDictionary<SettingsWord>(words);
  const frame = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<UserDraft>();
  const add = useMutation({
    mutationFn: createUser,
    onSuccess: async ({ user, password }) => {
      onClose();
      onGiven({ name: user.name, username: user.username, password: password ?? "" });
      await queries.invalidateQueries({ queryKey: ["users"] });
    },
  });
  const required = { required: true, message: t("missing") };
  return (
    <Dialog open title={t("addUser")} onCancel={onClose} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={add.isPending}>
      {add.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(add.error, language)} style={{ marginBottom: 12 }} /> : null}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ level: "district" }} onFinish={(fields) => add.mutate(fields)}>
        <Form.Item name="username" label={t("username")} extra={t("usernameRule")} rules={[required, { pattern: /^[a-z0-9][a-z0-9.-]*$/, message: t("usernameRule") }]}>
          <Input autoComplete="off" autoFocus spellCheck={false} />
        </Form.Item>
        <Form.Item name="name" label={t("name")} rules={[required]}><Input /></Form.Item>
        <Form.Item name="roles" label={t("roles")} rules={[required]}>
          <FieldSelect mode="multiple" optionFilterProp="label" options={roles.map((role) => ({ value: role, label: frame.roleLabel(role) }))} />
        </Form.Item>
        <Form.Item name="licence_no" label={t("licence")}><Input /></Form.Item>
        <ReachFields />
      </Form>
    </Dialog>
  );
}

// ReachFields ask whose records an account sees.
function ReachFields() {
  const { t } = useDictionary<SettingsWord>(words);
  const level = Form.useWatch<string | undefined>("level", Form.useFormInstance());
  return (
    <>
      <Form.Item name="team" label={t("team")}><Input maxLength={60} /></Form.Item>
      <Form.Item name="level" label={t("level")} extra={t("levelHelp")}>
        <FieldSelect options={levels.map((value) => ({ value, label: t(`level_${value}`) }))} />
      </Form.Item>
      {level && level !== "district" ? (
        <Form.Item name="townships" label={t("townships")} extra={t("townshipsHelp")} rules={[{ required: true, type: "array", min: 1, max: level === "township" ? 1 : 60, message: t("townshipsMissing") }]}>
          <FieldSelect mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", " "]} />
        </Form.Item>
      ) : null}
    </>
  );
}

type Reach = NonNullable<UserChange["reach"]>;

function ChangeReach({ user, onClose }: { user: UserRow; onClose: () => void }) {
  const { t, language } = useDictionary<SettingsWord>(words);
  const frame = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Reach>();
  const save = useMutation({
    mutationFn: (reach: Reach) => changeUser(user.id, { reach: reach.level === "district" ? { ...reach, townships: [] } : reach }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["users"] });
    },
  });
  return (
    <Dialog open title={`${t("reach")} · ${user.name}`} onCancel={onClose} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={save.isPending}>
      {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} style={{ marginBottom: 12 }} /> : null}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ team: user.team, level: user.level, townships: user.townships }} onFinish={(reach) => save.mutate(reach)}>
        <ReachFields />
      </Form>
    </Dialog>
  );
}
