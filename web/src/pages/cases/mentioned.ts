// Whom a text mentions: "@name" of a colleague. Where one name begins with another,
// the longer one is meant.
export function mentioned<T extends { id: string; name: string }>(text: string, colleagues: T[]): string[] {
  const byLength = colleagues.toSorted((a, b) => b.name.length - a.name.length);
  const ids = new Set<string>();
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const meant = byLength.find(({ name }) => text.startsWith(name, at + 1));
    if (meant) ids.add(meant.id);
  }
  return [...ids];
}
