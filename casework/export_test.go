package casework

import "context"

// DeliverAll sends every message that waits, as the jobs would.
func (b *Book) DeliverAll(ctx context.Context) error {
	rows, err := b.o.Pool.Query(ctx, `SELECT id::text FROM message WHERE state = 'waiting' ORDER BY created_at, id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, id := range ids {
		if err := b.deliver(ctx, id, false); err != nil {
			return err
		}
	}
	return nil
}
