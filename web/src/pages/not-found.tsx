import { Result } from "antd";
import { Link } from "react-router";
import { useWords } from "../app/use-words";

export default function NotFound() {
  const { t } = useWords();
  return <Result status="404" title={t("notFound")} subTitle={t("notFoundWhy")} extra={<Link to="/">{t("overview")}</Link>} />;
}
