// The way around on a narrow screen: what the rail shows on a desk.
import { Drawer } from "antd";
import type { ReactNode } from "react";

export default function RailDrawer({ open, onClose, label, children }: { open: boolean; onClose: () => void; label: string; children: ReactNode }) {
  return (
    <Drawer open={open} onClose={onClose} placement="left" width={240} closable={false} rootClassName="rail-drawer" aria-label={label}>
      {children}
    </Drawer>
  );
}
