// Package lambdaio is the edge to Lambda: it turns events into what the rest
// of the program speaks (HTTP requests, envelopes, table changes, ticks) and
// answers back. It decides what the time is (crm.Event: the event's own time,
// never the machine's), what an error means for the event (see outcome.go), and
// that one bad item hurts no other.
package lambdaio

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"guanxi/internal/telemetry"
)

// handler answers one event. It is a lambda.Handler: nothing is found by
// reflection.
type handler func(ctx context.Context, event []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, event []byte) ([]byte, error) { return h(ctx, event) }

// start serves events until the process is ended.
func start(h handler) { lambda.Start(h) }

// leave is kept back from the deadline, so that there is time to answer for
// what was not finished.
const leave = 500 * time.Millisecond

// within bounds the work on an event: it ends a little before Lambda kills the
// process, and a batch is then answered with what is left instead of being
// repeated whole.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-leave))
}

// traced puts the invocation's id on every line that is logged.
func traced(ctx context.Context, attrs ...slog.Attr) context.Context {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, slog.String("invocation", lc.AwsRequestID))
	}
	return telemetry.With(ctx, attrs...)
}
