// Provisional.
export interface PortalAction { event: string; allowed: boolean; until?: string; why_zh?: string; why_en?: string }
export interface PortalCase {
  number: string; state: string; matter_zh: string; matter_en: string; basis_zh: string; basis_en: string; place: string; object: string; party: string;
  what_zh: string; what_en: string; at: string; fine_fen: number; late_fen: number; paid_fen: number; receipt_no: string; paid_at?: string;
  stills: { name: string; role: string; at: string }[]; clip: string; documents: { id: string; title_zh: string; title_en: string; number: string; issued_at: string; code: string }[];
  actions: PortalAction[]; progress: { label_zh: string; label_en: string; at: string }[]; consented: boolean; statements: { at: string; text: string }[];
}
