// Checking a document by the signature that lies beside it (docs/formats/document-seal.md),
// with WebCrypto. SM2 and SM3 are left to `offsite document verify`.
import { keySays, sha256, type Signed, type Trust } from "./check";
import { Unreadable } from "./unreadable";

interface Seal {
  signatures: string[];
  statement: { format: string; issued: string; sha256: string; size: number; keys: { algorithm: string; key: string }[] };
}

const format = "offsite-document-seal/1";

function sealOf(text: string): Seal {
  try {
    const seal = JSON.parse(text) as Seal;
    if (seal.statement.format === format && seal.statement.keys.length === seal.signatures.length) return seal;
  } catch {
    // said below
  }
  throw new Unreadable("签名文件无法读取", "the signature cannot be read");
}

/** Says whether the document is the one that was signed, and what the signature is worth. */
export async function checkDocument(document: Uint8Array, text: string, trust: Trust): Promise<Signed | "changed"> {
  const { statement, signatures } = sealOf(text);
  if (statement.size !== document.length || statement.sha256 !== (await sha256(document))) return "changed";
  const at = statement.keys.findIndex((k) => k.algorithm === "ed25519");
  if (at < 0) return "bad";
  // What is signed stands in the file as it was signed, after signatures in base64.
  const begin = '"statement":';
  const signed = text.trimEnd().slice(text.indexOf(begin) + begin.length, -1);
  return keySays(trust, statement.keys[at]!.key, Date.parse(statement.issued), bytesOf(signatures[at]!), new TextEncoder().encode(signed));
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    throw new Unreadable("签名文件无法读取", "the signature cannot be read");
  }
}
