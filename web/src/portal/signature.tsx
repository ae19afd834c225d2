// Signing on the screen by finger, pen or mouse. Who cannot draw may type the
// name instead, which is drawn in its place and marked as typed.
import { useEffect, useRef, useState, type PointerEvent } from "react";

interface Labels {
  surface: string;
  clear: string;
  typeInstead: string;
  drawInstead: string;
  typedName: string;
}

interface Props {
  labels: Labels;
  onChange: (png: string | null) => void; // data URL, null while empty
}

const size = { width: 900, height: 300 };

export function Signature({ labels, onChange }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawing, setDrawing] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);

  const pen = () => {
    const context = canvas.current?.getContext("2d");
    if (!context) throw new Error("the browser gives no 2D canvas to sign on");
    context.lineWidth = 5;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = context.fillStyle = "#14203a";
    return context;
  };
  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * size.width, ((event.clientY - box.top) / box.height) * size.height] as const;
  };
  const wipe = () => {
    pen().clearRect(0, 0, size.width, size.height);
    onChange(null);
  };
  const finish = () => {
    if (!drawing) return;
    setDrawing(false);
    onChange(canvas.current!.toDataURL("image/png"));
  };
  useEffect(() => {
    if (typed === null) return;
    const context = pen();
    context.clearRect(0, 0, size.width, size.height);
    context.font = "96px KaiTi, STKaiti, serif";
    context.textBaseline = "middle";
    context.fillText(typed, 40, size.height / 2, size.width - 80);
    onChange(typed.trim() ? canvas.current!.toDataURL("image/png") : null);
    // onChange only hands the picture over; a new closure is no reason to draw again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);

  return (
    <div className="signature">
      <canvas
        ref={canvas}
        {...size}
        role="img"
        aria-label={labels.surface}
        onPointerDown={(event) => {
          if (typed !== null) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const context = pen();
          context.beginPath();
          context.moveTo(...at(event));
          setDrawing(true);
        }}
        onPointerMove={(event) => {
          if (!drawing) return;
          const context = pen();
          context.lineTo(...at(event));
          context.stroke();
        }}
        onPointerUp={finish}
        onPointerCancel={finish}
      />
      {typed !== null ? (
        <label>
          {labels.typedName}
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="name" />
        </label>
      ) : null}
      <div className="signature-tools">
        <button type="button" className="quiet" onClick={() => { setTyped(typed === null ? null : ""); wipe(); }}>{labels.clear}</button>
        <button type="button" className="quiet" onClick={() => { wipe(); setTyped(typed === null ? "" : null); }}>
          {typed === null ? labels.typeInstead : labels.drawInstead}
        </button>
      </div>
    </div>
  );
}
