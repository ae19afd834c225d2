// Every page there is, by who opens it and what shows that it is ready. The
// screenshots, the search for accessibility violations and the figures go by it.
import { api, as, change } from "./stage.mjs";

// knownTo looks up what the pages are about: one of each, where there is one. The
// invented district's cases have neither papers nor evidence, and nobody watches its
// cameras; those of the scenes are looked for.
export async function knownTo() {
  const [operator, reviewer, officer, head] = [await as("operator"), await as("reviewer"), await as("officer"), await as("head")];
  const cameras = (await api(operator, "/cameras")).items;
  const findings = (await api(reviewer, "/findings?state=found&limit=100")).items;
  const listed = (await api(officer, "/cases?limit=200")).items;
  const own = listed.filter((c) => cameras.some((camera) => camera.name === c.camera && camera.state !== "off"));
  const cases = await Promise.all((own.length > 0 ? own : listed).slice(0, 30).map((c) => api(officer, `/cases/${c.id}`)));
  const far = cases.toSorted((a, b) => b.documents.length - a.documents.length)[0];
  const objects = (await api(officer, "/objects?limit=200")).items;
  const newest = async (page, path) => (await api(page, path)).items[0]?.id;
  return {
    batch: await newest(await as("collector"), "/imports"), cameraBatch: await newest(operator, "/cameras/imports"), sample: await newest(head, "/samples"), webhook: await newest(await as("administrator"), "/webhooks"),
    figure: (await api(head, "/quotas")).items[0]?.key, draw: (await api(head, "/draws")).items[0]?.id,
    camera: cameras.find((c) => c.zones.length > 0 && c.state !== "off"), finding: findings.find((f) => f.bundle)?.id, object: (objects.find((o) => o.grade !== "green") ?? objects[0]).id,
    decided: far?.id, bundle: far?.evidence[0]?.bundle ?? findings[0]?.bundle, code: far?.documents.at(-1)?.code, link: far?.portal_url && new URL(far.portal_url).pathname,
  };
}

// take hands a file to the page's person, who looks at it and takes nothing in.
const take = (page, to, text) => page.evaluate(async ({ to, text }) => {
  const { csrf } = await (await fetch("/api/v1/session")).json();
  const answer = await fetch(`/api/v1${to}?name=pages.csv`, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: text });
  if (!answer.ok) throw new Error(`POST ${to}: ${answer.status} ${await answer.text()}`);
}, { to, text });

// provide makes what pages are about and nobody on the way needs: files that were looked at, a
// sample that was announced, a receiver of webhooks that is told nothing, at an address that
// is nobody's (RFC 9637).
export async function provide() {
  const known = await knownTo();
  if (!known.batch) await take(await as("collector"), "/imports", "名称,类型,地址,业态\n页面一店,商铺,页面路1号,水果\n");
  if (!known.cameraBatch) await take(await as("operator"), "/cameras/imports", "摄像机名称,RTSP地址\n页面一号,rtsp://203.0.113.7/1\n,rtsp://203.0.113.7/2\n");
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
  if (!known.sample) await change(await as("auditor"), "POST", "/samples", { from: day(-1), to: day(1), rate: 0.5, draws: day(2) });
  if (!known.webhook) await change(await as("administrator"), "POST", "/webhooks", { name: "页面", url: "https://[3fff:fff::1]/hook", kinds: ["case.changed"], enabled: false });
  if (!known.draw) await change(await as("head"), "POST", "/draws", { kind: "inspection", title: "页面", draw_at: day(1), wanted: 1 });
}

// Who has a first page of their own; each brings together other things.
const homes = ["reviewer", "operator", "head", "collector", "officer", "legal", "auditor", "supervisor", "township", "administrator"];

