package account

// OnDuty is the condition of a shift s of duty_shift that an account is on duty at the time $1.
const OnDuty = `s.removed_at IS NULL AND s.starts_at <= $1 AND s.ends_at > $1`
