// The console's frame: rail with what this person may do, header, page.
import {
  AlertOutlined, ApiOutlined, AppstoreOutlined, AuditOutlined, BarChartOutlined, BookOutlined, CloudServerOutlined, DeploymentUnitOutlined, EyeInvisibleOutlined, FileTextOutlined, FolderOpenOutlined, GlobalOutlined, IdcardOutlined, LockOutlined,
  LogoutOutlined, MenuOutlined, MoonOutlined, PhoneOutlined, SafetyCertificateOutlined, SafetyOutlined, SendOutlined, ShopOutlined, SunOutlined, TagOutlined, TeamOutlined, UserOutlined, VideoCameraOutlined,
} from "@ant-design/icons";
import { Button, Dropdown, Tooltip } from "antd";
import { lazy, Suspense, useRef, useState, type ReactNode } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { ErrorBoundary } from "./error-boundary";
import { setPreferences, usePreferences } from "./preferences";
import { useSession, useSignOut } from "./session";
import { useEventsOnline } from "../api/events";
import { useWords } from "./use-words";
import type { Word } from "./words";

const RailDrawer = lazy(() => import("./rail-drawer"));
const PasswordDialog = lazy(() => import("./password").then(({ PasswordDialog }) => ({ default: PasswordDialog })));

interface Entry {
  to: string;
  word: Word;
  icon: ReactNode;
  roles?: string[]; // none: everybody
}

const registry = ["collector", "operator", "reviewer", "officer", "legal", "head", "auditor", "supervisor"];

