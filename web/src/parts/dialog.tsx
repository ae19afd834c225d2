// Dialogs: the library's, with what it leaves out. The focus goes back to what opened them,
// whoever takes them away, and the button that closes them says so in the reader's language.
// Sure asks before what cannot be undone.
import { Modal, type ModalProps } from "antd";
import { cloneElement, useEffect, useRef, useState, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { useWords } from "../app/use-words";

// From where each open dialog was opened, back to the page's own button: a dialog that another
// opens and then goes gives the focus back to what opened that one.
const chains: HTMLElement[][] = [];

const lost = () => !document.activeElement || document.activeElement === document.body;

// giveBack puts the focus where somebody goes on: on the opener, or where that is gone on the
// page's content; never behind a dialog that stands.
function giveBack(chain: HTMLElement[]) {
  for (const one of [...chain.toReversed(), document.getElementById("content")]) {
    if (!lost()) return;
    if (chains.length === 0 || one?.closest(".ant-modal-wrap")) one?.focus({ preventScroll: true });
  }
}

function useFocusBack(open: boolean) {
  const mine = useRef<HTMLElement[] | null>(null);
  // While it is rendered the first time, nothing in it has taken the focus yet.
  if (open && !mine.current) mine.current = [...(chains.at(-1) ?? []), ...(document.activeElement instanceof HTMLElement ? [document.activeElement] : [])];
  useEffect(() => {
    const chain = mine.current;
    if (!open || !chain) return;
    chains.push(chain);
    return () => {
      chains.splice(chains.indexOf(chain), 1);
      mine.current = null;
      setTimeout(() => giveBack(chain)); // once the page stands as it will, with the next dialog if there is one
    };
  }, [open]);
}

// Dialog can be left also while its step is on the way: the library holds who waits for an
// answer that may never come.
export function Dialog({ open, closable, confirmLoading, okButtonProps, ...props }: ModalProps) {
  const { t } = useWords();
  useFocusBack(!!open);
  if (!open) return null; // at once: what fades away would keep the focus
  return (
    <Modal
      open focusTriggerAfterClose={false} closable={closable === false ? false : { "aria-label": t("close") }} cancelText={t("cancel")}
      okButtonProps={{ loading: confirmLoading, ...okButtonProps }} {...props}
    />
  );
}

interface SureProps {
  title: string;
  description?: string;
  okText: string;
  onConfirm: () => void;
  children: ReactElement<{ danger?: boolean; onClick?: (event: MouseEvent) => void; "aria-haspopup"?: "dialog" }>; // the button
}

export function Sure({ title, description, okText, onConfirm, children }: SureProps): ReactNode {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const agree = () => {
    close();
    onConfirm();
  };
  return (
    <>
      {cloneElement(children, { "aria-haspopup": "dialog", onClick: () => setAsking(true) })}
      <Dialog open={asking} width={420} title={title} okText={okText} okButtonProps={{ danger: children.props.danger }} cancelButtonProps={{ autoFocus: true }} onCancel={close} onOk={agree}>
        {description ? <p>{description}</p> : null}
      </Dialog>
    </>
  );
}
