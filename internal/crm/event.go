package crm

import (
	"context"
	"time"
)

// Event is what woke the function. No function reads the machine's clock: "now"
// is the time of the event, so a retry repeats itself exactly and the local
// cloud can travel in time.
type Event struct {
	At      time.Time // API Gateway's timeEpoch, SQS's SentTimestamp, EventBridge's time
	Trace   string    // of the request, or of the message; a fact keeps it, since the stream carries keys only
	Subject Subject   // who calls; empty where nobody proved it
	Address string    // the network address a request came from: personal data, for limits only
}

type eventKey struct{}

// WithEvent is called at the edge only (package lambdaio).
func WithEvent(ctx context.Context, e Event) context.Context {
	return context.WithValue(ctx, eventKey{}, e)
}

// EventOf is the event being handled. Code without one has no time: that is a
// fault of the program, so it panics.
func EventOf(ctx context.Context) Event {
	e, ok := ctx.Value(eventKey{}).(Event)
	if !ok {
		panic("crm: no event in this context; the edge must put one there")
	}
	return e
}

// AsOf is the time of the event being handled.
func AsOf(ctx context.Context) time.Time { return EventOf(ctx).At }
