// Every page there is, by who opens it and what shows that it is ready. The
// screenshots, the search for accessibility violations and the figures go by it.
import { api, as } from "./stage.mjs";

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
  return {
    figure: (await api(head, "/quotas")).items[0]?.key, draw: (await api(head, "/draws")).items[0]?.id,
    camera: cameras.find((c) => c.zones.length > 0 && c.state !== "off"), finding: findings.find((f) => f.bundle)?.id, object: (objects.find((o) => o.grade !== "green") ?? objects[0]).id,
    decided: far?.id, bundle: far?.evidence[0]?.bundle ?? findings[0]?.bundle, code: far?.documents.at(-1)?.code, link: far?.portal_url && new URL(far.portal_url).pathname,
  };
}

// Who has a first page of their own; each brings together other things.
const homes = ["reviewer", "operator", "head", "collector", "officer", "legal", "auditor", "supervisor", "township", "administrator"];

export function pagesOf({ finding, decided, object, bundle, camera, code, link, figure, draw }) {
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
    staff("head", "draws", "/supervision/draws", "h1"),
    ...(draw ? [staff("head", "draw", `/supervision/draws/${draw}`, "h1")] : []),
    staff("head", "reports", "/supervision/reports", ".panel h2"),
    staff("head", "publications", "/supervision/publications", "h1"),
    staff("officer", "account", "/account", "h1"),
    staff("collector", "objects", "/objects", "td"),
    staff("collector", "object", `/objects/${object}`, ".scale"),
    staff("collector", "imports", "/objects/imports", "h1"),
    staff("head", "grades", "/grades", ".distribution"),
    staff("head", "grades-trial", "/grades/trial", "#yellow"),
    staff("auditor", "evidence", "/evidence", "h1"),
    ...(bundle ? [staff("auditor", "bundle", `/evidence/${bundle}`, "td")] : []),
    staff("head", "quotas", "/supervision", ".quota"),
    staff("township", "quotas-township", "/supervision", ".quota"),
    ...(figure ? [staff("head", "figure", `/supervision/figures/${figure}`, ".quota")] : []),
    staff("head", "matters", "/settings/matters", "td"),
    staff("administrator", "integration", "/integration", ".panel h2"),
    staff("head", "privacy", "/privacy", ".panel h2"),
    staff("legal", "privacy-legal", "/privacy", ".panel h2"),
    staff("head", "credit", "/credit", ".panel h2"),
    staff("officer", "leads", "/leads", ".panel h2"),
    staff("head", "transfers", "/transfers", ".panel h2"),
    staff("administrator", "users", "/settings/users", "td"),
    staff("administrator", "services", "/settings/services", ".services li"),
    staff("administrator", "models", "/settings/models", "td"),
    staff("legal", "templates", "/settings/templates", ".documents iframe"),
    staff("officer", "not-found", "/nowhere", "h1"),
    ...(link ? [open("party", link, "figure img")] : []),
    open("party-wrong-link", "/p/nothing", "h1"),
    ...(code ? [open("document-check", `/d/${code}`, "section.settled")] : []),
    open("public-cameras", "/public/cameras", "td"),
    open("public-matters", "/public/matters", "td"),
    open("public-decisions", "/public/decisions", "input"),
    open("public-draws", "/public/draws", "h1"),
    open("public-check", "/public/check", "input"),
    open("public-log", "/public/log", "td"),
    open("public-verify", "/public/verify", "input"),
  ];
}
