import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type PortalCase = Schemas["PortalCase"];
export type PortalInquiry = Schemas["PortalInquiry"];
export type PortalCredit = Schemas["PortalCredit"];
export type PortalDataRequest = Schemas["PortalDataRequest"];
