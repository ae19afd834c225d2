// The party's portal and the public pages: no account, no component library, so
// that a phone on a slow line has it in a second.
import "../styles/portal.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Component, lazy, Suspense, type ReactNode } from "react";
import { setPreferences, usePreferences } from "../app/preferences";
import { Served } from "./served";
import { usePortalWords } from "./use-portal-words";

const Party = lazy(() => import("./party"));
const DocumentCheck = lazy(() => import("./document-check"));
const Public = lazy(() => import("./public"));

const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } });

function Bar({ sub }: { sub: string }) {
  const { t, language } = usePortalWords();
  usePreferences();
  return (
    <header className="portal-bar">
      <img src="/icon.svg" alt="" width={34} height={34} />
      <strong>{t("bureau")}<small>{sub}</small></strong>
      <button type="button" lang={language === "zh" ? "en" : "zh-CN"} onClick={() => setPreferences({ language: language === "zh" ? "en" : "zh" })}>{t("language")}</button>
    </header>
  );
}

class Boundary extends Component<{ children: ReactNode; fallback: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}

export default function Root() {
  const { t } = usePortalWords();
  const [, kind = "", argument = ""] = location.pathname.split("/");
  const key = decodeURIComponent(argument);
  return (
    <QueryClientProvider client={queries}>
      <div className="portal">
        <Bar sub={t(kind === "p" ? "bureauSub" : kind === "d" ? "checkHead" : "publicHead")} />
        <main>
          <Boundary fallback={<p role="alert" className="say bad">{t("linkBadWhy")}</p>}>
            <Suspense fallback={<Served waiting={t("loading")} />}>
              {kind === "p" ? <Party token={key} /> : kind === "d" ? <DocumentCheck code={key} /> : <Public tab={key} />}
            </Suspense>
          </Boundary>
        </main>
        <footer>{kind === "p" ? t("privacy") : <a href="/">{t("staff")}</a>}</footer>
      </div>
    </QueryClientProvider>
  );
}
