// Unreadable says, for people, why something is no bundle, or none that can be read. It
// stands alone: every page says what went wrong, few read a bundle.
export class Unreadable extends Error {
  constructor(readonly zh: string, readonly en: string) {
    super(en);
    this.name = "Unreadable";
  }
}
