// One finding as the reviewer sees it: pictures in the middle, the verdict and
// what it stands on at the side.
import { Button, Tooltip } from "antd";
import { forwardRef, memo } from "react";
import { Link } from "react-router";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { BeforeAfter } from "../../parts/before-after";
import { caseTone, Mark } from "../../parts/mark";
import { useWords } from "../../app/use-words";
import { Clip, Missing } from "./clip";
import { History } from "./history";
import { Overlay } from "./overlay";
import type { FindingView } from "./view";
import words, { type FindingWord } from "./words";

interface ShownProps {
  finding: FindingView;
  boxes: boolean;
}

export function Stills({ finding, boxes }: ShownProps) {
  const { t } = useDictionary<FindingWord>(words);
  const drawn = boxes ? <Overlay polygon={finding.polygon} door={finding.door} boxes={finding.boxes} ratio={finding.ratio} /> : null;
  if (finding.before && finding.after) {
    return (
      <BeforeAfter before={finding.before} after={finding.after} beforeLabel={t("before")} afterLabel={t("after")} sliderLabel={t("slider")}>
        {drawn}
      </BeforeAfter>
    );
  }
  if (!finding.after) return null;
  return (
    <figure className="before-after" style={{ margin: 0 }}>
      <img src={finding.after} alt={t("after")} className="after" />
      {drawn}
      <figcaption className="tag left">{t("noBefore")}</figcaption>
    </figure>
  );
}

export const Moving = memo(forwardRef<HTMLVideoElement, ShownProps>(function Moving({ finding, boxes }, video) {
  const { t } = useDictionary<FindingWord>(words);
  if (!finding.clip) return <Missing finding={finding} />;
  return (
    <>
      <Clip finding={finding} boxes={boxes} ref={video} />
      <Missing finding={finding} />
      <p className="muted" style={{ margin: 0 }}>
        <a href={finding.clip} download={`${finding.id}.mp4`}>{t("downloadClip")}</a>
        {finding.codec === "h264" ? null : <> · {t("clipUnplayable", { codec: finding.codec })}</>}
      </p>
    </>
  );
}));

interface VerdictProps {
  finding: FindingView;
  onConfirm?: () => void;
  onReject?: () => void;
  onVerify?: () => void;
  why: string; // why none of it is possible, "" where something is
}

export function Verdicts({ finding, onConfirm, onReject, onVerify, why }: VerdictProps) {
  const { t } = useDictionary<FindingWord>(words);
  const second = finding.state === "reviewed";
  return (
    <section className="panel">
      <div className="panel-body verdicts">
        {second ? (
          <Button type="primary" size="large" disabled={!onVerify} onClick={onVerify}>{t("verify")} <kbd>V</kbd></Button>
        ) : (
          <Button type="primary" size="large" disabled={!onConfirm} onClick={onConfirm}>{t("confirm")} <kbd>C</kbd></Button>
        )}
        <Button danger size="large" disabled={!onReject} onClick={onReject}>{t("reject")} <kbd>R</kbd></Button>
        {why ? <p className="muted" role="note" style={{ margin: 0 }}>{why}</p> : null}
      </div>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export const Grounds = memo(function Grounds({ finding }: { finding: FindingView }) {
  const { t, pick } = useDictionary<FindingWord>(words);
  const frame = useWords();
  const named = (key: string) => (`value_${key}` in words.zh ? t(`value_${key}` as FindingWord) : key);
  return (
    <>
      <section className="panel">
        <header>
          <h2>{t("why")}</h2>
          <Mark tone={caseTone(finding.state)}>{frame.stateLabel(finding.state)}</Mark>
        </header>
        <div className="panel-body">
          <p className="why">{pick(finding.why.zh, finding.why.en)}</p>
          {finding.recheck ? <p className="why">{t("recheck")}: {t(finding.recheck === "present" ? "recheckPresent" : "recheckGone")}</p> : null}
        </div>
      </section>
      <section className="panel">
        <div className="panel-body">
          <dl className="facts">
            <Fact name={t("matter")}>{pick(finding.matter.zh, finding.matter.en)}</Fact>
            <Fact name={t("camera")}>{finding.cameraID ? <Link to={`/cameras/${finding.cameraID}`}>{finding.camera}</Link> : finding.camera}</Fact>
            <Fact name={t("zone")}>{pick(finding.zone.zh, finding.zone.en) || "—"}</Fact>
            <Fact name={t("shop")}>{finding.object || t("noShop")}</Fact>
            <Fact name={t("firstSeen")}>{dateTime(finding.first)}</Fact>
            <Fact name={t("raised")}>{dateTime(finding.raised)}</Fact>
            {Object.entries(finding.values).map(([key, value]) => (
              <Fact key={key} name={named(key)}>{Number(value.toFixed(2))}</Fact>
            ))}
            <Fact name={t("rule")}><span className="mono">{finding.rule}</span></Fact>
            <Fact name={t("models")}>
              {finding.models.map((model) => (
                <Tooltip key={model.name} title={<span className="mono">{model.sha256}</span>}>
                  <div className="mono">{model.name} {model.version}</div>
                </Tooltip>
              ))}
            </Fact>
            <Fact name={t("bundle")}>{finding.bundle ? <Link className="mono" to={`/evidence/${finding.bundle}`}>{finding.bundle}</Link> : "—"}</Fact>
            <Fact name={t("record")}><Link to={`/cases/${finding.id}`}>{t("fullView")}</Link></Fact>
          </dl>
        </div>
      </section>
      <History finding={finding} />
    </>
  );
});