// expects: what is written on the browser's console and belongs to the page.
export function pagesOf({ finding, decided, object, bundle, camera, code, link, figure, draw, batch, cameraBatch, sample, webhook }) {
  const staff = (part, name, path, ready) => ({ part, name, path, ready });
  const open = (name, path, ready) => ({ part: null, name, path, ready });
  return [
    open("sign-in", "/", "input[type=password]"),
    ...homes.map((part) => staff(part, `overview-${part}`, "/", ".panel h2")),
    staff("operator", "cameras", "/cameras", ".camera-card"),
    staff("operator", "camera-map", "/cameras/map", ".map-cluster, .map-spot"),
    staff("operator", "camera", `/cameras/${camera.id}`, ".zone-canvas img"),
    staff("operator", "zone", `/cameras/${camera.id}?zone=${camera.zones[0].id}`, "svg.drawing"),
    staff("operator", "register", "/cameras/new", "#url"),
    ...(finding ? [staff("reviewer", "review", `/findings/${finding}?stage=first`, ".before-after img")] : []),
    staff("reviewer", "second-review", "/findings?stage=second", "h1"),
    staff("head", "agreements", "/agreements", ".listing"),
    staff("officer", "cases", "/cases", "td"),
    ...(decided ? [
      staff("officer", "case", `/cases/${decided}`, ".ant-steps"),
      staff("officer", "case-diagram", `/cases/${decided}?tab=diagram`, ".diagram .node.now"),
      staff("officer", "case-inquiry", `/cases/${decided}/inquiry`, "[data-inquiry]"),
      staff("officer", "case-notes", `/cases/${decided}?tab=notes`, ".write-note textarea"),
    ] : []),
    staff("head", "deadlines", "/cases/deadlines", "h1"),
    staff("officer", "mentions", "/cases/mentions", "h1"),
    staff("head", "payments", "/cases/payments", "h1"),
    staff("officer", "gaps", "/evidence/gaps", "h1"),
    staff("auditor", "views", "/evidence/views", "td"),
    staff("head", "samples", "/evidence/samples", "h1"),
    ...(sample ? [staff("auditor", "sample", `/evidence/samples/${sample}`, "h1")] : []),
    staff("head", "draws", "/supervision/draws", "h1"),
    ...(draw ? [staff("head", "draw", `/supervision/draws/${draw}`, "h1")] : []),
    staff("head", "reports", "/supervision/reports", ".panel h2"),
    staff("head", "publications", "/supervision/publications", "h1"),
    staff("officer", "account", "/account", "h1"),
    staff("collector", "objects", "/objects", "td"),
    staff("collector", "object", `/objects/${object}`, ".scale"),
    staff("collector", "codes", "/objects/codes", ".panel h2"),
    staff("collector", "joint", "/objects/joint", ".listing td"),
    staff("collector", "imports", "/objects/imports", "h1"),
    ...(batch ? [staff("collector", "import", `/objects/imports/${batch}`, "h1")] : []),
    staff("operator", "camera-imports", "/cameras/imports", "h1"),
    ...(cameraBatch ? [staff("operator", "camera-import", `/cameras/imports/${cameraBatch}`, "h1")] : []),
    staff("head", "grades", "/grades", ".distribution"),
    staff("head", "grades-trial", "/grades/trial", "#yellow"),
    staff("auditor", "evidence", "/evidence", "h1"),
    ...(bundle ? [staff("auditor", "bundle", `/evidence/${bundle}`, "td")] : []),
    staff("head", "quotas", "/supervision", ".quota"),
    staff("township", "quotas-township", "/supervision", ".quota"),
    ...(figure ? [staff("head", "figure", `/supervision/figures/${figure}`, ".quota")] : []),
    staff("head", "matters", "/settings/matters", "td"),
    staff("administrator", "integration", "/integration", ".panel h2"),
    ...(webhook ? [staff("administrator", "webhook", `/integration/webhooks/${webhook}`, "h1")] : []),
    staff("head", "privacy", "/privacy", ".panel h2"),
    staff("legal", "privacy-legal", "/privacy", ".panel h2"),
    staff("head", "credit", "/credit", ".panel h2"),
    staff("officer", "leads", "/leads", ".panel h2"),
    staff("head", "transfers", "/transfers", ".panel h2"),
    staff("head", "annotations", "/annotations?state=all", ".panel h2"),
    staff("administrator", "users", "/settings/users", "td"),
    staff("administrator", "services", "/settings/services", ".services li"),
    staff("administrator", "models", "/settings/models", "td"),
    staff("legal", "templates", "/settings/templates", ".documents iframe"),
    staff("officer", "not-found", "/nowhere", "h1"),
    ...(link ? [open("party", link, "figure img")] : []),
    { ...open("party-wrong-link", "/p/nothing", "h1"), expects: /status of 404/ },
    ...(code ? [open("document-check", `/d/${code}`, "section.settled")] : []),
    open("public-cameras", "/public/cameras", "td"),
    open("public-matters", "/public/matters", "td"),
    open("public-decisions", "/public/decisions", "input"),
    open("public-draws", "/public/draws", "h1"),
    open("public-check", "/public/check", "input"),
    open("public-log", "/public/log", ".say.ok"),
    open("public-verify", "/public/verify", "input"),
  ];
}
