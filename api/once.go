package api

import (
	"context"
	"encoding/json"
	"fmt"
)

// OnceKey is the header of requests that create: sent twice, they create once.
type OnceKey struct {
	Key string `header:"Idempotency-Key" maxLength:"120" doc:"Any text that is new for each thing to be made; sent again, the first answer is given again."`
}

// onceOnly does what is asked unless it was answered before.
func onceOnly[T any](ctx context.Context, a *API, o OnceKey, operation string, request any, do func(context.Context) (T, error)) (T, error) {
	if o.Key == "" || a.o.Answers == nil {
		return do(ctx)
	}
	var made T
	text, err := a.o.Answers.Once(ctx, actor(ctx).ID, operation, o.Key, request, func(ctx context.Context) (any, error) { return do(ctx) })
	if err != nil {
		return made, err
	}
	if err := json.Unmarshal(text, &made); err != nil {
		return made, fmt.Errorf("read a kept answer: %w", err)
	}
	return made, nil
}
