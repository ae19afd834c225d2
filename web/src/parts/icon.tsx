// Icon is what every icon of the library is drawn by, its own ones included: vite.config.ts puts
// it in the place of the library's. That one says each icon's English name to a screen reader;
// here an icon only decorates, and what it means stands beside it or names the button around it.
import AntdIcon from "@ant-design/icons/es/components/AntdIcon";
import { forwardRef, type ComponentProps } from "react";

const silent = { role: undefined, "aria-label": undefined, "aria-hidden": true };

const Icon = forwardRef<HTMLSpanElement, ComponentProps<typeof AntdIcon>>(function Icon(props, ref) {
  return <AntdIcon {...props} {...silent} ref={ref} />;
});

export default Icon;
