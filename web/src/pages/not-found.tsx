import { Link } from "react-router";
import { useWords } from "../app/use-words";
import { Page } from "../parts/page";

export default function NotFound() {
  const { t } = useWords();
  return <Page title={t("notFound")} lead={t("notFoundWhy")}><Link to="/">{t("overview")}</Link></Page>;
}
