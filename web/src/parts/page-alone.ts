// pageAlone, after a PDF's address, has the browser's viewer show the page as wide as there is
// room, without a pane of small pages beside it, where the viewer knows how (Chromium's does).
export const pageAlone = "#navpanes=0&view=FitH";