const entries: Entry[] = [
  { to: "/", word: "overview", icon: <AppstoreOutlined /> },
  { to: "/cameras", word: "cameras", icon: <VideoCameraOutlined /> },
  { to: "/findings", word: "findings", icon: <AuditOutlined />, roles: ["reviewer", "officer", "auditor", "supervisor", "head", "legal"] },
  { to: "/cases", word: "cases", icon: <FolderOpenOutlined />, roles: ["reviewer", "officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/leads", word: "leads", icon: <PhoneOutlined />, roles: ["reviewer", "officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/transfers", word: "transfers", icon: <SendOutlined />, roles: ["reviewer", "officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/annotations", word: "annotations", icon: <TagOutlined />, roles: ["reviewer", "officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/objects", word: "objects", icon: <ShopOutlined />, roles: registry },
  { to: "/grades", word: "grades", icon: <AlertOutlined />, roles: registry },
  { to: "/credit", word: "credit", icon: <IdcardOutlined />, roles: ["officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/evidence", word: "evidence", icon: <SafetyCertificateOutlined />, roles: ["reviewer", "officer", "legal", "head", "auditor", "supervisor"] },
  { to: "/supervision", word: "supervision", icon: <BarChartOutlined />, roles: ["officer", "legal", "head", "auditor", "supervisor", "admin"] },
  { to: "/integration", word: "integration", icon: <ApiOutlined />, roles: ["legal", "head", "auditor", "supervisor", "admin"] },
  { to: "/privacy", word: "privacy", icon: <EyeInvisibleOutlined />, roles: ["officer", "legal", "head", "auditor", "supervisor", "admin"] },
  { to: "/settings/matters", word: "matters", icon: <BookOutlined /> },
  { to: "/settings/templates", word: "templates", icon: <FileTextOutlined />, roles: ["officer", "legal", "head", "auditor", "supervisor", "admin"] },
  { to: "/settings/services", word: "services", icon: <CloudServerOutlined />, roles: ["head", "auditor", "supervisor", "admin"] },
  { to: "/settings/models", word: "models", icon: <DeploymentUnitOutlined />, roles: ["head", "auditor", "supervisor", "admin"] },
  { to: "/settings/users", word: "users", icon: <TeamOutlined />, roles: ["admin"] },
];

function Navigation({ onGo }: { onGo?: () => void }) {
  const { t } = useWords();
  const { user } = useSession();
  const shown = entries.filter((entry) => !entry.roles || entry.roles.some((role) => user.roles.includes(role)));
  return (
    <nav aria-label={t("navigation")} className="rail-nav">
      {shown.map((entry) => (
        <NavLink key={entry.to} to={entry.to} end={entry.to === "/"} onClick={onGo} className="rail-link">
          <span aria-hidden>{entry.icon}</span>
          {t(entry.word)}
        </NavLink>
      ))}
    </nav>
  );
}

function Brand() {
  const { t } = useWords();
  return (
    <div className="brand">
      <img src="/icon.svg" alt="" width={30} height={30} />
      <div>
        <strong>{t("product")}</strong>
        <span>{t("productSub")}</span>
      </div>
    </div>
  );
}

export function Appearance() {
  const { t } = useWords();
  const { language, scheme } = usePreferences();
  const schemeLabel = t(scheme === "dark" ? "toLight" : "toDark");
  return (
    <>
      <Button type="text" icon={<GlobalOutlined />} onClick={() => setPreferences({ language: language === "zh" ? "en" : "zh" })}>
        <span lang={language === "zh" ? "en" : "zh-CN"}>{t("language")}</span>
      </Button>
      <Tooltip title={schemeLabel}>
        <Button
          type="text"
          aria-label={schemeLabel}
          icon={scheme === "dark" ? <SunOutlined /> : <MoonOutlined />}
          onClick={() => setPreferences({ scheme: scheme === "dark" ? "light" : "dark" })}
        />
      </Tooltip>
    </>
  );
}

function Account() {
  const { t, roleLabel } = useWords();
  const { user } = useSession();
  const signOut = useSignOut(user.elsewhere);
  const [changing, setChanging] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const change = () => {
    button.current?.focus(); // the menu closes, and what was chosen in it is gone
    setChanging(true);
  };
  const items = [
    { key: "roles", disabled: true, label: user.roles.map(roleLabel).join(" · ") },
    { key: "public", icon: <GlobalOutlined />, label: <a href="/public">{t("publicSite")}</a> },
    { key: "security", icon: <SafetyOutlined />, label: <Link to="/account">{t("accountSecurity")}</Link> },
    { key: "password", icon: <LockOutlined />, label: t("changePassword"), onClick: change },
    { key: "out", icon: <LogoutOutlined />, label: t("signOut"), onClick: () => signOut.mutate() },
  ];
  return (
    <>
      <Dropdown trigger={["click"]} menu={{ items }}>
        <Button ref={button} type="text" icon={<UserOutlined />} aria-label={`${t("account")}: ${user.name}`}>
          {user.name}
        </Button>
      </Dropdown>
      {changing ? <Suspense fallback={null}><PasswordDialog open onDone={() => setChanging(false)} /></Suspense> : null}
    </>
  );
}

export function Layout() {
  const { t } = useWords();
  const { pathname } = useLocation();
  const [drawer, setDrawer] = useState(false);
  const [narrow, setNarrow] = useState(false); // once it was opened; a desk never makes it
  const online = useEventsOnline();
  return (
    <div className="frame">
      <a className="skip" href="#content">{t("skip")}</a>
      <aside className="rail">
        <Brand />
        <Navigation />
      </aside>
      <div className="main">
        <header className="bar">
          <Button className="only-narrow" type="text" icon={<MenuOutlined />} aria-label={t("menu")} onClick={() => { setNarrow(true); setDrawer(true); }} />
          <div className="bar-space" />
          <Appearance />
          <Account />
        </header>
        {online ? null : <div className="offline" role="status">{t("offline")}</div>}
        <main id="content" tabIndex={-1}>
          <ErrorBoundary at={pathname}>
            <Suspense fallback={<div role="status" aria-label={t("loading")} className="route-wait" />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      {narrow ? (
        <Suspense fallback={null}>
          <RailDrawer open={drawer} onClose={() => setDrawer(false)} label={t("navigation")}>
            <Brand />
            <Navigation onGo={() => setDrawer(false)} />
          </RailDrawer>
        </Suspense>
      ) : null}
    </div>
  );
}
