// Passkeys: the browser's own calls, with the JSON forms of WebAuthn.
import type { Schemas } from "../api/client";

type Ceremony = Schemas["Ceremony"];

// Cancelled is that nobody chose a passkey, or that the device did not answer.
export class Cancelled extends Error {}

export const passkeysKnown = () => typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

async function asked(ask: () => Promise<Credential | null>): Promise<Record<string, unknown>> {
  let made: Credential | null;
  try {
    made = await ask();
  } catch (error) {
    throw error instanceof DOMException ? new Cancelled(error.message) : error;
  }
  if (!(made instanceof PublicKeyCredential)) throw new Cancelled();
  return made.toJSON() as Record<string, unknown>;
}

export function makePasskey(ceremony: Ceremony): Promise<Record<string, unknown>> {
  const { publicKey } = ceremony.options as { publicKey: PublicKeyCredentialCreationOptionsJSON };
  return asked(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }));
}

export function showPasskey(ceremony: Ceremony): Promise<Record<string, unknown>> {
  const { publicKey } = ceremony.options as { publicKey: PublicKeyCredentialRequestOptionsJSON };
  return asked(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) }));
}
