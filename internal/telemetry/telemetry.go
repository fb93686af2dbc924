// Package telemetry owns what leaves a function as a line of its log: JSON
// through slog, with what belongs to the event at hand (trace, request,
// customer) on every line, and with personal data taken out. Each event also
// ends with one line about itself as a whole, its record, which CloudWatch
// reads as metrics, too (embedded metric format).
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"slices"
)

// New makes the logger of a function. Every line carries the function's name.
func New(w io.Writer, level slog.Level, function string) *slog.Logger {
	redact := newRedactor()
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.LevelKey && a.Value.Any() == levelRecord {
			return slog.String(slog.LevelKey, "RECORD")
		}
		return redact.attr(a)
	}})
	return slog.New(eventHandler{handler}).With(slog.String("function", function))
}

type attrsKey struct{}

// With adds attributes to every line logged with the returned context.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	before, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(slices.Clip(before), attrs...))
}

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
