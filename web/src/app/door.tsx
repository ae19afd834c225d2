// What stands between nobody and the console: signing in, the first password, the
// second factor that is demanded, and signing in again above a page. None of it is
// part of the console's first load.
import { lazy, Suspense } from "react";
import { useAccountWords } from "../account/use-account-words";
import { Dialog } from "../parts/dialog";
import { PasswordForm } from "./password";
import { SignIn, SignInForm } from "./sign-in";
import { useWords } from "./use-words";

const Factors = lazy(() => import("../account/factors").then(({ Factors }) => ({ default: Factors })));

export type Closed = "out" | "password" | "factor";

export default function Door({ why, username }: { why: Closed; username?: string }) {
  const { t } = useWords();
  const account = useAccountWords();
  if (why === "password") return <SignIn title={t("oneTime")} lead={t("oneTimeWhy")}><PasswordForm username={username} /></SignIn>;
  if (why === "factor") return <SignIn title={account.t("must")} lead={account.t("mustWhy")}><Suspense fallback={null}><Factors /></Suspense></SignIn>;
  return <SignIn><SignInForm /></SignIn>;
}

// Again asks for the password above the page, which stays as it is.
export function Again({ username }: { username: string }) {
  const { t } = useWords();
  return (
    <Dialog open footer={null} closable={false} maskClosable={false} keyboard={false} title={t("expired")}>
      <p>{t("expiredWhy")}</p>
      <SignInForm username={username} />
    </Dialog>
  );
}
