// What is asked of the API about one's own account.
import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { makePasskey, showPasskey } from "./passkey";

export const useWays = () =>
  useQuery({ queryKey: ["sign-in-ways"], queryFn: () => ok(api.GET("/api/v1/session/ways", {})), staleTime: Infinity, retry: false });

export const useFactors = () => useQuery({ queryKey: ["account", "factors"], queryFn: () => ok(api.GET("/api/v1/account/factors", {})) });

export const useOwnSessions = () =>
  useQuery({ queryKey: ["account", "sessions"], queryFn: async () => (await ok(api.GET("/api/v1/account/sessions", {}))).items ?? [] });

export async function signInByPasskey(): Promise<void> {
  const ceremony = await ok(api.POST("/api/v1/session/passkey/options", {}));
  const answer = await showPasskey(ceremony);
  await ok(api.POST("/api/v1/session/passkey", { body: { token: ceremony.token, answer } }));
}

export async function proveByPasskey(): Promise<void> {
  const ceremony = await ok(api.POST("/api/v1/session/proof/passkey/options", {}));
  const answer = await showPasskey(ceremony);
  await ok(api.POST("/api/v1/session/proof/passkey", { body: { token: ceremony.token, answer } }));
}

export const proveByCode = (code: string) => ok(api.POST("/api/v1/session/proof", { body: { code } }));

export const proveByPassword = (password: string) => ok(api.POST("/api/v1/session/proof", { body: { password } }));

export async function addPasskey({ name, password }: { name: string; password: string }): Promise<string[]> {
  const ceremony = await ok(api.POST("/api/v1/account/passkeys/options", { body: { password } }));
  const answer = await makePasskey(ceremony);
  return (await ok(api.POST("/api/v1/account/passkeys", { body: { token: ceremony.token, name, answer } }))).codes ?? [];
}

export const beginCodes = (password: string) => ok(api.POST("/api/v1/account/codes", { body: { password } }));

export const confirmCodes = async (code: string) => (await ok(api.POST("/api/v1/account/codes/confirmation", { body: { code } }))).codes ?? [];

export const removeCodes = () => ok(api.DELETE("/api/v1/account/codes", {}));

export const removePasskey = (id: string) => ok(api.DELETE("/api/v1/account/passkeys/{id}", { params: { path: { id } } }));

export const renewRecovery = async () => (await ok(api.POST("/api/v1/account/recovery", {}))).codes ?? [];

export const endSession = (id: string) => ok(api.DELETE("/api/v1/account/sessions/{id}", { params: { path: { id } } }));
