package decision_test

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/decision"
)

func guards(label string) *rapid.Generator[decision.Guard] {
	return rapid.Custom(func(t *rapid.T) decision.Guard {
		return decision.Guard{
			Edition: rapid.Int64Range(0, 9_999_999_999).Draw(t, label+" edition"),
			Links:   rapid.Int64Range(0, 12).Draw(t, label+" links"),
			Seen:    rapid.Int64Range(0, 1<<39).Draw(t, label+" seen"),
			AsOf:    time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, label+" as of")).UTC(),
		}
	})
}

func TestGuardsAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := guards("guard").Draw(t, "g")
		if back, err := decision.ParseGuard(g.String()); err != nil || back != g {
			t.Fatalf("%+v became %s became %+v, %v", g, g, back, err)
		}
	})
	for _, bad := range []string{"", "1|2|3", "a|b|c|d", "1|2|3|yesterday"} {
		if g, err := decision.ParseGuard(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, g)
		}
	}
}

// Stores compare guards as strings.
func TestGuardsSortByEditionLinksSeenAndTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := guards("a").Draw(t, "a"), guards("b").Draw(t, "b")
		if rapid.Bool().Draw(t, "same edition") {
			b.Edition = a.Edition
		}
		if rapid.Bool().Draw(t, "same sight") {
			b.Links, b.Seen = a.Links, a.Seen
		}
		want := cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Links, b.Links), cmp.Compare(a.Seen, b.Seen), a.AsOf.Compare(b.AsOf))
		if got := strings.Compare(a.String(), b.String()); got != want {
			t.Fatalf("%s against %s: %d, want %d", a, b, got, want)
		}
	})
}
