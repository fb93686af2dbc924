package lambdaio

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
)

// ServeSchedule answers the ticks of an EventBridge rule. The time of a tick is
// the one the rule gives it, however late it is delivered. A failed tick is
// retried by Lambda, so handle must be safe to repeat.
func ServeSchedule(handle func(context.Context) error, log *slog.Logger) {
	start(scheduled(handle, log))
}

func scheduled(handle func(context.Context) error, log *slog.Logger) handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var tick struct {
			ID   string    `json:"id"`
			Time time.Time `json:"time"`
		}
		if err := json.Unmarshal(payload, &tick); err != nil || tick.Time.IsZero() {
			return nil, &crm.Error{Op: "lambdaio.schedule", Kind: crm.Malformed, Detail: "not a scheduled event", Err: err}
		}
		ctx, cancel := within(ctx)
		defer cancel()
		ctx = crm.WithEvent(traced(ctx, slog.String("trace", tick.ID)), crm.Event{At: tick.Time, Trace: tick.ID})
		ctx, record := telemetry.Begin(ctx, "tick", tick.Time)
		err := safely("lambdaio.schedule", func() error { return handle(ctx) })
		if finish(ctx, log, record, 1, err) == retry {
			return nil, err
		}
		return []byte("null"), nil
	}
}
