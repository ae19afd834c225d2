// Shows notices that the bureau sends while the console is closed. A notice carries a
// kind and a language alone (exchange/push); the sentence is made here. Nothing is
// cached: the console is always the server's own.
const sentences = {
  zh: {
    camera: ["摄像机离线", "有摄像机离线超过两分钟，请查看。"],
    finding: ["线索待审核", "有新的线索等待审核。"],
    deadline: ["办案期限临近", "有案件的期限已用去五分之四或已届满。"],
    request: ["当事人申请待答复", "有当事人申请查看未遮挡画面，请答复。"],
    field: ["当事人待查", "附近有当事人待现场查明，请领取。"],
    test: ["测试通知", "这台设备可以收到通知。"],
    title: "非现场执法",
  },
  en: {
    camera: ["Camera down", "A camera has been away for more than two minutes."],
    finding: ["Finding waits", "A new finding waits for review."],
    deadline: ["Deadline near", "A case has used four fifths of a deadline, or all of it."],
    request: ["A party asks", "A party asks to see its evidence uncovered."],
    field: ["Party to be found out", "A party near by is to be found out on the spot."],
    test: ["Test notice", "This device can be told."],
    title: "Offsite",
  },
};
const paths = { camera: "/cameras", finding: "/findings?stage=first", deadline: "/cases/deadlines", request: "/cases/deadlines", field: "/cases?party=unknown", test: "/account" };

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // Of a later version, or none of ours: something must be shown all the same.
  }
  const words = sentences[told.language] ?? sentences.zh;
  const [title, body] = words[told.kind] ?? [words.title, ""];
  event.waitUntil(self.registration.showNotification(title, {
    body, icon: "/icon-192.png", tag: told.kind ?? "offsite", lang: told.language === "en" ? "en" : "zh-CN", data: paths[told.kind] ?? "/",
  }));
});

// A click goes to a console that is open, else opens one.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL(event.notification.data, self.location.origin).href;
  event.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: "window" });
    if (!open) return self.clients.openWindow(to);
    await open.focus();
    return open.navigate(to);
  })());
});

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
