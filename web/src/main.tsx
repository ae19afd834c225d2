// The first script of every page. The party's portal and the public pages are a
// program of their own, small enough for a phone on a slow line; the console is
// only loaded where it is meant.
import "./styles/tokens.css";
import { createRoot } from "react-dom/client";

const element = document.getElementById("root");
if (!element) throw new Error("index.html has no #root");
const root = createRoot(element);

async function start() {
  const outside = /^\/(p|d|public)(\/|$)/.test(location.pathname);
  const { default: Root } = outside ? await import("./portal/portal") : await import("./app/console");
  root.render(<Root />);
}

start().catch((cause: unknown) => {
  element.textContent = "页面未能载入，请刷新重试。 The page could not be loaded; please reload.";
  throw cause;
});
