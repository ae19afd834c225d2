// InputNumber is the library's, without its two buttons, whose names are English in every
// language: the arrow keys do what they did, and on a phone they were never there.
import { InputNumber as Library, type InputNumberProps } from "antd";

export function InputNumber(props: InputNumberProps<number>) {
  return <Library<number> {...props} controls={false} />;
}
