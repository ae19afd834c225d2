// withCredentials is a stream's address as the register asks for it.
export function withCredentials(url: string, user: string, password: string): string {
  if (!user) return url;
  return url.replace("://", `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
}

// lines are the addresses that somebody has typed.
export function lines(text: string): string[] {
  return text
    .split(/[\s,，;；]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
