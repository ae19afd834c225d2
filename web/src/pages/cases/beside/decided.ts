// decided are the states of a case in which something may have been paid.
export const decided = new Set(["decided", "serving", "served", "overdue", "urged", "court", "closed", "archived", "revoked"]);
