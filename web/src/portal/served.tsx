// The notice that the server wrote into the page (api/pages): shown until the
// portal has its data, so that nobody looks at an empty page on a slow line.
const html = document.querySelector("#notice main")?.innerHTML ?? "";

export function Served({ waiting }: { waiting: string }) {
  return html ? <div aria-busy dangerouslySetInnerHTML={{ __html: html }} /> : <p role="status">{waiting}</p>;
}
