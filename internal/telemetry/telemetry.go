// Package telemetry owns what leaves a function as a line of its log: JSON
// through slog, with what belongs to the event at hand (trace, request,
// customer) on every line, with personal data taken out, and with metrics as
// lines that CloudWatch reads (embedded metric format).
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// levelMetric lies above all others: a metric is written whatever the level.
const levelMetric = slog.Level(100)

// namespace is where CloudWatch files our metrics.
const namespace = "guanxi"

// New makes the logger of a function. Every line carries the function's name.
func New(w io.Writer, level slog.Level, function string) *slog.Logger {
	redact := newRedactor()
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.LevelKey && a.Value.Any() == levelMetric {
			return slog.String(slog.LevelKey, "METRIC")
		}
		return redact.attr(a)
	}})
	return slog.New(eventHandler{handler}).With(slog.String("function", function))
}

type attrsKey struct{}

// With adds attributes to every line logged with the returned context.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	before, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(before[:len(before):len(before)], attrs...))
}

// Count adds n to a metric, filed by function, at the time of the event. The
// line also says what With put into the context, so that a count can be traced
// back to what was counted.
func Count(ctx context.Context, log *slog.Logger, at time.Time, metric string, n int) {
	log.LogAttrs(ctx, levelMetric, metric, slog.Int(metric, n), slog.Any("_aws", emf{
		Timestamp: at.UnixMilli(),
		CloudWatchMetrics: []directive{{
			Namespace:  namespace,
			Dimensions: [][]string{{"function"}},
			Metrics:    []definition{{Name: metric, Unit: "Count"}},
		}},
	}))
}

// emf and its parts are the embedded metric format's own names:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type emf struct {
	Timestamp         int64
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

// eventHandler adds the context's attributes to each line.
type eventHandler struct{ slog.Handler }

func (h eventHandler) Handle(ctx context.Context, r slog.Record) error {
	if attrs, ok := ctx.Value(attrsKey{}).([]slog.Attr); ok {
		r = r.Clone()
		r.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, r)
}

func (h eventHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return eventHandler{h.Handler.WithAttrs(attrs)}
}

func (h eventHandler) WithGroup(name string) slog.Handler {
	return eventHandler{h.Handler.WithGroup(name)}
}
