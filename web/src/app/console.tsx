// The console: theme, queries, session, routes. Every page is a chunk of its own.
import "../styles/console.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { lazy, type ComponentType } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { useServerEvents } from "../api/events";
import { Problem } from "../api/problem";
import { ErrorBoundary } from "./error-boundary";
import { Layout } from "./layout";
import { usePreferences } from "./preferences";
import { SessionGate } from "./session";
import { nonce, themeOf } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the server has refused it will refuse again.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);
const Overview = page(() => import("../pages/overview"));
const Cameras = page(() => import("../pages/cameras/list"));
const CameraMap = page(() => import("../pages/cameras/map"));
const NewCamera = page(() => import("../pages/cameras/register/register"));
const Camera = page(() => import("../pages/cameras/camera"));
const Findings = page(() => import("../pages/findings/queue"));
const Agreement = page(() => import("../pages/findings/agreement"));
const Cases = page(() => import("../pages/cases/list"));
const Deadlines = page(() => import("../pages/cases/deadlines"));
const Mentions = page(() => import("../pages/cases/mentions"));
const Payments = page(() => import("../pages/cases/payments"));
const Inquiry = page(() => import("../pages/cases/inquiry"));
const Case = page(() => import("../pages/cases/case"));
const Objects = page(() => import("../pages/objects/objects"));
const Codes = page(() => import("../pages/objects/codes"));
const Joint = page(() => import("../pages/objects/joint"));
const ObjectPage = page(() => import("../pages/objects/object"));
const Imports = page(() => import("../pages/imports/list"));
const Import = page(() => import("../pages/imports/batch"));
const Grades = page(() => import("../pages/grades/grades"));
const Trial = page(() => import("../pages/grades/trial"));
const EvidenceSearch = page(() => import("../pages/evidence/search"));
const Evidence = page(() => import("../pages/evidence/bundle"));
const Gaps = page(() => import("../pages/evidence/gaps"));
const Views = page(() => import("../pages/evidence/views"));
const Samples = page(() => import("../pages/evidence/sampling/samples"));
const Sample = page(() => import("../pages/evidence/sampling/sample"));
const Figures = page(() => import("../pages/supervision/figures"));
const Figure = page(() => import("../pages/supervision/figure"));
const Draws = page(() => import("../pages/supervision/draws"));
const DrawShown = page(() => import("../pages/supervision/draw"));
const Reports = page(() => import("../pages/supervision/reports"));
const Publications = page(() => import("../pages/supervision/publications"));
const Integration = page(() => import("../pages/integration/integration"));
const Webhook = page(() => import("../pages/integration/webhook"));
const Leads = page(() => import("../pages/leads/leads"));
const Annotations = page(() => import("../pages/annotations/annotations"));
const Transfers = page(() => import("../pages/transfers/transfers"));
const Credit = page(() => import("../pages/credit/credit"));
const Privacy = page(() => import("../pages/privacy/privacy"));
const Users = page(() => import("../pages/settings/users"));
const Matters = page(() => import("../pages/settings/matters"));
const Services = page(() => import("../pages/settings/services/services"));
const Models = page(() => import("../pages/settings/models/models"));
const Templates = page(() => import("../pages/settings/templates/templates"));
const Account = page(() => import("../account/account"));
const NotFound = page(() => import("../pages/not-found"));

function Console() {
  useServerEvents();
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<Overview />} />
        <Route path="cameras" element={<Cameras />} />
        <Route path="cameras/map" element={<CameraMap />} />
        <Route path="cameras/new" element={<NewCamera />} />
        <Route path="cameras/:id" element={<Camera />} />
        <Route path="findings" element={<Findings />} />
        <Route path="findings/:id" element={<Findings />} />
        <Route path="agreements" element={<Agreement />} />
        <Route path="cases" element={<Cases />} />
        <Route path="cases/deadlines" element={<Deadlines />} />
        <Route path="cases/mentions" element={<Mentions />} />
        <Route path="cases/payments" element={<Payments />} />
        <Route path="cases/:id" element={<Case />} />
        <Route path="cases/:id/inquiry" element={<Inquiry />} />
        <Route path="objects" element={<Objects />} />
        <Route path="objects/codes" element={<Codes />} />
        <Route path="objects/joint" element={<Joint />} />
        <Route path="objects/imports" element={<Imports />} />
        <Route path="objects/imports/:id" element={<Import />} />
        <Route path="cameras/imports" element={<Imports />} />
        <Route path="cameras/imports/:id" element={<Import />} />
        <Route path="objects/:id" element={<ObjectPage />} />
        <Route path="grades" element={<Grades />} />
        <Route path="grades/trial" element={<Trial />} />
        <Route path="evidence" element={<EvidenceSearch />} />
        <Route path="evidence/gaps" element={<Gaps />} />
        <Route path="evidence/views" element={<Views />} />
        <Route path="evidence/samples" element={<Samples />} />
        <Route path="evidence/samples/:id" element={<Sample />} />
        <Route path="evidence/:id" element={<Evidence />} />
        <Route path="supervision" element={<Figures />} />
        <Route path="supervision/figures/:key" element={<Figure />} />
        <Route path="supervision/reports" element={<Reports />} />
        <Route path="supervision/draws" element={<Draws />} />
        <Route path="supervision/draws/:id" element={<DrawShown />} />
        <Route path="supervision/publications" element={<Publications />} />
        <Route path="leads" element={<Leads />} />
        <Route path="transfers" element={<Transfers />} />
        <Route path="annotations" element={<Annotations />} />
        <Route path="credit" element={<Credit />} />
        <Route path="privacy" element={<Privacy />} />
        <Route path="integration" element={<Integration />} />
        <Route path="integration/webhooks/:id" element={<Webhook />} />
        <Route path="account" element={<Account />} />
        <Route path="settings/users" element={<Users />} />
        <Route path="settings/matters" element={<Matters />} />
        <Route path="settings/services" element={<Services />} />
        <Route path="settings/models" element={<Models />} />
        <Route path="settings/templates" element={<Templates />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

// What a message says is read out: the library shows it, and no more.
const told = () => document.getElementById("told") ?? document.body;

export default function Root() {
  const { language, scheme } = usePreferences();
  return (
    <ConfigProvider csp={{ nonce: nonce() }} theme={themeOf(scheme)} locale={language === "zh" ? zhCN : enUS} button={{ autoInsertSpace: false }}>
      <App component={false} message={{ getContainer: told }}>
        <div id="told" aria-live="assertive" />
        <QueryClientProvider client={queries}>
          <ErrorBoundary at="root">
            <BrowserRouter>
              <SessionGate>
                <Console />
              </SessionGate>
            </BrowserRouter>
          </ErrorBoundary>
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}
