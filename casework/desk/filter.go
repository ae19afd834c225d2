package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// SavedFilter is a case list that somebody comes back to. Query is what follows the
// question mark in the list's address, so that a link to it shows the same to
// everybody who may see the cases.
type SavedFilter struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query"`
}

// FilterDraft is a filter before it is kept.
type FilterDraft struct {
	Name  string `json:"name" minLength:"1" maxLength:"60"`
	Query string `json:"query" maxLength:"600" doc:"As in state=filed&mine=1."`
}

const filtersMost = 50 // of one account

// filterKeys are what the case list can be filtered by.
func filterKeys() []string { return []string{"state", "matter", "mine", "due", "party", "refund", "q"} }

// canonical orders a query and leaves out what the case list does not know.
func canonical(query string) (string, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return "", refuse("query", "筛选条件格式有误", "the filter's query cannot be read")
	}
	kept := url.Values{}
	for key, values := range given {
		if slices.Contains(filterKeys(), key) && values[0] != "" {
			kept.Set(key, values[0])
		}
	}
	if len(kept) == 0 {
		return "", refuse("query", "请先设置筛选条件", "set a filter first")
	}
	return kept.Encode(), nil
}

// Filters lists the filters of an account by name.
func (d *Desk) Filters(ctx context.Context, accountID string) ([]SavedFilter, error) {
	rows, err := d.pool.Query(ctx, `SELECT id::text, name, query FROM saved_filter WHERE account_id = $1 ORDER BY name`, accountID)
	if err != nil {
		return nil, fmt.Errorf("list the filters: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SavedFilter])
	if err != nil {
		return nil, fmt.Errorf("list the filters: %w", err)
	}
	return list, nil
}

// SaveFilter keeps a filter; one of the same name is replaced.
func (d *Desk) SaveFilter(ctx context.Context, accountID string, draft FilterDraft) (SavedFilter, error) {
	f := SavedFilter{Name: strings.TrimSpace(draft.Name)}
	if f.Name == "" {
		return f, refuse("name", "请填写名称", "give it a name")
	}
	query, err := canonical(draft.Query)
	if err != nil {
		return f, err
	}
	f.Query = query
	id, err := uuid.NewV7()
	if err != nil {
		return f, err
	}
	err = d.pool.QueryRow(ctx, `INSERT INTO saved_filter (id, account_id, name, query, at)
		SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM saved_filter WHERE account_id = $2 AND name <> $3) < $6
		ON CONFLICT (account_id, name) DO UPDATE SET query = $4, at = $5 RETURNING id::text`, id.String(), accountID, f.Name, f.Query, d.clock(), filtersMost).Scan(&f.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, refuse("name", "最多保存 %d 个筛选，请先删除不用的", "at most %d filters can be kept; remove one first", filtersMost)
	}
	if err != nil {
		return f, fmt.Errorf("keep the filter %q: %w", f.Name, err)
	}
	return f, nil
}

// RemoveFilter forgets a filter of an account.
func (d *Desk) RemoveFilter(ctx context.Context, accountID, id string) error {
	done, err := d.pool.Exec(ctx, `DELETE FROM saved_filter WHERE id = $1 AND account_id = $2`, store.ID(id), accountID)
	if err == nil && done.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("forget filter %q: %w", id, err)
	}
	return nil
}
