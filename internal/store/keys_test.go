package store

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
)

// Two different lists of parts never make the same key, whatever is in them.
func TestJoinedPartsComeApartAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringOf(rapid.SampledFrom([]rune("a#%2 3张"))), 1, 4).Draw(t, "parts")
		got := split(join(parts...))
		if len(got) != len(parts) {
			t.Fatalf("%q became %q", parts, got)
		}
		for i := range parts {
			if got[i] != parts[i] {
				t.Fatalf("%q became %q", parts, got)
			}
		}
	})
}

func TestTheKindOfAFactIsReadFromItsKey(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	id := crm.NewCustomerID(at)
	order := crm.OrderKey{Connection: "shop#1", ID: "10#01%"}
	for _, c := range []struct {
		key  key
		kind string
	}{
		{orderFactKey(id, order), "order"},
		{refundFactKey(id, crm.RefundKey{Order: order, ID: "r#1"}), "refund"},
		{interactionKey(id, "int_1", at), "interaction"},
		{answerKey(id, "sur_1", "inv_1"), "answer"},
		{changeKey(id, at, 1, 0, 7), "decision"},
	} {
		customer, kind, err := FactKind(c.key.PK, c.key.SK)
		if err != nil || customer != id || kind != c.kind {
			t.Errorf("%v: %q %q %v, want %q", c.key, customer, kind, err, c.kind)
		}
	}
	if id, kind, err := FactKind(customerPK(crm.Nobody("sh#1", 20000)), "F#ORDER#a#b"); !id.IsNobody() || kind == "order" || err != nil {
		t.Errorf("what was sold to nobody: %s %q %v", id, kind, err)
	}
	for _, k := range []key{addressKey(order), earlierKey(crm.Interaction{Customer: id, At: at, ID: "int_1"}), parkedKey(crm.RefundKey{Order: order, ID: "1"}), profileKey(id), {"C#nobody", "F#ORDER#a#b"}, {"", ""}} {
		if _, kind, err := FactKind(k.PK, k.SK); err == nil {
			t.Errorf("%v is no fact, but was read as %q", k, kind)
		}
	}
}

func TestAllInputsOfTheFoldShareOnePrefixAndNothingElseDoes(t *testing.T) {
	id := crm.NewCustomerID(time.Unix(0, 0))
	order := crm.OrderKey{Connection: "c", ID: "o"}
	inputs := []key{orderFactKey(id, order), refundFactKey(id, crm.RefundKey{Order: order, ID: "r"}), interactionKey(id, "i", time.Unix(0, 0)), answerKey(id, "s", "i")}
	for _, k := range inputs {
		if k.SK[:len(skInputs)] != skInputs {
			t.Errorf("%v would not be read by the fold", k)
		}
	}
	if k := changeKey(id, time.Unix(0, 0), 1, 0, 0); k.SK[:len(skDecisions)] != skDecisions || k.SK[:len(skInputs)] == skInputs {
		t.Errorf("%v is not apart from the inputs", k)
	}
}
