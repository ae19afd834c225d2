// A line between browser and server that fails when it is told to, as lines and what stands
// on them do: everything goes to the real server but the requests that are named.
import http from "node:http";
import { stage } from "./stage.mjs";

const server = new URL(stage.url);

// What befalls a request: a gateway that has lost the server, a server that says nothing,
// an answer that is lost on its way back.
const faults = {
  gateway: (request, response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<html><body>502 Bad Gateway</body></html>"),
  silence: () => undefined,
  lost: (request, response) => pass(request, () => response.destroy()),
};

function pass(request, answered) {
  const on = http.request({ host: server.hostname, port: server.port, method: request.method, path: request.url, headers: request.headers }, answered);
  on.on("error", () => request.destroy());
  request.pipe(on);
  return on;
}

const open = new Set();

// closeLines closes those that a test has left open: they would hold up the end of all tests.
export const closeLines = () => open.forEach((close) => close());

// badLine opens such a line; fail names what fails until mend is called, met counts how often it did.
export async function badLine() {
  let fault = null;
  const line = http.createServer((request, response) => {
    if (fault && request.method === fault.method && request.url.endsWith(fault.path)) {
      fault.met++;
      faults[fault.kind](request, response);
      return;
    }
    const on = pass(request, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    response.on("close", () => on.destroy()); // a stream that nobody reads any more
  });
  await new Promise((listening) => line.listen(0, server.hostname, listening));
  const close = () => { line.closeAllConnections(); line.close(); open.delete(close); };
  open.add(close);
  return {
    url: `http://${server.hostname}:${line.address().port}`,
    fail: (kind, method, path) => { fault = { kind, method, path, met: 0 }; },
    met: () => fault?.met ?? 0,
    mend: () => { fault = null; },
    close,
  };
}
