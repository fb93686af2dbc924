package lambdaio

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
)

// verdict is what becomes of an item of a batch.
type verdict int

const (
	done  verdict = iota // handled: the queue forgets it
	retry                // comes back, and ends in the dead-letter queue if it keeps failing
	drop                 // handled by doing nothing: what it is about is gone
)

func (v verdict) String() string { return [...]string{"done", "retry", "drop"}[v] }

// finish judges how n messages that asked the same ended, and writes their record.
func finish(ctx context.Context, log *slog.Logger, record *telemetry.Record, n int, err error) verdict {
	v, metric := judge(ctx, log, err)
	telemetry.Count(ctx, metric, n)
	record.Write(ctx, log, "handled", slog.String("outcome", v.String()))
	return v
}

// judge sorts outcomes, writes the one line about what failed, and says what to count.
//
//   - Only NotFound drops: a message says "look at this customer", and when
//     the customer is gone there is nothing left to look at.
//   - Malformed and Invalid never mend themselves, yet they are retried all the
//     same: after maxReceiveCount the queue moves such a message to its
//     dead-letter queue, where a person sees it and can redrive it once the
//     code understands it. A message dropped here would be lost. Its cause is
//     in the log, on a line with the message's id, level ERROR.
//   - All else (Unavailable, Conflict, Internal, a panic) may pass: retry.
func judge(ctx context.Context, log *slog.Logger, err error) (verdict, telemetry.Metric) {
	if err == nil {
		return done, telemetry.MessagesHandled
	}
	switch kind := crm.KindOf(err); kind {
	case crm.NotFound:
		log.WarnContext(ctx, "dropped: what it is about is gone", slog.Any("cause", err))
		return drop, telemetry.MessagesDropped
	case crm.Malformed, crm.Invalid:
		log.ErrorContext(ctx, "poison: it will end in the dead-letter queue", slog.Any("cause", err))
		return retry, telemetry.MessagesPoisoned
	default:
		level := slog.LevelWarn
		if kind == crm.Internal {
			level = slog.LevelError
		}
		log.Log(ctx, level, "failed: it will be tried again", slog.Any("cause", err))
		return retry, telemetry.MessagesRetried
	}
}

// safely turns a panic into an Internal error with its stack, so that it fails
// the item that caused it and no other.
func safely(op string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &crm.Error{Op: op, Kind: crm.Internal, Err: fmt.Errorf("panic: %v\n%s", v, debug.Stack())}
		}
	}()
	return f()
}
