// Search is the field in which somebody types what a list is narrowed to, at once: there is no
// button to press, and the one that empties it has a name.
import { CloseCircleFilled, SearchOutlined } from "@ant-design/icons";
import { Input, type InputProps } from "antd";
import { useWords } from "../app/use-words";

export function Search(props: InputProps) {
  const { t } = useWords();
  return <Input {...props} prefix={<SearchOutlined />} allowClear={{ clearIcon: <span role="img" aria-label={t("clear")}><CloseCircleFilled /></span> }} />;
}
