package telemetry

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// levelRecord lies above all others: a record is written whatever the level.
const levelRecord = slog.Level(100)

// Record is what is told about one event when it is over, in one line: what
// was asked (operation), how it ended, whom it concerned, and what there was to
// count. The edge begins and writes it; whoever works on the event in between
// adds to it through the context.
type Record struct {
	at time.Time

	mu     sync.Mutex
	counts map[Metric]int
	notes  []note
}

// note is a name with its values, each once, in the order in which they came.
type note struct {
	name   string
	values []string
}

// mostValues bounds a note: a batch of a stream may concern thousands.
const mostValues = 200

type recordKey struct{}

// Begin starts the record of an event. Its operation stands on every line and
// is a metric's dimension, so there may be few of them; its time is the
// event's own.
func Begin(ctx context.Context, operation string, at time.Time) (context.Context, *Record) {
	r := &Record{at: at, counts: map[Metric]int{}}
	return context.WithValue(With(ctx, slog.String("operation", operation)), recordKey{}, r), r
}

// Count adds n to a metric of the event at hand. Outside of one, as in a test
// of a single part, there is nothing to add to.
func Count(ctx context.Context, m Metric, n int) {
	if r, ok := ctx.Value(recordKey{}).(*Record); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.counts[m] += n
	}
}

// Note adds what the event turned out to concern, such as a customer's id; a
// name that is noted with several values has all of them. No name may be one of
// With's.
func Note(ctx context.Context, name, value string) {
	r, ok := ctx.Value(recordKey{}).(*Record)
	if !ok || value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.notes, func(n note) bool { return n.name == name })
	if i < 0 {
		r.notes = append(r.notes, note{name: name})
		i = len(r.notes) - 1
	}
	if n := &r.notes[i]; len(n.values) < mostValues && !slices.Contains(n.values, value) {
		n.values = append(n.values, value)
	}
}

// Write tells the record, once the event is over, with the context that Begin
// returned.
func (r *Record) Write(ctx context.Context, log *slog.Logger, message string, attrs ...slog.Attr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.notes {
		if len(n.values) == 1 {
			attrs = append(attrs, slog.String(n.name, n.values[0]))
		} else {
			attrs = append(attrs, slog.Any(n.name, n.values))
		}
	}
	maps.DeleteFunc(r.counts, func(_ Metric, n int) bool { return n == 0 })
	metrics := slices.Sorted(maps.Keys(r.counts))
	for _, m := range metrics {
		attrs = append(attrs, slog.Int(string(m), r.counts[m]))
	}
	if len(metrics) > 0 {
		attrs = append(attrs, slog.Any("_aws", emf{Timestamp: r.at.UnixMilli(), CloudWatchMetrics: directives(metrics)}))
	}
	log.LogAttrs(ctx, levelRecord, message, attrs...)
}
