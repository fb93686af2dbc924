package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// written is the last line that log wrote, as a tree.
func written(t *testing.T, out *bytes.Buffer) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return line
}

func TestPersonalDataNeverLeaves(t *testing.T) {
	type person struct {
		ID    string `json:"id"`
		Email string `json:"email"`
		Note  string `json:"note"`
	}
	for _, secret := range []struct{ name, text string }{
		{"phone", "+86 138 1234 5678"}, {"phone", "+8613812345678"}, {"phone", "13812345678"}, {"phone", "138-1234-5678"},
		{"phone", "(021) 6123-4567"}, {"phone", "021-61234567"}, {"phone", "415-555-0132"}, {"phone", "+1 (415) 555-0132"},
		{"mail", "li.lei@example.com"}, {"mail", "李雷@例子.公司"}, {"mail", "a+b@mail.example.co.uk"},
	} {
		for how, log := range map[string]func(*slog.Logger){
			"in the message": func(l *slog.Logger) { l.Info("called " + secret.text + " back") },
			"in a string":    func(l *slog.Logger) { l.Info("x", "detail", "see "+secret.text+".") },
			"in an error":    func(l *slog.Logger) { l.Info("x", "cause", errors.New("no customer "+secret.text)) },
			"in a struct": func(l *slog.Logger) {
				l.Info("x", "who", person{ID: "1", Email: secret.text, Note: "is " + secret.text})
			},
			"in a list":             func(l *slog.Logger) { l.Info("x", "all", []string{secret.text}) },
			"in a group":            func(l *slog.Logger) { l.Info("x", slog.Group("g", "detail", secret.text)) },
			"in a logger's context": func(l *slog.Logger) { l.With("detail", secret.text).Info("x") },
			"by its name":           func(l *slog.Logger) { l.Info("x", "Phone", secret.text, "e-mail", secret.text) },
		} {
			var out bytes.Buffer
			log(New(&out, slog.LevelInfo, "test"))
			if strings.Contains(out.String(), secret.text) || out.Len() == 0 {
				t.Errorf("%s %s: %s", secret.name, how, out.String())
			}
		}
	}
}

func TestSecretsAreHiddenByName(t *testing.T) {
	for _, name := range []string{"secret", "Authorization", "token", "signature", "body", "path", "amount", "id_card"} {
		var out bytes.Buffer
		New(&out, slog.LevelInfo, "test").Info("x", slog.Any("in", map[string]any{"deep": map[string]any{name: "s3cr3t"}}), slog.String(name, "s3cr3t"))
		if strings.Contains(out.String(), "s3cr3t") {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

// What helps to find a fault must survive redaction.
func TestIdsSurvive(t *testing.T) {
	for _, id := range []string{
		"cus_0190163d8694739b9c5f1e2d3a4b5c6d", "1-67891233-abcdef012345678912345678", "2026-11-22T16:00:00.000Z",
		"F#ORDER#shopify-cn#5678901234567", "000000000000000000004421584500000000017450439091", "059f36b4-87a3-44ab-83d2-661975830a7d",
		"store.PutOrder: lost 4 races in a row", "took 1234 ms",
	} {
		var out bytes.Buffer
		New(&out, slog.LevelInfo, "test").Info("x", "id", id)
		if got := written(t, &out)["id"]; got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
}

func TestEveryLineSaysWhichEvent(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, slog.LevelInfo, "recompute-tier")
	ctx := With(context.Background(), slog.String("trace", "t1"))
	inner := With(ctx, slog.String("customer", "cus_1"))
	sibling := With(ctx, slog.String("customer", "cus_2"))
	log.With("more", 1).InfoContext(inner, "x")
	line := written(t, &out)
	if line["trace"] != "t1" || line["customer"] != "cus_1" || line["function"] != "recompute-tier" || line["more"] != 1.0 {
		t.Errorf("%v", line)
	}
	log.InfoContext(sibling, "x")
	if line := written(t, &out); line["customer"] != "cus_2" {
		t.Errorf("siblings share attributes: %v", line)
	}
}
