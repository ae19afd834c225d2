// Package idempotency lets a client send a request that creates something twice
// without creating it twice: the answer is kept by the client's Idempotency-Key
// for a day and given again.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/api/problem"
)

const keptFor = 24 * time.Hour

// Answers keeps answers in the database.
type Answers struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// New keeps answers in a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Answers { return &Answers{pool, now} }

// Once does what is asked and keeps its answer, or gives the answer kept. Another
// request under the same key is refused, as is the same one while it is under way.
// Without a key it does what is asked.
func (a *Answers) Once(ctx context.Context, who, operation, key string, request any, do func(context.Context) (any, error)) (json.RawMessage, error) {
	if key == "" {
		return a.answered(do(ctx))
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("keep an answer: %w", err)
	}
	digest := sha256.Sum256(text)
	kept, first, err := a.begin(ctx, who, operation, key, digest[:])
	if err != nil || !first {
		return kept, err
	}
	answer, err := a.answered(do(ctx))
	if err != nil {
		return nil, errors.Join(err, a.forget(context.WithoutCancel(ctx), who, operation, key))
	}
	_, err = a.pool.Exec(context.WithoutCancel(ctx), `UPDATE idempotent_answer SET answer = $4 WHERE who = $1 AND operation = $2 AND key = $3`,
		who, operation, key, answer)
	if err != nil {
		return nil, fmt.Errorf("keep the answer to %s: %w", operation, err)
	}
	return answer, nil
}

func (a *Answers) answered(v any, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("keep an answer: %w", err)
	}
	return text, nil
}

// begin claims the key, or gives what is kept under it.
func (a *Answers) begin(ctx context.Context, who, operation, key string, digest []byte) (kept json.RawMessage, first bool, err error) {
	now := a.now()
	if _, err := a.pool.Exec(ctx, `DELETE FROM idempotent_answer WHERE created_at < $1`, now.Add(-keptFor)); err != nil {
		return nil, false, fmt.Errorf("forget old answers: %w", err)
	}
	made, err := a.pool.Exec(ctx, `INSERT INTO idempotent_answer (who, operation, key, request_sha256, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, who, operation, key, digest, now)
	if err != nil {
		return nil, false, fmt.Errorf("claim an idempotency key: %w", err)
	}
	if made.RowsAffected() == 1 {
		return nil, true, nil
	}
	var before []byte
	err = a.pool.QueryRow(ctx, `SELECT request_sha256, answer FROM idempotent_answer WHERE who = $1 AND operation = $2 AND key = $3`,
		who, operation, key).Scan(&before, &kept)
	switch {
	case errors.Is(err, pgx.ErrNoRows) || err == nil && kept == nil:
		return nil, false, problem.New(http.StatusConflict, "同一请求正在处理，或曾中断；请刷新列表确认结果后再试。",
			"The same request is under way, or broke off; load the list to see its outcome before trying again.")
	case err != nil:
		return nil, false, fmt.Errorf("read a kept answer: %w", err)
	case string(before) != string(digest):
		return nil, false, problem.Invalid("同一 Idempotency-Key 已用于另一请求。", "This Idempotency-Key was used for another request.",
			problem.Field{Location: "header.Idempotency-Key", Message: "used for another request"})
	}
	return kept, false, nil
}

func (a *Answers) forget(ctx context.Context, who, operation, key string) error {
	_, err := a.pool.Exec(ctx, `DELETE FROM idempotent_answer WHERE who = $1 AND operation = $2 AND key = $3`, who, operation, key)
	if err != nil {
		return fmt.Errorf("release an idempotency key: %w", err)
	}
	return nil
}
