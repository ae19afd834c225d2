// FieldSelect is the component library's select for the fields of a form. A form says of a
// field that it is required; the select writes that on its input, where it belongs, and
// also on its outermost element, which has no role: there ARIA does not allow it.
import { Select, type RefSelectProps, type SelectProps } from "antd";
import { useEffect, useRef } from "react";

export function FieldSelect<V = unknown>(props: SelectProps<V>) {
  const select = useRef<RefSelectProps>(null);
  useEffect(() => select.current?.nativeElement?.removeAttribute("aria-required"));
  return <Select<V> {...props} ref={select} />;
}
