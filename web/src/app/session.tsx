// Who is signed in. SessionGate asks the server once; without a session the
// sign-in page is shown; a session that ends later leaves the page in place and
// asks for the password above it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, lazy, Suspense, useContext, useEffect, type ReactNode } from "react";
import { api, ok } from "../api/client";
import { Problem } from "../api/problem";
import type { User } from "../api/types";
import { setCsrf, setExpired, useExpired } from "../api/session-state";
import { Failure } from "../parts/loaded";
import { sessionKey } from "./session-key";
import { useProofWanted } from "../api/proof-state";
import { useWords } from "./use-words";

const Door = lazy(() => import("./door"));
const Again = lazy(() => import("./door").then(({ Again }) => ({ default: Again })));
const Proof = lazy(() => import("../account/proof").then(({ Proof }) => ({ default: Proof })));

const SessionContext = createContext<{ user: User } | null>(null);

export function useSession() {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside SessionGate");
  return { user: session.user, can: (...roles: string[]) => roles.some((role) => session.user.roles?.includes(role)) };
}

// useSignOut ends the session here, and the notices that came to this browser; who signed in
// at the identity provider is told that the one there may go on.
export function useSignOut(elsewhere: boolean) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      // Signing out comes first: it does not fail with the notices.
      await import("../account/push").then(({ leave }) => leave()).catch(() => undefined);
      await ok(api.DELETE("/api/v1/session", {}));
    },
    onSettled: () => {
      setCsrf("");
      queries.clear();
      location.assign(elsewhere ? "/?left" : "/");
    },
  });
}

export function SessionGate({ children }: { children: ReactNode }) {
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

  const asked = useProofWanted();
  if (session.isPending) return <Wait />;
  if (session.error) return <div className="sign-in"><Failure error={session.error} retry={() => void session.refetch()} /></div>;
  const user = session.data?.user;
  if (!user || user.must_change_password || user.must_add_factor) {
    return <Suspense fallback={<Wait />}><Door why={!user ? "out" : user.must_change_password ? "password" : "factor"} username={user?.username} /></Suspense>;
  }
  return (
    <SessionContext.Provider value={{ user }}>
      {children}
      <Suspense fallback={null}>
        {asked ? <Proof elsewhere={user.elsewhere} factor={user.factor} /> : null}
        {expired ? <Again username={user.username} /> : null}
      </Suspense>
    </SessionContext.Provider>
  );
}

function Wait() {
  const { t } = useWords();
  return <div role="status" aria-label={t("loading")} className="route-wait" />;
}
