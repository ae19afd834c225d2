package quota

// countSQL counts everything in one look at the records. A decision whose time for
// publication is still running counts once it is published.
const countSQL = `
SELECT
	(SELECT count(DISTINCT matter) FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived', 'no_penalty')),
	(SELECT count(*) FROM casefile WHERE filed_at >= $1 AND filed_at < $2),
	(SELECT count(*) FROM other_case WHERE filed_on >= $1::date AND filed_on < $2::date),
	(SELECT count(*) FROM casefile WHERE decided_at >= $1 AND decided_at < $2 AND state <> 'revoked' AND published_at <= publish_by),
	(SELECT count(*) FROM casefile WHERE decided_at >= $1 AND decided_at < $2 AND state <> 'revoked' AND (published_at IS NOT NULL OR publish_by < now())),
	(SELECT count(*) FROM case_check k JOIN casefile c ON c.id = k.case_id WHERE k.kind = 'process_record' AND c.closed_at >= $1 AND c.closed_at < $2 AND c.filed_at IS NOT NULL),
	(SELECT count(*) FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND filed_at IS NOT NULL),
	(SELECT count(*) FROM casefile c WHERE decided_at >= $1 AND decided_at < $2 AND major
		AND EXISTS (SELECT FROM process_record r WHERE r.case_id = c.id AND r.event = 'pass' AND r.at <= c.decided_at)),
	(SELECT count(*) FROM casefile WHERE decided_at >= $1 AND decided_at < $2 AND major),
	(SELECT count(*) FROM case_check k JOIN casefile c ON c.id = k.case_id WHERE k.kind = 'after' AND c.closed_at >= $1 AND c.closed_at < $2 AND c.filed_at IS NOT NULL),
	(SELECT count(*) FROM case_check k JOIN casefile c ON c.id = k.case_id WHERE k.kind = 'during' AND c.filed_at >= $1 AND c.filed_at < $2),
	(SELECT count(*) FROM casefile WHERE filed_at >= $1 AND filed_at < $2 AND major),
	(SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - raised_at)) / 86400, 0)
		FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived')),
	(SELECT coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - raised_at)) / 86400, 0)
		FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived')),
	(SELECT count(*) FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived'))`
