package telemetry

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// redactor takes personal data and secrets out of attributes, in two ways: by
// the name they are given, and, because names are forgotten, by what values
// look like. It may take out too much (an order number that looks like a
// mobile number), never knowingly too little.
type redactor struct {
	email *regexp.Regexp
	phone *regexp.Regexp
}

const hidden = "[hidden]"

func newRedactor() redactor {
	return redactor{
		email: regexp.MustCompile(`[^\s"'<>@:,;=]+@[^\s"'<>@:,;=]+\.[\pL\pN]{2,}`),
		phone: regexp.MustCompile(
			`\+\d[\d\s().-]{5,18}\d` + // international, written anyhow
				`|\b(?:0?086)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}\b` + // Chinese mobile
				`|\(\d{2,4}\)[\s-]?\d{3,4}[\s.-]?\d{4}\b` + // with the area in brackets
				`|\b0?\d{2,3}-\d{7,8}\b|\b\d{3}[.\s-]\d{3}[.\s-]\d{4}\b`), // with separators
	}
}

// private tells whether the name says that its value must not be logged.
func private(name string) bool {
	switch strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name)) {
	case "phone", "mobile", "email", "mail", "name", "firstname", "lastname", "address", "birthday", "contact", "contacts",
		"content", "comment", "body", "payload", "amount", "total", "card", "cards", "idcard",
		"secret", "secrets", "password", "token", "authorization", "signature", "cookie", "clear", "path", "url":
		return true
	}
	return false
}

func (r redactor) attr(a slog.Attr) slog.Attr {
	if a.Key == "_aws" { // ours, and its members are called Name
		return a
	}
	if private(a.Key) {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, r.text(a.Value.String()))
	case slog.KindAny:
		return slog.Attr{Key: a.Key, Value: r.value(a.Value.Any())}
	default:
		return a
	}
}

func (r redactor) text(s string) string {
	if !strings.ContainsAny(s, "0123456789@") {
		return s
	}
	return r.phone.ReplaceAllString(r.email.ReplaceAllString(s, "[email]"), "[phone]")
}

// value brings anything that is not a plain attribute into the form it would
// have as JSON, and walks that.
func (r redactor) value(v any) slog.Value {
	switch v := v.(type) {
	case nil, slog.Level, *slog.Source:
		return slog.AnyValue(v)
	case error:
		return slog.StringValue(r.text(v.Error()))
	case fmt.Stringer:
		return slog.StringValue(r.text(v.String()))
	}
	text, err := json.Marshal(v)
	if err != nil {
		return slog.StringValue(hidden)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return slog.StringValue(hidden)
	}
	return slog.AnyValue(r.tree(tree))
}

func (r redactor) tree(v any) any {
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		for i := range v {
			v[i] = r.tree(v[i])
		}
	case map[string]any:
		for name, member := range v {
			if private(name) {
				v[name] = hidden
			} else {
				v[name] = r.tree(member)
			}
		}
	}
	return v
}
