// The table of states as a picture, with the case in it: where it stands, the way
// that it came, and where each step leads that may be taken now. What the picture
// shows stands below it in words.
import { Segmented } from "antd";
import { useEffect, useRef, useState } from "react";
import type { CaseFile } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { useDiagram } from "./calls";
import { ended } from "./next-steps";
import { courseOf, type Course } from "./course";
import words, { type CaseWord } from "./words";

export function Diagram({ file }: { file: CaseFile }) {
  const drawn = useDiagram();
  return <Loaded query={drawn}>{(svg) => <Drawn svg={svg} file={file} />}</Loaded>;
}

// mark gives the nodes and edges of Graphviz's picture, which name themselves in
// their titles, the classes of the course; the titles go, since they would show keys.
function mark(picture: Element, { now, passed, next, way, ways }: Course) {
  for (const part of picture.querySelectorAll("g.node, g.edge")) {
    const title = part.querySelector("title");
    const name = title?.textContent ?? "";
    title?.remove();
    const [from, to] = name.split("->");
    if (to === undefined) {
      part.classList.toggle("now", name === now);
      part.classList.toggle("passed", passed.has(name));
      part.classList.toggle("next", next.has(name));
    } else {
      part.classList.toggle("passed", way.has(`${from}>${to}`));
      part.classList.toggle("next", ways.has(`${from}>${to}`));
    }
  }
  picture.querySelector("title")?.remove();
}

function Drawn({ svg, file }: { svg: string; file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const allowed = file.events.filter((e) => e.allowed);
  const said = t("diagramSays", { state: frame.stateLabel(file.state) });
  useEffect(() => {
    const holder = box.current;
    if (!holder) return;
    const picture = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    picture.removeAttribute("width");
    picture.removeAttribute("height");
    picture.setAttribute("aria-hidden", "true");
    mark(picture, courseOf(file));
    holder.replaceChildren(picture);
    const now = picture.querySelector(".node.now");
    if (!now) return;
    const [at, around] = [now.getBoundingClientRect(), holder.getBoundingClientRect()];
    holder.scrollLeft += at.left - around.left - (around.width - at.width) / 2;
    holder.scrollTop += at.top - around.top - (around.height - at.height) / 3;
  }, [svg, file, whole]);
  return (
    <div className="stack" style={{ gap: 10 }}>
      <div className="between" style={{ flexWrap: "wrap" }}>
        <ul className="legend">
          {(["now", "next", "passed"] as const).map((key) => <li key={key} className={key}>{t(`legend_${key}`)}</li>)}
        </ul>
        <Segmented<boolean> size="small" aria-label={t("diagramSize")} value={whole} onChange={setWhole} options={[{ value: false, label: t("diagramNear") }, { value: true, label: t("diagramWhole") }]} />
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <div ref={box} className={whole ? "diagram whole" : "diagram"} role="img" aria-label={said} tabIndex={0} />
      <div>
        <strong>{said}</strong>
        {allowed.length === 0 ? <p className="muted" style={{ margin: 0 }}>{t(file.events.length === 0 || ended.has(file.state) ? "allowedNone" : "waitsForParty")}</p> : (
          <ul className="ways">
            {allowed.map((e) => <li key={e.event}>{pick(e.label_zh, e.label_en)} → {e.to.length > 0 ? e.to.map(frame.stateLabel).join(t("or")) : t("stays")}</li>)}
          </ul>
        )}
      </div>
    </div>
  );
}
