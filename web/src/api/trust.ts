// trust.json: the keys, authorities and log by which evidence and documents are checked.
import { api, ok } from "./client";

export const trustURL = "/api/v1/trust.json";

// trustText is the file as the bureau publishes it; trustOf (bundle/check) reads it.
export const trustText = (): Promise<string> => ok<unknown>(api.GET(trustURL, { parseAs: "text" })) as Promise<string>;
