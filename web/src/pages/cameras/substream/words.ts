const zh = {
  from: "检测取自",
  main: "主码流",
  sub: "子码流",
  address: "子码流 RTSP 地址",
  addressHelp: "同一摄像机、同一画面的低分辨率码流，例如 640×360，宽不少于 416 像素。未写用户名和密码时，沿用同一主机主码流的。证据图片和视频仍取自主码流。",
  addressBad: "地址应以 rtsp:// 或 rtsps:// 开头",
  missing: "请填写子码流地址，或改选主码流",
  looked: "检测取自子码流，证据取自主码流",
};

export type SubstreamWord = keyof typeof zh;

const en: Record<SubstreamWord, string> = {
  from: "Looks are taken from",
  main: "Main stream",
  sub: "Substream",
  address: "Substream's RTSP address",
  addressHelp: "The same camera's same view in fewer pixels, such as 640×360, 416 wide at least. Without user and password, those of the main stream at the same host are taken. Pictures and clips of evidence still come from the main stream.",
  addressBad: "The address must begin with rtsp:// or rtsps://",
  missing: "Give the substream's address, or choose the main stream",
  looked: "Looks are taken from the substream, evidence from the main stream",
};

export default { zh, en };
