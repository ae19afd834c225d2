// Who is signed in. SessionGate asks the server once; without a session the
// sign-in page is shown; a session that ends later leaves the page in place and
// asks for the password above it.
import { Modal, Spin } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, lazy, Suspense, useContext, useEffect, type ReactNode } from "react";
import { api, ok } from "../api/client";
import { Problem } from "../api/problem";
import type { User } from "../api/types";
import { setCsrf, setExpired, useExpired } from "../api/session-state";
import { Failure } from "../parts/loaded";
import { SignIn, SignInForm } from "./sign-in";
import { PasswordForm } from "./password";
import { sessionKey } from "./session-key";
import { Proof } from "../account/proof";
import { useAccountWords } from "../account/use-account-words";
import { useWords } from "./use-words";

const Factors = lazy(() => import("../account/account").then(({ Factors }) => ({ default: Factors })));

const SessionContext = createContext<{ user: User } | null>(null);

export function useSession() {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside SessionGate");
  return { user: session.user, can: (...roles: string[]) => roles.some((role) => session.user.roles?.includes(role)) };
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(api.DELETE("/api/v1/session", {})),
    onSettled: () => {
      setCsrf("");
      queries.clear();
      location.assign("/");
    },
  });
}

export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const account = useAccountWords();
  const session = useQuery({
    queryKey: sessionKey,
    queryFn: async () => {
      try {
        return await ok(api.GET("/api/v1/session", {}));
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
    retry: false,
  });
  const expired = useExpired();
  useEffect(() => {
    if (session.data) {
      setCsrf(session.data.csrf);
      setExpired(false);
    }
  }, [session.data]);

  if (session.isPending) return <Spin fullscreen tip={t("loading")} />;
  if (session.error) return <div className="sign-in"><Failure error={session.error} retry={() => void session.refetch()} /></div>;
  if (!session.data) return <SignIn><SignInForm /></SignIn>;
  const { user } = session.data;
  if (user.must_change_password) {
    return (
      <SignIn title={t("oneTime")} lead={t("oneTimeWhy")}>
        <PasswordForm username={user.username} />
      </SignIn>
    );
  }
  if (user.must_add_factor) {
    return (
      <SignIn title={account.t("must")} lead={account.t("mustWhy")}>
        <Suspense fallback={<Spin />}>
          <Factors />
        </Suspense>
      </SignIn>
    );
  }
  return (
    <SessionContext.Provider value={{ user }}>
      {children}
      <Proof elsewhere={user.elsewhere} />
      <Modal open={expired} footer={null} closable={false} maskClosable={false} keyboard={false} title={t("expired")}>
        <p>{t("expiredWhy")}</p>
        <SignInForm username={user.username} />
      </Modal>
    </SessionContext.Provider>
  );
}
