// Search is the field in which somebody types what a list is narrowed to, at once: there is no
// button to press, and the one that empties it has a name.
import { SearchOutlined } from "@ant-design/icons";
import { Input, type InputProps } from "antd";
import { Clear } from "./clear";

export function Search(props: InputProps) {
  return <Input {...props} prefix={<SearchOutlined />} allowClear={{ clearIcon: <Clear /> }} />;
}
