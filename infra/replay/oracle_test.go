package main

import (
	"math/big"
	"testing"
)

// Each case was worked out by hand from the requirements.
func TestBruteForce(t *testing.T) {
	bought := func(date string, amount int64) purchase {
		return purchase{Date: mustDay(t, date), Quantity: 1, Amount: amount}
	}
	for name, test := range map[string]struct {
		purchases []purchase
		on        string
		want      standing
	}{
		"never bought": {nil, "1998-01-01", standing{"none", 0, "none", "none"}},
		"buys only tomorrow": {
			[]purchase{bought("1998-01-02", 100)}, "1998-01-01", standing{"none", 0, "none", "none"},
		},
		"a first purchase today": {
			[]purchase{bought("1998-01-01", 1000)}, "1998-01-01", standing{"silver", 7200, "active", "basic"},
		},
		"one fen below gold": { // 1,388.88 USD = 9,999.94 CNY
			[]purchase{bought("1998-01-01", 138888)}, "1998-01-01", standing{"silver", 999994, "active", "basic"},
		},
		"gold": { // 1,388.89 USD = 10,000.008 CNY
			[]purchase{bought("1998-01-01", 138889)}, "1998-01-01", standing{"gold", 1000001, "active", "growth"},
		},
		"diamond": {
			[]purchase{bought("1998-01-01", 700000)}, "1998-01-01", standing{"diamond", 5040000, "active", "strategic"},
		},
		"gold on four dates": {
			[]purchase{bought("1998-01-01", 50000), bought("1998-01-02", 50000), bought("1998-01-03", 50000), bought("1998-01-04", 1)},
			"1998-01-04", standing{"gold", 1080007, "active", "strategic"},
		},
		"gold four times on three dates": {
			[]purchase{bought("1998-01-01", 50000), bought("1998-01-02", 50000), bought("1998-01-04", 50000), bought("1998-01-04", 1)},
			"1998-01-04", standing{"gold", 1080007, "active", "growth"},
		},
		"small but often and lately": {
			[]purchase{bought("1998-01-01", 100), bought("1998-01-02", 100), bought("1998-01-03", 100)},
			"1998-04-03", standing{"silver", 2160, "active", "growth"}, // 90 days of silence
		},
		"small and often, but not lately": {
			[]purchase{bought("1998-01-01", 100), bought("1998-01-02", 100), bought("1998-01-03", 100)},
			"1998-04-04", standing{"silver", 2160, "active", "basic"}, // 91
		},
		"silent for 119 days": {
			[]purchase{bought("1998-01-01", 700000)}, "1998-04-30", standing{"diamond", 5040000, "active", "strategic"},
		},
		"silent for 120 days": {
			[]purchase{bought("1998-01-01", 700000)}, "1998-05-01", standing{"diamond", 5040000, "dormant", "dormant"},
		},
		"the last day that counts": {
			[]purchase{bought("1998-01-01", 700000)}, "1998-12-31", standing{"diamond", 5040000, "dormant", "dormant"},
		},
		"a year of silence": {
			[]purchase{bought("1998-01-01", 700000)}, "1999-01-01", standing{"dormant", 0, "lost", "dormant"},
		},
		"an old order has left the window": {
			[]purchase{bought("1997-01-01", 700000), bought("1997-12-31", 100)}, "1998-01-01", standing{"silver", 720, "active", "basic"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bruteForce(test.purchases, big.NewRat(72, 10), mustDay(t, test.on)); got != test.want {
				t.Fatalf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestInBaseRoundsHalvesUp(t *testing.T) {
	for _, test := range []struct {
		cents int64
		rate  string
		want  int64
	}{{1, "7.2", 7}, {2, "7.25", 15}, {2, "7.2", 14}, {5, "0.1", 1}, {4, "0.1", 0}, {0, "7.2", 0}, {2933, "7.2", 21118}} {
		rate, ok := new(big.Rat).SetString(test.rate)
		if !ok {
			t.Fatal(test.rate)
		}
		if got := inBase(test.cents, rate); got != test.want {
			t.Errorf("%d cents at %s: got %d fen, want %d", test.cents, test.rate, got, test.want)
		}
	}
}
